import { randomUUID } from "node:crypto";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Id } from "@kommutator/contract/ids";
import { createCrm } from "@kommutator/crm-core";
import { insertInputs } from "@kommutator/routing/shell/inputs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../../tests/lab/support/wait.ts";
import { adapters } from "../../compose.ts";
import { emit } from "../../dialogs/emit.ts";
import { createIngest } from "../../dialogs/ingest.ts";
import { type ApiFixture, apiFixture, type Browser } from "../testing/api.fixture.ts";

let house: ApiFixture;
let admin: Browser;
let dir: string;
let cdrFile: string;
let channelId: Id;
let ingest: ReturnType<typeof createIngest>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "kommutator-cdr-"));
  cdrFile = join(dir, "kommutator.csv");
  await writeFile(cdrFile, "");
  // The real adapter, with a telephone system that is away: its records are a file.
  const asterisk = adapters["asterisk-ari"];
  if (asterisk === undefined) throw new Error("no adapter for Asterisk in this build");
  house = await apiFixture({ registry: { "asterisk-ari": asterisk } });
  admin = await house.login(house.company.employees.admin);
  const config = { url: "http://127.0.0.1:9/ari", user: "kommutator", password: "x", cdrFile };
  channelId = (await admin.call("POST", "/channels", { kind: "asterisk-ari", name: "Trunk", queueId: house.company.queueId, config })).json().id;
  const { sql } = house;
  const enqueue = async (...[tx, inputs]: Parameters<typeof insertInputs>) => void (await insertInputs(tx, inputs));
  const { identify } = createCrm({ sql, emit, enqueue, clock: Date });
  const log = { warn: () => undefined, error: () => undefined };
  ingest = createIngest({ sql, leaseSql: sql, holder: "test", log, emit, enqueue, identify, now: Date.now, onCommitted: () => undefined });
  ingest.start();
  await until("the channel reads its records", async () => (await report()).code === undefined);
});
afterAll(async () => {
  await ingest.stop();
  await house.close();
  await rm(dir, { recursive: true });
});

const NINE = Date.parse("2026-03-11T09:00:00+05:00");
const seconds = (ms: number) => (ms / 1000).toFixed(6);
/** A line as Asterisk 22.10.1 writes it with the configuration we ship. */
const cdrLine = (key: string, number: string, start: number, answer: number | null, end: number) =>
  `"${key}","${key}","${number}","""Ivan"" <${number}>","5551000","kommutator-trunk","PJSIP/trunk-0000","${answer === null ? "" : "PJSIP/1001-0001"}","${seconds(start)}","${answer === null ? "0.000000" : seconds(answer)}","${seconds(end)}","${answer === null ? "NO ANSWER" : "ANSWERED"}","","5551000"\n`;
type Times = [key: string, start: number, answer: number | null, end: number];
/** Calls that are over, as the register has them. */
async function registered(...calls: Times[]): Promise<void> {
  const rows = calls.map(([key, start, answer, end]) => ({ id: randomUUID(), key, start, answer, end }));
  await house.sql`
    WITH r AS (SELECT * FROM jsonb_to_recordset(${house.sql.json(rows)}) AS r(id uuid, key text, start float8, answer float8, "end" float8)), d AS (
      INSERT INTO dialog (id, channel_id, thread_key, medium, identity_kind, opened_at, closed_at)
      SELECT id, ${channelId}, key, 'voice', 'phone', to_timestamp(start / 1000), to_timestamp("end" / 1000) FROM r RETURNING id)
    INSERT INTO call (dialog_id, channel_id, external_id, direction, from_norm, to_norm, state, started_at, answered_at, ended_at, disposition)
    SELECT d.id, ${channelId}, key, 'in', '+77010000001', '5551000', 'ended', to_timestamp(start / 1000), to_timestamp(answer / 1000), to_timestamp("end" / 1000),
      CASE WHEN answer IS NULL THEN 'abandoned_queue' ELSE 'answered' END FROM d JOIN r USING (id)`;
}
const report = async (browser = admin, day = "2026-03-11") => (await browser.call("GET", `/calls/differences?channelId=${channelId}&day=${day}`)).json();

