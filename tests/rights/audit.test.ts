import { afterAll, beforeAll, expect, test } from "vitest";
import { nameOf, openWorld, requestOf, send, type World } from "./matrix.ts";
import { OPERATIONS } from "./operations.ts";

const UNTOLD: Record<string, string> = {};
let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.house.close());

const WRITES = Object.entries(OPERATIONS).filter(([line, { elsewhere }]) => !line.startsWith("GET ") && elsewhere === undefined);
test.each(WRITES)("%s leaves a row of its own in the audit", async (line, operation) => {
  const described = world.described.find((d) => d.name === nameOf(line));
  if (described === undefined) throw new Error("x");
  const request = await requestOf(described, operation, world.ours);
  const { sql } = world.house;
  const [before] = await sql<{ id: number }[]>`SELECT coalesce(max(id), 0)::int AS id FROM audit_log`;
  const answer = await send(world.browsers[operation.by], request);
  expect(answer.statusCode, answer.body).toBeLessThan(400);
  const rows = await sql`SELECT object_kind, action, actor_kind FROM audit_log WHERE id > ${before?.id ?? 0}`;
  console.log(rows.length === 0 ? "NONE" : "ok", line, rows.map((r) => `${r["actor_kind"]}:${r["object_kind"]}.${r["action"]}`).join(" "));
});
