import { randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import { findSessions } from "@kommutator/crm-core/access/principal";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queuesOf } from "../live/rights.ts";
import { type ApiFixture, apiFixture, type Browser } from "../testing/api.fixture.ts";
import { readDialogRows } from "./summary.ts";
import { dialogsFrom, maySee, visibleDialogs } from "./visibility.ts";

let house: ApiFixture;
let chat: Id;
const who: Record<string, Browser> = {};
/** One dialog of every kind of belonging. */
const dialogs: Record<string, Id> = {};

beforeAll(async () => {
  house = await apiFixture();
  const { employees, departments, calendars, queueId } = house.company;
  for (const e of Object.values(employees)) who[e.login] = await house.login(e);
  chat = await house.channel("web-chat");
  const [other] = await house.sql<
    { id: Id }[]
  >`INSERT INTO queue (name, department_id, calendar_id) VALUES ('B only', ${departments.b}, ${calendars.always}) RETURNING id`;
  await house.sql`INSERT INTO queue_member (queue_id, employee_id) VALUES (${other?.id as Id}, ${employees.dana.id})`;
  await house.sql`DELETE FROM queue_member WHERE queue_id = ${queueId} AND employee_id = ${employees.dana.id}`;
  dialogs["aiguls"] = await house.dialog({ channelId: chat, assignee: employees.aigul.id, text: "for Айгүл" });
  dialogs["danas"] = await house.dialog({ channelId: chat, assignee: employees.dana.id });
  dialogs["waiting"] = await house.dialog({ channelId: chat });
  dialogs["waiting in B"] = await house.dialog({ channelId: chat, queueId: other?.id as Id });
  dialogs["aiguls, closed"] = await house.dialog({ channelId: chat, assignee: employees.aigul.id, closed: true });
  dialogs["danas, closed"] = await house.dialog({ channelId: chat, assignee: employees.dana.id, closed: true });
});
afterAll(async () => {
  await house.close();
});

const SEES: Record<string, string[]> = {
  admin: ["aiguls", "danas", "waiting", "waiting in B", "aiguls, closed", "danas, closed"],
  head: ["aiguls", "waiting", "aiguls, closed"],
  aigul: ["aiguls", "waiting", "aiguls, closed"],
  bolat: ["waiting"],
  dana: ["danas", "waiting in B", "danas, closed"],
};

