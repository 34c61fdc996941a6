import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

const HOUR = 3_600_000;
let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());
beforeEach(async () => {
  await house.sql`UPDATE required_field_rule SET archived_at = now() WHERE archived_at IS NULL`;
});

const rule = async (body: object) => {
  const made = await house.as("admin", "POST", "/required-fields", body);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body as { id: string; version: number };
};
const sale = () => house.company.catalogues.interestKinds["sale"] as { id: string; stageIds: string[] };
const company = async (patch: object = {}) => {
  const made = await house.as("aigul", "POST", "/customers", {
    kind: "company",
    name: `Buyer ${Math.random()}`,
    responsibleId: house.company.employees.aigul.id,
    ...patch,
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body as { id: string; version: number };
};
/** An Interest in "Offer", one step before "Contract". */
const offer = async (customerId: string) => {
  const { id } = (
    await house.as("aigul", "POST", "/interests", { kindId: sale().id, title: "Chairs", customerId, responsibleId: house.company.employees.aigul.id })
  ).body;
  let { version } = (await house.as("aigul", "GET", `/interests/${id}`)).body;
  for (const stageId of sale().stageIds.slice(1, 3)) {
    const moved = await house.as("aigul", "POST", `/interests/${id}/stage`, { stageId, version, reason: "agreed" });
    expect(moved.status, JSON.stringify(moved.body)).toBe(200);
    version = moved.body.version;
  }
  return { id: id as string, version: version as number };
};

test("no contract without a tax number: the move is refused with the field, its card and what stands there; with a valid number it succeeds", async () => {
  const made = await rule({
    object: "interest",
    field: "customer.taxId",
    moment: "stage_enter",
    stageId: sale().stageIds[3],
    severity: "block",
    validator: "tax_id",
  });
  const customer = await company({ taxId: "123" });
  const interest = await offer(customer.id);
  const move = () => house.as("aigul", "POST", `/interests/${interest.id}/stage`, { stageId: sale().stageIds[3], version: interest.version });
  expect(await move()).toMatchObject({
    status: 422,
    body: {
      code: "required_fields",
      details: { fields: [{ object: "customer", objectId: customer.id, field: "taxId", rule: made.id, value: "123", allowUnknown: false }] },
    },
  });
  expect((await house.as("aigul", "GET", `/interests/${interest.id}`)).body).toMatchObject({ version: interest.version });
  const { version } = (await house.as("aigul", "GET", `/customers/${customer.id}`)).body;
  expect((await house.as("aigul", "PATCH", `/customers/${customer.id}`, { taxId: "940140000385", version })).status).toBe(200);
  expect((await move()).status).toBe(200);
});

test("an Interaction is not done without a result", async () => {
  await rule({ object: "interaction", field: "result", moment: "interaction_done", severity: "block" });
  const customer = await company();
  const planned = await house.as("aigul", "POST", "/interactions", {
    typeId: house.company.catalogues.interactionTypes["call"]?.id,
    subject: "Call back",
    plannedFrom: new Date(Date.now() + HOUR).toISOString(),
    customerId: customer.id,
  });
  expect(planned.status, JSON.stringify(planned.body)).toBe(201);
  const complete = (result: string | null) => house.as("aigul", "POST", `/interactions/${planned.body.id}/complete`, { result, version: planned.body.version });
  expect(await complete("-")).toMatchObject({
    status: 422,
    body: { code: "required_fields", details: { fields: [{ object: "interaction", field: "result", value: "-" }] } },
  });
  expect((await complete("Wants two offers")).status).toBe(200);
});

test("a birthday put off for 72 hours: saved with one task; after 72 hours the next save is refused", async () => {
  const { id: ruleId } = await rule({ object: "contact", field: "birthDate", moment: "save", severity: "defer", deferHours: 72 });
  const customer = await company();
  const made = await house.as("aigul", "POST", `/customers/${customer.id}/contacts`, { lastName: "Iskakova" });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const save = async (patch: object) => {
    const { version } = (await house.as("aigul", "GET", `/contacts/${made.body.id}`)).body;
    return house.as("aigul", "PATCH", `/contacts/${made.body.id}`, { ...patch, version });
  };
  expect((await save({ middleName: "Maratovna" })).status).toBe(200);
  const tasks = await house.sql<{ due: number; title: string; executor_id: string }[]>`
    SELECT extract(epoch FROM due_at - created_at)::int AS due, title, executor_id FROM task WHERE dedup_key = ${`required:${ruleId}:${made.body.id}`}`;
  expect(tasks).toEqual([{ due: 72 * 3600, title: "Fill in: Birthday", executor_id: house.company.employees.aigul.id }]);
  house.clock.set(Date.now() + 72 * HOUR + 1000);
  expect(await save({ middleName: "M." })).toMatchObject({ status: 422, body: { code: "required_fields", details: { fields: [{ field: "birthDate" }] } } });
  expect((await save({ birthDate: "1990-05-01" })).status).toBe(200);
  house.clock.set(Date.now());
});

test("every failing field in one answer, the same from the card and from the form of a new one; a warning saves and is told", async () => {
  await rule({ object: "customer", field: "regionId", moment: "save", severity: "block", condition: { kind: ["company"] } });
  await rule({ object: "customer", field: "industryId", moment: "save", severity: "block", condition: { kind: ["company"] } });
  await rule({ object: "customer", field: "comment", moment: "save", severity: "warn" });
  const refused = await house.as("aigul", "POST", "/customers", { kind: "company", name: "No region" });
  expect(refused.body.details.fields.map((f: { field: string }) => f.field).sort()).toEqual(["industryId", "regionId"]);
  expect((await house.as("aigul", "GET", "/search?q=No%20region")).body.items ?? []).toEqual([]);
  const person = await house.app.inject({ method: "POST", url: "/customers", headers: { "x-person": "aigul" }, payload: { kind: "person", name: "A person" } });
  expect([person.statusCode, person.headers["x-warnings"]]).toEqual([201, "customer.comment"]);
});

test("a rule of one role holds for its people alone", async () => {
  await rule({ object: "customer", field: "comment", moment: "save", severity: "block", roleIds: [house.company.roles.agent] });
  const body = { kind: "person", name: "Without a comment" };
  expect((await house.as("aigul", "POST", "/customers", body)).body.code).toBe("required_fields");
  expect((await house.as("admin", "POST", "/customers", body)).status).toBe(201);
});

test("'not known' is an answer with a reason, only where the rule says so and by whoever may edit the card", async () => {
  const customer = await company();
  const rules = [await rule({ object: "customer", field: "taxId", moment: "save", severity: "block", allowUnknown: true })];
  const save = async (comment: string) =>
    house.as("aigul", "PATCH", `/customers/${customer.id}`, { comment, version: (await house.as("aigul", "GET", `/customers/${customer.id}`)).body.version });
  expect((await save("one")).body.details.fields).toMatchObject([{ field: "taxId", allowUnknown: true }]);
  const say = (person: "aigul" | "dana", reason: string | null) =>
    house.as(person, "PUT", "/unknown-values", { object: "customer", objectId: customer.id, field: "taxId", reason });
  expect((await say("dana", "They do not tell")).status).toBe(404);
  expect((await say("aigul", "They do not tell")).status).toBe(204);
  expect((await save("two")).status).toBe(200);
  expect((await house.as("admin", "GET", `/required-fields/${rules[0]?.id}/coverage`)).body).toMatchObject({ unknown: 1 });
  expect((await say("aigul", null)).status).toBe(204);
  expect((await save("three")).body.code).toBe("required_fields");
});

test("switching a rule on touches no record, and its coverage says how many would fail", async () => {
  const lost = await company();
  const found = await company({ legalName: "Romashka LLP" });
  const made = await rule({ object: "customer", field: "legalName", moment: "save", severity: "block", enabled: false, condition: { kind: ["company"] } });
  const before = (await house.as("aigul", "GET", `/customers/${lost.id}`)).body;
  const report = (await house.as("admin", "GET", `/required-fields/${made.id}/coverage`)).body;
  expect((await house.as("aigul", "GET", `/customers/${lost.id}`)).body).toEqual(before);
  const [count] = await house.sql<{ all: number; failing: number }[]>`
    SELECT count(*)::int AS all, count(*) FILTER (WHERE legal_name IS NULL)::int AS failing FROM customer WHERE kind = 'company' AND archived_at IS NULL`;
  expect(report).toMatchObject({ concerned: count?.all, failing: count?.failing, deferred: 0 });
  const examples = report.examples.map((e: { id: string }) => e.id);
  expect([examples.includes(lost.id), examples.includes(found.id)]).toEqual([true, false]);
  expect((await house.as("aigul", "GET", `/required-fields/${made.id}/coverage`)).status).toBe(403);
});

test("a rule that cannot hold is refused with every fault, and two editors of one rule are told", async () => {
  const refused = await house.as("admin", "POST", "/required-fields", {
    object: "customer",
    field: "hairColour",
    moment: "convert",
    severity: "defer",
    condition: { weather: ["rain"] },
    stageId: sale().stageIds[0],
    roleIds: ["11111111-1111-4111-8111-111111111111"],
  });
  expect(refused).toMatchObject({
    status: 422,
    body: {
      details: {
        fields: { field: "unknown", moment: "not_of_object", condition: "unknown", deferHours: "required", stageId: "not_of_moment", roleIds: "unknown" },
      },
    },
  });
  const made = await rule({ object: "lead", field: "note", moment: "save", severity: "warn" });
  expect((await house.as("admin", "PATCH", `/required-fields/${made.id}`, { severity: "block", version: 0 })).body).toMatchObject({
    severity: "block",
    version: 1,
  });
  expect((await house.as("admin", "PATCH", `/required-fields/${made.id}`, { severity: "warn", version: 0 })).body).toMatchObject({
    code: "version_conflict",
    details: { current: { severity: "block" } },
  });
  expect((await house.as("aigul", "POST", "/required-fields", { object: "lead", field: "note", moment: "save", severity: "warn" })).status).toBe(403);
  expect((await house.as("admin", "DELETE", `/required-fields/${made.id}`)).status).toBe(204);
  expect((await house.as("admin", "GET", "/required-fields")).body).toEqual([]);
});

test("a conversion and an inquiry rejected by hand meet the same rules", async () => {
  await rule({ object: "contact", field: "birthDate", moment: "save", severity: "block" });
  await rule({ object: "inquiry", field: "purposeId", moment: "close_lost", severity: "block" });
  const lead = await house.as("aigul", "POST", "/leads", {
    contactName: "Iskakova Saule",
    companyName: "Lotus",
    noContact: true,
    responsibleId: house.company.employees.aigul.id,
  });
  expect(lead.status, JSON.stringify(lead.body)).toBe(201);
  expect((await house.as("aigul", "PATCH", `/leads/${lead.body.id}`, { status: "qualified", version: lead.body.version })).status).toBe(200);
  const converted = await house.as("aigul", "POST", `/leads/${lead.body.id}/convert`, { customer: { kind: "company", name: "Lotus" } });
  expect(converted).toMatchObject({ status: 422, body: { code: "required_fields", details: { fields: [{ object: "contact", field: "birthDate" }] } } });
  expect((await house.as("aigul", "GET", `/leads/${lead.body.id}`)).body.status).not.toBe("converted");
  const inquiry = (await house.as("aigul", "POST", "/inquiries", { purposeId: null })).body;
  const rejected = await house.as("aigul", "POST", `/inquiries/${inquiry.id}/reject`, { version: inquiry.version, reason: "Wrong number" });
  expect(rejected).toMatchObject({ status: 422, body: { code: "required_fields", details: { fields: [{ object: "inquiry", field: "purposeId" }] } } });
  expect((await house.as("aigul", "GET", `/inquiries/${inquiry.id}`)).body.status).toBe("in_wizard");
});

test("the last telephone number stays where a rule asks for one, whatever else the card lacks", async () => {
  const customer = await company({
    contactPoints: [
      { kind: "phone", value: "+7 701 555 66 77" },
      { kind: "phone", value: "+7 701 555 66 78" },
    ],
  });
  await rule({ object: "customer", field: "phone", moment: "save", severity: "block", validator: "phone" });
  await rule({ object: "customer", field: "regionId", moment: "save", severity: "block" });
  const points = (await house.as("aigul", "GET", `/customers/${customer.id}`)).body.contactPoints as { id: string }[];
  expect((await house.as("aigul", "DELETE", `/contact-points/${points[0]?.id}`)).status).toBe(204);
  const last = await house.as("aigul", "DELETE", `/contact-points/${points[1]?.id}`);
  expect(last).toMatchObject({ status: 422, body: { code: "required_fields", details: { fields: [{ object: "customer", field: "phone" }] } } });
  expect((await house.as("aigul", "GET", `/customers/${customer.id}`)).body.contactPoints).toHaveLength(1);
});
