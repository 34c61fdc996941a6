import type { Db } from "@kommutator/contract/db";
import type { DialogEvent } from "@kommutator/contract/dialog-event";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acquireLease } from "../db/lease.ts";
import { emit } from "./emit.ts";
import { chat, type IngestFixture, ingestFixture, quietLog } from "./ingest.fixture.ts";
import { readerStep } from "./reader.ts";
import { createStream } from "./stream.ts";

let house: IngestFixture;
let sql: Db;
let stream: ReturnType<typeof createStream>;
let dialogs: string[];
beforeAll(async () => {
  house = await ingestFixture();
  sql = house.sql;
  const channel = await house.channel("web-chat");
  for (let i = 0; i < 4; i++) await house.report(channel, chat(`s${i}`, "x"));
  await house.settled();
  dialogs = (await sql<{ id: string }[]>`SELECT id FROM dialog`).map((d) => d.id);
  stream = createStream({ sql, leaseSql: sql, holder: "test", log: quietLog });
  await stream.start();
});
afterAll(async () => {
  await stream.stop();
  await house.close();
});
const note = (dialogId: string | null, n: number) => ({
  kind: "party.changed" as const,
  dialogId,
  payload: { customerId: null, contactId: null, leadId: null, interestId: String(n) },
});
const until = async (what: () => boolean | Promise<boolean>) => {
  for (const end = Date.now() + 10_000; !(await what()); ) {
    if (Date.now() > end) throw new Error("never happened");
    await new Promise((r) => setTimeout(r, 5));
  }
};