describe("whose a dialog is (AD-02)", () => {
  for (const [login, seen] of Object.entries(SEES)) {
    test(`${login} sees ${seen.join("; ")} and nothing else, in lists, cards and messages alike`, async () => {
      const { call } = who[login] as Browser;
      const listed = new Set<Id>();
      for (const view of ["all", "closed"]) for (const d of (await call("GET", `/dialogs?view=${view}`)).json().items) listed.add(d.id);
      expect([...listed].sort()).toEqual(seen.map((name) => dialogs[name]).sort());
      for (const [name, id] of Object.entries(dialogs)) {
        const status = seen.includes(name) ? 200 : 404;
        expect([name, (await call("GET", `/dialogs/${id}`)).statusCode]).toEqual([name, status]);
        expect([name, (await call("GET", `/dialogs/${id}/messages`)).statusCode]).toEqual([name, status]);
      }
    });
  }

  test("a foreign dialog answers every request exactly like one that does not exist", async () => {
    const { call } = who["bolat"] as Browser;
    const requests: [string, string, unknown?][] = [
      ["GET", ""],
      ["GET", "/messages"],
      ["POST", "/messages", { clientKey: randomUUID(), text: "x" }],
      ["POST", "/messages", { clientKey: randomUUID(), text: "x", internal: true }],
      ["POST", "/close", {}],
      ["POST", "/read", {}],
      ["POST", "/typing", {}],
      ["PUT", "/draft", { text: "x" }],
    ];
    for (const [method, path, body] of requests) {
      const foreign = await call(method, `/dialogs/${dialogs["danas"]}${path}`, body);
      const missing = await call(method, `/dialogs/${randomUUID()}${path}`, body);
      expect([method, path, foreign.statusCode, foreign.body]).toEqual([method, path, missing.statusCode, missing.body]);
      expect(foreign.json()).toEqual({ code: "not_found", details: {} });
    }
    const [message] = await house.sql<{ id: Id }[]>`SELECT id FROM message WHERE dialog_id = ${dialogs["danas"] as Id}`;
    expect((await call("POST", `/messages/${message?.id}/retry`, {})).json()).toEqual({ code: "not_found", details: {} });
    expect((await call("POST", `/messages/${message?.id}/settle`, { outcome: "sent" })).json()).toEqual({ code: "not_found", details: {} });
  });

  test("the condition in SQL and the one in memory agree for every employee, scope and dialog", async () => {
    const { sql } = house;
    const sessions = await findSessions(sql, { ids: (await sql<{ id: Id }[]>`SELECT id FROM session`).map((r) => r.id) }, new Date());
    const rows = await readDialogRows(sql, Object.values(dialogs));
    let compared = 0;
    for (const { principal } of sessions) {
      const queues = (await queuesOf(sql, [principal.employeeId])).get(principal.employeeId) ?? new Set();
      for (const scope of [null, "own", "department", "subtree", "all"] as const) {
        const inSql = await sql<{ id: Id }[]>`SELECT o.id ${dialogsFrom(sql)} WHERE ${visibleDialogs(sql, principal, scope)}`;
        const inMemory = rows.filter((row) => maySee(principal, scope, row, queues)).map((r) => r.id);
        expect([principal.login, scope, inMemory.sort()]).toEqual([principal.login, scope, inSql.map((r) => r.id).sort()]);
        compared += rows.length;
      }
    }
    expect(compared).toBe(5 * 5 * 6);
  });
});

describe("the lists", () => {
  test("who waits longest for an answer comes first, page by page, each once; search finds a Kazakh name without its letters", async () => {
    const { call } = who["admin"] as Browser;
    for (let i = 0; i < 7; i++) {
      const id = await house.dialog({ channelId: chat, assignee: house.company.employees.admin.id });
      await house.sql`UPDATE dialog SET customer_wait_since = ${i % 3 === 0 ? null : new Date(Date.now() - i * 60_000)} WHERE id = ${id}`;
    }
    const seen: { id: string; waitingSince: string | null }[] = [];
    let cursor = "";
    do {
      const page = (await call("GET", `/dialogs?view=all&limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`)).json();
      seen.push(...page.items);
      cursor = page.nextCursor ?? "";
    } while (cursor !== "");
    const all = (await call("GET", "/dialogs?view=all&limit=200")).json().items as typeof seen;
    expect(seen.map((d) => d.id)).toEqual(all.map((d) => d.id));
    const waits = all.map((d) => (d.waitingSince === null ? Number.POSITIVE_INFINITY : Date.parse(d.waitingSince)));
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect((await call("GET", "/dialogs?view=all&q=for%20%D0%90%D0%B9")).json().items.map((d: { id: Id }) => d.id)).toEqual([dialogs["aiguls"]]);
    expect((await call("GET", "/dialogs?view=all&q=%25")).json().items).toEqual([]);
  });

  test("of one kind of channel when asked so; a kind that there is not is refused", async () => {
    const { call } = who["aigul"] as Browser;
    const ids = async (kind: string) => (await call("GET", `/dialogs?view=all&limit=200&kind=${kind}`)).json().items.map((d: { id: Id }) => d.id);
    expect(await ids("web-chat")).toContain(dialogs["aiguls"]);
    expect(await ids("telegram")).toEqual([]);
    expect((await call("GET", "/dialogs?kind=pigeon")).statusCode).toBe(422);
  });

  test("mine are those assigned to me; the queue's are those that nobody has", async () => {
    const { call } = who["aigul"] as Browser;
    const ids = async (view: string) => (await call("GET", `/dialogs?view=${view}`)).json().items.map((d: { id: Id }) => d.id);
    expect(await ids("mine")).toEqual([dialogs["aiguls"]]);
    expect(await ids("queue")).toEqual([dialogs["waiting"]]);
  });
});

