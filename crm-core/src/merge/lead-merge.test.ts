import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";
import { REFERENCES } from "./references.ts";

let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());

let next = 0;
const phone = () => `+7702${String(++next).padStart(7, "0")}`;
const make = async (contactName: string, more: object = {}, by: Person = "head") => {
  const made = await house.as(by, "POST", "/leads", { contactName, contactPoints: [{ kind: "phone", value: phone() }], ...more });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body;
};
const lead = async (id: Id, by: Person = "head") => (await house.as(by, "GET", `/leads/${id}`)).body;
const versionOf = async (id: Id) => (await house.sql<[{ version: number }]>`SELECT version FROM lead WHERE id = ${id}`)[0].version;
const merge = async (survivorId: Id, loserId: Id, choices = {}, by: Person = "head") =>
  house.as(by, "POST", "/merges", {
    card: "lead",
    survivorId,
    survivorVersion: await versionOf(survivorId),
    loserId,
    loserVersion: await versionOf(loserId),
    choices,
  });

/** An Interest, a dialog, a talk, a task and a file of a lead. */
async function work(leadId: Id): Promise<void> {
  const { sql, company } = house;
  const kind = company.catalogues.interestKinds["sale"] as { id: Id; stageIds: Id[] };
  const type = company.catalogues.interactionTypes["call"] as { id: Id };
  await sql`INSERT INTO interest (kind_id, process_mode, lead_id, title, stage_id, amount, currency) VALUES (${kind.id}, 'typical', ${leadId}, 'Chairs', ${kind.stageIds[0] as Id}, 100, 'KZT')`;
  await sql`
    INSERT INTO interaction (type_id, status_id, state, direction, lead_id, subject, occurred)
    SELECT ${type.id}, id, 'done', 'out', ${leadId}, 'Talk', tstzrange(now() - interval '1 hour', now() - interval '50 minutes') FROM interaction_status WHERE type_id = ${type.id} AND state = 'done' LIMIT 1`;
  const { id } = await house.dialog({ kind: "phone", value: phone() }, { medium: "chat", direction: "out" });
  await sql`INSERT INTO dialog_party (dialog_id, lead_id) VALUES (${id}, ${leadId}) ON CONFLICT (dialog_id) DO UPDATE SET customer_id = NULL, lead_id = excluded.lead_id`;
  await sql`WITH f AS (INSERT INTO file (name) VALUES ('Sketch') RETURNING id) INSERT INTO file_link (file_id, lead_id) SELECT id, ${leadId} FROM f`;
  await sql`INSERT INTO task (kind, title, executor_id, subject_kind, lead_id) VALUES ('errand', 'Send it', ${company.employees.aigul.id}, 'lead', ${leadId})`;
}
/** Every row that speaks of these leads, and the leads themselves; versions aside. */
async function picture(ids: Id[]): Promise<unknown> {
  const rows: unknown[] = [];
  for (const { table, column } of REFERENCES.filter((r) => r.to === "lead" && r.table !== "lead"))
    rows.push([
      table,
      await house.sql`SELECT to_jsonb(t) - 'version' AS row FROM ${house.sql(table)} t WHERE ${house.sql(column)} = ANY(${ids}::uuid[]) ORDER BY 1`,
    ]);
  rows.push(await house.sql`SELECT to_jsonb(l) - 'version' AS row FROM lead l WHERE id = ANY(${ids}::uuid[]) ORDER BY l.id`);
  return JSON.parse(JSON.stringify(rows));
}
const feed = async (id: Id) => (await house.as("head", "GET", `/leads/${id}/feed?limit=200`)).body.items.map((i: { id: string }) => i.id) as string[];

