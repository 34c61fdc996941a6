import { randomUUID } from "node:crypto";
import type { RoutingInput } from "@kommutator/contract/routing-input";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { insertTogether } from "./insert-together.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const pause = (reason: string): RoutingInput => ({
  kind: "agent.intent",
  employeeId: randomUUID(),
  intent: "paused",
  reason,
  by: randomUUID(),
  at: Date.now(),
});

test("inputs that come together are inserted together, each with its own id; one that the database refuses fails alone", async () => {
  const insert = insertTogether(db.sql);
  const reasons = ["lunch", "training", "no\u0000text", "meeting", "rest"];
  const results = await Promise.allSettled(reasons.map((reason) => insert(pause(reason))));
  expect(results.map((r) => r.status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled", "fulfilled"]);
  const rows = await db.sql<{ id: number; reason: string }[]>`SELECT id, input->>'reason' AS reason FROM routing_input ORDER BY id`;
  expect(rows.map((r) => r.reason)).toEqual(["lunch", "training", "meeting", "rest"]);
  expect(rows.map((r) => r.id)).toEqual(results.flatMap((r) => (r.status === "fulfilled" ? [r.value] : [])));
});
