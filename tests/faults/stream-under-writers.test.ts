import type { Db } from "@kommutator/contract/db";
import { connect } from "@kommutator/gateway/db/pool";
import { appendStamped } from "@kommutator/gateway/dialogs/append-stamped";
import { emit } from "@kommutator/gateway/dialogs/emit";
import { createStream } from "@kommutator/gateway/dialogs/stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seedCompany } from "../support/company.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Child } from "./support/child.ts";
import { eventually } from "./support/core.ts";
import { PgProxy } from "./support/pg-proxy.ts";

const WRITERS = 50;
const DIALOGS = 400;
const WRITING_MS = 12_000;
/** Transactions last 0 to 3 s; every tenth is long, so that thousands of short ones overtake it. */
const duration = () => (Math.random() < 0.1 ? Math.random() * 3_000 : Math.random() * 60);
const READERS = 8;

let database: TestDatabase;
let proxy: PgProxy;
let dialogs: string[];
beforeAll(async () => {
  database = await testDatabase({ max: WRITERS + 5 });
  const company = await seedCompany(database.sql);
  proxy = await PgProxy.start(database.url);
  const [channel] = await database.sql<{ id: string }[]>`INSERT INTO channel (kind, name, queue_id) VALUES ('web-chat', 'w', ${company.queueId}) RETURNING id`;
  dialogs = (
    await database.sql<{ id: string }[]>`
      INSERT INTO dialog (channel_id, thread_key, medium, identity_kind, opened_at) SELECT ${channel?.id as string}, n::text, 'chat', 'site_visitor', now() FROM generate_series(1, ${DIALOGS}) n RETURNING id`
  ).map((d) => d.id);
});
afterAll(async () => {
  await proxy.close();
  await database.drop();
});

/** A client with a position: reads on from it, also live, loses its connections and its process' memory, and comes back. */
class Client {
  position = 0;
  readonly ids: number[] = [];
  #stream: ReturnType<typeof createStream> | null = null;
  #sql: Db | null = null;

  async join(): Promise<void> {
    const sql = connect(proxy.url(database.url), { max: 2 });
    const log = { warn: () => undefined, error: () => undefined };
    // The lease is another process': this stream only follows.
    const stream = createStream({ sql, leaseSql: sql, holder: "nobody", log, sequence: false });
    this.#sql = sql;
    this.#stream = stream;
    await retried(() => stream.start());
    const live: { position: number; id: number }[][] = [];
    let catching = true;
    const take = (events: { position: number; id: number }[]) => {
      for (const e of events) {
        if (e.position <= this.position) continue;
        expect(e.position).toBe(this.position + 1);
        this.position = e.position;
        this.ids.push(e.id);
      }
    };
    stream.subscribe((events) => (catching ? live.push(events) : take(events)));
    for (;;) {
      const events = await retried(() => stream.read(this.position, 500));
      take(events);
      if (events.length < 500) break;
    }
    catching = false;
    for (const events of live) take(events);
  }
  async leave(): Promise<void> {
    await this.#stream?.stop();
    await this.#sql?.end({ timeout: 0 });
  }
}

async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch {
      await new Promise((r) => setTimeout(r, 20));
    }
  }
}

test("under fifty writers, with the sequencer killed and readers cut, each reader's ids equal the table", { timeout: 170_000 }, async () => {
  const { sql } = database;
  const env = { URL: database.url };
  let sequencer = new Child("sequencer-main.ts", env);
  await sequencer.ready;
  const clients = Array.from({ length: READERS }, () => new Client());
  await Promise.all(clients.map((c) => c.join()));

  const end = Date.now() + WRITING_MS;
  let written = 0;
  let withPositions = 0;
  const writers = Array.from({ length: WRITERS }, async (_, writer) => {
    while (Date.now() < end) {
      const some = Array.from({ length: 1 + Math.floor(Math.random() * 3) }, () => dialogs[Math.floor(Math.random() * DIALOGS)] as string);
      await sql
        .begin(async (tx) => {
          const events = some.map((dialogId) => ({ kind: "inquiry.changed" as const, dialogId, payload: { inquiryId: dialogId, status: "new" } }));
          // Half of them bring their positions along, in the last statement before the commit, as a transaction beside the sequencer does.
          if (writer % 2 === 0) {
            const [lease] = await tx<{ epoch: number }[]>`SELECT epoch FROM lease WHERE duty = 'sequencer'`;
            await new Promise((r) => setTimeout(r, duration()));
            const told = await appendStamped(tx, events, { duty: "sequencer", epoch: lease?.epoch ?? 0 });
            if (told !== null) withPositions += told.length;
          } else {
            await emit(tx, events);
            await new Promise((r) => setTimeout(r, duration()));
          }
          // One in ten changes its mind: ids are drawn and never seen.
          if (Math.random() < 0.1) throw new Error("rolled back");
          written += some.length;
        })
        .catch((error: Error) => {
          if (error.message !== "rolled back") throw error;
        });
    }
  });
  let kills = 0;
  let cuts = 0;
  const chaos = (async () => {
    while (Date.now() < end) {
      await new Promise((r) => setTimeout(r, 1_500));
      if (cuts % 2 === 0) proxy.cut();
      else {
        const client = clients[cuts % READERS] as Client;
        await client.leave();
        await client.join();
      }
      cuts++;
      if (cuts % 3 === 0) {
        await sequencer.kill("SIGKILL");
        sequencer = new Child("sequencer-main.ts", env);
        kills++;
      }
    }
  })();
  await Promise.all([...writers, chaos]);
  await sequencer.ready;
  await eventually("everything is stamped", async () => (await sql`SELECT 1 FROM dialog_event WHERE position IS NULL LIMIT 1`).length === 0, 60_000);
  const table = await sql<{ id: number; position: number; dialog_id: string }[]>`SELECT id, position, dialog_id FROM dialog_event ORDER BY position`;
  await eventually("every reader is at the head", () => clients.every((c) => c.position === table.length), 30_000);

  expect(table.length).toBe(written);
  expect(withPositions).toBeGreaterThan(0);
  expect(table.map((e) => e.position)).toEqual(table.map((_, i) => i + 1));
  const last = new Map<string, number>();
  for (const e of table) {
    expect(e.id).toBeGreaterThan(last.get(e.dialog_id) ?? 0);
    last.set(e.dialog_id, e.id);
  }
  const ids = table.map((e) => e.id);
  for (const client of clients) expect(client.ids).toEqual(ids);
  console.log(
    `${written} events of ${WRITERS} writers, ${withPositions} of them with their positions, sequencer killed ${kills} times, readers cut ${cuts} times: ${READERS} readers' ids equal the table exactly`,
  );
  await Promise.all(clients.map((c) => c.leave()));
  await sequencer.kill("SIGTERM");
});
