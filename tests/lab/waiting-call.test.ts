import type { Announcement } from "@kommutator/contract/channel";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type AriHouse, id, nextOffered, openAri, orphans } from "./support/ari-house.ts";
import { type Asterisk, labAddress, startAsterisk } from "./support/asterisk.ts";
import { level, placeOf } from "./support/audio.ts";
import { SipPeer } from "./support/sip.ts";
import { hearsPrompt, prompt } from "./support/spoken.ts";
import { until } from "./support/wait.ts";

const AGENT_HZ = 1000;
let asterisk: Asterisk;
let house: AriHouse;
let trunk: SipPeer;
let agent: SipPeer;

beforeAll(async () => {
  asterisk = await startAsterisk();
  house = await openAri(asterisk, { extra: { language: "ru" } });
  trunk = await SipPeer.open({ ip: asterisk.trunkHost, port: asterisk.trunkPort, server: asterisk, hz: 440 });
  agent = await SipPeer.open({ ip: labAddress(23), server: asterisk, hz: AGENT_HZ });
  await house.perform("phone.provision", { endpoint: "1001", displayName: "Agent", password: "a long secret" });
  await agent.register("1001", "a long secret");
  await house.host.sees("phone.status", (e) => e.endpoint === "1001" && e.reachable);
});
afterAll(async () => {
  await house?.close();
  for (const peer of [trunk, agent]) peer?.close();
  await asterisk?.close();
});
afterEach(async () => {
  for (const peer of [trunk, agent]) {
    peer.reset();
    peer.onInvite = (call) => call.ring();
  }
  await until("no channel and no bridge is left behind", async () => (await orphans(asterisk)) === "", { timeoutMs: 6000, everyMs: 100 });
});

const waiting = async () => {
  const before = house.host.of("call.offered").length;
  const call = await trunk.call("5551000", { from: "+77011112233", name: "Ivan" });
  const offered = await nextOffered(asterisk, house, before, call);
  await call.is("ringing");
  return { call, key: offered.callKey };
};
const say = (callKey: string, what: Announcement, language: "ru" | "kk" | null = null) =>
  house.perform("call.announce", { id: id(), callKey, say: what, language });
const place: Announcement = { what: "place", place: 3, waitMs: [130_000, 250_000], callback: true };

