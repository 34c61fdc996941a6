import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../tests/support/crm.ts";
import { NOW, receptionHouse } from "../inquiry/reception.fixture.ts";

const { house, phone, purpose, reception } = await receptionHouse();
afterAll(() => house.close());
// Whoever may read the audit at all sees there what was done to the cards that they may read.
beforeAll(async () => {
  house.clock.set(NOW);
  await house.sql`INSERT INTO role_permission (role_id, object, action, scope) VALUES (${house.company.roles.agent}, 'audit', 'read', 'own')`;
});

interface Row {
  actor: string;
  action: string;
  objectKind: string;
  objectId: Id;
  changes: Record<string, unknown>;
}
/** What the change history of a card shows, the first change first. */
async function history(kind: "customer" | "contact" | "lead", id: Id, who: Person = "admin"): Promise<Row[]> {
  const r = await house.as(who, "GET", `/audit?objectKind=${kind}&objectId=${id}&limit=200`);
  expect(r.status, JSON.stringify(r.body)).toBe(200);
  return r.body.items.reverse();
}
const ofPoints = async (kind: "customer" | "contact" | "lead", id: Id) =>
  (await history(kind, id)).filter((row) => row.objectKind === "contact_point").map((row) => [row.action, row.changes["value"] ?? row.changes["verified_how"]]);
const made = async (path: string, body: object, who: Person = "aigul") => {
  const r = await house.as(who, "POST", path, body);
  expect(r.status, JSON.stringify(r.body)).toBeLessThan(300);
  return r.body;
};

describe("by what a card is reached, in its own change history (AD-09)", () => {
  test("a person's phone is changed: who, when, the old and the new number (CB-01)", async () => {
    const { aigul } = house.company.employees;
    const person = await made("/customers", {
      kind: "person",
      name: "Petrov",
      responsibleId: aigul.id,
      contactPoints: [{ kind: "phone", value: "8 701 900 00 01" }],
    });
    await made("/contact-points", { kind: "phone", value: "8 701 900 00 02", customerId: person.id });
    expect((await house.as("aigul", "DELETE", `/contact-points/${person.contactPoints[0].id}`)).status).toBe(204);
    const rows = await history("customer", person.id, "aigul");
    expect(rows.map((row) => [row.objectKind, row.action, row.actor])).toEqual([
      ["customer", "create", aigul.name],
      ["contact_point", "create", aigul.name],
      ["contact_point", "create", aigul.name],
      ["contact_point", "archive", aigul.name],
    ]);
    expect(rows.slice(1).map((row) => row.changes["value"])).toEqual([
      [null, "+77019000001"],
      [null, "+77019000002"],
      ["+77019000001", null],
    ]);
  });

  test("whoever may read the card sees the changes of its numbers by anybody; a card out of sight tells nothing of them", async () => {
    const { bolat } = house.company.employees;
    const company = await made("/customers", { kind: "company", name: "Seen", responsibleId: bolat.id, contactPoints: [phone()] }, "admin");
    const human = await made(`/customers/${company.id}/contacts`, { lastName: "Seen", contactPoints: [phone()] }, "admin");
    const lead = await made("/leads", { contactName: "Seen", responsibleId: bolat.id, contactPoints: [phone()] }, "admin");
    for (const [kind, id] of [["customer", company.id] as const, ["contact", human.id] as const, ["lead", lead.id] as const]) {
      expect((await house.as("aigul", "GET", `/${kind}s/${id}`)).status).toBe(200);
      expect((await history(kind, id, "aigul")).map((row) => [row.objectKind, row.action])).toEqual([
        [kind, "create"],
        ["contact_point", "create"],
      ]);
      expect((await house.as("dana", "GET", `/${kind}s/${id}`)).status).toBe(404);
      expect(await history(kind, id, "dana")).toEqual([]);
    }
  });
});

