import type { PresenceLog } from "@kommutator/contract/api/presence-log";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { agentOf, Desk, headOf } from "./desk.fixture.ts";

// Who was in which state, when: the day of a person in the company's zone.
let desk: Desk;
let ann: Id;
let bob: Id;
/** The company's zone here is UTC. */
const DAY = "2026-03-02";
const at = (time: string, day = DAY) => new Date(`${day}T${time}Z`);

beforeAll(async () => {
  desk = await Desk.build();
});
afterAll(() => desk.db.drop());
beforeEach(async () => {
  [ann, bob] = (await desk.open(2)) as [Id, Id];
  desk.who = headOf(ann, desk.made.department);
  await desk.db.sql`DELETE FROM presence_log`;
});
afterEach(() => desk.close());

/** States one after the other: [from, state, intent, reason]; the last ends at `until`, or goes on. */
async function log(employee: Id, states: [Date, string, string?, string?][], until: Date | null = null): Promise<void> {
  for (const [n, [from, state, reason, intent]] of states.entries())
    await desk.db.sql`
      INSERT INTO presence_log (employee_id, state, intent, reason, from_at, to_at)
      VALUES (${employee}, ${state}, ${intent ?? (state === "offline" ? "logged_out" : reason === undefined ? "available" : "paused")}, ${reason ?? null}, ${from}, ${states[n + 1]?.[0] ?? until})`;
}
const read = async (query: string) => {
  const answer = await desk.call("GET", `/presence-log?${query}`);
  expect([answer.status, answer.status === 200 ? "" : JSON.stringify(answer.body)]).toEqual([200, ""]);
  return answer.body as unknown as PresenceLog;
};
const ofAnn = (l: PresenceLog) => l.items.find((p) => p.employee.id === ann);

test("a day: the states in their order with their reasons, totals of each, and the time present", async () => {
  await log(
    ann,
    [
      [at("18:00:00", "2026-03-01"), "offline"],
      [at("09:00:00"), "idle"],
      [at("10:00:00"), "offered"],
      [at("10:00:12"), "busy"],
      [at("10:05:00"), "wrapup"],
      [at("10:05:30"), "paused", "lunch"],
      [at("11:00:00"), "offline"],
      [at("11:10:00"), "idle"],
      [at("18:00:00"), "offline"],
    ],
    at("09:00:00", "2026-03-03"),
  );
  const seen = await read(`day=${DAY}`);
  expect(seen).toMatchObject({ day: DAY, from: `${DAY}T00:00:00.000Z`, to: "2026-03-03T00:00:00.000Z", nextCursor: null });
  const day = ofAnn(seen);
  expect(day?.spans.map((s) => [s.state, s.reason, s.seconds])).toEqual([
    ["idle", null, 3600],
    ["offered", null, 12],
    ["busy", null, 288],
    ["wrapup", null, 30],
    ["paused", "lunch", 3270],
    ["offline", null, 600],
    ["idle", null, 24_600],
  ]);
  expect(day?.totals).toEqual({ idle: 28_200, offered: 12, busy: 288, wrapup: 30, paused: 3270, offline: 600 });
  expect(day?.presentSeconds).toBe(28_200 + 12 + 288 + 30 + 3270);
  expect(day?.spans[0]).toMatchObject({ from: `${DAY}T09:00:00.000Z`, to: `${DAY}T10:00:00.000Z`, intent: "available" });
  // Whoever serves a queue is there with an empty day.
  expect(seen.items.find((p) => p.employee.id === bob)).toMatchObject({ spans: [], totals: {}, presentSeconds: 0 });
});

test("a night shift is cut at midnight; what goes on has no end, and counts until now", async () => {
  await log(ann, [
    [at("22:00:00", "2026-03-01"), "idle"],
    [at("01:30:00"), "paused", "break"],
    [at("02:00:00"), "offline"],
  ]);
  expect(ofAnn(await read(`day=${DAY}`))).toMatchObject({ totals: { idle: 5400, paused: 1800 }, spans: [{ from: `${DAY}T00:00:00.000Z` }, {}] });
  expect(ofAnn(await read("day=2026-03-01"))).toMatchObject({ totals: { idle: 7200 }, spans: [{ to: `${DAY}T00:00:00.000Z` }] });
  await desk.db.sql`DELETE FROM presence_log`;
  const now = Date.now();
  await log(ann, [[new Date(now - 1000), "idle"]]);
  const today = await read("");
  expect(ofAnn(today)?.spans).toMatchObject([{ state: "idle", to: null }]);
  expect(ofAnn(today)?.spans[0]?.seconds).toBeGreaterThanOrEqual(0);
});

test("a day that changes the clocks has its own length", async () => {
  await desk.db.sql`INSERT INTO company (name, tz, country, currency) VALUES ('Kyiv', 'Europe/Kyiv', 'UA', 'UAH')`;
  try {
    expect(await read("day=2026-03-29")).toMatchObject({ from: "2026-03-28T22:00:00.000Z", to: "2026-03-29T21:00:00.000Z" });
    expect(await read("day=2026-10-25")).toMatchObject({ from: "2026-10-24T21:00:00.000Z", to: "2026-10-25T22:00:00.000Z" });
  } finally {
    await desk.db.sql`DELETE FROM company`;
  }
});

test("page by page in the order of names, of one department or one person; only within the scope of the board", async () => {
  const { id, name } = (
    await desk.db.sql<{ id: Id; name: string }[]>`SELECT id, full_name AS name FROM employee WHERE id IN (${ann}, ${bob}) ORDER BY full_name, id LIMIT 1`
  )[0] as { id: Id; name: string };
  const first = await read("limit=1");
  expect([first.items.map((p) => p.employee), first.nextCursor]).toEqual([[{ id, name }], id]);
  const second = await read(`limit=1&cursor=${first.nextCursor}`);
  expect([second.items[0]?.employee.id, second.nextCursor]).toEqual([id === ann ? bob : ann, null]);
  expect((await read(`employeeId=${bob}`)).items.map((p) => p.employee.id)).toEqual([bob]);
  expect((await read(`departmentId=${desk.made.department}`)).items).toHaveLength(2);
  expect((await read("departmentId=00000000-0000-4000-8000-000000000000")).items).toEqual([]);
  desk.who = headOf(ann, "00000000-0000-4000-8000-000000000000");
  expect((await read("")).items.map((p) => p.employee.id)).toEqual([ann]);
  desk.who = agentOf(ann, desk.made.department);
  expect((await desk.call("GET", "/presence-log")).status).toBe(403);
});
