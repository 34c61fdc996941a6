import { randomUUID } from "node:crypto";
import { ChannelError } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seedCompany } from "../../../tests/support/company.ts";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { acquireLease } from "../db/lease.ts";
import { Orders } from "./orders.ts";

const log = { warn: () => undefined, error: () => undefined };
let db: TestDatabase;
let here: Orders;
let there: Orders;
let channelId: Id;
const performed: unknown[] = [];
/** How the channel at the other node takes a command. */
let answer: () => Promise<unknown> = async () => undefined;

beforeAll(async () => {
  db = await testDatabase();
  const company = await seedCompany(db.sql);
  const [row] = await db.sql<{ id: Id }[]>`INSERT INTO channel (kind, name, queue_id) VALUES ('asterisk-ari', 'Trunk', ${company.queueId}) RETURNING id`;
  channelId = (row as { id: Id }).id;
  const refuse = async () => {
    throw new ChannelError("unreachable", "not open here");
  };
  here = new Orders({ sql: db.sql, holder: "here", log, perform: refuse, mine: () => [] });
  const perform = async (_channelId: Id, _kind: string, command: unknown) => {
    performed.push(command);
    return answer();
  };
  there = new Orders({ sql: db.sql, holder: "there", log, perform, mine: () => [channelId] });
  await Promise.all([here.start(), there.start()]);
});
afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await db.drop();
});
const hold = () => ({ id: randomUUID(), callKey: "call-1" });

test("nobody has the channel: unreachable at once, and nothing is left to be performed later", async () => {
  await expect(here.ask(channelId, "call.hold", hold())).rejects.toMatchObject({ code: "unreachable" });
  expect(await db.sql`SELECT 1 FROM channel_order`).toHaveLength(0);
});

test("the node that has the channel performs what is asked here, once; its refusals come back as they are", async () => {
  await acquireLease(db.sql, `channel:${channelId}`, "there");
  const command = hold();
  await here.ask(channelId, "call.hold", command);
  expect(performed).toEqual([command]);
  answer = async () => {
    throw new ChannelError("rejected", "the call is gone");
  };
  await expect(here.ask(channelId, "call.hold", hold())).rejects.toMatchObject({ code: "rejected", message: "the call is gone" });
  expect(performed).toHaveLength(2);
  expect(await db.sql`SELECT 1 FROM channel_order`).toHaveLength(0);
});

test("twenty at once are each performed once and answered to the one who asked", async () => {
  performed.length = 0;
  answer = async () => undefined;
  await db.sql`UPDATE lease SET expires_at = clock_timestamp() + interval '1 minute'`;
  const commands = Array.from({ length: 20 }, hold);
  await Promise.all(commands.map((c) => here.ask(channelId, "call.hold", c)));
  expect(performed.map((c) => (c as { id: string }).id).sort()).toEqual(commands.map((c) => c.id).sort());
});

test("a node that has the channel and does not take what is asked is not waited for, however long the answer itself might take", async () => {
  await db.sql`UPDATE lease SET expires_at = clock_timestamp() + interval '1 minute', holder = 'frozen'`;
  await there.stop();
  const began = performance.now();
  await expect(here.ask(channelId, "channel.test", {}, 90_000)).rejects.toMatchObject({
    code: "unreachable",
    message: expect.stringContaining("does not answer"),
  });
  expect(performance.now() - began).toBeLessThan(12_000);
  expect(await db.sql`SELECT 1 FROM channel_order`).toHaveLength(0);
  // What a node asked that has died before the answer came is forgotten.
  await db.sql`INSERT INTO channel_order (channel_id, kind, command, asked_at) VALUES (${channelId}, 'channel.webhook', '{}', now() - interval '1 hour')`;
  await there.start();
  expect(await db.sql`SELECT 1 FROM channel_order`).toHaveLength(0);
});