describe("every change of a number leaves its row", () => {
  test("a lead that the wizard makes of a caller, and what is added to a lead that was there", async () => {
    const d = await house.dialog(phone(), { at: NOW });
    await house.assign(d.id, "aigul");
    const { inquiry } = await reception("aigul", d.id);
    const done = await house.as("aigul", "POST", `/inquiries/${inquiry.id}/finish`, {
      version: inquiry.version,
      purposeId: purpose("information"),
      who: { kind: "new-lead", contactName: "Saule", companyName: null, phone: null, email: "Saule@Mail.Example" },
      interest: { kind: "none" },
    });
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    const leadId = d.identification.leadId as Id;
    expect(await ofPoints("lead", leadId)).toContainEqual(["create", [null, "saule@mail.example"]]);
    expect((await history("lead", leadId)).find((row) => row.action === "edit")?.changes).toEqual({ contact_name: [null, "Saule"] });
  });

  test("what a visitor typed into a form of the site", async () => {
    const { id, identification } = await house.dialog({ kind: "site_visitor", value: "browser-7" }, { medium: "chat" });
    await house.sql.begin((tx) => house.crm.identify.addClaims(tx, id, { phone: "8 701 900 11 11", email: "v@mail.example" }));
    await house.sql.begin((tx) => house.crm.identify.addClaims(tx, id, { phone: "8 701 900 11 11" }));
    expect(await ofPoints("lead", identification.leadId as Id)).toEqual([
      ["create", [null, "browser-7"]],
      ["create", [null, "+77019001111"]],
      ["create", [null, "v@mail.example"]],
    ]);
  });

  test("a number of several cards that an agent says is this one's", async () => {
    const number = phone();
    const one = await made("/customers", { kind: "company", name: "One of two", contactPoints: [number] }, "admin");
    const other = await made("/customers", { kind: "company", name: "The other", contactPoints: [number], differentReason: "Two shops" }, "admin");
    const d = await house.dialog(number, { at: NOW });
    await house.assign(d.id, "aigul");
    expect((await house.as("admin", "PATCH", `/dialogs/${d.id}/party`, { customerId: other.id, verify: true })).status).toBe(200);
    expect(await ofPoints("customer", one.id)).toEqual([["create", [null, number.value]]]);
    expect(await ofPoints("customer", other.id)).toEqual([
      ["create", [null, number.value]],
      ["verify", [null, "manual"]],
    ]);
  });

  test("a file adds a number to a card, and taking the file back removes it", async () => {
    const number = phone().value;
    const card = await made("/customers", { kind: "company", name: "Filled", taxId: "990140009999" }, "admin");
    const payload = Buffer.from(`Название,ИНН,Телефон\r\nFilled,990140009999,${number}\r\n`);
    const headers = { "x-person": "admin", "content-type": "application/octet-stream" };
    const { id } = (await house.app.inject({ method: "POST", url: "/imports?object=customer&name=fill.csv", headers, payload })).json();
    const step = async (name: string, options?: object) => {
      const { version } = (await house.as("admin", "GET", `/imports/${id}`)).body;
      const r =
        options === undefined
          ? await house.as("admin", "POST", `/imports/${id}/${name}`, { version })
          : await house.as("admin", "PATCH", `/imports/${id}`, { ...options, version });
      expect(r.status, JSON.stringify(r.body)).toBe(200);
      const job = house.crm.jobs.find((each) => each.name === "imports");
      for (let n = 0; n < 5; n++) await job?.run();
    };
    await step("options", { options: { onDuplicate: "fill" } });
    for (const name of ["check", "run"]) await step(name);
    expect(await ofPoints("customer", card.id)).toEqual([["create", [null, number]]]);
    await step("undo");
    expect(await ofPoints("customer", card.id)).toEqual([
      ["create", [null, number]],
      ["archive", [number, null]],
    ]);
  });
});

describe("what becomes of cards leaves its rows too", () => {
  test("a conversion tells of the human it made and of the owner it gave to a company that had none", async () => {
    const { aigul } = house.company.employees;
    const company = await made("/customers", { kind: "company", name: "Ownerless" }, "admin");
    await house.sql`UPDATE customer SET responsible_id = NULL WHERE id = ${company.id}`;
    const lead = await made("/leads", { contactName: "Petrov Ivan", responsibleId: aigul.id, contactPoints: [phone()] });
    const { contactId } = await made(`/leads/${lead.id}/convert`, { customerId: company.id, qualify: true }, "admin");
    expect((await history("customer", company.id)).at(-1)).toMatchObject({ action: "edit", changes: { responsible_id: [null, aigul.id] } });
    const rows = await history("contact", contactId);
    expect(rows.find((row) => row.objectKind === "contact")).toMatchObject({
      action: "create",
      changes: { last_name: [null, "Petrov"], first_name: [null, "Ivan"], customer_id: [null, company.id], from_lead_id: [null, lead.id] },
    });
    // The lead's number came along with its own history.
    expect(rows.some((row) => row.objectKind === "contact_point")).toBe(true);
  });

  test("a merge that is undone tells which values went back to the survivor, its responsible among them", async () => {
    const { aigul, bolat } = house.company.employees;
    const survivor = await made("/customers", { kind: "company", name: "Stays", comment: null, responsibleId: bolat.id }, "admin");
    const loser = await made("/customers", { kind: "company", name: "Goes", comment: "Pays late", responsibleId: aigul.id }, "admin");
    const choices = { responsible_id: "loser" };
    const merged = await house.as("admin", "POST", "/merges", {
      card: "customer",
      survivorId: survivor.id,
      survivorVersion: survivor.version,
      loserId: loser.id,
      loserVersion: loser.version,
      choices,
    });
    expect(merged.status, JSON.stringify(merged.body)).toBeLessThan(300);
    expect((await house.as("admin", "POST", `/merges/${merged.body.id}/undo`)).status).toBe(200);
    expect((await history("customer", survivor.id)).at(-1)).toMatchObject({
      action: "unmerge",
      changes: { merged_from: [loser.id, null], comment: ["Pays late", null], responsible_id: [aigul.id, bolat.id] },
    });
  });
});