describe("a waiting caller", () => {
  it("hears the place, the range of the wait and the key, in this order and in the line's language; then the music goes on, and the lease has held", async () => {
    const { call, key } = await waiting();
    const from = performance.now();
    await say(key, place);
    await hearsPrompt(call, from, "ru", "callback-key");
    const heard = call.rtp.heard(from);
    const places = [];
    for (const name of ["place-3", "wait-from-2", "wait-to-5", "callback-key"]) places.push(placeOf(await prompt("ru", name), heard));
    expect(places.every((p) => p >= 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
    const after = performance.now();
    await until("music plays", () => level(call.rtp.heard(after + 3000)) > 100, { timeoutMs: 9000 });
    expect(call.state).toBe("ringing");
    call.cancel();
  });

  it("hears that there is not enough data when nobody knows how long it will take, between the place and the key", async () => {
    const { call, key } = await waiting();
    const from = performance.now();
    await say(key, { ...place, waitMs: null });
    await hearsPrompt(call, from, "ru", "callback-key");
    const heard = call.rtp.heard(from);
    const places = [];
    for (const name of ["place-3", "wait-unknown", "callback-key"]) places.push(placeOf(await prompt("ru", name), heard));
    expect(places.every((p) => p >= 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
    call.cancel();
  });

  it("is spoken to in the customer's own language, and a newer word breaks off an older", async () => {
    const { call, key } = await waiting();
    const from = performance.now();
    await say(key, place);
    await until("the first word has begun", () => performance.now() - from > 400);
    await say(key, { ...place, place: 2 }, "kk");
    await hearsPrompt(call, from, "kk", "place-2");
    expect(placeOf(await prompt("ru", "callback-key"), call.rtp.heard(from))).toBe(-1);
    call.cancel();
  });

  it("presses a key in the middle of a word: it is reported once; the keys of a talk are not", async () => {
    const { call, key } = await waiting();
    await say(key, place);
    await call.rtp.press("1");
    await house.host.sees("call.digit", (e) => e.callKey === key && e.digit === "1");
    const legKey = await house.ring(key, "1001");
    const device = await agent.nextCall();
    device.answer();
    await house.host.sees("call.leg", (e) => e.legKey === legKey && e.state === "answered");
    const answered = performance.now();
    await house.perform("call.bridge", { id: id(), callKey: key, legKey, record: false });
    await call.is("up");
    expect(performance.now() - answered).toBeLessThan(500);
    await call.rtp.hears(AGENT_HZ, 1500);
    await call.rtp.press("1");
    await call.rtp.hears(AGENT_HZ);
    expect(house.host.of("call.digit").filter((e) => e.callKey === key)).toHaveLength(1);
    call.bye();
    await device.is("ended", 1000);
  });

  it("is told that the callback is promised, and then hung up by us", async () => {
    const { call, key } = await waiting();
    const from = performance.now();
    await say(key, { what: "callback_promised" });
    await hearsPrompt(call, from, "ru", "callback-promised");
    await call.is("ended", 8000);
    expect(await house.host.sees("call.ended", (e) => e.callKey === key)).toMatchObject({ by: "system" });
    expect(house.host.of("call.ended").find((e) => e.callKey === key)?.fallback).toBeUndefined();
  });

  it("hears that the house is closed to the end before the dialplan takes over", async () => {
    const { call, key } = await waiting();
    const from = performance.now();
    await say(key, { what: "closed" });
    const statuses = house.host.statuses.length;
    const gone = house.perform("call.fallback", { id: id(), callKey: key });
    // Meanwhile nobody else's call is held up, and the connection does not count as dead.
    const other = await trunk.call("5551001", { from: "+77015550009" });
    const offered = await house.host.sees("call.offered", (e) => e.to === "5551001");
    const legKey = await house.ring(offered.callKey, "1001");
    const device = await agent.nextCall(1500);
    await house.perform("call.cancel", { id: id(), callKey: offered.callKey, legKey, reason: "cancelled" });
    await device.is("ended", 1500);
    other.cancel();
    await gone;
    expect(house.host.statuses).toHaveLength(statuses);
    expect((performance.now() - from) / 1000).toBeGreaterThan((await prompt("ru", "closed")).length / 8000);
    expect(placeOf(await prompt("ru", "closed"), call.rtp.heard(from))).toBeGreaterThanOrEqual(0);
    await call.is("up", 3000);
    expect(await house.host.sees("call.ended", (e) => e.callKey === key)).toMatchObject({ by: "system", fallback: true });
    call.bye();
  });

  it("whose promise was not finished when we died is hung up by our successor", async () => {
    const { call, key } = await waiting();
    await say(key, { what: "callback_promised" });
    await house.close();
    house = await openAri(asterisk, { host: house.host.restarted(), extra: { language: "ru" } });
    await call.is("ended", 5000);
    expect(await house.host.sees("call.ended", (e) => e.callKey === key)).toMatchObject({ by: "system" });
  });
});

describe("a caller sent on to an outside number", () => {
  const sentOn = async (number = "+7 (705) 999-88-77") => {
    const { call, key } = await waiting();
    const legKey = id();
    await house.perform("call.redirect", { id: legKey, callKey: key, number });
    return { call, key, legKey, outside: await trunk.nextCall() };
  };

  it("rings there with the own number, the line as the diverting one, hears music meanwhile, and both talk", async () => {
    const { call, key, legKey, outside } = await sentOn();
    expect(outside.invite?.head).toMatch(/^INVITE sip:\+77059998877@/);
    expect(outside.invite?.head).toMatch(/From: .*<sip:\+77011112233@/);
    expect(outside.invite?.head).toMatch(/Diversion: .*5551000@/);
    outside.answer();
    await call.is("up");
    await Promise.all([call.rtp.hears(440), outside.rtp.hears(440)]);
    expect(await house.host.sees("call.leg", (e) => e.legKey === legKey && e.state === "bridged")).toMatchObject({ party: "outside", target: "+77059998877" });
    outside.bye();
    await call.is("ended", 1000);
    expect(await house.host.sees("call.ended", (e) => e.callKey === key)).toMatchObject({ by: "agent" });
  });

  it("goes to the fallback when nobody is reached there, with the hop's cause", async () => {
    trunk.onInvite = (c) => c.decline(486, "Busy Here");
    const { call, key } = await waiting();
    const legKey = id();
    await house.perform("call.redirect", { id: legKey, callKey: key, number: "87059998877" });
    await call.is("up", 4000); // the dialplan's voicemail answers
    expect(await house.host.sees("call.leg", (e) => e.legKey === legKey && e.state === "ended")).toMatchObject({ cause: "busy", party: "outside" });
    expect(await house.host.sees("call.ended", (e) => e.callKey === key)).toMatchObject({ fallback: true });
    call.bye();
  });

  it("is joined when the outside answers after our restart, and the same order twice rings once", async () => {
    const { call, key, legKey, outside } = await sentOn();
    await house.close();
    house = await openAri(asterisk, { host: house.host.restarted(), extra: { language: "ru" } });
    await house.perform("call.redirect", { id: legKey, callKey: key, number: "+77059998877" });
    outside.answer();
    await call.is("up");
    await outside.rtp.hears(440);
    expect(trunk.incoming.filter((c) => !c.taken && c.state !== "ended")).toHaveLength(0);
    call.bye();
    await outside.is("ended", 1000);
  });

  it("a number that cannot be dialled is refused, and the caller waits on", async () => {
    const { call, key } = await waiting();
    await expect(house.perform("call.redirect", { id: id(), callKey: key, number: "no number" })).rejects.toMatchObject({ code: "rejected" });
    expect(call.state).toBe("ringing");
    call.cancel();
  });
});
