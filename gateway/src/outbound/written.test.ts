import { randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../tests/lab/support/wait.ts";
import { type ApiFixture, apiFixture, type Browser } from "../api/testing/api.fixture.ts";
import { messenger, Provider } from "../api/testing/messenger.fixture.ts";

/** What leaves by a written channel, over a provider on a real socket. */
let house: ApiFixture;
let agent: Browser;
let provider: Provider;
let vk: Id;
let viber: Id;
beforeAll(async () => {
  provider = await Provider.start();
  const limits = { replies: true, quickAnswers: { count: 2, length: 10 }, replyWindowMs: 86_400_000, canStart: false } as const;
  house = await apiFixture({
    registry: {
      vk: {
        exclusive: false,
        load: async () =>
          messenger("vk", () => provider, limits, {
            repeatsSafely: true,
            test: async () => ({ ok: true, detail: "The community answers." }),
            balance: async () => ({ amount: 12.5, currency: "KZT" }),
            webhook: async () => ({ status: 200 }),
          }),
      },
      viber: { exclusive: false, load: async () => messenger("viber", () => provider, limits) },
    },
  });
  agent = await house.login(house.company.employees.aigul);
  [vk, viber] = [await house.channel("vk"), await house.channel("viber")];
}, 60_000);
afterAll(async () => {
  await house.close();
  await provider.close();
});

const mine = (channelId: Id) => house.dialog({ channelId, assignee: house.company.employees.aigul.id });
const write = (dialogId: Id, body: object) => agent.call("POST", `/dialogs/${dialogId}/messages`, { clientKey: randomUUID(), text: "here", ...body });
const deliveryOf = async (id: Id) => (await house.sql<{ delivery: string }[]>`SELECT delivery FROM message WHERE id = ${id}`)[0]?.delivery;

test("an answer names the message it answers and carries ready answers; both are shown in the thread", async () => {
  const dialogId = await mine(vk);
  const [theirs] = await house.sql<{ id: Id; message_key: string }[]>`SELECT id, message_key FROM message WHERE dialog_id = ${dialogId}`;
  const sent = await write(dialogId, { replyTo: theirs?.id, quickAnswers: ["Yes", "No"] });
  expect(sent.json()).toMatchObject({ quickAnswers: ["Yes", "No"], replyTo: { messageId: theirs?.id, seq: 1, direction: "in", text: "hello" } });
  await until("it has left", async () => (await deliveryOf(sent.json().id)) === "sent");
  expect(provider.sent.at(-1)).toMatchObject({ id: sent.json().id, replyTo: theirs?.message_key, quickAnswers: ["Yes", "No"] });
  const other = await mine(vk);
  expect((await write(other, { replyTo: theirs?.id })).json().details).toEqual({ field: "replyTo", reason: "unknown" });
  expect((await write(other, { quickAnswers: ["a", "b", "c"] })).json().details).toEqual({ field: "quickAnswers", reason: "too_many", max: 2 });
});

test("the composer is told what it may do and until when; after the window nothing is queued", async () => {
  const dialogId = await mine(vk);
  const detail = async () => (await agent.call("GET", `/dialogs/${dialogId}`)).json().capabilities;
  const now = await detail();
  expect(now).toMatchObject({
    canReply: true,
    cannotReplyReason: null,
    replies: true,
    quickAnswers: { count: 2, length: 10 },
    segments: false,
    attachments: null,
  });
  expect(Date.parse(now.windowUntil) - Date.now()).toBeGreaterThan(86_000_000);
  await house.sql`UPDATE message SET created_at = now() - interval '2 days' WHERE dialog_id = ${dialogId}`;
  expect(await detail()).toMatchObject({ canReply: false, cannotReplyReason: "window" });
  expect((await write(dialogId, {})).json()).toEqual({ code: "unsupported", details: { what: "window" } });
  expect((await write(dialogId, { internal: true })).statusCode).toBe(201);
});

test("a lost answer: sent again where the provider knows our id of it, left to the agent where it does not", async () => {
  const lost = new Set<unknown>();
  provider.answer = (request) => {
    const { id } = provider.sent.at(-1) as { id: Id };
    if (request.method !== "POST" || lost.has(id)) return false;
    lost.add(id);
    request.socket.destroy();
    return true;
  };
  const [repeated, left] = [(await write(await mine(vk), {})).json().id, (await write(await mine(viber), {})).json().id];
  await until("the second attempt came through", async () => (await deliveryOf(repeated)) === "sent");
  await until("the other is uncertain", async () => (await deliveryOf(left)) === "uncertain");
  expect(provider.sent.filter((s) => s["id"] === repeated).length).toBe(2);
  expect(provider.sent.filter((s) => s["id"] === left).length).toBe(1);
  provider.answer = () => false;
});

test("a process that stopped while sending: repeated where that is harmless, uncertain where it is not", async () => {
  const interrupted = async (channelId: Id) => {
    const dialogId = await mine(channelId);
    const [row] = await house.sql<{ id: Id }[]>`
      INSERT INTO message (dialog_id, seq, channel_id, thread_key, direction, author_kind, employee_id, body, delivery, meta)
      SELECT id, 2, channel_id, thread_key, 'out', 'employee', ${house.company.employees.aigul.id}, 'half sent', 'queued', jsonb_build_object('sending', now())
      FROM dialog WHERE id = ${dialogId} RETURNING id`;
    await house.sql`UPDATE dialog SET next_seq = 3 WHERE id = ${dialogId}`;
    // The next one in the dialog wakes its queue.
    await write(dialogId, { text: "next" });
    return (row as { id: Id }).id;
  };
  const [safe, unsafe] = [await interrupted(vk), await interrupted(viber)];
  await until("the safe one went again", async () => (await deliveryOf(safe)) === "sent");
  await until("the other waits for the agent", async () => (await deliveryOf(unsafe)) === "uncertain");
});

test("the channel's page: what the test says, the money left, and the address to enter at the provider", async () => {
  const admin = await house.login(house.company.employees.admin);
  expect((await admin.call("POST", `/channels/${vk}/test`, {})).json()).toMatchObject({
    ok: true,
    detail: expect.stringMatching(/^The community answers\./),
    steps: [
      { step: "connect", outcome: "ok" },
      { step: "send", outcome: "not-tried" },
      { step: "receive", outcome: "not-tried" },
    ],
    balance: { amount: 12.5, currency: "KZT" },
  });
  expect((await admin.call("POST", `/channels/${viber}/test`, {})).json()).toMatchObject({ ok: true, balance: null });
  const views = (await admin.call("GET", "/channels")).json() as { id: Id; webhookUrl: string | null }[];
  const address = (id: Id) => views.find((v) => v.id === id)?.webhookUrl;
  expect([address(vk), address(viber)]).toEqual([`http://localhost/hooks/${vk}`, null]);
});
