import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeEach, expect, test } from "vitest";
import { receptionHouse } from "./reception.fixture.ts";

const { house, phone } = await receptionHouse();
const { employees, calendars, queueId } = house.company;
afterAll(() => house.close());
const HOUR = 3_600_000;
/** 17:00 on a Friday in Almaty: the office closes at 18:00. */
const FRIDAY = Date.parse("2026-03-13T12:00:00Z");
beforeEach(() => house.clock.set(FRIDAY));

const summary = async (person: "admin" | "aigul" = "admin") => (await house.as(person, "GET", "/inquiries/summary")).body;
async function letter(address: string): Promise<Id> {
  const d = await house.dialog({ kind: "email", value: address }, { medium: "mail", at: house.clock.now() });
  await house.emit([{ kind: "entry.queued", dialogId: d.id, payload: { entryId: d.id, queueId, priority: 0 } }]);
  await house.read();
  const [row] = await house.sql<{ id: Id }[]>`SELECT id FROM inquiry WHERE dialog_id = ${d.id}`;
  return row?.id as Id;
}

test("what waits is counted with its age in working time and its delay, by person, queue and channel, missed calls too (RG-11)", async () => {
  await house.sql`UPDATE queue SET calendar_id = ${calendars.office} WHERE id = ${queueId}`;
  await house.sql`UPDATE employee SET calendar_id = ${calendars.office}`;
  expect(await summary()).toEqual({ count: 0, overdue: 0, overdueShare: 0, oldestAt: null, oldestWorkS: null, byEmployee: [], byQueue: [], byChannel: [] });

  await house.call(phone(), { disposition: "abandoned_queue", startedAt: FRIDAY, seconds: 12 });
  await house.read();
  // The end of a call is stamped by the database's clock, and so is its deadline.
  await house.sql`UPDATE inquiry SET due_at = ${new Date(FRIDAY + 900_000)}`;
  // 10:00 on Monday: one hour of Friday and one of Monday.
  house.clock.set(FRIDAY + 65 * HOUR);
  const mine = await letter("monday@backlog.example");
  house.clock.set(FRIDAY + 65 * HOUR + 600_000);
  const given = { version: 0, employeeId: employees.bolat.id };
  expect((await house.as("admin", "POST", `/inquiries/${mine}/dispatch`, given)).status).toBe(200);

  const body = await summary();
  expect(body).toMatchObject({ count: 2, overdue: 1, overdueShare: 0.5, oldestWorkS: 2 * 3600 + 600 });
  expect(Date.parse(body.oldestAt)).toBe(FRIDAY);
  const missed = { count: 1, overdue: 1, overdueShare: 1, oldestWorkS: 2 * 3600 + 600 };
  const written = { count: 1, overdue: 0, overdueShare: 0, oldestWorkS: 600 };
  expect(body.byChannel).toMatchObject([
    { channel: { id: house.channels.voice, name: "Trunk" }, ...missed },
    { channel: { id: house.channels.mail, name: "Sales mailbox" }, ...written },
  ]);
  expect(body.byEmployee).toMatchObject([
    { employee: null, ...missed },
    { employee: { id: employees.bolat.id, name: employees.bolat.name }, ...written },
  ]);
  expect(body.byQueue).toMatchObject([{ queue: { id: queueId }, count: 2, overdue: 1, overdueShare: 0.5 }]);

  // Each figure is a filter of the list.
  const listed = (await house.as("admin", "GET", `/inquiries?status=unprocessed&channelId=${house.channels.mail}`)).body.items as { id: Id }[];
  expect(listed.map((each) => each.id)).toEqual([mine]);
  // Aigul sees what waits for anybody of her queue, not what is Bolat's.
  expect(await summary("aigul")).toMatchObject({ count: 1, byChannel: [{ channel: { name: "Trunk" } }], byEmployee: [{ employee: null }] });
});

test("who came in person came by no channel", async () => {
  await house.as("aigul", "POST", "/inquiries", { purposeId: null });
  expect((await summary("aigul")).byChannel).toContainEqual(expect.objectContaining({ channel: null, count: 1 }));
});
