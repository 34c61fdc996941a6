import type { AccessObject } from "@kommutator/contract/access";
import type { Id } from "@kommutator/contract/ids";
import { agent, anyone, at, head, type Operation } from "./operation.ts";
import { IMPORT, type Side } from "./world.ts";

const ofCustomer = async (s: Side) => ({ object: "customer", objectId: await s.customer() });

const inAWeek = () => new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
const linked = new WeakMap<Side, Record<string, string>>();
async function linkedFile(s: Side): Promise<Id> {
  const at = await ofCustomer(s);
  linked.set(s, at);
  return s.make("file", "/files", { ...at, blobId: await s.of("blob") });
}
async function taskOnEvent(s: Side): Promise<Id> {
  const interactionId = await s.interaction();
  linked.set(s, { interactionId, version: "0" });
  return s.make("task", "/tasks", { title: s.name("Task"), subject: { kind: "interaction", id: interactionId } });
}
async function merge(s: Side): Promise<object> {
  const [survivorId, loserId] = [await s.customer(), await s.customer()];
  return { card: "customer", survivorId, survivorVersion: await s.version(survivorId), loserId, loserVersion: await s.version(loserId) };
}
const merged = async (s: Side): Promise<Id> => s.make("merge", "/merges", await merge(s), s.admin);
/** Two cards that the night has found alike. */
async function pair(s: Side): Promise<object> {
  const [aId, bId] = [await s.customer(), await s.customer()].sort() as [Id, Id];
  await s.house.sql`INSERT INTO duplicate_candidate (object_kind, a_id, b_id, score, signals) VALUES ('customer', ${aId}, ${bId}, 0.9, '[]')`;
  return { aId, bId, reason: "Two branches" };
}
async function disqualified(s: Side): Promise<Id> {
  const id = await s.lead();
  await s.browser.call("POST", `/leads/${id}/disqualify`, { reasonId: s.catalogues.disqualified, version: await s.version(id) });
  return id;
}
async function held(s: Side): Promise<Id> {
  const id = await s.interest();
  await s.browser.call("PUT", `/interests/${id}/hold`, { until: inAWeek(), reason: "They are on leave", version: await s.version(id) });
  return id;
}
async function moved(s: Side): Promise<Id> {
  const id = await s.interest();
  await s.browser.call("POST", `/interests/${id}/stage`, { stageId: s.catalogues.interestKinds["sale"]?.stageIds[1], version: await s.version(id) });
  return id;
}

/** A batch is worked through by a job. */
const IMPORTS = "crm-core/src/import/import.test.ts";
const exported = (list: string, of: AccessObject | null, more: Partial<Operation> = {}): Record<string, Operation> => ({
  [`GET /exports/{list}#${list}`]: head({ params: { list }, ...(of === null ? {} : { of }), action: "export", ...more }),
});
const saleKind = (s: Side) => ({ kindId: s.catalogues.interestKinds["sale"]?.id ?? "" });

