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
    expect(row).toEqual({ changes: { to: "+77011234567" } });
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
    expect((await admin.call("GET", `/channels/${sms}/test-targets`)).json()).toEqual({ to: "phone", chats: [] });
    const [dialog] = await house.sql<{ thread_key: string }[]>`SELECT thread_key FROM dialog WHERE id = ${dialogId}`;
    expect((await tested(bot, { dialogId })).json()).toMatchObject({ ok: true, steps: [{}, { step: "send", outcome: "ok" }, {}] });
    expect(provider.sent.at(-1)).toMatchObject({ threadKey: dialog?.thread_key });
    const elsewhere = await house.dialog({ channelId: sms });
    expect((await tested(bot, { dialogId: elsewhere })).statusCode).toBe(404);
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
