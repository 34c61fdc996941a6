import { createHash, randomUUID } from "node:crypto";
import { smsHttp } from "@kommutator/adapters/sms-http";
import type { Channel, Commands } from "@kommutator/contract/channel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HouseDoor } from "../emulators/http/house-door.ts";
import { MobizonEmulator } from "../emulators/sms-http/mobizon.ts";
import { SmscEmulator } from "../emulators/sms-http/smsc.ts";
import { until } from "../lab/support/wait.ts";
import { Ledger } from "./host.ts";

const SECRET = "a-secret-of-the-channel";
const TO = "+77011112233";
let smsc: SmscEmulator;
let mobizon: MobizonEmulator;
let server: HouseDoor;
let ledger: Ledger;
let channel: Channel | null;

beforeEach(async () => {
  [smsc, mobizon, ledger, channel] = [new SmscEmulator(), new MobizonEmulator(), new Ledger(), null];
  await smsc.wire.up();
  await mobizon.wire.up();
  server = await HouseDoor.open();
});
afterEach(async () => {
  await channel?.close();
  await server.down();
  await smsc.wire.down();
  await mobizon.wire.down();
});

async function open(provider: "smsc" | "mobizon", change: Record<string, unknown> = {}): Promise<Channel> {
  await channel?.close();
  const vendor = provider === "smsc" ? smsc : mobizon;
  const who = provider === "smsc" ? { login: smsc.login, password: smsc.password } : { apiKey: mobizon.apiKey };
  const config = { provider, ...who, apiUrl: `http://127.0.0.1:${vendor.wire.port}`, webhookSecret: SECRET, pollMs: 25, timeoutMs: 400, ...change };
  channel = await smsHttp.open(smsHttp.parseConfig(config), ledger.open(new AbortController().signal));
  server.attach(channel);
  return channel;
}
const command = (change: Partial<Commands["message.send"]> = {}): Commands["message.send"] => ({
  id: randomUUID(),
  threadKey: TO,
  to: { kind: "phone", value: TO },
  text: "Ваш заказ готов",
  files: [],
  references: [],
  ...change,
});
const send = async (one: Commands["message.send"]): Promise<{ messageKey: string }> => {
  const perform = channel?.handlers["message.send"];
  if (perform === undefined) throw new Error("The channel cannot send");
  return perform(one);
};
const states = () => ledger.events.filter((event) => event.kind === "message.state").map((event) => [event.messageKey, event.state]);