describe("the stream", () => {
  test("gives positions without gaps, in each dialog's order, and a long transaction elsewhere stalls nobody", async () => {
    const [a, b] = dialogs as [string, string];
    const seen: DialogEvent[] = [];
    const off = stream.subscribe((events) => seen.push(...events));
    let release: () => void = () => undefined;
    const gate = new Promise<void>((r) => {
      release = r;
    });
    const slow = sql.begin(async (tx) => {
      await emit(tx, [note(a, 1)]);
      await gate;
    });
    await until(async () => (await sql`SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()`).length > 0);
    await sql.begin((tx) => emit(tx, [note(b, 2), note(b, 3)]));
    await until(() => seen.some((e) => e.kind === "party.changed" && e.payload.interestId === "3"));
    const blocked = sql.begin((tx) => emit(tx, [note(a, 4)]));
    release();
    await Promise.all([slow, blocked]);
    await until(() => seen.some((e) => e.kind === "party.changed" && e.payload.interestId === "4"));
    off();
    const order = seen
      .filter((e) => e.dialogId === a)
      .flatMap((e) => (e.kind === "party.changed" && e.payload.interestId !== null ? [e.payload.interestId] : []));
    expect(order).toEqual(["1", "4"]);
    const all = await stream.read(0, 1_000);
    expect(all.map((e) => e.position)).toEqual(all.map((_, i) => i + 1));
  });

  test("events that bring their positions along are there at the commit, told once, and overtake none of their dialog that has none yet", async () => {
    const [a, b] = dialogs as [string, string];
    const said: string[] = [];
    const off = stream.subscribe((events) => said.push(...events.flatMap((e) => (e.kind === "party.changed" ? [e.payload.interestId ?? ""] : []))));
    await until(() => stream.stamping());
    const together = async (...events: ReturnType<typeof note>[]) => {
      const telling = stream.telling();
      await sql.begin((tx) => telling.append(tx, events));
      telling.committed();
    };
    await together(note(a, 11), note(b, 12), note(null, 13));
    expect(await sql`SELECT 1 FROM dialog_event WHERE position IS NULL`).toEqual([]);
    await until(() => said.includes("13"));
    const follower = createStream({ sql, leaseSql: sql, holder: "follower", log: quietLog, sequence: false });
    const elsewhere = follower.telling();
    await sql.begin((tx) => elsewhere.append(tx, [note(a, 14)]));
    await together(note(a, 15));
    await until(() => said.includes("15"));
    await expect(
      sql.begin((tx) =>
        stream
          .telling()
          .append(tx, [note(a, 16)])
          .then(() => Promise.reject(new Error("taken back"))),
      ),
    ).rejects.toThrow("taken back");
    await together(note(a, 17));
    await until(() => said.includes("17"));
    off();
    expect(said).toEqual(["11", "12", "13", "14", "15", "17"]);
    const all = await stream.read(0, 1_000);
    expect(all.map((e) => e.position)).toEqual(all.map((_, i) => i + 1));
    const { appendStamped } = await import("./append-stamped.ts");
    expect(await sql.begin((tx) => appendStamped(tx, [note(a, 18)], { duty: "sequencer", epoch: 99 }))).toBeNull();
  });

  test("is live within a few milliseconds of the commit", async () => {
    const took: number[] = [];
    for (let i = 0; i < 20; i++) {
      const got = new Promise<number>((resolve) => {
        const off = stream.subscribe((events) => {
          if (!events.some((e) => e.kind === "party.changed" && e.payload.interestId === `live-${i}`)) return;
          off();
          resolve(performance.now());
        });
      });
      await sql.begin((tx) =>
        emit(tx, [{ ...note(dialogs[0] as string, 0), payload: { customerId: null, contactId: null, leadId: null, interestId: `live-${i}` } }]),
      );
      const committed = performance.now();
      took.push((await got) - committed);
    }
    took.sort((x, y) => x - y);
    console.log(`commit to subscriber: p50 ${took[10]?.toFixed(1)} ms, max ${took[19]?.toFixed(1)} ms`);
    expect(took[10]).toBeLessThan(60);
  });

  test("a reader's effect and its position are one commit: what fails is read again, what stood is not", async () => {
    await sql`CREATE TABLE effect (position bigint)`;
    const [{ position: head } = { position: 0 }] = await sql<{ position: number }[]>`SELECT position FROM stream_head`;
    let fail = true;
    const reader = {
      name: "test-reader",
      kinds: ["party.changed"] as const,
      async handle(tx: Parameters<typeof emit>[0], events: DialogEvent[]) {
        for (const e of events) await tx`INSERT INTO effect VALUES (${e.position})`;
        if (fail) throw new Error("half-way");
      },
    };
    await expect(readerStep(sql, reader)).rejects.toThrow("half-way");
    expect((await sql`SELECT * FROM effect`).length).toBe(0);
    fail = false;
    const two = await Promise.all([readerStep(sql, reader), readerStep(sql, reader)]);
    expect(two.sort()).toEqual([0, head]);
    const effects = await sql<{ position: number }[]>`SELECT position FROM effect ORDER BY position`;
    const wanted = await sql<{ position: number }[]>`SELECT position FROM dialog_event WHERE kind = 'party.changed' AND position <= ${head} ORDER BY position`;
    expect([...effects]).toEqual([...wanted]);
  });

  test("a reader holds no dialog while it works through many, and what it says of them stands with its position", async () => {
    const [first, second] = [...dialogs].sort() as [string, string];
    const reader = { name: "lock-order", kinds: ["party.changed"] as const, handle: async () => undefined };
    while ((await readerStep(sql, reader)) > 0);
    const settled = () => until(async () => (await sql`SELECT 1 FROM dialog_event WHERE position IS NULL`).length === 0);
    await sql.begin((tx) => emit(tx, [note(second, 1), note(first, 2)]));
    await settled();
    await readerStep(sql, {
      ...reader,
      async handle(tx: Parameters<typeof emit>[0], events: DialogEvent[]) {
        await emit(tx, [note(events[0]?.dialogId ?? null, 31)]);
        // Somebody who speaks of both at once does not wait for it.
        await sql.begin((other) => emit(other, [note(first, 4), note(second, 4)]));
        await emit(tx, [note(events[1]?.dialogId ?? null, 32)]);
      },
    });
    await settled();
    const said = (await stream.read(0, 10_000)).flatMap((e) => (e.kind === "party.changed" && e.payload.interestId !== null ? [e.payload.interestId] : []));
    expect(said.slice(-4)).toEqual(["4", "4", "31", "32"]);
    const failing = { ...reader, handle: (tx: Parameters<typeof emit>[0]) => emit(tx, [note(first, 5)]).then(() => Promise.reject(new Error("half-way"))) };
    await expect(readerStep(sql, failing)).rejects.toThrow("half-way");
    expect(await sql`SELECT 1 FROM dialog_event WHERE payload->>'interestId' = '5'`).toEqual([]);
  });

  test("an event that no reader can digest is set aside after several attempts and the others go on", async () => {
    const handled: number[] = [];
    let poison = 0;
    stream.run({
      name: "picky",
      kinds: ["party.changed"],
      async handle(_tx, events) {
        poison ||= events[0]?.position ?? 0;
        for (const e of events) {
          if (e.position === poison) throw new Error("cannot digest");
          handled.push(e.position);
        }
      },
    });
    await until(async () => (await sql`SELECT 1 FROM stream_skipped WHERE reader = 'picky'`).length === 1).catch(() => undefined);
    await until(() => handled.length > 0);
    expect(handled.includes(poison)).toBe(false);
  }, 40_000);

  test("a sequencer whose lease is gone stamps nothing", async () => {
    const { stamp } = await import("./sequencer.ts");
    await acquireLease(sql, "old-duty", "x");
    await expect(stamp(sql, { duty: "old-duty", epoch: 99 })).rejects.toThrow("held by another node");
  });
});
