import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

let house: CrmHouse;
let regionId: string;
beforeAll(async () => {
  house = await crmHouse();
  regionId = (await house.as("admin", "POST", "/catalogues/regions", { code: "ALA", name: "Almaty" })).body.id;
});
afterAll(() => house.close());
beforeEach(async () => {
  await house.sql`UPDATE required_field_rule SET archived_at = now() WHERE archived_at IS NULL`;
});

const ask = async (object: string, field: string, more: object = {}) => {
  const moment = object === "lead" ? "convert" : "save";
  const made = await house.as("admin", "POST", "/required-fields", { object, field, moment, severity: "block", ...more });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
};
let counter = 0;
const newLead = async (contactName: string | null, companyName: string | null = null) => {
  const points = [{ kind: "phone", value: `+7701600${String(++counter).padStart(4, "0")}` }];
  return (await house.as("aigul", "POST", "/leads", { contactName, companyName, contactPoints: points })).body.id as string;
};
const convert = (id: string, body: object) => house.as("aigul", "POST", `/leads/${id}/convert`, { qualify: true, ...body });
const lacks = (answer: { body: { code: string; details: { fields: { object: string; field: string }[] } } }) => {
  expect(answer.body.code, JSON.stringify(answer.body)).toBe("required_fields");
  return answer.body.details.fields.map((f) => `${f.object}.${f.field}`).sort();
};
const audited = (kind: string, id: string) => house.sql`SELECT action, changes FROM audit_log WHERE object_kind = ${kind} AND object_id = ${id} ORDER BY id`;

test("what a refused conversion lacked of the lead, the customer and the contact comes with the next try, and stands on their cards", async () => {
  await ask("lead", "note");
  await ask("customer", "taxId", { validator: "tax_id" });
  await ask("customer", "regionId");
  await ask("customer", "email");
  await ask("contact", "birthDate", { validator: "past_date" });
  await ask("contact", "position");
  const lead = await newLead("Saule", "Lotus");
  const customer = { kind: "company", name: "Lotus" };
  expect(lacks(await convert(lead, { customer }))).toEqual([
    "contact.birthDate",
    "contact.position",
    "customer.email",
    "customer.regionId",
    "customer.taxId",
    "lead.note",
  ]);
  // Half of it is not enough, and what is no tax number is told with the rest.
  const half = { customer: { taxId: "940140000384" }, lead: { note: "wants lilies" } };
  expect(lacks(await convert(lead, { customer, given: half }))).toEqual([
    "contact.birthDate",
    "contact.position",
    "customer.email",
    "customer.regionId",
    "customer.taxId",
  ]);
  expect((await house.as("aigul", "GET", `/leads/${lead}`)).body).toMatchObject({ note: null, status: "new" });

  const given = {
    lead: { note: "wants lilies" },
    customer: { taxId: "940140000385", regionId },
    contact: { birthDate: "1990-05-01", position: "Buyer", gender: "f" },
    email: "saule@lotus.example",
  };
  const done = await convert(lead, { customer, given });
  expect(done.status, JSON.stringify(done.body)).toBe(200);
  const card = (await house.as("aigul", "GET", `/customers/${done.body.customerId}`)).body;
  expect(card).toMatchObject({ taxId: "940140000385", regionId });
  expect(card.contacts).toMatchObject([{ firstName: "Saule", birthDate: "1990-05-01", position: "Buyer" }]);
  expect(card.contacts[0].contactPoints.map((p: { value: string }) => p.value)).toContain("saule@lotus.example");
  expect((await audited("lead", lead)).at(-1)).toMatchObject({ action: "convert", changes: { note: [null, "wants lilies"] } });
  expect(await audited("customer", done.body.customerId)).toMatchObject([{ changes: { tax_id: [null, "940140000385"], region_id: [null, regionId] } }]);
  expect(await audited("contact", done.body.contactId)).toMatchObject([{ changes: { position: [null, "Buyer"], gender: [null, "f"] } }]);
});

test("a contact person that the house wants of a company is made of the name given for the lead", async () => {
  await ask("customer", "contact", { condition: { kind: ["company"] } });
  const lead = await newLead(null, "Nameless LLP");
  const customer = { kind: "company", name: "Nameless LLP" };
  expect(lacks(await convert(lead, { customer }))).toEqual(["customer.contact"]);
  const done = await convert(lead, { customer, given: { lead: { contactName: "Kim Olga" } } });
  expect(done.status, JSON.stringify(done.body)).toBe(200);
  expect((await house.as("aigul", "GET", `/customers/${done.body.customerId}`)).body.contacts).toMatchObject([{ lastName: "Kim", firstName: "Olga" }]);
});

test("a number and an address that are none are told together; a tax number of another card is refused; nothing is left behind", async () => {
  const lead = await newLead("Ermek");
  const customer = { kind: "person", name: "Ermek" };
  const wrong = await convert(lead, { customer, given: { phone: "no number", email: "at nowhere" } });
  expect(wrong.body).toMatchObject({ code: "validation", details: { fields: { phone: "invalid", email: "invalid" } } });
  await house.as("admin", "POST", "/customers", { kind: "company", name: "First With It", taxId: "940140000385x" });
  const taken = await convert(lead, { customer, given: { customer: { taxId: "940140000385x" }, phone: "+77017770001" } });
  expect(taken.body).toMatchObject({ code: "duplicate", details: { field: "taxId" } });
  expect((await house.as("aigul", "GET", `/leads/${lead}`)).body.contactPoints).toHaveLength(1);
});

test("a number given at the conversion meets the check of duplicates before anything is written", async () => {
  const { id } = (
    await house.as("aigul", "POST", "/customers", { kind: "person", name: "Known Number", contactPoints: [{ kind: "phone", value: "+77017770002" }] })
  ).body;
  const lead = await newLead("Stranger");
  const found = await convert(lead, { customer: { kind: "person", name: "Stranger" }, given: { phone: "+77017770002" } });
  expect(found.body).toMatchObject({ code: "duplicate", details: { candidates: [{ customerId: id }] } });
});

test("facts of a customer or contact who is known already are refused: they are edited on their own card", async () => {
  const { id } = (await house.as("aigul", "POST", "/customers", { kind: "person", name: "Known Already" })).body;
  const lead = await newLead("Timur");
  const onto = (given: object) => convert(lead, { customerId: id, given });
  expect((await onto({ customer: { comment: "x" } })).body).toMatchObject({ code: "validation", details: { fields: { "given.customer": "not_new" } } });
  expect((await onto({ contact: { position: "x" } })).body).toMatchObject({ code: "validation", details: { fields: { "given.contact": "not_new" } } });
  expect((await onto({ lead: { note: "of the lead" } })).status).toBe(200);
});

test("a lead is given to somebody at the conversion only by whoever may give leads away", async () => {
  const { employees } = house.company;
  const lead = await newLead("Given Away");
  const given = { lead: { responsibleId: employees.admin.id } };
  const customer = { kind: "person", name: "Given Away" };
  expect((await convert(lead, { customer, given })).body.code).toBe("forbidden");
  expect((await house.as("admin", "POST", `/leads/${lead}/convert`, { qualify: true, customer, given })).status).toBe(200);
});
