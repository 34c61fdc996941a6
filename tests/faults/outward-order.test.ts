import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Db } from "@kommutator/contract/db";
import { connect } from "@kommutator/gateway/db/pool";
import { emit } from "@kommutator/gateway/dialogs/emit";
import { createOutbound } from "@kommutator/gateway/outbound/outbound";
import type { Outbound } from "@kommutator/gateway/ports";
import { insertInputs } from "@kommutator/routing/shell/inputs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Company, seedCompany } from "../support/company.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Child } from "./support/child.ts";
import { chatMessage, eventually, lineChannel } from "./support/core.ts";
import { LineProvider } from "./support/line-provider.ts";

/** The whole house as a process; replies are written by the same code as the API's. */
let database: TestDatabase;
let sql: Db;
let company: Company;
let provider: LineProvider;
let channelId: string;
let dir: string;
let env: Record<string, string>;
let house: Child;
let writer: Outbound;

beforeAll(async () => {
  database = await testDatabase();
  sql = database.sql;
  company = await seedCompany(sql);
  provider = await LineProvider.start();
  channelId = await lineChannel(sql, company.queueId, provider.port);
  dir = await mkdtemp(join(tmpdir(), "kommutator-outward-"));
  env = { DATABASE_URL: database.url, DATA_DIR: dir, PORT: "0", UI_DIR: "none", LOG_LEVEL: "error" };
  house = new Child("house-main.ts", env);
  await house.ready;
  await eventually("the adapter is connected", () => provider.connections === 1);
  const unused = () => {
    throw new Error("this process only writes replies");
  };
  writer = createOutbound({
    sql,
    leaseSql: connect(database.url, { max: 1 }),
    databaseUrl: database.url,
    holder: "writer",
    supervisor: { open: () => null, perform: unused },
    blobs: { put: unused, write: unused, record: unused, open: unused, read: unused },
    identify: {
      identify: unused,
      identifyAll: unused,
      attachParty: unused,
      attachParties: unused,
      addClaims: unused,
      markBounced: unused,
      markReachable: unused,
      provePhone: unused,
      noteOrigin: unused,
    },
    emit,
    enqueue: async (tx, inputs) => void (await insertInputs(tx, inputs)),
    now: Date.now,
    log: { warn: () => undefined, error: () => undefined },
    onCommitted: () => undefined,
  });
}, 120_000);
afterAll(async () => {
  await house.kill("SIGTERM");
  await provider.close();
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

async function dialogOf(thread: string): Promise<string> {
  await provider.deliver(chatMessage(thread, `${thread}-in`, "a question")).acknowledged;
  let id: string | undefined;
  await eventually("the dialog is there", async () => {
    [id] = (await sql<{ id: string }[]>`SELECT id FROM dialog WHERE channel_id = ${channelId} AND thread_key = ${thread}`).map((d) => d.id);
    return id !== undefined;
  });
  return id as string;
}

const reply = (dialogId: string, text: string, clientKey: string = randomUUID()) =>
  sql.begin((tx) => writer.reply(tx, { dialogId, employeeId: company.employees.aigul.id, clientKey, text, attachments: [], internal: false, mentions: [] }));
const states = async (dialogId: string) =>
  (await sql<{ body: string; delivery: string }[]>`SELECT body, delivery FROM message WHERE dialog_id = ${dialogId} AND direction = 'out' ORDER BY seq`).map(
    (m) => `${m.body} ${m.delivery}`,
  );
const wire = (thread: string) => provider.received.filter((r) => r.threadKey === thread).map((r) => r.text);

test("a refusal, another, then a lost answer: the wire's order is the dialog's, the third is uncertain and holds the rest, nothing goes twice", {
  timeout: 120_000,
}, async () => {
  const dialogId = await dialogOf("order");
  let refusals = 2;
  provider.answer = (n, body) => {
    if (body.text === "one" && refusals-- > 0) return { refused: "rate-limited", retryAfterMs: 50 };
    return body.text === "three" ? "hang up after receiving" : { key: `k-${n}` };
  };
  for (const text of ["one", "two", "three", "four", "five"]) await reply(dialogId, text);
  await eventually("three is uncertain", async () => (await states(dialogId)).includes("three uncertain"));
  expect(await states(dialogId)).toEqual(["one sent", "two sent", "three uncertain", "four queued", "five queued"]);
  // The refused attempts were seen by the provider; what it took it took once and in order.
  expect(wire("order")).toEqual(["one", "one", "one", "two", "three"]);

  // A later reply does not overtake the uncertain one either.
  await reply(dialogId, "six");
  await new Promise((r) => setTimeout(r, 1_500));
  expect(wire("order").slice(5)).toEqual([]);

  const [third] = await sql<{ id: string }[]>`SELECT id FROM message WHERE dialog_id = ${dialogId} AND body = 'three'`;
  await sql.begin((tx) => writer.settle(tx, third?.id as string, "sent"));
  await eventually("the rest is sent", async () => (await states(dialogId)).every((s) => s.endsWith("sent")));
  expect(wire("order").slice(5)).toEqual(["four", "five", "six"]);
});

test("killed between the send and its commit: uncertain after the restart, never sent again by itself", { timeout: 120_000 }, async () => {
  const dialogId = await dialogOf("crash");
  let struck: Promise<void> = Promise.resolve();
  provider.answer = (n, body) => {
    // It has the message; we die before we hear so.
    if (body.text === "fatal") struck = house.kill("SIGKILL");
    return { key: `c-${n}` };
  };
  await reply(dialogId, "before");
  await reply(dialogId, "fatal");
  await reply(dialogId, "after");
  await eventually("the process was killed", () => wire("crash").includes("fatal"));
  await struck;
  provider.answer = (n) => ({ key: `d-${n}` });
  house = new Child("house-main.ts", env);
  await house.ready;
  await eventually("it is uncertain", async () => (await states(dialogId)).includes("fatal uncertain"));
  expect(await states(dialogId)).toEqual(["before sent", "fatal uncertain", "after queued"]);
  expect(wire("crash")).toEqual(["before", "fatal"]);
  const [fatal] = await sql<{ id: string }[]>`SELECT id FROM message WHERE dialog_id = ${dialogId} AND body = 'fatal'`;
  await sql.begin((tx) => writer.settle(tx, fatal?.id as string, "resend"));
  await eventually("the rest is sent", async () => (await states(dialogId)).every((s) => s.endsWith("sent")));
  expect(wire("crash")).toEqual(["before", "fatal", "fatal", "after"]);
});

test("a double click sends once; a final refusal is shown and lets the next go; a channel that is away delays only its own", { timeout: 120_000 }, async () => {
  const dialogId = await dialogOf("more");
  provider.answer = (n, body) => (body.text === "bad" ? { refused: "rejected" } : { key: `m-${n}` });
  const key = randomUUID();
  const twice = await Promise.all([reply(dialogId, "click", key), reply(dialogId, "click", key)]);
  expect(new Set(twice.map((t) => t.messageId)).size).toBe(1);
  await reply(dialogId, "bad");
  await reply(dialogId, "good");
  await eventually("all are settled", async () => (await states(dialogId)).every((s) => !s.endsWith("queued")));
  expect(await states(dialogId)).toEqual(["click sent", "bad failed", "good sent"]);
  expect(wire("more")).toEqual(["click", "bad", "good"]);
  const positions = await sql`SELECT 1 FROM dialog_event WHERE dialog_id = ${dialogId} AND kind = 'message.delivery'`;
  expect(positions.length).toBe(3);
});
