import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { done, house, kindOf, move, open, openHouse, post, read } from "./course.fixture.ts";

beforeAll(openHouse);
afterAll(() => house.close());
beforeEach(async () => {
  await house.sql`UPDATE required_field_rule SET archived_at = now() WHERE archived_at IS NULL`;
});

const ask = async (rule: object) => {
  const made = await house.as("admin", "POST", "/required-fields", { severity: "block", ...rule });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
};
const buyer = async (responsible: "aigul" | "dana", more: object = {}): Promise<Id> =>
  (
    await house.as("admin", "POST", "/customers", {
      kind: "company",
      name: `Buyer ${Math.random()}`,
      responsibleId: house.company.employees[responsible].id,
      ...more,
    })
  ).body.id;
const card = async (id: Id) => (await house.as("admin", "GET", `/customers/${id}`)).body;
const lacks = (answer: { body: { code: string; details: { fields: { object: string; field: string }[] } } }) => {
  expect(answer.body.code, JSON.stringify(answer.body)).toBe("required_fields");
  return answer.body.details.fields.map((f) => `${f.object}.${f.field}`).sort();
};
/** An Interest in Offer; the contract is asked for by `field`. */
const before = async (customerId: Id, field: string, rule: object = {}) => {
  const k = await kindOf("typical", [{ name: "Offer" }, { name: "Contract" }]);
  await ask({ object: "interest", field, moment: "stage_enter", stageId: k.stages[1], ...rule });
  return { i: await open(k.id, { customerId }), contract: k.stages[1] as Id };
};

describe("a refused move is sent again with what it lacked (IN-10, B7)", () => {
  test("Interest №17 to Contract without a tax number: refused; with an invalid one: refused; with a valid one it moves, both in one step", async () => {
    await house.sql`SELECT setval(pg_get_serial_sequence('interest', 'number'), 16)`;
    const customerId = await buyer("aigul");
    const { i, contract } = await before(customerId, "customer.taxId", { validator: "tax_id" });
    const refused = await move(i, contract);
    expect(refused).toMatchObject({
      status: 422,
      body: { details: { fields: [{ object: "customer", objectId: customerId, field: "taxId", value: null }] } },
    });
    const wrong = await move(i, contract, { customer: { taxId: "940140000386" } });
    expect(wrong.body.details.fields).toMatchObject([{ object: "customer", field: "taxId", value: "940140000386" }]);
    expect(await read(i)).toMatchObject({ number: 17, version: i.version, stage: { name: "Offer" } });
    expect((await card(customerId)).taxId).toBeNull();
    expect((await move(i, contract, { customer: { taxId: "940140000385" } })).body.stage.id).toBe(contract);
    expect((await card(customerId)).taxId).toBe("940140000385");
    const trace = await house.sql`SELECT actor_id, changes FROM audit_log WHERE object_id = ${customerId} AND action = 'edit'`;
    expect(trace).toMatchObject([{ actor_id: house.company.employees.aigul.id, changes: { tax_id: [null, "940140000385"] } }]);
  });

  test("a telephone, an address and a legal name of the customer come with the move too; a number of another card is a twin and moves nothing", async () => {
    const other = await buyer("aigul", { contactPoints: [{ kind: "phone", value: "+7 701 777 00 01" }] });
    const customerId = await buyer("aigul");
    const { i, contract } = await before(customerId, "customer.phone", { validator: "phone" });
    for (const field of ["customer.email", "customer.legalName", "contactId"])
      await ask({ object: "interest", field, moment: "stage_enter", stageId: contract });
    expect(lacks(await move(i, contract))).toEqual(["customer.email", "customer.legalName", "customer.phone", "interest.contactId"]);
    const { id: contactId } = (await house.as("aigul", "POST", `/customers/${customerId}/contacts`, { lastName: "Kim" })).body;
    const fields = { contactId };
    const customer = { phone: "8 701 777 00 02", email: "buyer@acme.example", legalName: "Buyer LLP" };
    const twin = { ...customer, phone: "8 701 777 00 01" };
    await house.sql`UPDATE customer SET tax_id = '940140000999', name = 'Buyer twin', region_id = NULL WHERE id = ${other}`;
    const half = await move(i, contract, { fields, customer: { phone: customer.phone } });
    expect(lacks(half)).toEqual(["customer.email", "customer.legalName"]);
    expect((await card(customerId)).contactPoints).toEqual([]);
    expect((await move(i, contract, { fields, customer: { ...twin, taxId: "940140000999" } })).body.code).toBe("duplicate");
    expect((await move(i, contract, { fields, customer })).body).toMatchObject({ stage: { id: contract }, contactId });
    const filled = await card(customerId);
    expect(filled).toMatchObject({ legalName: "Buyer LLP" });
    expect(filled.contactPoints.map((p: { value: string }) => p.value).sort()).toEqual(["+77017770002", "buyer@acme.example"]);
    expect(await house.sql`SELECT 1 FROM audit_log WHERE object_kind = 'contact_point' AND changes->>'customer_id' = ${customerId}`).toHaveLength(2);
  });

  test("whoever may not edit the customer does not fill its card by a move: refused, and nothing is written", async () => {
    const customerId = await buyer("dana");
    const k = await kindOf("typical", [{ name: "Offer" }, { name: "Contract" }]);
    const [offer, contract] = k.stages;
    await ask({ object: "interest", field: "customer.taxId", moment: "stage_enter", stageId: contract });
    const theirs = { kindId: k.id, title: "Chairs", customerId, responsibleId: house.company.employees.aigul.id };
    const i = (await house.as("admin", "POST", "/interests", theirs)).body;
    expect(lacks(await move(i, contract))).toEqual(["customer.taxId"]);
    expect((await move(i, contract, { fields: { amount: 5 }, customer: { taxId: "940140000384" } })).status).toBe(404);
    expect((await card(customerId)).taxId).toBeNull();
    expect(await read(i)).toMatchObject({ stage: { id: offer }, amount: null });
    expect((await move(i, contract, { customer: { taxId: "940140000384" } }, "admin")).status).toBe(200);
  });

  test("the customer's own rules of saving go into the same answer", async () => {
    const customerId = await buyer("aigul");
    const { i, contract } = await before(customerId, "customer.taxId", { validator: "tax_id" });
    await ask({ object: "customer", field: "comment", moment: "save" });
    expect(lacks(await move(i, contract, { customer: { taxId: "123" } }, "head"))).toEqual(["customer.comment", "customer.taxId"]);
  });

  test("an Interest of a lead has no card to fill", async () => {
    const { id: leadId } = (await house.as("aigul", "POST", "/leads", { contactName: "Nobody yet", noContact: true })).body;
    const k = await kindOf("manual", [{ name: "A" }, { name: "B" }]);
    const i = await open(k.id, { customerId: null, leadId });
    expect((await move(i, k.stages[1], { customer: { taxId: "940140000385" } })).body.details.fields).toEqual({ customerId: "required" });
  });

  test("a closing that was refused brings the customer's fields and its comment", async () => {
    const customerId = await buyer("aigul");
    const k = await kindOf("none", []);
    await ask({ object: "interest", field: "customer.legalName", moment: "close_won" });
    await ask({ object: "interest", field: "closeComment", moment: "close_won" });
    const i = await open(k.id, { customerId });
    expect(lacks(await post(i, "close", { status: "won" }))).toEqual(["customer.legalName", "interest.closeComment"]);
    const closed = await post(i, "close", { status: "won", comment: "Paid in full", customer: { legalName: "Buyer LLP" } }, "head");
    expect(closed.body).toMatchObject({ status: "won", closeComment: "Paid in full" });
    expect((await card(customerId)).legalName).toBe("Buyer LLP");
  });
});

