import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { Id } from "@kommutator/contract/ids";
import { createCrm } from "@kommutator/crm-core";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../../tests/lab/support/wait.ts";
import { emit } from "../../dialogs/emit.ts";
import { readerStep } from "../../dialogs/reader.ts";
import { type ApiFixture, apiFixture, type Browser } from "../testing/api.fixture.ts";

let house: ApiFixture;
let url: string;
let chat: Id;
const screens: Socket[] = [];
beforeAll(async () => {
  house = await apiFixture();
  await house.app.listen({ host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${(house.app.server.address() as AddressInfo).port}`;
  chat = await house.channel("web-chat");
});
afterAll(async () => {
  for (const screen of screens) screen.disconnect();
  await house.close();
});

/** A person's browser with its live connection; `told` are the notifications that came by it. */
async function at(person: "aigul" | "head" | "dana"): Promise<{ browser: Browser; told: string[] }> {
  const browser = await house.login(house.company.employees[person]);
  const told: string[] = [];
  const socket = io(url, { path: "/live", transports: ["websocket"], forceNew: true, extraHeaders: { cookie: browser.cookie } });
  screens.push(socket);
  let ready = false;
  socket.on("hello", () => {
    ready = true;
  });
  socket.on("changed", (body: { kind: string }) => {
    if (body.kind.startsWith("notification.")) told.push(body.kind);
  });
  await until(`${person} is connected`, () => ready);
  return { browser, told };
}
/** The CRM's readers take what the stream has, as they do in the running house. */
async function read(): Promise<void> {
  const { readers } = createCrm({ sql: house.sql, emit, enqueue: async () => undefined, clock: { now: Date.now } });
  for (const reader of readers) while ((await readerStep(house.sql, reader)) > 0);
}

test("a mentioned colleague is told at once in his own browser alone, reads the note, and the badge goes in his other windows", async () => {
  const [aigul, head, again, dana] = await Promise.all([at("aigul"), at("head"), at("head"), at("dana")]);
  const dialogId = await house.dialog({ channelId: chat, assignee: house.company.employees.aigul.id });
  const note = { clientKey: randomUUID(), text: "@Serik Head may I give ten percent?", internal: true, mentions: [house.company.employees.head.id] };
  expect((await aigul.browser.call("POST", `/dialogs/${dialogId}/messages`, note)).statusCode).toBe(201);
  await until("the head is told", async () => {
    await read();
    return head.told.length > 0 && again.told.length > 0;
  });
  expect(head.told).toEqual(["notification.created"]);
  const list = (await head.browser.call("GET", "/notifications")).json();
  expect(list).toMatchObject({ unread: 1, items: [{ kind: "mention", text: note.text, dialog: { id: dialogId }, by: { name: "Aigul Nurlanova" } }] });
  expect((await head.browser.call("POST", "/notifications/read", { dialogId })).json()).toEqual({ unread: 0 });
  await until("the other window counts again", () => again.told.includes("notification.read"));
  expect([aigul.told, dana.told]).toEqual([[], []]);
});

test("who may not see the dialog cannot be mentioned: the writer is told whom, and nothing is stored", async () => {
  const { aigul, dana, head } = house.company.employees;
  const browser = await house.login(aigul);
  const dialogId = await house.dialog({ channelId: chat, assignee: aigul.id });
  const refused = await browser.call("POST", `/dialogs/${dialogId}/messages`, {
    clientKey: randomUUID(),
    text: "look",
    internal: true,
    mentions: [head.id, dana.id],
  });
  expect([refused.statusCode, refused.json()]).toEqual([
    422,
    { code: "validation", details: { fields: { mentions: "cannot_see" }, employees: [{ id: dana.id, name: dana.name }] } },
  ]);
  expect((await browser.call("GET", `/dialogs/${dialogId}/messages`)).json().items).toHaveLength(1);
});
