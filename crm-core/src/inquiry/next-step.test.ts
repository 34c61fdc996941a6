import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Person } from "../../../tests/support/crm.ts";
import { NOW, receptionHouse } from "./reception.fixture.ts";

const { house, purpose, next, interestOf, ivan, opened } = await receptionHouse();
afterAll(() => house.close());
beforeEach(() => house.clock.set(NOW));

const { employees } = house.company;
const GHOST = "00000000-0000-4000-8000-000000000000";
/** A talk with somebody's own customer, planned by that person. */
async function talkOf(person: Person): Promise<Id> {
  const lead = (await house.as(person, "POST", "/leads", { noContact: true })).body;
  const made = await house.as(person, "POST", "/interactions", { ...next(), leadId: lead.id });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.id;
}
/** A reception that only plans a next step: information was given. */
async function planning(person: Person = "aigul") {
  const { inquiry, finish } = await opened(person);
  const plan = (step: object, order: object = {}) => finish({ purposeId: purpose("information"), next: { ...next(), ...step }, ...order });
  return { inquiry, plan };
}
const plannedBy = async (inquiryId: Id) =>
  (
    await house.sql`
      SELECT n.executor_id, n.parent_id FROM inquiry q JOIN interaction d ON d.dialog_id = q.dialog_id AND d.state = 'done'
      JOIN interaction n ON n.customer_id = d.customer_id AND n.state = 'planned' WHERE q.id = ${inquiryId}`
  )[0];
const statusOf = async (id: Id) => (await house.as("admin", "GET", `/inquiries/${id}`)).body.status;

describe("whose the next step of a reception may be", () => {
  test("an agent plans for themselves and for whom the matter itself goes to, for nobody else", async () => {
    const { inquiry, plan } = await planning();
    for (const executorId of [employees.bolat.id, employees.dana.id, GHOST]) expect((await plan({ executorId })).status).toBe(403);
    expect(await statusOf(inquiry.id)).toBe("in_wizard");
    expect((await plan({ executorId: employees.aigul.id })).status).toBe(200);
    expect(await plannedBy(inquiry.id)).toMatchObject({ executor_id: employees.aigul.id });

    const handed = await planning();
    const done = await handed.plan({ executorId: employees.bolat.id }, { dispatchTo: employees.bolat.id });
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    expect(await plannedBy(handed.inquiry.id)).toMatchObject({ executor_id: employees.bolat.id });
  });

  test("a head plans for the people of the own department; others' people answer like nobody", async () => {
    const { plan, inquiry } = await planning("head");
    const foreign = await plan({ executorId: employees.dana.id });
    expect(foreign).toEqual(await plan({ executorId: GHOST }));
    expect(foreign.status).toBe(404);
    expect((await plan({ executorId: employees.bolat.id })).status).toBe(200);
    expect(await plannedBy(inquiry.id)).toMatchObject({ executor_id: employees.bolat.id });
  });
});

describe("what the next step may hang on", () => {
  test("a reply to one's own talk; to a foreign one it answers as to none", async () => {
    const [own, theirs] = [await talkOf("aigul"), await talkOf("dana")];
    const { inquiry, plan } = await planning();
    const foreign = await plan({ parentId: theirs });
    expect(foreign).toEqual(await plan({ parentId: GHOST }));
    expect(foreign.status).toBe(404);
    expect(await statusOf(inquiry.id)).toBe("in_wizard");
    expect((await plan({ parentId: own })).status).toBe(200);
    expect(await plannedBy(inquiry.id)).toMatchObject({ parent_id: own });
  });

  test("one's own chain; a foreign chain answers as none", async () => {
    const theirs = { kind: "interaction", id: await talkOf("dana") };
    const mine = { kind: "interest", id: await interestOf((await ivan()).customerId, "Chairs", "sale") };
    const { inquiry, plan } = await planning();
    const foreign = await plan({ about: theirs });
    expect(foreign).toEqual(await plan({ about: { kind: "interaction", id: GHOST } }));
    expect(foreign.status).toBe(404);
    expect(await statusOf(inquiry.id)).toBe("in_wizard");
    expect((await plan({ about: mine })).status).toBe(200);
    const linked = (await house.as("aigul", "GET", `/chain?object=interest&objectId=${mine.id}`)).body.items as { kind: string; title: string }[];
    expect(linked.some((each) => each.kind === "interaction")).toBe(true);
  });
});
