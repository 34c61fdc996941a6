import type { Commands } from "@kommutator/contract/channel";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type AriHouse, EMPLOYEE, id, nextOffered, openAri, orphans } from "./support/ari-house.ts";
import { type Asterisk, labAddress, startAsterisk } from "./support/asterisk.ts";
import { type SipCall, SipPeer } from "./support/sip.ts";
import { until } from "./support/wait.ts";

const CALLER_HZ = 440;
const AGENT_HZ = 1000;
let asterisk: Asterisk;
let house: AriHouse;
let trunk: SipPeer;
let agent: SipPeer;

beforeAll(async () => {
  asterisk = await startAsterisk();
  house = await openAri(asterisk);
  trunk = await SipPeer.open({ ip: asterisk.trunkHost, port: asterisk.trunkPort, server: asterisk, hz: CALLER_HZ });
  agent = await SipPeer.open({ ip: labAddress(23), server: asterisk, hz: AGENT_HZ });
  for (const endpoint of ["1001", "1009"]) await house.perform("phone.provision", { endpoint, displayName: `Agent ${endpoint}`, password: "a long secret" });
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

async function waiting(): Promise<{ call: SipCall; key: string }> {
  const before = house.host.of("call.offered").length;
  const call = await trunk.call("5551000", { from: "+77011112233", name: "Ivan" });
  return { call, key: (await nextOffered(asterisk, house, before, call)).callKey };
}
const ringOf = (callKey: string, endpoint = "1001"): Commands["call.ring"] => {
  const offerId = id();
  return { id: offerId, callKey, offerId, employeeId: EMPLOYEE, endpoint, callerNumber: "+77011112233", callerName: "Ivan Petrov", timeoutMs: 20_000 };
};
const channels = () => asterisk.cli("core show channels concise");
const isMade = (ring: Commands["call.ring"]) =>
  until("the channel is made", async () => (await channels()).includes("Stasis") && (await names()).includes(`kmt-p-${ring.id}`));
const isGone = (ring: Commands["call.ring"]) => until("the channel is gone", async () => !(await names()).includes(`kmt-p-${ring.id}`), { timeoutMs: 6000 });
/** The ids of Asterisk's channels. */
async function names(): Promise<string> {
  const authorization = `Basic ${Buffer.from(`${asterisk.user}:${asterisk.password}`).toString("base64")}`;
  const answer = await fetch(`${asterisk.ari}/channels`, { headers: { authorization } });
  return ((await answer.json()) as { id: string }[]).map((c) => c.id).join(" ");
}
const states = (ring: Commands["call.ring"]) => house.host.leg(ring.id).filter((state) => state !== "trying");

describe("a phone that was made ready while it was being decided whom to ring", () => {
  it("rings at the order and not before, shows who calls, and both hear each other", async () => {
    const { call, key } = await waiting();
    const ring = ringOf(key);
    await house.perform("call.prepare", ring);
    await isMade(ring);
    const rungBefore = agent.incoming.length;
    await house.perform("call.ring", ring);
    const device = await agent.nextCall();
    expect(rungBefore).toBe(agent.incoming.length - 1);
    expect(device.invite?.header("From")).toContain('"Ivan Petrov" <sip:+77011112233@');
    expect(device.invite?.header("X-Kommutator-Leg")).toBe(ring.id);
    device.answer();
    await house.host.sees("call.leg", (e) => e.legKey === ring.id && e.state === "answered");
    await house.perform("call.bridge", { id: id(), callKey: key, legKey: ring.id, record: false });
    await call.is("up");
    await Promise.all([call.rtp.hears(AGENT_HZ), device.rtp.hears(CALLER_HZ)]);
    call.bye();
    await device.is("ended", 2000);
    await house.host.sees("call.leg", (e) => e.legKey === ring.id && e.state === "ended");
    expect(states(ring)).toEqual(["ringing", "answered", "bridged", "ended:hung-up"]);
    // It was an offer: nobody takes the phone for engaged by itself.
    expect(house.host.of("phone.status").some((s) => s.directCall === true)).toBe(false);
  });

  it("is let go without a sound when the ring is never ordered", async () => {
    const { call, key } = await waiting();
    const ring = ringOf(key);
    const rung = agent.incoming.length;
    await house.perform("call.prepare", ring);
    await isMade(ring);
    await isGone(ring);
    expect(agent.incoming).toHaveLength(rung);
    expect(house.host.leg(ring.id)).toEqual([]);
    expect(house.host.of("phone.status").some((s) => s.directCall === true)).toBe(false);
    call.cancel();
  });

  it("is not used when the ring is another by then: the phone shows what was ordered", async () => {
    const { call, key } = await waiting();
    const ring = ringOf(key);
    await house.perform("call.prepare", ring);
    await isMade(ring);
    await house.perform("call.ring", { ...ring, callerName: "Ivan Ivanov" });
    const device = await agent.nextCall();
    expect(device.invite?.header("From")).toContain('"Ivan Ivanov"');
    await isGone(ring);
    call.cancel();
    await device.is("ended", 2000);
  });

  it("rings once when the order comes before Asterisk has said anything, and when it comes twice", async () => {
    const { call, key } = await waiting();
    const ring = ringOf(key);
    const rung = agent.incoming.length;
    await Promise.all([
      house.perform("call.prepare", ring),
      house.perform("call.prepare", ring),
      house.perform("call.ring", ring),
      house.perform("call.ring", ring),
    ]);
    const device = await agent.nextCall();
    await house.host.sees("call.leg", (e) => e.legKey === ring.id && e.state === "ringing");
    expect(agent.incoming).toHaveLength(rung + 1);
    expect(await names()).toContain(`kmt-p-${ring.id}`);
    call.cancel();
    await device.is("ended", 2000);
  });

  it("says why it was not answered, as any other", async () => {
    const { call, key } = await waiting();
    for (const [status, cause] of [
      [603, "declined"],
      [486, "busy"],
    ] as const) {
      agent.onInvite = (c) => {
        if (status === 603) c.ring();
        c.decline(status);
      };
      const ring = ringOf(key);
      await house.perform("call.prepare", ring);
      await isMade(ring);
      await house.perform("call.ring", ring);
      const ended = await house.host.sees("call.leg", (e) => e.legKey === ring.id && e.state === "ended");
      expect(ended).toMatchObject({ cause });
    }
    call.cancel();
  });

  it("that is not there is found out by the ring", async () => {
    const { call, key } = await waiting();
    const ring = ringOf(key, "1009");
    await house.perform("call.prepare", ring);
    await house.perform("call.ring", ring);
    expect(await house.host.sees("call.leg", (e) => e.legKey === ring.id && e.state === "ended")).toMatchObject({ cause: "unreachable" });
    call.cancel();
  });

  it("does not ring for a caller who hung up meanwhile", async () => {
    const { call, key } = await waiting();
    const ring = ringOf(key);
    const rung = agent.incoming.length;
    await house.perform("call.prepare", ring);
    await isMade(ring);
    call.cancel();
    await house.host.sees("call.ended", (e) => e.callKey === key);
    await house.perform("call.ring", ring);
    expect(await house.host.sees("call.leg", (e) => e.legKey === ring.id && e.state === "ended")).toMatchObject({ cause: "cancelled" });
    await isGone(ring);
    expect(agent.incoming).toHaveLength(rung);
  });

  it("is hung up by a successor who cannot know whether its ring was ordered, and rung again by the next order; one that rings already is taken over", async () => {
    const { call, key } = await waiting();
    const ring = ringOf(key);
    const rung = agent.incoming.length;
    await house.perform("call.prepare", ring);
    await isMade(ring);
    const successor = await openAri(asterisk, { host: house.host.restarted() });
    try {
      await isGone(ring);
      expect(agent.incoming).toHaveLength(rung);
      await successor.perform("call.ring", ring);
      const device = await agent.nextCall();
      await successor.host.sees("call.leg", (e) => e.legKey === ring.id && e.state === "ringing");

      const second = ringOf(key);
      await successor.perform("call.cancel", { id: id(), callKey: key, legKey: ring.id, reason: "cancelled" });
      await device.is("ended", 2000);
      await successor.perform("call.prepare", second);
      await isMade(second);
      await successor.perform("call.ring", second);
      const again = await agent.nextCall();
      await successor.host.sees("call.leg", (e) => e.legKey === second.id && e.state === "ringing");
      const third = await openAri(asterisk, { host: successor.host.restarted() });
      try {
        await third.perform("call.ring", second);
        again.answer();
        await third.host.sees("call.leg", (e) => e.legKey === second.id && e.state === "answered");
        await third.perform("call.bridge", { id: id(), callKey: key, legKey: second.id, record: false });
        await Promise.all([call.rtp.hears(AGENT_HZ), again.rtp.hears(CALLER_HZ)]);
        expect(agent.incoming).toHaveLength(rung + 2);
        call.bye();
        await again.is("ended", 2000);
      } finally {
        await third.close();
      }
    } finally {
      await successor.close();
    }
  });
});
