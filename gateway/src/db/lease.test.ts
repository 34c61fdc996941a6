import type { Db } from "@kommutator/contract/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { acquireLease, holdLease, keepLease, LEASE_MS, type Lease, LeaseLost, renewLease } from "./lease.ts";

let database: TestDatabase;
let sql: Db;
beforeAll(async () => {
  database = await testDatabase({ max: 30 });
  sql = database.sql;
});
afterAll(() => database.drop());

const expire = (duty: string) => sql`UPDATE lease SET expires_at = clock_timestamp() - interval '1 ms' WHERE duty = ${duty}`;
const until = async (what: () => boolean | Promise<boolean>, ms = 8_000) => {
  for (const end = Date.now() + ms; !(await what()); ) {
    if (Date.now() > end) throw new Error("never happened");
    await new Promise((r) => setTimeout(r, 10));
  }
};

describe("a lease", () => {
  test("of two that want it one holds it; the other takes over after its expiry with the next epoch", async () => {
    const first = await acquireLease(sql, "a", "ann");
    expect(first?.epoch).toBe(1);
    expect(await acquireLease(sql, "a", "bob")).toBeNull();
    await expire("a");
    expect((await acquireLease(sql, "a", "bob"))?.epoch).toBe(2);
    expect(await renewLease(sql, "a", 1)).toBe(false);
    expect(await renewLease(sql, "a", 2)).toBe(true);
  });

  test("twenty that want it at once: one epoch, one holder", async () => {
    const got = await Promise.all(Array.from({ length: 20 }, (_, i) => acquireLease(sql, "b", `node-${i}`)));
    expect(got.filter((g) => g !== null).length).toBe(1);
  });

  test("a commit that began under it is waited for by the take-over, and a later one is refused", async () => {
    await acquireLease(sql, "c", "ann");
    await expire("c");
    const order: string[] = [];
    let taken: Promise<unknown> = Promise.resolve();
    await sql.begin(async (tx) => {
      await holdLease(tx, { duty: "c", epoch: 1 });
      taken = acquireLease(sql, "c", "bob").then((l) => order.push(`bob ${l?.epoch}`));
      await new Promise((r) => setTimeout(r, 200));
      order.push("ann commits");
    });
    await taken;
    expect(order).toEqual(["ann commits", "bob 2"]);
    await expect(sql.begin((tx) => holdLease(tx, { duty: "c", epoch: 1 }))).rejects.toThrow(LeaseLost);
  });

  test("a holder that stops in mid-commit is cut off within about a second, and its late commit does not stand", async () => {
    await acquireLease(sql, "d", "ann");
    await expire("d");
    await sql`CREATE TABLE IF NOT EXISTS late (n int)`;
    const begun = performance.now();
    const frozen = sql.begin(async (tx) => {
      await holdLease(tx, { duty: "d", epoch: 1 });
      await tx`INSERT INTO late VALUES (1)`;
      // As a stopped process: it says nothing for longer than the server bears.
      await new Promise((r) => setTimeout(r, 2_500));
      await tx`INSERT INTO late VALUES (2)`;
    });
    const failing = expect(frozen).rejects.toThrow();
    await until(async () => (await acquireLease(sql, "d", "bob")) !== null);
    expect(performance.now() - begun).toBeLessThan(2_300);
    await failing;
    expect((await sql`SELECT * FROM late`).length).toBe(0);
  });

  test("renewals do not wait for commits under sixteen writers", async () => {
    await acquireLease(sql, "e", "ann");
    let writing = true;
    const writers = Array.from({ length: 16 }, async () => {
      while (writing) {
        await sql.begin(async (tx) => {
          await holdLease(tx, { duty: "e", epoch: 1 });
          await tx`SELECT pg_sleep(0.02)`;
        });
      }
    });
    const took: number[] = [];
    for (let i = 0; i < 60; i++) {
      const t = performance.now();
      expect(await renewLease(sql, "e", 1)).toBe(true);
      took.push(performance.now() - t);
    }
    writing = false;
    await Promise.all(writers);
    took.sort((x, y) => x - y);
    console.log(`renewal under 16 writers: p50 ${took[30]?.toFixed(1)} ms, max ${took[59]?.toFixed(1)} ms`);
    expect(took[54]).toBeLessThan(500);
  });

  test("is kept by renewals, stops being valid by the holder's own clock, and goes to the next", async () => {
    const stopAnn = new AbortController();
    const stopBob = new AbortController();
    let ann: Lease | null = null;
    let bob: Lease | null = null;
    const body = (set: (l: Lease) => void) => async (lease: Lease) => {
      set(lease);
      await new Promise<void>((r) => lease.signal.addEventListener("abort", () => r(), { once: true }));
    };
    const keepAnn = keepLease(
      sql,
      { duty: "f", holder: "ann", stop: stopAnn.signal },
      body((l) => {
        ann = l;
      }),
    );
    await until(() => ann !== null);
    const takenFrom: string[] = [];
    const keepBob = keepLease(
      sql,
      { duty: "f", holder: "bob", stop: stopBob.signal, onTakeOver: (from) => takenFrom.push(from) },
      body((l) => {
        bob = l;
      }),
    );
    await new Promise((r) => setTimeout(r, LEASE_MS + 700));
    expect((ann as unknown as Lease).valid()).toBe(true);
    expect(bob).toBeNull();
    stopAnn.abort();
    await keepAnn;
    expect((ann as unknown as Lease).valid()).toBe(false);
    await until(() => bob !== null, 1_500);
    expect((bob as unknown as Lease).epoch).toBe(2);
    // Ann gave it back: nobody has to be thrown out.
    expect(takenFrom).toEqual([]);
    stopBob.abort();
    await keepBob;
  });

  test("a holder cut from the database is invalid before anybody else can have it", async () => {
    const { connect } = await import("./pool.ts");
    const cut = connect(database.url, { max: 1 });
    const stop = new AbortController();
    let held: Lease | null = null;
    const keeping = keepLease(cut, { duty: "g", holder: "ann", stop: stop.signal }, async (lease) => {
      held = lease;
      await new Promise<void>((r) => lease.signal.addEventListener("abort", () => r(), { once: true }));
    });
    await until(() => held !== null);
    await cut.end({ timeout: 0 });
    let invalidAt = 0;
    const watch = until(() => !(held as unknown as Lease).valid()).then(() => {
      invalidAt = performance.now();
    });
    await until(async () => (await acquireLease(sql, "g", "bob")) !== null);
    const takenAt = performance.now();
    await watch;
    expect(invalidAt).toBeLessThanOrEqual(takenAt + 15);
    stop.abort();
    await keeping;
  });

  test("whoever takes a duty over that nobody gave back is told whose it was", async () => {
    await acquireLease(sql, "k", "ann");
    const stop = new AbortController();
    const takenFrom: string[] = [];
    const keeping = keepLease(sql, { duty: "k", holder: "bob", stop: stop.signal, onTakeOver: (from) => takenFrom.push(from) }, async () => stop.abort());
    await keeping;
    expect(takenFrom).toEqual(["ann"]);
  });

  test("a duty that goes with another is where that one is, and is given back with it", async () => {
    const stop = new AbortController();
    let leader: Lease | null = null;
    const seen: { who: string; lease: Lease }[] = [];
    const follow = (who: string, under: () => Lease | null) =>
      keepLease(sql, { duty: "h", holder: who, stop: stop.signal, under }, async (lease) => {
        seen.push({ who, lease });
        await new Promise<void>((r) => lease.signal.addEventListener("abort", () => r(), { once: true }));
      });
    const stopLeader = new AbortController();
    const leading = keepLease(sql, { duty: "i", holder: "ann", stop: stopLeader.signal }, async (lease) => {
      leader = lease;
      await new Promise<void>((r) => lease.signal.addEventListener("abort", () => r(), { once: true }));
    });
    const bobLeads: { lease: Lease | null } = { lease: null };
    const following = [follow("ann", () => leader), follow("bob", () => bobLeads.lease)];
    await until(() => seen.length === 1);
    expect(seen[0]?.who).toBe("ann");
    stopLeader.abort();
    await leading;
    expect(seen[0]?.lease.valid()).toBe(false);
    // Nobody leads: nobody has it, though it is free.
    await new Promise((r) => setTimeout(r, 300));
    expect(seen).toHaveLength(1);
    bobLeads.lease = { duty: "i", epoch: 2, holder: "bob", signal: new AbortController().signal, valid: () => true };
    await until(() => seen.length === 2, 1_000);
    expect(seen[1]).toMatchObject({ who: "bob", lease: { epoch: 2 } });
    stop.abort();
    await Promise.all(following);
  });
});
