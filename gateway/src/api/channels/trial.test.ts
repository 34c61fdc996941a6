import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiFixture, apiFixture, type Browser } from "../testing/api.fixture.ts";
import { messenger, Provider } from "../testing/messenger.fixture.ts";

let house: ApiFixture;
let provider: Provider;
let admin: Browser;
let sms: Id;
let bot: Id;
let line: { ok: boolean; detail: string };
beforeAll(async () => {
  provider = await Provider.start();
  const test = async () => line;
  house = await apiFixture({
    registry: {
      "sms-http": { exclusive: false, load: async () => messenger("sms-http", () => provider, { startKinds: ["phone"] }, { test }) },
      telegram: { exclusive: false, load: async () => messenger("telegram", () => provider, { canStart: false }, { test }) },
    },
  });
  admin = await house.login(house.company.employees.admin);
  [sms, bot] = [await house.channel("sms-http"), await house.channel("telegram")];
  line = { ok: true, detail: "The account is known" };
}, 60_000);
afterAll(async () => {
  await house.close();
  await provider.close();
});
const tested = (id: Id, body: object = {}) => admin.call("POST", `/channels/${id}/test`, body);
const messages = async (): Promise<number> => (await house.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM message WHERE direction = 'out'`)[0]?.n ?? 0;

describe("the test of a channel", () => {
  test("without a target nothing is sent, and it says so", async () => {
    expect((await tested(sms)).json()).toMatchObject({
      ok: true,
      steps: [
        { step: "connect", outcome: "ok", detail: "The account is known" },
        { step: "send", outcome: "not-tried" },
        { step: "receive", outcome: "not-tried" },
      ],
    });
    expect(provider.sent).toEqual([]);
  });

  test("to a number an SMS goes out, the provider's id of it is told, the audit knows whom it went to, and no dialog has it", async () => {
    const before = await messages();
    const answer = (await tested(sms, { number: "8 701 123 45 67" })).json();
    expect(answer).toMatchObject({ ok: true, steps: [{}, { step: "send", outcome: "ok", detail: expect.stringMatching(/was taken as p-1$/) }, {}] });
    expect(provider.sent.at(-1)).toMatchObject({ threadKey: "+77011234567", text: expect.stringMatching(/^Kommutator: test [0-9a-f]{4}$/) });
    expect(await messages()).toBe(before);
    const [row] = await house.sql`SELECT changes FROM audit_log WHERE object_id = ${sms} AND action = 'test' ORDER BY id DESC LIMIT 1`;
    // By the provider's id its receipts are known as nobody's.
    expect(row).toEqual({ changes: { recipient: "+77011234567", messageKey: "p-1" } });
  });

  test("what the provider refuses is said in its words; while nobody lets us in nothing is sent", async () => {
    provider.answer = (_request, response) => {
      response.writeHead(402).end();
      return true;
    };
    expect((await tested(sms, { number: "+77011234567" })).json()).toMatchObject({
      ok: false,
      steps: [{ outcome: "ok" }, { step: "send", outcome: "failed", detail: "the provider answered 402" }, {}],
    });
    provider.answer = () => false;
    const sent = provider.sent.length;
    line = { ok: false, detail: "The key is wrong" };
    expect((await tested(sms, { number: "+77011234567" })).json()).toMatchObject({
      ok: false,
      steps: [{ step: "connect", outcome: "failed", detail: "The key is wrong" }],
    });
    line = { ok: true, detail: "The account is known" };
    expect(provider.sent.length).toBe(sent);
  });

  test("what is no number, and a target the channel has not, are refused", async () => {
    expect((await tested(sms, { number: "Kaspi" })).json()).toEqual({ code: "validation", details: { fields: { number: "invalid" } } });
    expect((await tested(bot, { number: "+77011234567" })).json()).toEqual({ code: "validation", details: { fields: { number: "not_supported" } } });
  });

  test("a bot's message goes to a chat that has written to it, chosen from the newest; no other channel's", async () => {
    const dialogId = await house.dialog({ channelId: bot });
    const targets = (await admin.call("GET", `/channels/${bot}/test-targets`)).json();
    expect(targets).toMatchObject({ to: "thread", chats: [{ dialogId }] });
    expect((await admin.call("GET", `/channels/${sms}/test-targets`)).json()).toEqual({ to: "phone", chats: [], hears: "message" });
    const [dialog] = await house.sql<{ thread_key: string }[]>`SELECT thread_key FROM dialog WHERE id = ${dialogId}`;
    expect((await tested(bot, { dialogId })).json()).toMatchObject({ ok: true, steps: [{}, { step: "send", outcome: "ok" }, {}] });
    expect(provider.sent.at(-1)).toMatchObject({ threadKey: dialog?.thread_key });
    const elsewhere = await house.dialog({ channelId: sms });
    expect((await tested(bot, { dialogId: elsewhere })).statusCode).toBe(404);
  });

  test("the parts of an answer are sentences, however each of them ends", async () => {
    line = { ok: true, detail: 'Viber knows the bot "Desk" and sends its events to this channel.' };
    const { detail } = (await tested(bot)).json() as { detail: string };
    expect(detail).toBe(
      'Viber knows the bot "Desk" and sends its events to this channel. No test message was sent: it was not said to whom. Nobody wrote to us during the test',
    );
    line = { ok: true, detail: "The account is known" };
  });
});

describe("waiting for a test message", () => {
  let events = 0;
  /** As the provider's event lies in the house before anything is done with it. */
  const came = async (channelId: Id, event: { kind: string; [field: string]: unknown }, error: string | null = null): Promise<void> => {
    const key = `waited-${++events}`;
    await house.sql`
      INSERT INTO raw_event (channel_id, event_key, order_key, kind, event, occurred_at, state, error)
      VALUES (${channelId}, ${key}, ${key}, ${event.kind}, ${house.sql.json(event as never)}, now(), ${error === null ? "done" : "failed"}, ${error})`;
  };
  const begin = async (id: Id): Promise<number> => (await admin.call("POST", `/channels/${id}/listening`)).json().after as number;
  const heard = async (id: Id, after: number) => (await admin.call("GET", `/channels/${id}/listening?after=${after}`)).json() as Record<string, unknown>;

  test("what came before does not count; the first message behind the mark does, with who wrote it, and nothing of what he wrote", async () => {
    await came(bot, { kind: "message.received", from: { kind: "telegram", value: "1", displayName: "Earlier" }, text: "before" });
    const after = await begin(bot);
    expect(await heard(bot, after)).toEqual({ heard: null, unreadable: null, others: 0 });
    await came(bot, { kind: "message.received", from: { kind: "telegram", value: "770111", displayName: "Ажар" }, text: "a secret" });
    await came(bot, { kind: "message.received", from: { kind: "telegram", value: "770112" }, text: "another" });
    const found = await heard(bot, after);
    expect(found).toEqual({ heard: { at: expect.any(String), from: "Ажар" }, unreadable: null, others: 1 });
    expect(JSON.stringify(found)).not.toContain("secret");
  });

  test("a receipt proves the line and no message, another channel's message nothing, a call on a trunk as much as a message", async () => {
    const [afterSms, afterBot] = [await begin(sms), await begin(bot)];
    await came(sms, { kind: "message.state", messageKey: "p-1", state: "delivered" });
    expect(await heard(sms, afterSms)).toEqual({ heard: null, unreadable: null, others: 1 });
    await came(sms, { kind: "call.offered", from: { kind: "phone", value: "+77011112233" } });
    expect(await heard(sms, afterSms)).toMatchObject({ heard: { from: "+77011112233" }, others: 1 });
    expect(await heard(bot, afterBot)).toMatchObject({ heard: null, others: 0 });
  });

  test("what came and could not be read is said with its reason; a withheld writer has no name", async () => {
    const other = await house.channel("telegram");
    const after = await begin(other);
    await came(other, { kind: "unparseable", raw: {} }, "Viber sent something that cannot be read: it is no JSON");
    expect(await heard(other, after)).toMatchObject({ heard: null, unreadable: { error: expect.stringMatching(/no JSON/) } });
    await came(other, { kind: "message.received", from: { kind: "telegram", value: null } });
    expect(await heard(other, after)).toMatchObject({ heard: { from: null } });
  });

  test("who waited stands in the audit; whoever may not change the channel may not wait, and a channel that is not there is not there", async () => {
    await begin(sms);
    const [row] = await house.sql`SELECT changes FROM audit_log WHERE object_id = ${sms} AND action = 'wait' ORDER BY id DESC LIMIT 1`;
    expect(row).toEqual({ changes: {} });
    const agent = await house.login(house.company.employees.aigul);
    expect((await agent.call("POST", `/channels/${sms}/listening`)).statusCode).toBe(403);
    expect((await agent.call("GET", `/channels/${sms}/listening?after=0`)).statusCode).toBe(403);
    expect((await admin.call("GET", `/channels/${sms}/listening?after=-1`)).json()).toMatchObject({ code: "validation" });
    expect((await admin.call("POST", "/channels/00000000-0000-4000-8000-000000000009/listening")).statusCode).toBe(404);
  });
});

describe("the error list", () => {
  const failed = async (kind: string, key: string, event: object): Promise<number> => {
    const [row] = await house.sql<{ id: number }[]>`
      INSERT INTO raw_event (channel_id, event_key, order_key, kind, event, occurred_at, state, attempts, error)
      VALUES (${bot}, ${key}, ${key}, ${kind}, ${house.sql.json(event as never)}, now(), 'failed', 5, 'the database was away') RETURNING id`;
    return (row as { id: number }).id;
  };
  const again = (id: number) => admin.call("POST", `/channels/${bot}/errors/${id}/retry`, {});

  test("what could not be read is shown with what came and is not tried again", async () => {
    const id = await failed("unparseable", "odd-1", { kind: "unparseable", raw: { odd: true } });
    expect((await admin.call("GET", `/channels/${bot}/errors`)).json()).toMatchObject([{ id, retriable: false, payload: { raw: { odd: true } } }]);
    expect((await again(id)).statusCode).toBe(404);
    expect((await admin.call("GET", `/channels/${bot}/errors`)).json()).toHaveLength(1);
  });
});