describe("fields of an Interest (IN-01)", () => {
  test("its contact and purpose are set on creation and changed later, audited; a stranger is no contact of it", async () => {
    const customerId = await buyer("aigul");
    const person = async (lastName: string) => (await house.as("head", "POST", `/customers/${customerId}/contacts`, { lastName })).body.id as Id;
    const [kim, lee] = [await person("Kim"), await person("Lee")];
    const { buy, information } = house.company.catalogues.purposes;
    const k = await kindOf("none", []);
    const i = await open(k.id, { customerId, contactId: kim, purposeId: buy });
    expect(await read(i)).toMatchObject({ contactId: kim, contact: { id: kim, name: "Kim" }, purposeId: buy });
    const edit = (body: object) => house.as("aigul", "PATCH", `/interests/${i.id}`, { version: i.version, ...body });
    const stranger = (await house.as("admin", "POST", `/customers/${await buyer("dana")}/contacts`, { lastName: "Stranger" })).body.id;
    expect((await edit({ contactId: stranger })).body.details.fields).toEqual({ contactId: "unknown" });
    expect((await edit({ contactId: lee, purposeId: information })).body).toMatchObject({ contact: { id: lee, name: "Lee" }, purposeId: information });
    const [row] = await house.sql`SELECT changes FROM audit_log WHERE object_id = ${i.id} AND action = 'edit'`;
    expect(row?.["changes"]).toEqual({ contact_id: [kim, lee], purpose_id: [buy, information] });
  });
});

test("nothing of a refused move is kept, though an Interaction was done meanwhile", async () => {
  const customerId = await buyer("aigul");
  const { i, contract } = await before(customerId, "amount", { validator: "positive" });
  await done(i, house.company.catalogues.interactionTypes["call"]?.id as Id);
  expect(lacks(await move(await read(i), contract, { fields: { title: "Renamed" } }))).toEqual(["interest.amount"]);
  expect(await read(i)).toMatchObject({ title: "Chairs", stage: { name: "Offer" } });
});
