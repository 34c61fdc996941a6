import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Config } from "./config.ts";
import * as to from "./to-ari.ts";

const config = Config.parse({ url: "http://127.0.0.1:8088/ari/", user: "kommutator", password: "secret" });

describe("settings", () => {
  it("have defaults for everything that a small office need not know", () => {
    expect(config).toMatchObject({
      url: "http://127.0.0.1:8088/ari",
      app: "kommutator",
      dial: "PJSIP/{number}@trunk",
      phones: "webrtc",
      waiting: "early",
      music: "default",
    });
    expect(Config.parse({ url: "http://a/ari", user: "u", password: "p", app: "", cdrFile: "", mediaAddress: "", prompt: "" }).app).toBe("kommutator");
  });
  it("name every fault at once", () => {
    const result = Config.safeParse({ url: "ftp://x", user: "a:b", password: "", dial: "PJSIP/trunk", phones: "fax" });
    expect(result.error?.issues.map((i) => i.path[0])).toEqual(expect.arrayContaining(["url", "user", "password", "dial", "phones"]));
  });
});

describe("ringing a phone", () => {
  const order = {
    channelId: to.agentChannel("leg"),
    endpoint: "1001",
    callKey: "1.2",
    legKey: "leg",
    employeeId: "e",
    offerId: "o",
    callerName: "Иван",
    callerNumber: "+77011112233",
    timeoutMs: 20_000,
  };
  it("takes the channel's id from the order's id, and marks the channel so that a restart knows it", () => {
    const request = to.ring(config, order);
    expect(request).toMatchObject({
      method: "POST",
      uri: "channels/kmt-a-leg",
      query: { endpoint: "PJSIP/1001", callerId: '"Иван" <+77011112233>', timeout: "22" },
    });
    expect(request.body).toMatchObject({ variables: { KMT_CALL: "1.2", KMT_LEG: "leg", KMT_OFFER: "o", KMT_EMPLOYEE: "e" } });
    expect(JSON.stringify(request.body)).not.toContain("answer-after");
  });
  it("makes its channel beforehand under a name of its own, with the caller as the connected line, and dials it later", () => {
    const request = to.prepare(config, { ...order, channelId: to.preparedChannel("leg") });
    expect(request).toMatchObject({ method: "POST", uri: "channels/create", query: { endpoint: "PJSIP/1001", channelId: "kmt-p-leg", appArgs: "prepared" } });
    expect(request.body).toMatchObject({ variables: { KMT_LEG: "leg", KMT_OFFER: "o", "CONNECTEDLINE(all,i)": '"Иван" <+77011112233>' } });
    expect(to.dial("kmt-p-leg", order)).toEqual({ method: "POST", uri: "channels/kmt-p-leg/dial", query: { timeout: "22" } });
  });
  it("asks the device to answer by itself when the agent returns", () => {
    expect(to.ring(config, { ...order, autoAnswer: true }).body).toMatchObject({
      variables: { "PJSIP_HEADER(add,Call-Info)": "<sip:localhost>;answer-after=0" },
    });
  });
});

it("a caller's name and number cannot break out of the caller id", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.option(fc.string({ unit: "binary" })), (name, number) => {
      const text = to.callerId(name, number);
      expect(text).toMatch(/^"[^"\\<>\p{Cc}]*" <[+0-9A-Za-z*#.-]+>$/u);
    }),
  );
});

it("a number to dial is digits with at most a leading plus", () => {
  expect(to.dialable("+7 (701) 222-33-44")).toBe("+77012223344");
  expect(to.dialable("8701&Local/1@x,,")).toBe("87011");
  fc.assert(fc.property(fc.string(), (text) => /^\+?\d*$/.test(to.dialable(text))));
});

it("a recording's name is a safe file name", () => {
  fc.assert(fc.property(fc.string({ minLength: 1 }), (key) => /^kmt-[A-Za-z0-9_.-]+$/.test(to.recordingOf(key))));
});

it("a phone's account is written in the order in which its parts refer to each other, and removed the other way round", () => {
  const parts = to.provision({ ...config, mediaAddress: "192.0.2.1" }, { endpoint: "1001", displayName: "Айгуль", password: "a long secret" });
  expect(parts.map((p) => p.uri.split("/").at(-2))).toEqual(["auth", "aor", "endpoint"]);
  expect(parts[2]?.body).toMatchObject({
    fields: expect.arrayContaining([
      { attribute: "webrtc", value: "yes" },
      { attribute: "media_address", value: "192.0.2.1" },
    ]),
  });
  expect(to.unprovision("1001").map((p) => p.uri.split("/").at(-2))).toEqual(["endpoint", "aor", "auth"]);
});