describe("what becomes of a message is learnt once", () => {
  it("SMSC is asked until the phone has it, and a reading by the customer too", async () => {
    await open("smsc");
    const { messageKey } = await send(command());
    smsc.states.set(messageKey, { status: 0, err: 0 });
    await until("it was asked", () => smsc.wire.requests.some((one) => one.path === "sys/status.php"));
    smsc.states.set(messageKey, { status: 1, err: 0 });
    await until("it is delivered", () => states().some(([, state]) => state === "delivered"));
    smsc.states.set(messageKey, { status: 2, err: 0 });
    await until("it is read", () => states().some(([, state]) => state === "read"));
    const asked = () => smsc.wire.requests.filter((one) => one.path === "sys/status.php").length;
    const before = asked();
    const answers = smsc.wire.requests.length;
    await until("further rounds have passed", () => smsc.wire.requests.length >= answers + 5);
    expect(asked(), "a settled message is not asked about").toBe(before);
    expect(states()).toEqual([
      [messageKey, "delivered"],
      [messageKey, "read"],
    ]);
  });

  it("Mobizon refuses it later, in words", async () => {
    await open("mobizon");
    const { messageKey } = await send(command());
    mobizon.states.set(messageKey, "REJECTD");
    const failed = await until("it failed", () => ledger.events.find((event) => event.kind === "message.state" && event.state === "failed"));
    expect(failed).toMatchObject({ messageKey, failure: expect.stringMatching(/operator refused/) });
  });

  it("what waits for a state is remembered over a restart", async () => {
    await open("smsc");
    const one = command();
    const { messageKey } = await send(one);
    await open("smsc");
    expect(await send(one), "the same command again is the same message").toEqual({ messageKey });
    expect(smsc.taken).toHaveLength(1);
    smsc.states.set(messageKey, { status: 20, err: 1 });
    await until("it failed", () => states().some(([, state]) => state === "failed"));
    expect(ledger.events.find((event) => event.kind === "identity.state")).toMatchObject({
      identity: { value: TO },
      reachable: false,
      reason: "unknown-number",
    });
  });

  it("a callback delivered twice is one change, by POST and by GET", async () => {
    await open("smsc", { polling: false });
    const { messageKey } = await send(command());
    const raw = new URLSearchParams({ id: messageKey, phone: TO.slice(1), status: "1", err: "0", time: "21.11.2026 12:00:00" }).toString();
    for (const attempt of [1, 2]) {
      const answer = await server.request("POST", SECRET, { raw, headers: { "content-type": "application/x-www-form-urlencoded" } });
      expect(answer.status, `attempt ${attempt}`).toBe(200);
    }
    expect((await server.request("GET", `${SECRET}?${raw}`)).status).toBe(200);
    expect(ledger.reported.filter((event) => event.kind === "message.state")).toHaveLength(3);
    expect(states()).toEqual([[messageKey, "delivered"]]);
  });

  it("Mobizon's signed report counts, one with another signature does not", async () => {
    await open("mobizon", { polling: false });
    const { messageKey } = await send(command());
    const event = { eventId: 26, eventType: "sms-delivery-report", eventCreateTs: "2026-01-15 11:42:28", webhookId: 1, attempt: 1 };
    const data = { campaignId: 245455096, messageId: Number(messageKey), segNum: 3, statusUpdateTs: "2026-01-15 11:42:08", status: "DELIVRD", to: TO.slice(1) };
    const sign = createHash("sha1").update(`26|1|2026-01-15 11:42:28|${SECRET}`).digest("hex");
    expect((await server.request("POST", SECRET, { body: { ...event, data, sign: sign.replace(/./, "0") } })).status).toBe(403);
    expect((await server.request("POST", "another-secret-of-it", { body: { ...event, data, sign } })).status).toBe(403);
    expect(states()).toEqual([]);
    expect((await server.request("POST", SECRET, { body: { ...event, data, sign } })).status).toBe(200);
    expect(states()).toEqual([[messageKey, "delivered"]]);
  });

  it("a callback that the house could not store is not acknowledged, so that it comes again", async () => {
    await open("smsc", { polling: false });
    const raw = "id=a1&phone=77011112233&status=1";
    ledger.beforeReport = () => Promise.reject(new Error("The database is away"));
    expect((await server.request("POST", SECRET, { raw, headers: { "content-type": "application/x-www-form-urlencoded" } })).status).toBe(503);
    ledger.beforeReport = async () => {};
    expect((await server.request("POST", SECRET, { raw, headers: { "content-type": "application/x-www-form-urlencoded" } })).status).toBe(200);
    expect(states()).toEqual([["a1", "delivered"]]);
  });
});

describe("what failed on its way", () => {
  it.each(["smsc", "mobizon"] as const)("is another SMS with %s when an agent sends it again, over a restart too", async (provider) => {
    await open(provider);
    const one = command();
    const first = await send(one);
    smsc.states.set(first.messageKey, { status: 3, err: 6 });
    mobizon.states.set(first.messageKey, "EXPIRED");
    await until("it failed", () => states().some(([, state]) => state === "failed"));
    await open(provider);
    const second = await send(one);
    expect(second.messageKey).not.toBe(first.messageKey);
    expect(await send(one), "and the same once more is that one").toEqual(second);
    smsc.states.set(second.messageKey, { status: 1, err: 0 });
    mobizon.states.set(second.messageKey, "DELIVRD");
    await until("it is delivered", () => states().some(([key, state]) => key === second.messageKey && state === "delivered"));
    expect(provider === "smsc" ? smsc.taken : mobizon.taken).toHaveLength(2);
    expect(second.messageKey.length).toBeLessThanOrEqual(40);
  });
});

