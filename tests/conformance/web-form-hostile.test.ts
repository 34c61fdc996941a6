import { createHmac, randomUUID } from "node:crypto";
import { webForm } from "@kommutator/adapters/web-form";
import type { Channel } from "@kommutator/contract/channel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HouseDoor } from "../emulators/http/house-door.ts";
import { Ledger } from "./host.ts";

const SITE = "https://shop.example";
const OTHER = "https://blog.example";
const SECRET = "a secret of sixteen";
let server: HouseDoor;
let ledger: Ledger;
let channel: Channel;
/** Our clock: forms are about minutes and hours. */
let now: number;

beforeEach(async () => {
  [server, ledger] = [await HouseDoor.open(), new Ledger()];
  now = Date.parse("2026-11-22T09:00:00Z");
  await open();
});
afterEach(async () => {
  await channel.close();
  await server.down();
});

async function open(change: Record<string, unknown> = {}): Promise<void> {
  await channel?.close();
  const config = { secret: SECRET, allowedOrigins: `${SITE}, ${OTHER}`, formName: "Заявка", minFillSeconds: 2, ...change };
  channel = await webForm.open(webForm.parseConfig(config), { ...ledger.open(new AbortController().signal), now: () => now });
  server.attach(channel);
}
const token = async (origin = SITE): Promise<string> => {
  const answer = await server.request("GET", "token", { headers: { origin } });
  expect(answer.status).toBe(200);
  now += 3_000;
  return (JSON.parse(answer.body) as { token: string }).token;
};
const post = async (body: Record<string, unknown>, headers: Record<string, string> = { origin: SITE }) => {
  const answer = await server.request("POST", "", { body, headers });
  return { status: answer.status, headers: answer.headers, ...(JSON.parse(answer.body || "{}") as { error?: string; waitMs?: number; ok?: boolean }) };
};
const signed = (raw: string, change: { timestamp?: number; secret?: string } = {}) => {
  const timestamp = String(change.timestamp ?? Math.floor(now / 1_000));
  const signature = createHmac("sha256", change.secret ?? SECRET)
    .update(`${timestamp}.${raw}`)
    .digest("hex");
  return server.request("POST", "", { raw, headers: { "x-timestamp": timestamp, "x-signature": `sha256=${signature}` } });
};
const texts = () => ledger.messages.map((message) => message.text);

describe("a page's token", () => {
  it("is good for one submission: whatever is sent with it again is the same request", async () => {
    const _token = await token();
    expect((await post({ _token, message: "one" })).status).toBe(200);
    expect((await post({ _token, message: "one" })).status).toBe(200);
    expect((await post({ _token, message: "something else" })).status).toBe(200);
    expect(ledger.messages).toHaveLength(1);
    expect(new Set(ledger.reported.map((event) => event.eventKey)).size).toBe(1);
  });
  it("belongs to its site and its channel, and grows old", async () => {
    expect(await post({ _token: await token(OTHER), message: "x" })).toMatchObject({ status: 403, error: "origin" });
    const old = await token();
    now += 61 * 60_000;
    expect(await post({ _token: old, message: "x" })).toMatchObject({ status: 401, error: "expired" });
    const foreign = await token();
    await open({ secret: "another secret of ours" });
    expect(await post({ _token: foreign, message: "x" })).toMatchObject({ status: 401, error: "forged" });
    expect(texts()).toEqual([]);
  });
  it("counts only after the time that a person needs, and says how long that is", async () => {
    const _token = await token();
    now -= 2_500;
    expect(await post({ _token, message: "x" })).toMatchObject({ status: 425, error: "too_fast", waitMs: 1_500 });
    now += 1_500;
    expect((await post({ _token, message: "x" })).status).toBe(200);
  });
  it("is given to allowed sites alone, with what a browser needs to read it", async () => {
    for (const origin of ["https://evil.example", "http://shop.example", `${SITE}.evil.example`, "null"])
      expect((await server.request("GET", "token", { headers: { origin } })).status, origin).toBe(403);
    expect((await server.request("GET", "token")).status).toBe(403);
    const preflight = await server.request("OPTIONS", "", { headers: { origin: SITE } });
    expect(preflight.headers).toMatchObject({ "access-control-allow-origin": SITE, vary: "origin" });
    expect((await post({ message: "x" })).headers["access-control-allow-origin"], "a refusal can be read too").toBe(SITE);
    expect((await server.request("OPTIONS", "", { headers: { origin: "https://evil.example" } })).headers["access-control-allow-origin"]).toBeUndefined();
  });
  it("a page of our own house needs no list", async () => {
    const own = { host: "house.example", origin: "https://house.example" };
    const answer = await server.request("GET", "token", { headers: { host: "house.example", "sec-fetch-site": "same-origin" } });
    now += 3_000;
    const { token: _token } = JSON.parse(answer.body) as { token: string };
    expect((await post({ _token, message: "ours", _page: "https://house.example/form" }, own)).status).toBe(200);
    expect(ledger.messages[0]?.origin?.page).toBe("https://house.example/form");
  });
});

