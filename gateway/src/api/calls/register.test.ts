import { randomUUID } from "node:crypto";
import type { Principal } from "@kommutator/contract/access";
import type { Id } from "@kommutator/contract/ids";
import { createSession, resolvePrincipal } from "@kommutator/crm-core/access/session";
import { readSheet } from "@kommutator/crm-core/import/xlsx";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ApiFixture, apiFixture, type Browser } from "../testing/api.fixture.ts";
import { registerRows } from "./register-rows.ts";

let house: ApiFixture;
let phones: Id;
const who: Record<string, Browser> = {};
beforeAll(async () => {
  house = await apiFixture();
  for (const e of Object.values(house.company.employees)) who[e.login] = await house.login(e);
  phones = await house.channel("asterisk-ari");
});
afterAll(async () => {
  await house.close();
});
beforeEach(async () => {
  await house.sql`DELETE FROM call_leg`;
  await house.sql`DELETE FROM call`;
});

const NINE = Date.parse("2026-03-11T09:00:00+05:00");
type Login = "aigul" | "bolat" | "dana";
/** A call that is over: `at` seconds after nine, rung for so long, spoken so long (0: nobody answered). */
async function call(c: {
  by?: Login | null;
  at?: number;
  ring?: number;
  talk?: number;
  direction?: "in" | "out";
  number?: string;
  line?: Id;
  disposition?: string;
}): Promise<Id> {
  const { by = "aigul", at = 0, ring = 5, talk = 60, direction = "in", number = "+77010000001" } = c;
  const { sql } = house;
  const dialogId = await house.dialog({
    channelId: phones,
    medium: "voice",
    closed: true,
    ...(by === null ? {} : { assignee: house.company.employees[by].id }),
  });
  const start = new Date(NINE + at * 1000);
  const answered = talk === 0 ? null : new Date(start.getTime() + ring * 1000);
  const end = new Date(start.getTime() + (ring + talk) * 1000);
  const disposition = c.disposition ?? (talk === 0 ? "abandoned_queue" : "answered");
  const employee = by === null ? null : house.company.employees[by].id;
  const [from, to] = direction === "in" ? [number, "+77270000001"] : ["+77270000001", number];
  const [row] = await sql<{ id: Id }[]>`
    INSERT INTO call (dialog_id, channel_id, external_id, direction, from_norm, to_norm, line_id, state, started_at, answered_at, ended_at, disposition, answered_by)
    VALUES (${dialogId}, ${phones}, ${randomUUID()}, ${direction}, ${from}, ${to}, ${c.line ?? null}, 'ended', ${start}, ${answered}, ${end}, ${disposition}, ${talk === 0 ? null : employee}) RETURNING id`;
  const id = (row as { id: Id }).id;
  if (employee !== null)
    await sql`INSERT INTO call_leg (call_id, external_id, party, employee_id, state, cause, started_at, ringing_at, answered_at, ended_at)
      VALUES (${id}, 'agent', 'agent', ${employee}, 'ended', ${talk === 0 ? "no-answer" : "hung-up"}, ${start}, ${start}, ${answered}, ${end})`;
  return id;
}
const list = async (login: string, query = "") => (await (who[login] as Browser).call("GET", `/calls${query}`)).json();
const ids = async (login: string, query = "") => (await list(login, query)).items.map((c: { id: Id }) => c.id);

