import { randomUUID } from "node:crypto";
import type { Channel } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { beginListening, heardSince } from "@kommutator/gateway/api/channels/listening";
import { createRawEvents, type RawEvents } from "@kommutator/gateway/inbound/raw-events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../lab/support/wait.ts";
import { type Company, seedCompany } from "../support/company.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Ledger } from "./host.ts";
import { everyAdapter } from "./under/index.ts";

// "Wait for a test message" with every adapter: its provider on real sockets, the house's own store of events.
let db: TestDatabase;
let company: Company;
let events: RawEvents;
beforeAll(async () => {
  db = await testDatabase();
  company = await seedCompany(db.sql);
  events = createRawEvents(db.sql, { write: () => Promise.reject(new Error("no files here")) }, () => undefined);
});
afterAll(async () => {
  await events?.idle();
  await db?.drop();
});

const admin = () => ({ kind: "employee", id: company.employees.admin.id, label: "Admin" }) as const;

/** A vendor without incoming messages is not waited for. */
const hearing = everyAdapter.filter(({ oneWay }) => oneWay !== "out");

describe.each(hearing)("$name, waited for", (under) => {
  it("its first message ends the wait, with who wrote it; what came before does not", async () => {
    const provider = await under.provider();
    const [row] = await db.sql<
      { id: Id }[]
    >`INSERT INTO channel (kind, name, queue_id) VALUES (${under.adapter.kind}, ${randomUUID()}, ${company.queueId}) RETURNING id`;
    const { id } = row as { id: Id };
    const abort = new AbortController();
    let channel: Channel | null = null;
    try {
      const host = { ...new Ledger().open(abort.signal), report: (event: Parameters<RawEvents["report"]>[1]) => events.report(id, event) };
      channel = await under.adapter.open(under.adapter.parseConfig(provider.config), host);
      provider.attach?.(channel);
      const first = await beginListening(db.sql, admin(), id);
      expect(await heardSince(db.sql, id, first.after)).toEqual({ heard: null, unreadable: null, others: 0 });
      await provider.say("one");
      const heard = await until("the message is heard", async () => (await heardSince(db.sql, id, first.after)).heard, { timeoutMs: 30_000 });
      // Whoever shows no name is called by his number, address or id; a visitor of the site has neither.
      expect(heard.from).toEqual(expect.stringMatching(/./));

      const second = await beginListening(db.sql, admin(), id);
      expect(second.after).toBeGreaterThan(first.after);
      expect((await heardSince(db.sql, id, second.after)).heard).toBeNull();
      await provider.say("two");
      await until("the second is heard", async () => (await heardSince(db.sql, id, second.after)).heard, { timeoutMs: 30_000 });
    } finally {
      await channel?.close();
      abort.abort();
      await provider.stop();
    }
  });
});
