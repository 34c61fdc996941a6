import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Person } from "../../../tests/support/crm.ts";
import { NOW, receptionHouse } from "./reception.fixture.ts";

const { house, purpose } = await receptionHouse();
const { employees, departments, queueId } = house.company;
const { sql } = house;
afterAll(() => house.close());

const iso = (days: number) => new Date(NOW + days * 86_400_000).toISOString();
const away = async (person: Person, substitute: Person | null): Promise<Id> => {
  const substituteId = substitute === null ? null : employees[substitute].id;
  const made = await house.as("head", "POST", "/absences", { employeeId: employees[person].id, from: iso(-1), to: iso(5), substituteId });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.id;
};
const rule = async (body: object): Promise<void> => {
  const made = await house.as("admin", "POST", "/dispatch-rules", { name: "Orders", action: "assign", ...body });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
};
let next = 1;
/** A stranger's letter, taken in and read by the rules: whose the matter is, and to whom the letter itself was given. */
async function letter() {
  const d = await house.dialog({ kind: "email", value: `stranger${next++}@acme.example` }, { medium: "mail", at: NOW });
  await house.message(d.id, "in", NOW, undefined, "Order");
  await house.emit([{ kind: "entry.queued", dialogId: d.id, payload: { entryId: d.id, queueId, priority: 0 } }]);
  await house.read();
  const [inquiry] = await sql<{ id: Id }[]>`SELECT id FROM inquiry WHERE dialog_id = ${d.id}`;
  const given = (await house.enqueued()).flatMap((i) => (i.kind === "dialog.assign" && i.dialogId === d.id ? [i.employeeId] : []));
  return { id: inquiry?.id as Id, dialogId: d.id, given };
}
const view = async (id: Id) => (await house.as("admin", "GET", `/inquiries/${id}`)).body;
const told = async (person: Person, id: Id) =>
  (await house.as(person, "GET", "/notifications?unread=true&limit=200")).body.items.some((n: { object: { id: Id } }) => n.object.id === id);
const written = async (absenceId: Id) => (await house.as("head", "GET", `/absences/${absenceId}/handover`)).body.items;

beforeEach(async () => {
  house.clock.set(NOW);
  await sql`UPDATE delegation SET outcome = 'cancelled', resolved_at = now() WHERE outcome IS NULL`;
  await sql`UPDATE absence SET state = 'cancelled'`;
  await sql`UPDATE dispatch_rule SET archived_at = now() WHERE archived_at IS NULL`;
  await sql`UPDATE employee SET state = 'active'`;
  await sql`DELETE FROM routing_input`;
});

describe("a rule that names somebody absent (RG-06, B8)", () => {
  test("gives letter and matter to who stands in, who is told; both are in the list of what can be taken back, and the tester says the same", async () => {
    const absence = await away("aigul", "bolat");
    await rule({ employeeId: employees.aigul.id });
    const { id, dialogId, given } = await letter();
    expect(given).toEqual([employees.bolat.id]);
    expect(await view(id)).toMatchObject({ status: "dispatched", dispatchedTo: { id: employees.bolat.id } });
    expect([await told("bolat", id), await told("aigul", id)]).toEqual([true, false]);
    const items = await written(absence);
    expect(items.map((i: { kind: string; objectId: Id }) => `${i.kind} ${i.objectId}`).sort()).toEqual([`dialog ${dialogId}`, `inquiry ${id}`]);
    expect(items.every((i: { substitute: { id: Id } }) => i.substitute.id === employees.bolat.id)).toBe(true);
    const ask = { channelId: house.channels.mail, kind: "email", value: "another@acme.example", text: "Order" };
    expect((await house.as("head", "POST", "/dispatch-test", ask)).body.outcome).toMatchObject({ employee: { id: employees.bolat.id }, queue: null });
  });

  test("so does a purpose that goes to one person", async () => {
    const complaint = purpose("complaint");
    await house.as("admin", "PATCH", `/catalogues/purposes/${complaint}`, { dispatch: "fixed", fixedEmployeeId: employees.aigul.id });
    await away("aigul", "bolat");
    await rule({ purposeId: complaint });
    const { id, given } = await letter();
    expect([given, (await view(id)).dispatchedTo.id]).toEqual([[employees.bolat.id], employees.bolat.id]);
    await house.as("admin", "PATCH", `/catalogues/purposes/${complaint}`, { dispatch: "owner_then_least_loaded", fixedEmployeeId: null });
  });

  test("where nobody stands in the letter stays in its queue, and the matter waits in the department's", async () => {
    const absence = await away("aigul", null);
    await sql`UPDATE employee SET state = 'suspended' WHERE department_id = ${departments.a} AND id <> ${employees.aigul.id} AND id <> ${employees.head.id}`;
    const heads = await house.as("admin", "POST", "/absences", { employeeId: employees.head.id, from: iso(-1), to: iso(5) });
    expect(heads.status).toBe(201);
    await rule({ employeeId: employees.aigul.id });
    const { id, given } = await letter();
    expect(given).toEqual([]);
    expect(await view(id)).toMatchObject({ status: "dispatched", dispatchedTo: null, dispatchedQueue: { id: queueId, name: "General" } });
    expect(await written(absence)).toMatchObject([{ kind: "inquiry", objectId: id, substitute: null, outcome: null }]);
  });

  test("who is here, or has come back, gets it", async () => {
    await away("bolat", "aigul");
    await rule({ employeeId: employees.aigul.id });
    expect((await letter()).given).toEqual([employees.aigul.id]);
  });
});
