import { read, utils } from "@e965/xlsx";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiFixture, apiFixture, type Browser } from "./testing/api.fixture.ts";

// The people's days as a file (CC-22, IG-04): a row for each state, of whoever the board shows.
let house: ApiFixture;
let head: Browser;
const DAY = "2026-03-02";
beforeAll(async () => {
  house = await apiFixture();
  head = await house.login(house.company.employees.head);
  const { aigul, dana } = house.company.employees;
  // The company's zone is Almaty: 04:00 UTC is nine in the morning.
  const span = (id: Id, state: string, reason: string | null, from: string, to: string) => house.sql`
    INSERT INTO presence_log (employee_id, state, intent, reason, from_at, to_at) VALUES (${id}, ${state}, ${reason === null ? "available" : "paused"}, ${reason}, ${`${DAY}T${from}Z`}, ${`${DAY}T${to}Z`})`;
  await span(aigul.id, "idle", null, "04:00:00", "08:00:00");
  await span(aigul.id, "paused", "lunch", "08:00:00", "08:45:00");
  await span(aigul.id, "idle", null, "08:45:00", "13:00:00");
  await span(dana.id, "idle", null, "04:00:00", "13:00:00");
});
afterAll(() => house.close());

const file = (by: Browser, format: string) => by.call("GET", `/exports/presence-log?format=${format}&day=${DAY}`);
const rowsOf = (bytes: Buffer) => utils.sheet_to_json<Record<string, unknown>>(read(bytes).Sheets["Kommutator"] ?? {});

test("a head gets the days of the own department, in words and local times; the administrator everybody's", async () => {
  const answer = await file(head, "xlsx");
  expect([answer.statusCode, answer.statusCode === 200 ? "" : answer.body]).toEqual([200, ""]);
  const rows = rowsOf(answer.rawPayload);
  expect(rows).toMatchObject([
    { Person: "Aigul Nurlanova", Department: "Department A", State: "Ready", Seconds: 14_400 },
    { Person: "Aigul Nurlanova", State: "Break", Reason: "Lunch", Seconds: 2700 },
    { Person: "Aigul Nurlanova", State: "Ready", Seconds: 15_300 },
  ]);
  const csv = await file(head, "csv");
  expect(csv.body).toContain("2026-03-02 09:00");
  expect(csv.body).not.toContain("Dana");
  const admin = await house.login(house.company.employees.admin);
  expect(rowsOf((await file(admin, "xlsx")).rawPayload).map((r) => r["Person"])).toContain(house.company.employees.dana.name);
});

test("page after page, so that nobody is left out; and nobody gets it without the board", async () => {
  const { a } = house.company.departments;
  await house.sql`
    WITH made AS (INSERT INTO employee (login, full_name, password_hash, department_id, calendar_id)
      SELECT 'many' || n, 'Zz ' || lpad(n::text, 4, '0'), 'x', ${a}, ${house.company.calendars.always} FROM generate_series(1, 230) n RETURNING id)
    INSERT INTO presence_log (employee_id, state, intent, from_at, to_at) SELECT id, 'idle', 'available', ${`${DAY}T05:00:00Z`}, ${`${DAY}T06:00:00Z`} FROM made`;
  expect(rowsOf((await file(head, "xlsx")).rawPayload)).toHaveLength(233);
  const agent = await house.login(house.company.employees.aigul);
  expect((await file(agent, "csv")).statusCode).toBe(403);
  expect((await agent.call("GET", "/presence-log")).statusCode).toBe(403);
});