/** Tasks, files, notifications, filters, duplicates and merging, the course of an Interest, exports. */
export const workOperations: Record<string, Operation> = {
  "GET /tasks": agent({ of: "task" }),
  "GET /tasks#of a customer": agent({ of: "task", query: ofCustomer }),
  "GET /tasks/count": agent({ of: "task" }),
  "POST /tasks": agent({ body: async (s) => ({ title: s.name("Task"), subject: { kind: "customer", id: await s.customer() } }) }),
  "POST /tasks#a part of another": agent({ body: async (s) => ({ title: s.name("Part"), parentId: await s.of("task") }) }),
  "GET /tasks/{id}": agent(),
  "PATCH /tasks/{id}": agent({ body: at({ priority: 3 }) }),
  "POST /tasks/{id}/events": agent({ body: async (s, id) => ({ interactionId: await s.interaction(), version: await s.version(id) }) }),
  "DELETE /tasks/{id}/events": agent({ id: taskOnEvent, query: (s) => linked.get(s) ?? {} }),
  "POST /tasks/{id}/{action}": agent({ params: { action: "start" }, body: at({}) }),
  "POST /tasks/{id}/{action}#cancel": agent({ params: { action: "cancel" }, body: at({ reason: "Not needed" }) }),

  "GET /files": agent({ query: ofCustomer }),
  "POST /files": agent({ body: async (s) => ({ ...(await ofCustomer(s)), blobId: await s.of("blob") }) }),
  "GET /files/{id}": agent(),
  "PATCH /files/{id}": agent({ body: at({ name: "renamed.pdf" }) }),
  "POST /files/{id}/versions": agent({ body: async (s, id) => ({ blobId: await s.of("blob"), version: await s.version(id) }) }),
  "POST /files/{id}/links": agent({ readsPath: true, body: ofCustomer, changes: ["objectId"] }),
  "DELETE /files/{id}/links": agent({ id: linkedFile, query: (s) => linked.get(s) ?? {} }),

  "GET /saved-filters": anyone({ query: () => ({ list: "tasks" }) }),
  "POST /saved-filters": anyone({ body: (s) => ({ list: "tasks", name: s.name("Filter"), filter: {} }) }),
  "PUT /saved-filters/{id}": agent({ body: (s) => ({ list: "tasks", name: s.name("Renamed"), filter: {} }) }),
  "DELETE /saved-filters/{id}": agent(),
  "GET /notifications/failures": anyone(),
  "GET /notifications/preferences": anyone(),
  "PUT /notifications/preferences": anyone({ body: () => ({}) }),
  "POST /notifications/{id}/snooze": agent({ body: () => ({ minutes: 15 }) }),

  "GET /contacts": agent({ of: "customer" }),
  "GET /contacts#by name": agent({ of: "customer", query: () => ({ q: "Contact" }) }),
  "GET /customers/{id}/history": agent(),
  "POST /duplicates/check": agent({ body: async (s) => ({ card: "customer", name: s.name("Typed"), contactPoints: [s.phone()] }) }),
  "GET /duplicates": agent({ of: "customer" }),
  "POST /duplicates/decide": head({ body: pair, changes: ["aId", "bId"] }),
  "GET /merges/preview": head({ query: async (s) => ({ card: "customer", a: await s.customer(), b: await s.customer() }) }),
  "POST /merges": head({ body: merge, changes: ["survivorId", "loserId"] }),
  "GET /merges": agent({ query: async (s) => ({ card: "customer", id: await s.customer() }) }),
  "POST /merges/{id}/undo": head({ id: merged }),

  "POST /leads/{id}/disqualify": agent({ body: (s, id) => at({ reasonId: s.catalogues.disqualified })(s, id) }),
  "POST /leads/{id}/reopen": agent({ id: disqualified, body: at({}) }),
  "GET /leads/{id}/answers": agent(),
  "PUT /leads/{id}/answers": agent({ body: () => ({ answers: [] }) }),
  "POST /inquiries": agent({ body: () => ({}) }),
  "GET /inquiries/summary": agent(),
  "GET /inquiries/{id}/dispatches": agent(),
  "GET /inquiries/{id}/reception": agent(),
  "POST /inquiries/{id}/dispatch": agent({ body: (s, id) => at({ employeeId: s.colleague.id })(s, id), reachesAnybody: true }),
  "POST /inquiries/{id}/undo": agent({ elsewhere: "crm-core/src/inquiry/dispatch.test.ts", body: at({}) }),

  "GET /interests/board": agent({ of: "interest", query: (s) => ({ kindId: s.catalogues.interestKinds["sale"]?.id ?? "" }) }),
  "GET /interests/board/cards": agent({
    query: async (s) => ({ kindId: s.catalogues.interestKinds["sale"]?.id ?? "", ids: await s.interest() }),
    of: "interest",
  }),
  "GET /interests/loss-reasons": agent({ of: "interest", query: () => ({ from: "2026-01-01", to: "2026-12-31" }) }),
  "GET /interests/stage-times": agent({ query: (s) => ({ kindId: s.catalogues.interestKinds["sale"]?.id ?? "" }) }),
  "GET /interests/{id}/hub": agent(),
  "PUT /interests/{id}/hold": agent({ body: (s, id) => at({ until: inAWeek(), reason: "They are on leave" })(s, id) }),
  "POST /interests/{id}/hold/release": agent({ id: held, body: at({}) }),
  "POST /interests/{id}/mode": head({ body: at({ mode: "manual", reason: "An odd one" }) }),
  "POST /interests/{id}/stage/reverse": head({ id: moved, body: at({ reason: "By mistake" }) }),
  "POST /interests/{id}/actions/{interactionId}/decline": agent({
    params: { interactionId: "4b1a3ff4-2d53-4f8e-9a51-3f2d5f3c9b10" },
    body: () => ({ reason: "Not needed" }),
    elsewhere: "crm-core/src/interest/end.test.ts",
  }),
  "PUT /interests/{id}/checks/{itemId}": agent({
    params: { itemId: "4b1a3ff4-2d53-4f8e-9a51-3f2d5f3c9b10" },
    body: () => ({ checked: true }),
    elsewhere: "crm-core/src/interest/end.test.ts",
  }),

  "GET /interactions/count": agent({ of: "interaction" }),
  "GET /interactions/in-work": agent({ of: "interaction" }),
  "GET /interactions/{id}": agent(),
  "GET /chain": agent({ query: async (s) => ({ object: "interaction", objectId: await s.interaction() }) }),
  "POST /imports": head({ query: () => ({ object: "customer", name: "cards.csv" }), body: () => IMPORT.body, headers: IMPORT.headers }),
  "GET /imports": head({ of: "import" }),
  "GET /imports/{id}": head(),
  "PATCH /imports/{id}": head({ body: at({}) }),
  "GET /imports/{id}/rows": head(),
  "GET /imports/{id}/report": head(),
  "POST /imports/{id}/check": head({ body: at({}) }),
  "POST /imports/{id}/run": head({ body: at({}), elsewhere: IMPORTS }),
  "POST /imports/{id}/stop": head({ body: at({}), elsewhere: IMPORTS }),
  "POST /imports/{id}/undo": head({ body: at({}), elsewhere: IMPORTS }),
  "GET /import-profiles": head(),
  "POST /import-profiles": head({ body: (s) => ({ object: "customer", name: s.name("Profile"), options: {}, mapping: {} }) }),
  "DELETE /import-profiles/{id}": head({ everybodys: true }),
  ...exported("customers", "customer"),
  ...exported("contacts", "customer"),
  ...exported("leads", "lead"),
  ...exported("interests", "interest"),
  ...exported("interactions", "interaction"),
  ...exported("inquiries", "inquiry"),
  ...exported("tasks", "task"),
  ...exported("duplicates", "customer"),
  ...exported("loss-reasons", "interest", { query: () => ({ from: "2026-01-01", to: "2026-12-31" }) }),
  ...exported("stage-times", "interest", { query: saleKind }),
  ...exported("in-work", "interaction"),
  ...exported("dialogs", "dialog", { query: () => ({ view: "all" }) }),
  ...exported("employees", "employee", { by: "admin" }),
  ...exported("absences", "employee", { by: "admin" }),
  ...exported("presence-log", "board"),
  ...exported("departments", "department", { by: "admin" }),
  ...exported("roles", "role", { by: "admin" }),
  ...exported("audit", "audit", { by: "admin" }),
  ...exported("blocked-numbers", null, { by: "admin" }),
  ...exported("canned-answers", null, { by: "admin" }),
  ...exported("catalogues", null, { by: "admin", query: () => ({ of: "regions" }) }),
};
