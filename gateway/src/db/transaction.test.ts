import { commitWith, type Db, together } from "@kommutator/contract/db";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { connect } from "./pool.ts";

/** What the driver does as we have it (patches/postgres): a transaction's statements of one turn leave together, its begin and commit with them. */
let db: TestDatabase;
let sql: Db;
beforeAll(async () => {
  db = await testDatabase();
  sql = connect(db.url, { max: 4 });
  await sql`CREATE TABLE kept (n int PRIMARY KEY)`;
});
beforeEach(() => sql`TRUNCATE kept`);
afterAll(async () => {
  await sql.end({ timeout: 1 });
  await db.drop();
});

const kept = async () => (await sql<{ n: number }[]>`SELECT n FROM kept ORDER BY n`).map((r) => r.n);

describe("statements that leave together", () => {
  test("each gets its own answer, prepared or not, with rows or without", async () => {
    // The first time a connection prepares them, the second they go out under one Sync.
    for (let round = 0; round < 3; round++) {
      const answers = await sql.begin((tx) =>
        together([
          tx<{ n: number }[]>`SELECT n FROM generate_series(1, 3) AS n`,
          tx`INSERT INTO kept VALUES (${round})`,
          tx.unsafe<{ one: number }[]>("SELECT 1 AS one"),
          tx`UPDATE kept SET n = n WHERE n < ${0}`,
          tx<{ text: string }[]>`SELECT ${"ї".repeat(40_000)}::text AS text`,
          tx<{ last: string }[]>`SELECT ${"қ"}::text AS last`,
        ]),
      );
      expect(answers[0].map((r) => r.n)).toEqual([1, 2, 3]);
      expect(answers[1].count).toBe(1);
      expect(answers[2]).toMatchObject([{ one: 1 }]);
      expect(answers[3].count).toBe(0);
      expect(answers[4][0]?.text.length).toBe(40_000);
      expect(answers[5]).toMatchObject([{ last: "қ" }]);
    }
    expect(await kept()).toEqual([0, 1, 2]);
  });

  test("the first failure is told, what comes behind it is passed over, nothing stands, and the connection goes on", async () => {
    for (let round = 0; round < 3; round++) {
      const failing = sql.begin(async (tx) => {
        const ended = await Promise.allSettled([
          tx`INSERT INTO kept VALUES (${1})`.execute(),
          tx`INSERT INTO kept VALUES (${1})`.execute(),
          tx`INSERT INTO kept VALUES (${2})`.execute(),
          tx`SELECT ${3}::int AS n`.execute(),
        ]);
        expect(ended.map((e) => (e.status === "rejected" ? (e.reason as { code: string }).code : "done"))).toEqual(["done", "23505", "25P02", "25P02"]);
        throw new Error("given up");
      });
      await expect(failing).rejects.toThrow("given up");
      expect(await kept()).toEqual([]);
    }
    await sql.begin((tx) => tx`INSERT INTO kept VALUES (${9})`);
    expect(await kept()).toEqual([9]);
  });

  test("a value that cannot be written down fails its own statement; the others keep their own answers", async () => {
    for (let round = 0; round < 3; round++) {
      const seen: unknown[] = [];
      const failing = sql.begin(async (tx) => {
        const ended = await Promise.allSettled([
          tx`SELECT ${"first"}::text AS word`.execute(),
          tx`SELECT ${undefined as never}::text AS word`.execute(),
          tx`SELECT ${"third"}::text AS word`.execute(),
        ]);
        seen.push(...ended.map((e) => (e.status === "fulfilled" ? (e.value[0] as { word: string }).word : (e.reason as { code: string }).code)));
      });
      await expect(failing).rejects.toMatchObject({ code: "UNDEFINED_VALUE" });
      expect(seen).toEqual(["first", "UNDEFINED_VALUE", "third"]);
    }
  });

  test("a hundred transactions at once on few connections each see their own rows", async () => {
    const sums = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        sql.begin(async (tx) => {
          const [a, b] = await together([tx<{ n: number }[]>`SELECT ${i}::int AS n`, tx<{ n: number }[]>`SELECT ${i * 2}::int AS n`]);
          return (a[0]?.n ?? 0) + (b[0]?.n ?? 0);
        }),
      ),
    );
    expect(sums).toEqual(Array.from({ length: 100 }, (_, i) => 3 * i));
  });
});

describe("a commit that leaves with the last statements", () => {
  test("stands, and answers as they do", async () => {
    const [, rows] = await sql.begin((tx) => commitWith(tx, [tx`INSERT INTO kept VALUES (1)`, tx<{ n: number }[]>`SELECT n FROM kept`]));
    expect(rows).toMatchObject([{ n: 1 }]);
    expect(await kept()).toEqual([1]);
  });

  test("takes nothing along when one of them fails", async () => {
    for (const code of ["KL001", "KI001"]) {
      const failing = sql.begin((tx) =>
        commitWith(tx, [tx`INSERT INTO kept VALUES (${1})`, tx`SELECT must(${false}, ${code})`, tx`INSERT INTO kept VALUES (${2})`]),
      );
      await expect(failing).rejects.toMatchObject({ code });
      expect(await kept()).toEqual([]);
    }
  });

  test("is not sent when something has failed before it", async () => {
    const failing = sql.begin((tx) => commitWith(tx, [tx`INSERT INTO kept VALUES (1)`, Promise.reject(new Error("not even asked"))]));
    await expect(failing).rejects.toThrow("not even asked");
    expect(await kept()).toEqual([]);
  });

  test("is the end: what is asked behind it is refused, and never runs by itself", async () => {
    const late = sql.begin((tx) =>
      commitWith(tx, [
        (async () => {
          await tx`INSERT INTO kept VALUES (1)`;
          await tx`INSERT INTO kept VALUES (2)`;
        })(),
      ]),
    );
    await expect(late).rejects.toMatchObject({ code: "UNSAFE_TRANSACTION" });
    expect(await kept()).not.toContain(2);
  });
});