describe("an answer that never came", () => {
  it("SMSC knows our reference: the same command again finds the message and sends no second one", async () => {
    await open("smsc");
    expect(channel?.repeatsSafely).toBe(true);
    const one = command();
    smsc.wire.plan.push({ kind: "swallow", take: true });
    await expect(send(one)).rejects.toMatchObject({ code: "uncertain" });
    expect(await send(one)).toEqual({ messageKey: one.id });
    expect(smsc.taken.map((sms) => sms.id)).toEqual([one.id]);
  });
  it("the same over a restart in between", async () => {
    await open("smsc");
    const one = command();
    smsc.wire.plan.push({ kind: "swallow", take: true });
    await expect(send(one)).rejects.toMatchObject({ code: "uncertain" });
    await open("smsc");
    expect(await send(one)).toEqual({ messageKey: one.id });
    expect(smsc.taken).toHaveLength(1);
  });
  it("SMSC never had it: the same command again sends it", async () => {
    await open("smsc");
    const one = command();
    smsc.wire.plan.push({ kind: "swallow", take: false });
    await expect(send(one)).rejects.toMatchObject({ code: "uncertain" });
    expect(await send(one)).toEqual({ messageKey: one.id });
    expect(smsc.taken).toHaveLength(1);
  });
  it("SMSC says that it has the very same request already: it is sent", async () => {
    await open("smsc");
    const one = command();
    smsc.taken.push({ id: one.id, phones: TO.slice(1), mes: one.text, sender: "", at: Date.now() });
    expect(await send(one)).toEqual({ messageKey: one.id });
    expect(smsc.taken).toHaveLength(1);
  });
  it("Mobizon keeps no reference: whether to send again is for people to say", async () => {
    await open("mobizon");
    expect(channel?.repeatsSafely).toBeUndefined();
    mobizon.wire.plan.push({ kind: "swallow", take: true });
    await expect(send(command())).rejects.toMatchObject({ code: "uncertain" });
  });
  it.each([
    [{ kind: "status", status: 500 }, "uncertain"],
    [{ kind: "status", status: 502 }, "uncertain"],
    [{ kind: "status", status: 504 }, "uncertain"],
    [{ kind: "status", status: 503 }, "unreachable"],
    [{ kind: "status", status: 401 }, "bad-credentials"],
    [{ kind: "status", status: 404 }, "rejected"],
    [{ kind: "status", status: 302 }, "unreachable"],
    [{ kind: "status", status: 200 }, "uncertain"],
    [{ kind: "limit", seconds: 3 }, "rate-limited"],
    [{ kind: "answer", body: { error: "too many concurrent requests", error_code: 9 } }, "rate-limited"],
    [{ kind: "answer", body: { error: "no money", error_code: 3 } }, "rejected"],
    [{ kind: "answer", body: [] }, "uncertain"],
    [{ kind: "answer", body: null }, "uncertain"],
  ] as const)("%j is %s, and the next message goes", async (behaviour, code) => {
    await open("smsc");
    smsc.wire.plan.push(behaviour);
    await expect(send(command())).rejects.toMatchObject({ name: "ChannelError", code });
    await send(command());
  });
});

describe("limits and the test button", () => {
  it("what an SMS cannot be is refused before anybody is asked", async () => {
    await open("smsc", { polling: false });
    const file = { name: "a.pdf", mime: "application/pdf", bytes: 4, read: async () => Buffer.from("%PDF") };
    const wrong: Partial<Commands["message.send"]>[] = [
      { to: { kind: "phone", value: null } },
      { to: { kind: "phone", value: "Kaspi" } },
      { text: "  " },
      { text: "x".repeat(1_001) },
      { files: [file] },
    ];
    for (const change of wrong) await expect(send(command(change))).rejects.toMatchObject({ code: "rejected" });
    expect(smsc.wire.requests.filter((one) => one.path === "sys/send.php")).toEqual([]);
    expect(channel?.limits).toMatchObject({ segments: true, canStart: true, startKinds: ["phone"], attachments: { count: 0 } });
    expect((await open("smsc", { dailyPerAddress: 3 })).limits.dailyPerAddress).toBe(3);
  });
  it("says what money is left, or what is wrong, and never a secret", async () => {
    expect(await (await open("smsc")).balance?.()).toEqual({ amount: 282.75, currency: "RUB" });
    expect(await channel?.test?.()).toMatchObject({ ok: true, detail: expect.stringMatching(/282\.75 RUB/) });
    smsc.accepted = false;
    expect(await channel?.test?.()).toMatchObject({ ok: false, detail: expect.stringMatching(/login, password or API key/) });
    expect(await (await open("mobizon")).balance?.()).toEqual({ amount: 190.428, currency: "KZT" });
    await mobizon.wire.down();
    expect(await channel?.test?.()).toMatchObject({ ok: false, detail: expect.stringMatching(/cannot be reached/) });
    for (const line of [...ledger.transcript, ...ledger.statuses.map((status) => status.detail ?? "")])
      for (const secret of [smsc.password, mobizon.apiKey, SECRET]) expect(line).not.toContain(secret);
  });
  it("a public address that nobody answers is said so", async () => {
    await open("smsc", { publicUrl: "http://127.0.0.1:9" });
    const test = await channel?.test?.();
    expect(test).toMatchObject({ ok: false, detail: expect.stringMatching(/callback address .* cannot be reached/) });
    expect(test?.detail).not.toContain(SECRET);
  });
});
