import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());
beforeEach(async () => {
  await house.sql`UPDATE required_field_rule SET archived_at = now() WHERE archived_at IS NULL`;
});

const ask = async (object: string, field: string, moment: string, more: object = {}) => {
  const made = await house.as("admin", "POST", "/required-fields", { object, field, moment, severity: "block", ...more });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
};
const sale = () => house.company.catalogues.interestKinds["sale"] as { id: string; stageIds: string[] };
const lacks = (answer: { body: { code: string; details: { fields: { object: string; field: string }[] } } }) => {
  expect(answer.body.code, JSON.stringify(answer.body)).toBe("required_fields");
  return answer.body.details.fields.map((f) => `${f.object}.${f.field}`).sort();
};

test("the new-client assistant names what the card, the contact and the Interest lack in one answer, and leaves nothing behind", async () => {
  await ask("customer", "taxId", "save");
  await ask("contact", "birthDate", "save");
  await ask("interest", "amount", "save");
  await ask("interest", "expectedClose", "stage_enter", { stageId: sale().stageIds[0], severity: "warn" });
  const body = { customer: { kind: "company", name: "Together LLP" }, contact: { lastName: "Kim" }, interest: { kindId: sale().id, title: "Chairs" } };
  expect(lacks(await house.as("aigul", "POST", "/customers/assistant", body))).toEqual(["contact.birthDate", "customer.taxId", "interest.amount"]);
  expect(await house.sql`SELECT 1 FROM customer WHERE name = 'Together LLP'`).toHaveLength(0);
  const whole = {
    customer: { ...body.customer, taxId: "940140000385" },
    contact: { ...body.contact, birthDate: "1990-05-01" },
    interest: { ...body.interest, amount: 5 },
  };
  const done = await house.app.inject({ method: "POST", url: "/customers/assistant", headers: { "x-person": "aigul" }, payload: whole });
  expect([done.statusCode, done.headers["x-warnings"]]).toEqual([201, "interest.expectedClose"]);
});

test("an Interest of the assistant for a known customer meets the rules of saving and of its first stage", async () => {
  const { id: customerId } = (
    await house.as("aigul", "POST", "/customers", { kind: "company", name: "Known", responsibleId: house.company.employees.aigul.id })
  ).body;
  await ask("interest", "amount", "stage_enter", { stageId: sale().stageIds[0], validator: "positive" });
  const interest = { kindId: sale().id, title: "Tables" };
  expect(lacks(await house.as("aigul", "POST", "/customers/assistant", { customerId, interest }))).toEqual(["interest.amount"]);
  expect((await house.as("aigul", "POST", "/customers/assistant", { customerId, interest: { ...interest, amount: 10 } })).status).toBe(201);
});

test("a conversion names what the lead, the new contact and the new customer lack in one answer", async () => {
  await ask("lead", "note", "convert");
  await ask("contact", "birthDate", "save");
  await ask("customer", "regionId", "save");
  const lead = await house.as("aigul", "POST", "/leads", { contactName: "Iskakova Saule", companyName: "Lotus", noContact: true });
  const converted = await house.as("aigul", "POST", `/leads/${lead.body.id}/convert`, { qualify: true, customer: { kind: "company", name: "Lotus" } });
  expect(lacks(converted)).toEqual(["contact.birthDate", "customer.regionId", "lead.note"]);
  expect((await house.as("aigul", "GET", `/leads/${lead.body.id}`)).body.status).not.toBe("converted");
});

test("a finished reception names what the lead, the Interest, the next step and the inquiry lack in one answer", async () => {
  await ask("lead", "email", "save");
  await ask("interest", "amount", "save");
  await ask("interaction", "place", "save");
  await ask("inquiry", "sourceId", "close_won");
  const inquiry = (await house.as("aigul", "POST", "/inquiries", { purposeId: null })).body;
  const finished = await house.as("aigul", "POST", `/inquiries/${inquiry.id}/finish`, {
    version: inquiry.version,
    purposeId: house.company.catalogues.purposes["buy"],
    who: { kind: "new-lead", contactName: "Ermek", companyName: null, phone: "+7 701 900 10 20", email: null },
    interest: { kind: "new", title: "Sofa", interestKindId: null, parallelReason: null },
    next: {
      typeId: house.company.catalogues.interactionTypes["call"]?.id,
      subject: "Call",
      plannedFrom: new Date(Date.now() + 3_600_000).toISOString(),
    },
  });
  expect(lacks(finished)).toEqual(["inquiry.sourceId", "interaction.place", "interest.amount", "lead.email"]);
  expect((await house.as("aigul", "GET", `/inquiries/${inquiry.id}`)).body.status).not.toBe("processed");
});

/** A file that fills empty fields of the cards it knows, from upload to the end of the run. */
async function fillFrom(person: Person, file: string, options: object = {}) {
  const answer = await house.app.inject({
    method: "POST",
    url: "/imports?object=lead&name=leads.csv",
    headers: { "x-person": person, "content-type": "application/octet-stream" },
    payload: Buffer.from(file),
  });
  const { id } = answer.json();
  const version = async () => (await house.as(person, "GET", `/imports/${id}`)).body.version;
  const patched = await house.as(person, "PATCH", `/imports/${id}`, { options: { onDuplicate: "fill", ...options }, version: await version() });
  expect(patched.status, JSON.stringify(patched.body)).toBe(200);
  for (const step of ["check", "run"]) {
    await house.as(person, "POST", `/imports/${id}/${step}`, { version: await version() });
    do await house.crm.jobs.find((j) => j.name === "imports")?.run();
    while ((await house.sql`SELECT 1 FROM import_batch WHERE state IN ('checking', 'running')`).length > 0);
  }
  return (await house.as(person, "GET", `/imports/${id}/rows`)).body.items;
}

test("an import that fills known cards meets the rules of saving; by right the card is filled and marked incomplete", async () => {
  const lead = (await house.as("admin", "POST", "/leads", { contactName: "Known", contactPoints: [{ kind: "phone", value: "+77013500001" }] })).body;
  await ask("lead", "email", "save");
  const file = "phone,companyName\n+77013500001,Their Company\n";
  expect(await fillFrom("admin", file)).toMatchObject([{ state: "faulty", faults: [{ field: "email", code: "required" }] }]);
  expect((await house.as("admin", "GET", `/leads/${lead.id}`)).body.companyName).toBeNull();
  expect(await fillFrom("admin", file, { letIncomplete: true })).toMatchObject([{ state: "filled" }]);
  expect((await house.as("admin", "GET", `/leads/${lead.id}`)).body.companyName).toBe("Their Company");
  expect(await house.sql`SELECT fields FROM incomplete_record WHERE object_id = ${lead.id}`).toEqual([{ fields: ["email"] }]);
  expect(await fillFrom("admin", "phone,email\n+77013500001,known@their.example\n")).toMatchObject([{ state: "filled" }]);
  expect(await house.sql`SELECT 1 FROM incomplete_record WHERE object_id = ${lead.id}`).toHaveLength(0);
});
