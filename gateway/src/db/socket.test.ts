import type { Socket } from "node:net";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { openSocket } from "./socket.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** A pool of one connection, and the socket that it stands on just now. */
function pool() {
  let socket: Socket | undefined;
  const open = (options: Parameters<typeof openSocket>[0]) => {
    socket = openSocket(options);
    return socket;
  };
  const sql = postgres(database.url, { max: 1, backoff: () => 0, ...({ socket: open } as object) });
  return { sql, socket: () => socket as Socket };
}
const ends = (asked: Promise<unknown>) =>
  asked.then(
    () => "answered",
    () => "refused",
  );

test("whatever is asked while a connection breaks ends, and nobody gets another's answer afterwards", async () => {
  const { sql, socket } = pool();
  for (let round = 0; round < 20; round++) {
    expect(await sql`SELECT ${round}::int AS n`).toEqual([{ n: round }]);
    const asked = [ends(sql`SELECT pg_sleep(5)`)];
    await new Promise((resolve) => setImmediate(resolve));
    const late = () => void asked.push(ends(sql`SELECT 'late'`));
    // Between the error and the close, as those ask who hear that their statement failed.
    void asked[0]?.then(late);
    socket().destroy(new Error("reset by peer"));
    process.nextTick(late);
    process.nextTick(() => queueMicrotask(late));
    await asked[0];
    expect((await Promise.all(asked)).length).toBeGreaterThan(2);
  }
  expect(await Promise.all([1, 2, 3].map((n) => sql`SELECT ${n}::int AS n`))).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]]);
  await sql.end({ timeout: 1 });
});

test("a server that is not there is said to whoever asks", async () => {
  const sql = postgres("postgres://nobody@127.0.0.1:1/none", { max: 1, backoff: () => 0, ...({ socket: openSocket } as object) });
  await expect(sql`SELECT 1`).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await expect(sql`SELECT 1`).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await sql.end({ timeout: 0 });
});
