import type { Id } from "@kommutator/contract/ids";
import { admin, agent, anyone, head, type Operation } from "./operation.ts";
import { next, type Side } from "./world.ts";

/** The three routes of one catalogue, kept by whoever may edit catalogues. */
function catalogue(name: string, body: (side: Side) => object): Record<string, Operation> {
  const id = (s: Side) => s.row(`/catalogues/${name}`, body(s));
  return {
    [`POST /catalogues/${name}`]: admin({ body }),
    [`PATCH /catalogues/${name}/{id}`]: admin({ id, body: (s) => ({ name: s.name("Renamed") }) }),
    [`DELETE /catalogues/${name}/{id}`]: admin({ id }),
  };
}
const code = () => `code${next()}`;
const region = (s: Side) => s.row("/catalogues/regions", { code: code(), name: s.name("Region") });
const regionIds = async (s: Side): Promise<Id[]> => (await s.admin.call("GET", "/catalogues/regions")).json().map((r: { id: Id }) => r.id);
async function archivedRegion(s: Side): Promise<Id> {
  const id = await region(s);
  await s.admin.call("DELETE", `/catalogues/regions/${id}`);
  return id;
}
const interestKind = (s: Side) => s.row("/interest-kinds", { name: s.name("Kind"), processMode: "typical" });
async function stage(s: Side): Promise<Id> {
  const kindId = await interestKind(s);
  const answer = await s.admin.call("POST", `/interest-kinds/${kindId}/stages`, { name: s.name("Stage") });
  return s.know("catalogue", answer.json().stages[0].id);
}
async function kindOfStage(s: Side): Promise<Id> {
  const id = await interestKind(s);
  await s.admin.call("POST", `/interest-kinds/${id}/stages`, { name: s.name("Stage") });
  return id;
}
const stageIds = async (s: Side, kindId: Id): Promise<Id[]> =>
  (await s.house.sql<{ id: Id }[]>`SELECT id FROM stage WHERE kind_id = ${kindId}`).map((r) => r.id);
const loadPoints = async (s: Side) => (await s.admin.call("GET", "/load-points")).json();
const required = () => ({ object: "customer", field: "comment", moment: "save", severity: "warn" });
const rule = (s: Side) => s.row("/required-fields", required());
const question = (s: Side) => s.row("/lead-questions", { name: s.name("Question") });
const settings = async (s: Side) => (await s.admin.call("GET", "/reception-settings")).json();
const dispatchRule = (s: Side) => ({ name: s.name("Rule"), words: ["spam"], action: "reject", reason: "Spam" });
const ruleOfDispatch = (s: Side) => s.row("/dispatch-rules", dispatchRule(s));
const ruleIds = async (s: Side): Promise<Id[]> => (await s.admin.call("GET", "/dispatch-rules")).json().map((r: { id: Id }) => r.id);
async function excluded(s: Side): Promise<Record<string, string>> {
  const { value } = s.phone();
  await s.admin.call("POST", "/exclusions", { kind: "phone", value, reason: "Spam" });
  return { kind: "phone", value };
}

