import type { Id } from "@kommutator/contract/ids";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { RoutingHouse } from "./testing.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());
const house = new RoutingHouse(() => db.sql);
afterEach(() => house.stop());

test("a caller is offered to the ready member, answered and bridged; everything stands in the tables", async () => {
  const { queue, agents, channels } = await house.furnish({ agents: 1 });
  await house.start();
  const [ann] = agents as [Id];
  await house.ready(ann);
  const dialog = await house.dialog(channels.voice, queue);
  const ring = await house.commanded("ring", dialog);
  expect(ring.employeeId).toBe(ann);
  await house.send({ kind: "leg.ringing", dialogId: dialog, offerId: ring.offerId, at: house.now() });
  await house.send({ kind: "leg.answered", dialogId: dialog, offerId: ring.offerId, at: house.now() });
  await house.commanded("bridge", dialog);
  await house.send({ kind: "leg.bridged", dialogId: dialog, offerId: ring.offerId, at: house.now() });
  await house.quiet();
  const [row] =
    await db.sql`SELECT o.state, e.outcome, a.employee_id, p.state AS presence FROM offer o JOIN entry e ON e.id = o.entry_id JOIN assignment a ON a.offer_id = o.id
    JOIN presence p ON p.employee_id = a.employee_id WHERE o.dialog_id = ${dialog}`;
  expect(row).toEqual({ state: "accepted", outcome: "answered", employee_id: ann, presence: "busy" });
  await house.send({ kind: "dialog.closed", dialogId: dialog, by: ann, at: house.now() });
  await house.quiet();
  const log = await db.sql`SELECT state, to_at IS NULL AS open FROM presence_log WHERE employee_id = ${ann} ORDER BY from_at`;
  expect(log.at(-1)).toEqual({ state: "wrapup", open: true });
});
