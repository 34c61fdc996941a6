import { randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import { emit } from "@kommutator/gateway/dialogs/emit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";
import { mayBeMentioned } from "./mention.ts";

let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());

let next = 1000;
const idOf = (person: Person) => house.company.employees[person].id;

/** A chat that Aigul has. */
async function chat(person: Person | null = "aigul"): Promise<Id> {
  const { id } = await house.dialog({ kind: "phone", value: `+7701660${next++}`, displayName: "Olga" }, { medium: "chat" });
  if (person !== null) await house.assign(id, person);
  return id;
}
/** An internal note, stored as the reply route stores it. */
async function note(dialogId: Id, by: Person, text: string, mentions: Person[]): Promise<Id> {
  const id = randomUUID();
  await house.sql.begin(async (tx) => {
    const [d] = await tx`UPDATE dialog SET next_seq = next_seq + 1 WHERE id = ${dialogId} RETURNING next_seq - 1 AS seq, channel_id, thread_key`;
    await tx`INSERT INTO message ${tx({ ...d, id, dialog_id: dialogId, direction: "internal", author_kind: "employee", employee_id: idOf(by), body: text, mentions: mentions.map(idOf) })}`;
    await emit(tx, [
      {
        kind: "message.stored",
        dialogId,
        payload: { messageId: id, seq: d?.["seq"], direction: "internal", employeeId: idOf(by), nature: "human", at: Date.now() },
      },
    ]);
  });
  return id;
}
const inbox = async (person: Person, query = "") => (await house.as(person, "GET", `/notifications${query}`)).body;
const unread = async (person: Person) => (await house.as(person, "GET", "/notifications/unread")).body.unread;

describe("a mention in an internal note (XA-03)", () => {
  test("tells the mentioned person once, with the note and the dialog, and his sockets", async () => {
    const dialogId = await chat();
    const messageId = await note(dialogId, "aigul", "@Serik Head please look at the price", ["head", "head"]);
    await house.read();
    await house.sql`UPDATE stream_reader SET position = 0 WHERE name = 'crm-recorder'`;
    await house.read();
    const { items, unread: count } = await inbox("head");
    expect(count).toBe(1);
    expect(items).toMatchObject([
      {
        kind: "mention",
        by: { id: idOf("aigul"), name: "Aigul Nurlanova" },
        dialog: { id: dialogId, name: "Olga", channelKind: "web-chat" },
        messageId,
        text: "@Serik Head please look at the price",
        readAt: null,
      },
    ]);
    const events = await house.sql`SELECT dialog_id, payload FROM dialog_event WHERE kind = 'notification.created'`;
    expect(events).toEqual([{ dialog_id: null, payload: { notificationId: items[0].id, employeeId: idOf("head") } }]);
    expect(await inbox("aigul")).toEqual({ items: [], nextCursor: null, unread: 0 });
  });

  test("oneself, a stranger to the dialog and whoever was dismissed are told nothing", async () => {
    const dialogId = await chat();
    await house.sql`UPDATE employee SET state = 'dismissed', dismissed_at = now() WHERE id = ${idOf("bolat")}`;
    await note(dialogId, "aigul", "note", ["aigul", "dana", "bolat"]);
    await house.read();
    await house.sql`UPDATE employee SET state = 'active', dismissed_at = NULL WHERE id = ${idOf("bolat")}`;
    for (const person of ["aigul", "dana", "bolat"] as const) expect((await inbox(person)).items).toEqual([]);
  });

  test("who may be mentioned is who may read the dialog: its agent and head, the queue's members while nobody has it", async () => {
    const everybody = (["admin", "head", "aigul", "bolat", "dana"] as const).map(idOf);
    expect(await mayBeMentioned(house.sql, await chat("aigul"), everybody)).toEqual(new Set([idOf("admin"), idOf("head"), idOf("aigul")]));
    expect(await mayBeMentioned(house.sql, await chat(null), everybody)).toEqual(new Set(everybody));
    expect(await mayBeMentioned(house.sql, randomUUID(), everybody)).toEqual(new Set());
  });

  test("a customer's message mentions nobody", async () => {
    const before = await unread("head");
    await house.message(await chat(), "in", Date.now());
    await house.read();
    expect(await unread("head")).toBe(before);
  });
});

describe("read and unread", () => {
  test("one, those of a dialog, all; others' stay as they are, and the other windows hear of it", async () => {
    await house.as("head", "POST", "/notifications/read", { all: true });
    const [one, two] = [await chat(), await chat()];
    for (const dialogId of [one, two, two]) await note(dialogId, "aigul", "look", ["head", "admin"]);
    await house.read();
    expect(await unread("head")).toBe(3);
    const { items } = await inbox("head", "?unread=true");
    const first = items.find((i: { dialog: { id: Id } }) => i.dialog.id === one);
    expect((await house.as("aigul", "POST", "/notifications/read", { ids: [first.id] })).body).toEqual({ unread: 0 });
    expect(await unread("head")).toBe(3);
    expect((await house.as("head", "POST", "/notifications/read", { ids: [first.id] })).body).toEqual({ unread: 2 });
    expect((await house.as("head", "POST", "/notifications/read", { dialogId: two })).body).toEqual({ unread: 0 });
    const told = async () =>
      (await house.sql`SELECT count(*)::int AS n FROM dialog_event WHERE kind = 'notification.read' AND payload->>'employeeId' = ${idOf("head")}`)[0]?.["n"];
    const before = await told();
    expect((await house.as("head", "POST", "/notifications/read", { all: true })).body).toEqual({ unread: 0 });
    expect(await told()).toBe(before);
    expect(await unread("admin")).toBeGreaterThanOrEqual(3);
    expect((await inbox("head", "?unread=true")).items).toEqual([]);
  });

  test("pages neither repeat nor skip", async () => {
    const dialogId = await chat();
    for (let i = 0; i < 5; i++) await note(dialogId, "aigul", `note ${i}`, ["head"]);
    await house.read();
    const seen: Id[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: { id: Id }[]; nextCursor: string | null } = await inbox("head", `?limit=2${cursor === null ? "" : `&cursor=${cursor}`}`);
      seen.push(...page.items.map((i) => i.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    const [all] = await house.sql`SELECT count(*)::int AS n FROM notification WHERE employee_id = ${idOf("head")}`;
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(all?.["n"]);
  });

  test("when the dialog may not be seen any more, what it says is not shown", async () => {
    const dialogId = await chat();
    await note(dialogId, "aigul", "secret", ["head"]);
    await house.read();
    await house.sql`UPDATE assignment SET employee_id = ${idOf("dana")} WHERE dialog_id = ${dialogId}`;
    const [latest] = (await inbox("head")).items;
    expect(latest).toMatchObject({ dialog: null, text: null, by: { name: "Aigul Nurlanova" } });
  });

  test("without a login nothing is told", async () => {
    for (const url of ["/notifications", "/notifications/unread", "/canned-answers"]) expect((await house.app.inject({ url })).statusCode).toBe(401);
  });
});