describe("the register of calls (CC-19)", () => {
  test("each call with its numbers, waiting, ringing, talk, how it ended, who answered and whose path it went", async () => {
    const id = await call({ ring: 7, talk: 95 });
    const [row] = (await list("aigul")).items;
    expect(row).toMatchObject({
      id,
      direction: "in",
      from: "+77010000001",
      to: "+77270000001",
      channel: { id: phones },
      queue: { id: house.company.queueId },
      startedAt: new Date(NINE).toISOString(),
      waitMs: 7_000,
      ringMs: 7_000,
      talkMs: 95_000,
      disposition: "answered",
      answeredBy: { id: house.company.employees.aigul.id, name: "Aigul Nurlanova" },
      path: [{ employee: { name: "Aigul Nurlanova" }, state: "ended", cause: "hung-up" }],
      source: "live",
    });
  });

  test("filters by time, direction, line, person, outcome and number; totals over all pages", async () => {
    const [line] = await house.sql<{ id: Id }[]>`INSERT INTO line (channel_id, number) VALUES (${phones}, '+77270000001') RETURNING id`;
    const early = await call({ at: 0, ring: 10, talk: 100 });
    const missed = await call({ at: 60, ring: 20, talk: 0, by: "bolat", number: "+7 701 222-33-44" });
    const out = await call({ at: 120, ring: 4, talk: 40, direction: "out", number: "+77773334455" });
    const lined = await call({ at: 180, ring: 6, talk: 60, by: "bolat", line: line?.id as Id });
    const at = (s: number) => new Date(NINE + s * 1000).toISOString();
    expect(await ids("head")).toEqual([lined, out, missed, early]);
    expect(await ids("head", `?from=${at(60)}&to=${at(180)}`)).toEqual([out, missed]);
    expect(await ids("head", "?direction=out")).toEqual([out]);
    expect(await ids("head", `?line=${encodeURIComponent("+77270000001")}`)).toEqual([lined]);
    expect(await ids("head", `?employeeId=${house.company.employees.bolat.id}`)).toEqual([lined, missed]);
    expect(await ids("head", "?disposition=missed")).toEqual([missed]);
    expect(await ids("head", "?number=2223344")).toEqual([missed]);
    expect(await ids("head", "?number=3334455")).toEqual([out]);
    const first = await list("head", "?limit=3");
    expect(first.items.map((c: { id: Id }) => c.id)).toEqual([lined, out, missed]);
    expect(first.totals).toEqual({ calls: 4, incoming: 3, outgoing: 1, answered: 3, missed: 1, talkMs: 200_000, averageWaitMs: 20_000 / 3 });
    const second = await list("head", `?limit=3&cursor=${first.nextCursor}`);
    expect([second.items.map((c: { id: Id }) => c.id), second.nextCursor, second.totals]).toEqual([[early], null, first.totals]);
    expect(await list("head", "?cursor=nonsense")).toMatchObject({ code: "validation" });
    expect(await list("head", "?number=abc")).toMatchObject({ code: "validation" });
    await house.sql`UPDATE call SET line_id = NULL`;
    await house.sql`DELETE FROM line`;
  });

  test("an agent sees the own calls, a head those of the department, the administrator all; nobody without the right", async () => {
    const mine = await call({ by: "aigul", at: 0 });
    const colleague = await call({ by: "bolat", at: 1 });
    const elsewhere = await call({ by: "dana", at: 2 });
    expect(await ids("aigul")).toEqual([mine]);
    expect(await ids("dana")).toEqual([elsewhere]);
    expect(await ids("head")).toEqual([colleague, mine]);
    expect(await ids("admin")).toEqual([elsewhere, colleague, mine]);
    expect((await list("head")).totals.calls).toBe(2);
    await house.sql`DELETE FROM role_permission WHERE object = 'call' AND action = 'read' AND role_id = ${house.company.roles.agent}`;
    expect((await (await house.login(house.company.employees.dana)).call("GET", "/calls")).statusCode).toBe(403);
    await house.sql`INSERT INTO role_permission (role_id, object, action, scope) VALUES (${house.company.roles.agent}, 'call', 'read', 'own')`;
  });

  test("whose a call was is written down once it is over for good, and everybody sees by it what they saw before", async () => {
    const { sql, company } = house;
    const mine = await call({ by: "aigul", at: 0 });
    await call({ by: "dana", at: 1 });
    const nobodys = await call({ by: null, talk: 0, at: 2 });
    // Still waits in the queue of another department's line; is being heard about; has just ended.
    const waits = await call({ by: null, talk: 0, at: 3 });
    await sql`UPDATE dialog SET closed_at = NULL WHERE id = (SELECT dialog_id FROM call WHERE id = ${waits})`;
    const unheard = await call({ by: "bolat", at: 4 });
    await sql`INSERT INTO routing_input (input) SELECT jsonb_build_object('kind', 'dialog.closed', 'dialogId', dialog_id, 'by', NULL, 'at', 0) FROM call WHERE id = ${unheard}`;
    const fresh = await call({ by: "aigul", at: 5 });
    await sql`UPDATE call SET ended_at = now() WHERE id = ${fresh}`;
    const seen = async () => Promise.all(["aigul", "bolat", "dana", "head", "admin"].map(async (login) => [await ids(login), (await list(login)).totals]));
    const before = await seen();
    expect(await sql`SELECT id, owner_id FROM call WHERE owner_settled ORDER BY started_at`).toMatchObject([
      { id: mine, owner_id: company.employees.aigul.id },
      { owner_id: company.employees.dana.id },
      { id: nobodys, owner_id: null },
    ]);
    await sql`DELETE FROM routing_input`;
    expect(await seen()).toEqual(before);
    expect(await sql`SELECT id FROM call WHERE NOT owner_settled ORDER BY started_at`).toEqual([{ id: waits }, { id: fresh }]);
    await sql`UPDATE dialog SET closed_at = now() WHERE closed_at IS NULL`;
  });

  test("a recording is named to those who may hear it", async () => {
    const id = await call({ by: "aigul" });
    const [blob] = await house.sql<{ id: Id }[]>`INSERT INTO blob (sha256, bytes, mime, name) VALUES ('\\x00', 1, 'audio/wav', 'a.wav') RETURNING id`;
    await house.sql`UPDATE call SET recording_id = ${blob?.id as Id} WHERE id = ${id}`;
    expect((await list("head")).items[0].recordingBlobId).toBe(blob?.id);
    await house.sql`DELETE FROM role_permission WHERE object = 'recording' AND role_id = ${house.company.roles.supervisor}`;
    const head = await house.login(house.company.employees.head);
    expect((await head.call("GET", "/calls")).json().items[0].recordingBlobId).toBeNull();
    await house.sql`INSERT INTO role_permission (role_id, object, action, scope) VALUES (${house.company.roles.supervisor}, 'recording', 'read', 'subtree')`;
  });

  test("taken out of the house as a table by those who may, with every call of the filter, and written down", async () => {
    await call({ by: "aigul", number: "+77010000009", at: 0, ring: 3, talk: 10 });
    await call({ by: "bolat", at: 60, talk: 0, ring: 8 });
    await house.sql`UPDATE employee SET full_name = '=HYPERLINK("x"), "Bolat"' WHERE login = 'bolat'`;
    expect((await (who["aigul"] as Browser).call("GET", "/calls/export")).statusCode).toBe(403);
    const answer = await (who["head"] as Browser).call("GET", "/calls/export");
    expect([answer.statusCode, answer.headers["content-type"], answer.headers["content-disposition"]]).toEqual([
      200,
      "text/csv; charset=utf-8",
      expect.stringMatching(/^attachment; filename="calls-\d{4}-\d\d-\d\d\.csv"; /),
    ]);
    const [header, ...rows] = answer.body.replace("\uFEFF", "").trimEnd().split("\r\n");
    expect(header).toMatch(/^Began,Direction,From,To,/);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toContain(`"'=HYPERLINK(""x""), ""Bolat"" (no-answer)"`);
    expect(rows[1]).toMatch(/^2026-03-11 09:00:00,Incoming,\+77010000009,\+77270000001,.*,3,3,10,answered,Aigul Nurlanova,/);
    const [audit] = await house.sql`SELECT actor_id, changes FROM audit_log WHERE action = 'export-calls'`;
    expect(audit).toMatchObject({ actor_id: house.company.employees.head.id });
    await house.sql`UPDATE employee SET full_name = 'Bolat Akhmetov' WHERE login = 'bolat'`;
  });

  test("a call is linked to whom it was with and to their Interest, on its line, with its recording; the file tells the same", async () => {
    const { sql } = house;
    const [line] = await sql<{ id: Id }[]>`INSERT INTO line (channel_id, number) VALUES (${phones}, '+77270000077') RETURNING id`;
    const id = await call({ by: "aigul", line: line?.id as Id });
    const head = who["head"] as Browser;
    const post = async (path: string, body: object) => (await head.call("POST", path, body)).json();
    const customer = await post("/customers", { kind: "company", name: "Romashka", responsibleId: house.company.employees.aigul.id });
    const [interest] = await sql<{ id: Id; number: number }[]>`
      INSERT INTO interest (kind_id, process_mode, customer_id, title) SELECT id, 'none', ${customer.id}, 'Chairs' FROM interest_kind LIMIT 1 RETURNING id, number::int`;
    await sql`INSERT INTO dialog_party (dialog_id, customer_id, interest_id) SELECT dialog_id, ${customer.id}, ${interest?.id as Id} FROM call WHERE id = ${id}
      ON CONFLICT (dialog_id) DO UPDATE SET customer_id = excluded.customer_id, interest_id = excluded.interest_id`;
    const [blob] = await sql<{ id: Id }[]>`INSERT INTO blob (sha256, bytes, mime, name) VALUES ('\\x01', 1, 'audio/wav', 'b.wav') RETURNING id`;
    await sql`UPDATE call SET recording_id = ${blob?.id as Id} WHERE id = ${id}`;
    expect((await list("head", `?line=${encodeURIComponent("+77270000077")}`)).items).toMatchObject([
      {
        id,
        party: { name: "Romashka", customerId: customer.id },
        interestId: interest?.id,
        interestNumber: interest?.number,
        line: "+77270000077",
        recordingBlobId: blob?.id,
      },
    ]);
    const query = `/calls/export?line=${encodeURIComponent("+77270000077")}`;
    const [heading, row] = (await head.call("GET", query)).body.split("\r\n") as [string, string];
    expect(heading).toContain(",With,Interest,Recording,");
    expect(row).toContain(`,Romashka,№${interest?.number},/api/v1/blobs/${blob?.id},`);
    const book = await head.call("GET", `${query}&format=xlsx`);
    expect(book.headers["content-type"]).toContain("spreadsheetml.sheet");
    const { rows } = await readSheet(new Uint8Array(book.rawPayload), null, 10);
    expect(rows[1]).toEqual(expect.arrayContaining(["Romashka", `№${interest?.number}`, `/api/v1/blobs/${blob?.id}`]));
    expect((await head.call("GET", `${query}&format=pdf`)).statusCode).toBe(422);
    await sql`UPDATE call SET line_id = NULL`;
    await sql`DELETE FROM line`;
  });

  test("a file that has no room for all calls says so in its last line", async () => {
    for (const at of [0, 60, 120]) await call({ at });
    const { id: employeeId } = house.company.employees.head;
    const principal = await house.sql.begin(async (tx) => resolvePrincipal(tx, (await createSession(tx, employeeId, Date.now(), null)).token));
    const file = async (most: number) => {
      const rows = [];
      for await (const some of registerRows(house.sql, principal as Principal, {}, "csv", Date.now(), most)) rows.push(...some);
      return rows;
    };
    expect(await file(3)).toHaveLength(4);
    const cut = await file(2);
    expect(cut).toHaveLength(4);
    expect(cut.at(-1)).toEqual(["These are the first 2 calls only, there are more: narrow the period and take the rest separately."]);
  });

  test.each([
    ["ru", "Начало,Направление,", "Входящий", "не дождался"],
    ["en", "Began,Direction,", "Incoming", "gave up waiting"],
    ["kk", "Басталуы,Бағыты,", "Кіріс", "күтпей кетті"],
    ["uk", "Початок,Напрямок,", "Вхідний", "не дочекався"],
  ])("the table speaks the language of whoever takes it: %s", async (locale, heading, direction, outcome) => {
    const id = await call({ by: "bolat", at: 0, talk: 0, ring: 8 });
    const head = who["head"] as Browser;
    expect((await head.call("PATCH", "/me", { locale })).statusCode).toBe(200);
    const { body } = await head.call("GET", "/calls/export");
    expect(body.startsWith(`\uFEFF${heading}`)).toBe(true);
    const row = body.split("\r\n").find((line) => line.includes(id));
    expect(row).toMatch(new RegExp(`^2026-03-11 09:00:00,${direction},.*,${outcome},`));
    await head.call("PATCH", "/me", { locale: "en" });
  });
});