test("what an edited message said before is told to who may see its dialog, until the writer takes it back", async () => {
  const id = dialogs["aiguls"] as Id;
  const [message] = await house.sql<{ id: Id }[]>`SELECT id FROM message WHERE dialog_id = ${id} ORDER BY seq LIMIT 1`;
  await house.sql`INSERT INTO message_edit (message_id, version, body, replaced_at) VALUES (${message?.id as Id}, 1, 'first', now()), (${message?.id as Id}, 2, 'second', now())`;
  const edits = (login: string) => (who[login] as Browser).call("GET", `/messages/${message?.id}/edits`);
  expect((await edits("aigul")).json().items.map((each: { text: string }) => each.text)).toEqual(["first", "second"]);
  expect((await edits("dana")).body).toBe((await (who["dana"] as Browser).call("GET", `/messages/${randomUUID()}/edits`)).body);
  expect((await edits("dana")).statusCode).toBe(404);
  await house.sql`UPDATE message SET deleted_at = now() WHERE id = ${message?.id as Id}`;
  expect((await edits("aigul")).json()).toEqual({ items: [] });
  await house.sql`UPDATE message SET deleted_at = NULL WHERE id = ${message?.id as Id}`;
});

describe("writing", () => {
  test("a reply is stored once for its key, takes a waiting dialog, and marks it read", async () => {
    const { call } = who["bolat"] as Browser;
    const id = await house.dialog({ channelId: chat });
    expect((await call("GET", `/dialogs/${id}`)).json().dialog.unread).toBe(1);
    const body = { clientKey: randomUUID(), text: "Good day" };
    const [one, two] = await Promise.all([call("POST", `/dialogs/${id}/messages`, body), call("POST", `/dialogs/${id}/messages`, body)]);
    expect(one.json().id).toBe(two.json().id);
    expect([one.statusCode, two.statusCode].sort()).toEqual([200, 201]);
    expect(one.json()).toMatchObject({ direction: "out", seq: 2, author: { name: "Bolat Akhmetov" }, text: "Good day", clientKey: body.clientKey });
    const takes = (await house.inputs()).filter((i) => i.kind === "dialog.assign" && i["dialogId"] === id);
    expect(takes.length).toBeGreaterThan(0);
    expect(takes[0]).toMatchObject({ employeeId: house.company.employees.bolat.id, from: null });
    const detail = (await call("GET", `/dialogs/${id}`)).json();
    expect(detail.dialog.unread).toBe(0);
    expect(detail.messages.map((m: { seq: number }) => m.seq)).toEqual([2, 1]);
    expect(detail.capabilities).toMatchObject({ canReply: true, commands: expect.arrayContaining(["message.send"]) });
  });

  test("answering a colleague's dialog needs a take-over; a note beside it does not", async () => {
    const { call } = who["head"] as Browser;
    const post = (body: object) => call("POST", `/dialogs/${dialogs["aiguls"]}/messages`, { clientKey: randomUUID(), text: "I will help", ...body });
    const refused = await post({});
    expect([refused.statusCode, refused.json()]).toEqual([
      409,
      { code: "assigned_to_other", details: { employee: { id: house.company.employees.aigul.id, name: "Aigul Nurlanova" } } },
    ]);
    const note = await post({ internal: true });
    expect([note.statusCode, note.json().direction, note.json().delivery]).toEqual([201, "internal", null]);
    expect((await post({ takeOver: true })).statusCode).toBe(201);
    expect((await house.inputs()).some((i) => i.kind === "dialog.assign" && i["employeeId"] === house.company.employees.head.id)).toBe(true);
  });

  test("somebody else's upload cannot be attached, nor an empty message sent, nor a closed dialog answered", async () => {
    const { call } = who["aigul"] as Browser;
    const [blob] = await house.sql<{ id: Id }[]>`
      INSERT INTO blob (sha256, bytes, mime, name, created_by) VALUES ('\\x00', 1, 'text/plain', 'x', ${house.company.employees.dana.id}) RETURNING id`;
    const post = (id: Id | undefined, body: object) => call("POST", `/dialogs/${id}/messages`, { clientKey: randomUUID(), ...body });
    expect((await post(dialogs["waiting"], { text: "see", attachments: [blob?.id] })).json()).toMatchObject({
      code: "validation",
      details: { fields: { attachments: "unknown" } },
    });
    expect((await post(dialogs["waiting"], { text: "  " })).json()).toMatchObject({ code: "validation" });
    expect((await post(dialogs["aiguls, closed"], { text: "hello?" })).json()).toMatchObject({ code: "dialog_closed" });
  });

  test("an unsent message is decided by whoever has the dialog: a failed one goes again, an uncertain one is settled", async () => {
    const { employees } = house.company;
    const id = await house.dialog({ channelId: chat, assignee: employees.aigul.id });
    // Left like that by a provider: no job of ours is at work on it.
    const unsent = async (delivery: string) => {
      const [row] = await house.sql<{ id: Id }[]>`
        WITH d AS (UPDATE dialog SET next_seq = next_seq + 1 WHERE id = ${id} RETURNING *)
        INSERT INTO message (dialog_id, seq, channel_id, thread_key, direction, author_kind, employee_id, body, delivery)
        SELECT id, next_seq - 1, channel_id, thread_key, 'out', 'employee', ${employees.aigul.id}, ${delivery}, ${delivery} FROM d RETURNING id`;
      return row?.id as Id;
    };
    const uncertain = await unsent("uncertain");
    expect((await (who["bolat"] as Browser).call("POST", `/messages/${uncertain}/settle`, { outcome: "sent" })).statusCode).toBe(404);
    const settled = await (who["aigul"] as Browser).call("POST", `/messages/${uncertain}/settle`, { outcome: "sent" });
    expect([settled.statusCode, settled.json().delivery]).toEqual([200, "sent"]);
    const failed = await unsent("failed");
    expect((await (who["bolat"] as Browser).call("POST", `/messages/${failed}/retry`, {})).statusCode).toBe(404);
    expect((await (who["aigul"] as Browser).call("POST", `/messages/${failed}/retry`, {})).json()).toMatchObject({ id: failed, delivery: "queued" });
  });

  test("a draft is mine alone, shows in my list, and goes when I answer; closing tells routing and is said once", async () => {
    const { employees } = house.company;
    const id = await house.dialog({ channelId: chat, assignee: employees.aigul.id });
    const { call } = who["aigul"] as Browser;
    expect((await call("PUT", `/dialogs/${id}/draft`, { text: "Dear" })).statusCode).toBe(204);
    expect((await call("GET", `/dialogs/${id}`)).json()).toMatchObject({ draft: "Dear", dialog: { hasDraft: true } });
    expect((await (who["head"] as Browser).call("GET", `/dialogs/${id}`)).json()).toMatchObject({ draft: "", dialog: { hasDraft: false } });
    await call("POST", `/dialogs/${id}/messages`, { clientKey: randomUUID(), text: "Dear customer" });
    expect((await call("GET", `/dialogs/${id}`)).json()).toMatchObject({ draft: "" });
    // A message that leaves late does not take along what is being written by then.
    await call("PUT", `/dialogs/${id}/draft`, { text: "One more thing" });
    await call("POST", `/dialogs/${id}/messages`, { clientKey: randomUUID(), text: "Written before" });
    expect((await call("GET", `/dialogs/${id}`)).json()).toMatchObject({ draft: "One more thing" });
    expect((await call("POST", `/dialogs/${id}/close`, {})).statusCode).toBe(204);
    expect((await call("POST", `/dialogs/${id}/close`, {})).json()).toMatchObject({ code: "dialog_closed" });
    expect((await house.inputs()).filter((i) => i.kind === "dialog.closed" && i["dialogId"] === id)).toHaveLength(1);
  });
});