test("a lead joins another: fields as chosen, nothing of its history lost, its id leads to the survivor; undone, both are as before", async () => {
  const { aigul, bolat } = house.company.employees;
  const number = phone();
  const one = await make("Ivan Petrov", { responsibleId: aigul.id, note: "Asked for chairs" });
  const two = await make("Petrov", {
    responsibleId: bolat.id,
    companyName: "Romashka",
    note: "Asked for desks",
    contactPoints: [{ kind: "phone", value: number }],
  });
  const ids = [one.id, two.id];
  await work(one.id);
  await work(two.id);
  await house.identify({ kind: "phone", value: number });
  const before = await picture(ids);
  const items = [...(await feed(one.id)), ...(await feed(two.id))].sort();

  const preview = (await house.as("head", "GET", `/merges/preview?card=lead&a=${one.id}&b=${two.id}`)).body;
  expect(preview).toMatchObject({
    card: "lead",
    suggested: one.id,
    b: { code: "", name: "Petrov, Romashka", responsible: { id: bolat.id }, counts: { interests: 1, dialogs: 1, tasks: 1, files: 1 } },
  });
  expect(preview.fields.map((f: { field: string }) => f.field)).toEqual(["contact_name", "company_name", "note", "source_id", "responsible_id", "due_at"]);
  const done = await merge(one.id, two.id, { note: "loser", responsible_id: "loser" });
  expect(done.status, JSON.stringify(done.body)).toBe(200);

  expect(await lead(two.id)).toMatchObject({
    id: one.id,
    contactName: "Ivan Petrov",
    companyName: "Romashka",
    note: "Asked for desks",
    responsible: { id: bolat.id },
    status: "new",
  });
  expect((await lead(one.id)).contactPoints).toHaveLength(2);
  expect((await feed(one.id)).filter((id) => items.includes(id)).sort()).toEqual(items);
  expect(await feed(two.id)).toEqual(await feed(one.id));
  for (const { table, column } of REFERENCES.filter((r) => r.to === "lead" && r.table !== "lead"))
    expect([table, (await house.sql`SELECT 1 FROM ${house.sql(table)} WHERE ${house.sql(column)} = ${two.id}`).length]).toEqual([table, 0]);
  // The number, the register and the search know one lead.
  expect(await house.identify({ kind: "phone", value: number })).toMatchObject({ result: "lead", leadId: one.id });
  const named = (await house.as("head", "GET", "/leads?limit=200")).body.items.map((l: { id: Id }) => l.id) as Id[];
  expect([named.includes(one.id), named.includes(two.id)]).toEqual([true, false]);
  const found = (await house.as("head", "GET", "/leads?q=Petrov")).body.items.map((l: { id: Id }) => l.id) as Id[];
  expect([found.includes(one.id), found.includes(two.id)]).toEqual([true, false]);
  const told =
    await house.sql`SELECT employee_id, payload->>'why' AS why FROM notification WHERE object = 'lead' AND object_id = ${one.id} AND kind = 'handover' ORDER BY employee_id`;
  expect(told).toEqual([aigul.id, bolat.id].sort().map((employee_id) => ({ employee_id, why: "merge" })));
  // Work goes on at the survivor; whoever still holds the old card is told where.
  const late = await house.as("head", "PATCH", `/leads/${two.id}`, { note: "Late", version: await versionOf(two.id) });
  expect(late.body).toMatchObject({ code: "already_taken", details: { survivorId: one.id } });
  expect((await house.as("head", "POST", `/leads/${two.id}/convert`, {})).body).toMatchObject({ code: "already_taken", details: { survivorId: one.id } });
  const task = await house.as("head", "POST", "/tasks", { title: "Call back", subject: { kind: "lead", id: two.id } });
  expect(task.body.subject).toMatchObject({ kind: "lead", id: one.id });
  await house.sql`WITH t AS (DELETE FROM subject_link WHERE from_id = ${task.body.id}) DELETE FROM task WHERE id = ${task.body.id}`;

  expect((await house.as("head", "GET", `/merges?card=lead&id=${two.id}`)).body.items).toMatchObject([
    { loserId: two.id, loserName: "Petrov, Romashka", undoneAt: null },
  ]);
  expect((await house.as("head", "POST", `/merges/${done.body.id}/undo`)).body).toMatchObject({ left: [] });
  expect(await picture(ids)).toEqual(before);
  expect(await lead(two.id)).toMatchObject({ id: two.id, contactName: "Petrov" });
});

test("what has been changed since stays; a survivor that became a customer is not taken apart; a converted lead is merged as the customer it is", async () => {
  const [one, two] = [await make("Alpha"), await make("Beta", { note: "Of Beta" })];
  const done = await merge(one.id, two.id);
  await house.as("head", "PATCH", `/leads/${one.id}`, { note: "Since then", version: await versionOf(one.id) });
  expect((await house.as("head", "POST", `/merges/${done.body.id}/undo`)).body.left).toEqual([{ table: "lead", key: "note" }]);
  const again = await merge(one.id, two.id);
  const converted = await house.as("head", "POST", `/leads/${one.id}/convert`, { qualify: true, confirmNew: true });
  expect(converted.status, JSON.stringify(converted.body)).toBe(200);
  expect((await house.as("head", "POST", `/merges/${again.body.id}/undo`)).body).toMatchObject({
    code: "in_use",
    details: { customerId: converted.body.customerId },
  });
  const third = await make("Gamma");
  expect((await merge(third.id, one.id)).body).toMatchObject({ code: "validation", details: { fields: { status: "converted" } } });
});

test("both leads must be one's to edit and assign: a foreign one is refused, an unknown one is not there", async () => {
  const { dana } = house.company.employees;
  const [own, other] = [await make("Own", {}, "aigul"), await make("Other", {}, "dana")];
  expect((await merge(own.id, other.id, {}, "aigul")).status).toBe(403);
  expect((await merge(own.id, other.id, {}, "head")).status).toBe(403);
  const query = `/merges/preview?card=lead&a=${own.id}&b=4b1a3ff4-2d53-4f8e-9a51-3f2d5f3c9b10`;
  expect((await house.as("head", "GET", query)).status).toBe(404);
  const done = await merge(own.id, other.id, {}, "admin");
  await house.sql`UPDATE lead SET responsible_id = ${dana.id} WHERE id = ${own.id}`;
  expect((await house.as("head", "POST", `/merges/${done.body.id}/undo`)).status).toBe(403);
});