describe("machines and floods", () => {
  it("who fills in the trap is told that all went well, and nothing is stored", async () => {
    expect(await post({ _token: await token(), message: "buy", homepage: "https://spam.example" })).toMatchObject({ status: 200, ok: true });
    expect(ledger.reported).toEqual([]);
    expect(ledger.transcript.join()).toMatch(/trap filled in/);
    expect((await channel.test?.())?.detail).toMatch(/public address/);
  });
  it("one address sends only so much in a minute, others are not held up", async () => {
    await open({ perAddressPerMinute: 3, minFillSeconds: 0 });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await post({ _token: await token(), message: `m${i}` })).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    now += 2 * 60_000;
    expect((await post({ _token: await token(), message: "later" })).status).toBe(200);
  });
  it("the whole form sends only so much in a minute", async () => {
    await open({ perMinute: 2, perAddressPerMinute: 100, minFillSeconds: 0 });
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await post({ _token: await token(), message: `m${i}` })).status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});

describe("a site's own server", () => {
  it("signs its body; the same request again, and a new try with the same key, are one", async () => {
    const raw = JSON.stringify({ phone: "+77011112233", message: "от сервера", _page: "https://any.example/a" });
    expect((await signed(raw)).status).toBe(200);
    expect((await signed(raw)).status).toBe(200);
    const keyed = JSON.stringify({ message: "с ключом", _key: randomUUID() });
    expect((await signed(keyed)).status).toBe(200);
    now += 60_000;
    expect((await signed(keyed)).status).toBe(200);
    expect(texts()).toEqual(["от сервера", "с ключом"]);
  });
  it("another secret, another body, an old time and a bad key do not count", async () => {
    expect((await signed('{"message":"x"}', { secret: "another secret of ours" })).status).toBe(401);
    const timestamp = String(Math.floor(now / 1_000));
    const signature = createHmac("sha256", SECRET).update(`${timestamp}.{"message":"x"}`).digest("hex");
    const headers = { "x-timestamp": timestamp, "x-signature": `sha256=${signature}` };
    expect((await server.request("POST", "", { raw: '{"message":"y"}', headers })).status).toBe(401);
    expect((await signed('{"message":"x"}', { timestamp: Math.floor(now / 1_000) - 301 })).status).toBe(401);
    expect((await signed('{"message":"x","_key":"../../x"}')).status).toBe(400);
    expect(ledger.reported).toEqual([]);
  });
});

describe("one person", () => {
  it("who sends again is in the same thread; without phone or e-mail each form stands alone", async () => {
    for (const body of [{ phone: "8 701 111 22 33" }, { phone: "+7 (701) 111-22-33", email: "a@b.example" }, { email: "A@b.example" }, {}, {}])
      expect((await post({ _token: await token(), message: "x", ...body })).status).toBe(200);
    const keys = ledger.messages.map((message) => message.thread.key);
    expect(keys.slice(0, 3)).toEqual(["+77011112233", "+77011112233", "a@b.example"]);
    expect(new Set(keys).size).toBe(4);
  });
});

describe("the test button", () => {
  /** What the channel under test is told to call is the door of these tests. */
  const address = (): string => server.url;

  it("sends a whole form of its own, which is read as a visitor's and stored nowhere", async () => {
    await open({ publicUrl: address(), consentRequired: true, textFields: "вопрос", consentFields: "согласие" });
    const test = await channel.test?.();
    expect(test).toMatchObject({
      ok: true,
      steps: [
        { step: "connect", outcome: "ok", detail: expect.stringMatching(/Forms arrive at .*0 taken/) },
        { step: "receive", outcome: "ok", detail: expect.stringMatching(/checked and read: "Kommutator: test [0-9a-f]{4}/) },
      ],
    });
    expect(ledger.reported).toEqual([]);
  });

  it("a visitor cannot have his form forgotten by the same mark, nor anybody without the secret", async () => {
    expect((await post({ _token: await token(), message: "kept", _trial: "1" })).status).toBe(200);
    expect(texts()).toEqual([expect.stringContaining("kept")]);
    expect((await signed('{"message":"x","_trial":"1"}', { secret: "another of sixteen" })).status).toBe(401);
  });

  it("says what is wrong", async () => {
    const detail = async (change: Record<string, unknown>) => {
      await open(change);
      return channel.test?.();
    };
    expect(await detail({})).toMatchObject({ ok: false, detail: expect.stringMatching(/public address/) });
    expect(await detail({ publicUrl: "http://127.0.0.1:9" })).toMatchObject({ ok: false, detail: expect.stringMatching(/cannot be reached/) });
  });
});
