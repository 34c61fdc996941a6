import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../tests/support/database.ts";
import { connect } from "./pool.ts";
import { endSessionsOf, nameHolder, sessionName } from "./sessions.ts";

test("the sessions of a house that was taken over from are ended with their locks, everybody else's go on", async () => {
  const db = await testDatabase();
  const [ann, bob] = [nameHolder("node"), nameHolder("node")];
  const pools = [ann, bob].map(({ mark }) => connect(db.url, { max: 2, applicationName: sessionName("kommutator-ingest", mark) }));
  onTestFinished(async () => {
    for (const pool of pools) await pool.end({ timeout: 1 });
    await db.drop();
  });
  const [annsPool, bobsPool] = pools as [(typeof pools)[0], (typeof pools)[0]];
  await db.sql`INSERT INTO lease (duty, epoch, holder, expires_at) VALUES ('x', 1, 'nobody', now())`;
  let holds = () => {};
  const held = new Promise<void>((resolve) => {
    holds = resolve;
  });
  // Stopped between two statements, as a process is that gets SIGSTOP.
  const stopped = annsPool.begin(async (tx) => {
    await tx`UPDATE lease SET holder = 'ann' WHERE duty = 'x'`;
    holds();
    await new Promise(() => {});
  });
  stopped.catch(() => undefined);
  await held;
  const [{ pid }] = (await bobsPool`SELECT pg_backend_pid() AS pid`) as unknown as [{ pid: number }];
  const next = bobsPool`UPDATE lease SET holder = 'bob' WHERE duty = 'x'`.execute();
  expect(await endSessionsOf(bobsPool, ann.holder)).toBe(1);
  await next;
  await expect(stopped).rejects.toMatchObject({ code: expect.stringMatching(/CONNECTION_|57P01/) });
  expect(await bobsPool`SELECT pid FROM pg_stat_activity WHERE pid = ${pid}`).toHaveLength(1);
  expect(await db.sql`SELECT holder FROM lease WHERE duty = 'x'`).toEqual([{ holder: "bob" }]);
  // A house that goes on has new ones at once.
  expect(await annsPool`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  for (const nobody of ["", "node:12", "node:12:%", "_________"]) expect(await endSessionsOf(bobsPool, nobody)).toBe(0);
});
