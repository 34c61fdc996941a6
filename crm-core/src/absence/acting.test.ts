import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Person } from "../../../tests/support/crm.ts";
import { absent, at, customerOf, everybodyIsBack, handover, house, idOf, iso, july, openHouse } from "./absence.fixture.ts";

beforeAll(openHouse);
afterAll(() => house.close());
beforeEach(async () => {
  await everybodyIsBack();
  await house.sql`UPDATE interest SET status = 'cancelled', closed_at = now() WHERE status = 'open'`;
  await house.sql`UPDATE interest_flag SET cleared_at = now() WHERE cleared_at IS NULL`;
});

interface Item {
  id: Id;
  kind: string;
  objectId: Id;
  title: string;
  substitute: { id: Id } | null;
  outcome: string | null;
  preselected: boolean;
}
const items = async (absenceId: Id): Promise<Item[]> => (await handover(absenceId)).items;
const interest = async (title: string, expectedClose: string | null = null, kindId = house.company.catalogues.interestKinds["sale"]?.id as Id): Promise<Id> => {
  const { id: customerId } = await customerOf("aigul");
  const made = await house.as("aigul", "POST", "/interests", { kindId, title, customerId, expectedClose });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.id;
};
const responsible = async (kind: "interest" | "claim", id: Id) =>
  (await house.sql`SELECT responsible_id FROM ${house.sql(kind)} WHERE id = ${id}`)[0]?.["responsible_id"];
let number = 100;
/** A client of Aigul's complains by phone to Bolat: what the wizard makes of it is Aigul's to answer. */
async function complaint(about: string): Promise<Id> {
  const phone = { kind: "phone" as const, value: `+77015550${number++}` };
  const { body: client } = await house.as("admin", "POST", "/customers", {
    kind: "person",
    name: "Ivan",
    responsibleId: idOf("aigul"),
    contactPoints: [phone],
  });
  const d = await house.dialog(phone);
  await house.assign(d.id, "bolat");
  const { body: open } = await house.as("bolat", "GET", `/dialogs/${d.id}/reception`);
  const done = await house.as("bolat", "POST", `/inquiries/${open.inquiry.id}/finish`, {
    version: open.inquiry.version,
    purposeId: house.company.catalogues.purposes["complaint"],
    who: { kind: "customer", customerId: client.id, contactId: null },
    interest: { kind: "none" },
    note: about,
  });
  expect(done.status, JSON.stringify(done.body)).toBe(200);
  return done.body.inquiry.claim.id;
}

test("Interests and claims keep their responsible; who stands in acts for them, also for those that come meanwhile, and all are in the list", async () => {
  const [chairs, autumn] = [await interest("Chairs"), await interest("In autumn", "2026-10-01")];
  const legs = await complaint("Two legs broke");
  const { body: absence } = await absent("aigul", 1, 5, "bolat");
  await at(1);
  const [tables, courier] = [await interest("Tables"), await complaint("Rude courier")];
  await house.read();
  // Whatever else happens to it, it is written down once.
  const { version } = (await house.as("bolat", "GET", `/interests/${tables}`)).body;
  expect((await house.as("bolat", "PATCH", `/interests/${tables}`, { version, title: "Tables and chairs" })).status).toBe(200);
  await house.read();
  for (const id of [chairs, autumn, tables]) expect(await responsible("interest", id)).toBe(idOf("aigul"));
  for (const id of [legs, courier]) expect(await responsible("claim", id)).toBe(idOf("aigul"));
  const acted = (await items(absence.id)).filter((i) => i.kind === "interest" || i.kind === "claim");
  expect(acted.map((i) => i.objectId).sort()).toEqual([chairs, legs, tables, courier].sort());
  expect(acted.every((i) => i.substitute?.id === idOf("bolat") && i.outcome === null)).toBe(true);
  expect(acted.find((i) => i.objectId === legs)?.title).toMatch(/^#\d+ Two legs broke$/);
  expect(await house.sql`SELECT 1 FROM audit_log WHERE object_id = ${tables} AND action = 'delegate'`).toHaveLength(1);

  await house.sql`UPDATE claim SET status = 'satisfied' WHERE id = ${courier}`;
  await at(6);
  const back = await items(absence.id);
  const of = (id: Id) => back.find((i) => i.objectId === id) as Item;
  expect(of(courier)).toMatchObject({ outcome: "done_by_substitute", preselected: false });
  for (const id of [chairs, tables, legs]) expect(of(id)).toMatchObject({ outcome: null, preselected: true });
  const take = [of(chairs).id, of(legs).id];
  const rest = back.filter((i) => i.outcome === null && !take.includes(i.id)).map((i) => i.id);
  const { body: after } = await house.as("aigul", "POST", `/absences/${absence.id}/take-back`, { take, keep: rest });
  expect(after.absence.state).toBe("closed");
  const outcomes = Object.fromEntries(after.items.map((i: Item) => [i.objectId, i.outcome]));
  expect([outcomes[chairs], outcomes[legs], outcomes[tables], outcomes[courier]]).toEqual(["returned", "returned", "kept", "done_by_substitute"]);
});

test("when who stands in goes away too the next one acts, and hand-back is direct to the owner", async () => {
  const chairs = await interest("Chairs");
  const legs = await complaint("Two legs broke");
  const { body: absence } = await absent("aigul", 1, 10, "bolat");
  await at(1);
  await absent("bolat", 4, 6, "dana", "head");
  await at(4);
  for (const id of [chairs, legs]) expect((await items(absence.id)).find((i) => i.objectId === id)?.substitute?.id).toBe(idOf("dana"));
  await house.as("aigul", "POST", `/absences/${absence.id}/return`);
  await house.as("aigul", "POST", `/absences/${absence.id}/take-back`, { take: "all" });
  for (const id of [chairs, legs]) expect((await items(absence.id)).find((i) => i.objectId === id)?.outcome).toBe("returned");
});

test("a late Interest is told at its moment and each morning to who acts for the absent one, whose own news it is again after the return", async () => {
  const kind = (await house.as("admin", "POST", "/interest-kinds", { name: "Short", processMode: "manual" })).body;
  await house.as("admin", "POST", `/interest-kinds/${kind.id}/stages`, { name: "A", plannedSeconds: 3600 });
  house.clock.set(july(1));
  const late = await interest("Chairs", null, kind.id);
  const told = async (person: Person) =>
    (await house.as(person, "GET", "/notifications?limit=200")).body.items.filter(
      (n: { kind: string; object: { id: Id } }) => n.kind === "interest.late" && n.object.id === late,
    ).length;
  const watched = async (day: number, hour = 9) => {
    await at(day, hour);
    await house.crm.jobs.find((j) => j.name === "interest-watch")?.run();
    return [await told("bolat"), await told("aigul")];
  };
  const { body: absence } = await house.as("head", "POST", "/absences", {
    employeeId: idOf("aigul"),
    kind: "unplanned",
    to: iso(july(4, 0)),
    substituteId: idOf("bolat"),
  });
  expect(await watched(1, 12)).toEqual([1, 0]);
  expect(await watched(2)).toEqual([2, 0]);
  expect(await watched(3)).toEqual([3, 0]);
  // Back on the 4th, whether or not the list is settled yet.
  expect(await watched(4)).toEqual([3, 1]);
  expect((await handover(absence.id)).absence.state).toBe("returning");
});