test("of a hundred calls in the telephone system's records one is missing in the register: the report names it, and after the repair the totals are equal", async () => {
  const lines: string[] = [];
  const known: Times[] = [];
  for (let i = 0; i < 100; i++) {
    const start = NINE + i * 60_000;
    const answer = i % 4 === 0 ? null : start + 5_000;
    const end = start + 35_000;
    lines.push(cdrLine(`key-${i}`, `+7701000${1000 + i}`, start, answer, end));
    if (i !== 41) known.push([`key-${i}`, start + 40, answer === null ? null : answer + 30, end + 25]);
  }
  await registered(...known);
  await appendFile(cdrFile, lines.join(""));
  const before = await report();
  expect(before).toMatchObject({
    day: "2026-03-11",
    pbx: { calls: 100, answered: 75, talkMs: 75 * 30_000 },
    register: { calls: 99, answered: 74 },
    extra: [],
    differing: [],
    share: 0.01,
  });
  expect(before.missing).toEqual([
    {
      callKey: "key-41",
      direction: "in",
      from: "+77010001041",
      to: "5551000",
      startedAt: new Date(NINE + 41 * 60_000).toISOString(),
      answeredAt: new Date(NINE + 41 * 60_000 + 5_000).toISOString(),
      endedAt: new Date(NINE + 41 * 60_000 + 35_000).toISOString(),
    },
  ]);
  const after = (await admin.call("POST", "/calls/differences/repair", { channelId, day: "2026-03-11" })).json();
  expect(after).toMatchObject({ pbx: { calls: 100, answered: 75 }, register: { calls: 100, answered: 75 }, missing: [], extra: [], differing: [], share: 0 });
  expect(await house.sql`SELECT source, disposition FROM call WHERE external_id = 'key-41'`).toEqual([{ source: "reconstructed", disposition: "answered" }]);
  expect(await house.sql`SELECT changes->'callKeys' AS keys FROM audit_log WHERE action = 'import-calls'`).toEqual([{ keys: ["key-41"] }]);
  // Again: nothing is left to import.
  expect((await admin.call("POST", "/calls/differences/repair", { channelId, day: "2026-03-11" })).json().share).toBe(0);
});

test("a call that only we know, and one that was answered on one side alone, are told apart; midnight divides nothing", async () => {
  const day = Date.parse("2026-03-12T00:00:00+05:00");
  await registered(["ours", day + 3_600_000, null, day + 3_610_000], ["both", day + 7_200_000, day + 7_205_000, day + 7_230_000]);
  // Began on the day before by one clock, on this day by the other.
  await registered(["midnight", day + 30, null, day + 9_000]);
  await appendFile(
    cdrFile,
    cdrLine("both", "+77010000001", day + 7_200_000, null, day + 7_230_000) + cdrLine("midnight", "+77010000001", day - 30, null, day + 9_000),
  );
  const found = await report(admin, "2026-03-12");
  expect(found).toMatchObject({
    pbx: { calls: 1 },
    missing: [],
    extra: [{ callKey: "ours" }],
    differing: [{ callKey: "both", pbx: { answeredAt: null }, register: { answeredAt: expect.any(String) } }],
  });
  expect((await report(admin, "2026-03-11")).missing).toEqual([]);
});

test("calls of ours to outside are compared as well: one that the register lacks is named and imported, one that it knows is equal", async () => {
  const day = Date.parse("2026-03-13T10:00:00+05:00");
  const made = (order: string, start: number, answered: boolean) => {
    const line = (leg: "a" | "c", source: string, other: string, answer: number | null) =>
      `"kmt-a-${order}","kmt-${leg}-${order}","${source}","""x"" <${source}>","s","kommutator-phones","PJSIP/1001-1","${other}","${seconds(start)}","${answer === null ? "0.000000" : seconds(answer)}","${seconds(start + 30_000)}","${answer === null ? "NO ANSWER" : "ANSWERED"}","",""\n`;
    return line("a", "+77012223344", answered ? "PJSIP/trunk-1" : "", start + 2_000) + line("c", "+77270000001", "", answered ? start + 8_000 : null);
  };
  await appendFile(cdrFile, made("known", day, true) + made("lost", day + 60_000, true) + made("unanswered", day + 120_000, false));
  await registered(["kmt-o-known", day + 15, day + 8_010, day + 30_020], ["kmt-o-unanswered", day + 120_010, null, day + 150_000]);
  await house.sql`UPDATE call SET direction = 'out' WHERE external_id LIKE 'kmt-o-%'`;
  expect(await report(admin, "2026-03-13")).toMatchObject({
    pbx: { calls: 3, answered: 2, talkMs: 44_000 },
    register: { calls: 2, answered: 1 },
    missing: [{ callKey: "kmt-o-lost", direction: "out", to: "+77012223344" }],
    extra: [],
    differing: [],
  });
  const after = (await admin.call("POST", "/calls/differences/repair", { channelId, day: "2026-03-13" })).json();
  expect(after).toMatchObject({ register: { calls: 3, answered: 2 }, missing: [], share: 0 });
  expect(await house.sql`SELECT direction, to_norm, disposition, source FROM call WHERE external_id = 'kmt-o-lost'`).toEqual([
    { direction: "out", to_norm: "+77012223344", disposition: "answered", source: "reconstructed" },
  ]);
});

test("only for those who see all calls; a channel without records says so", async () => {
  const head = await house.login(house.company.employees.head);
  expect(await report(head)).toMatchObject({ code: "forbidden" });
  expect((await head.call("POST", "/calls/differences/repair", { channelId, day: "2026-03-11" })).json()).toMatchObject({ code: "forbidden" });
  const chat = await house.channel("web-chat");
  expect((await admin.call("GET", `/calls/differences?channelId=${chat}&day=2026-03-11`)).json()).toMatchObject({ code: "unsupported" });
  expect((await admin.call("GET", `/calls/differences?channelId=${randomUUID()}&day=2026-03-11`)).json()).toMatchObject({ code: "not_found" });
  expect((await admin.call("GET", `/calls/differences?channelId=${channelId}&day=today`)).json()).toMatchObject({ code: "validation" });
});