/** Catalogues, kinds and stages, required fields, dispatch rules, the checklist of qualification. */
export const settingsOperations: Record<string, Operation> = {
  "GET /catalogues": anyone({ everybodys: true }),
  "GET /catalogues/{name}": agent({ params: { name: "regions" } }),
  "PUT /catalogues/{name}/order": admin({ params: { name: "regions" }, body: async (s) => ({ ids: await regionIds(s) }) }),
  "POST /catalogues/{name}/{id}/restore": admin({ params: { name: "regions" }, id: archivedRegion }),
  ...catalogue("customer-statuses", (s) => ({ code: code(), name: s.name("Status") })),
  ...catalogue("industries", (s) => ({ code: code(), name: s.name("Industry") })),
  ...catalogue("interaction-statuses", (s) => ({ code: code(), name: s.name("Status"), typeId: s.catalogues.interactionTypes["call"]?.id, state: "done" })),
  ...catalogue("interaction-types", (s) => ({ code: code(), name: s.name("Type") })),
  ...catalogue("interest-kinds", (s) => ({ code: code(), name: s.name("Kind"), processMode: "typical" })),
  ...catalogue("loss-reasons", (s) => ({ name: s.name("Reason"), kind: "deal_lost" })),
  ...catalogue("positions", (s) => ({ name: s.name("Position") })),
  ...catalogue("purposes", (s) => ({ code: code(), name: s.name("Purpose"), outcome: "information" })),
  ...catalogue("regions", (s) => ({ code: code(), name: s.name("Region") })),
  ...catalogue("sources", (s) => ({ name: s.name("Source") })),

  "GET /interest-kinds": anyone(),
  "POST /interest-kinds": admin({ body: (s) => ({ name: s.name("Kind"), processMode: "typical" }) }),
  "PATCH /interest-kinds/{id}": admin({
    id: interestKind,
    body: async (s, id) => ({ name: s.name("Renamed"), version: await s.versionIn("interest_kind", id) }),
  }),
  "POST /interest-kinds/{id}/archive": admin({ id: interestKind }),
  "POST /interest-kinds/{id}/restore": admin({ id: interestKind }),
  "POST /interest-kinds/{id}/stages": admin({ id: interestKind, body: (s) => ({ name: s.name("Stage") }) }),
  "PUT /interest-kinds/{id}/order": admin({
    id: kindOfStage,
    body: async (s, id) => ({ stageIds: await stageIds(s, id), version: await s.versionIn("interest_kind", id) }),
  }),
  "PATCH /stages/{id}": admin({ id: stage, body: async (s, id) => ({ name: s.name("Renamed"), version: await s.versionIn("stage", id) }) }),
  "POST /stages/{id}/archive": admin({ id: stage, body: () => ({}) }),
  "POST /stages/{id}/restore": admin({ id: stage }),

  "GET /load-points": anyone(),
  "PUT /load-points": admin({ body: loadPoints }),
  "GET /required-fields": agent(),
  "POST /required-fields": admin({ body: required }),
  "PATCH /required-fields/{id}": admin({ id: rule, body: async (s, id) => ({ message: "Ask for it", version: await s.versionIn("required_field_rule", id) }) }),
  "DELETE /required-fields/{id}": admin({ id: rule }),
  "GET /required-fields/{id}/coverage": admin({ id: rule }),
  "PUT /unknown-values": agent({ body: async (s) => ({ object: "customer", objectId: await s.customer(), field: "taxId", reason: "Has none yet" }) }),

  "GET /lead-questions": agent(),
  "POST /lead-questions": admin({ body: (s) => ({ name: s.name("Question") }) }),
  "PATCH /lead-questions/{id}": admin({ id: question, body: (s) => ({ name: s.name("Renamed") }) }),
  "DELETE /lead-questions/{id}": admin({ id: question }),
  "GET /reception-settings": anyone(),
  "PUT /reception-settings": admin({ body: settings }),
  "GET /dispatch-rules": head(),
  "POST /dispatch-rules": admin({ body: dispatchRule }),
  "PUT /dispatch-rules/order": admin({ body: async (s) => ({ ids: await ruleIds(s) }) }),
  "PATCH /dispatch-rules/{id}": admin({
    id: ruleOfDispatch,
    body: async (s, id) => ({ name: s.name("Renamed"), version: await s.versionIn("dispatch_rule", id) }),
  }),
  "DELETE /dispatch-rules/{id}": admin({ id: ruleOfDispatch }),
  "GET /exclusions": head(),
  "POST /exclusions": admin({ body: (s) => ({ kind: "phone", value: s.phone().value, reason: "Spam" }) }),
  "DELETE /exclusions": admin({ query: excluded }),
  "POST /contact-points/renormalise": admin({ body: () => ({ dryRun: true }) }),
};
