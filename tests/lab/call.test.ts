import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type AriHouse, EMPLOYEE, id, nextOffered, openAri, orphans } from "./support/ari-house.ts";
import { type Asterisk, labAddress, startAsterisk } from "./support/asterisk.ts";
import { share, wavSamples } from "./support/audio.ts";
import { type SipCall, SipPeer } from "./support/sip.ts";
import { until } from "./support/wait.ts";

const CALLER_HZ = 440;
const AGENT_HZ = 1000;
let asterisk: Asterisk;
let house: AriHouse;
let trunk: SipPeer;
let agent: SipPeer;
let second: SipPeer;

beforeAll(async () => {
  asterisk = await startAsterisk();
  house = await openAri(asterisk);
  trunk = await SipPeer.open({ ip: asterisk.trunkHost, port: asterisk.trunkPort, server: asterisk, hz: CALLER_HZ });
  agent = await SipPeer.open({ ip: labAddress(23), server: asterisk, hz: AGENT_HZ });
  second = await SipPeer.open({ ip: labAddress(24), server: asterisk, hz: 1700 });
  for (const [peer, extension] of [
    [agent, "1001"],
    [second, "1002"],
  ] as const) {
    await house.perform("phone.provision", { endpoint: extension, displayName: `Agent ${extension}`, password: "a long secret" });
    await peer.register(extension, "a long secret");
    await house.host.sees("phone.status", (e) => e.endpoint === extension && e.reachable);
  }
});
afterAll(async () => {
  await house?.close();
  for (const peer of [trunk, agent, second]) peer?.close();
  await asterisk?.close();
});
afterEach(async () => {
  for (const peer of [trunk, agent, second]) {
    peer.reset();
    peer.onInvite = (call) => call.ring();
    peer.deaf = false;
  }
  await until("no channel and no bridge is left behind", async () => (await orphans(asterisk)) === "", { timeoutMs: 6000, everyMs: 100 });
});

const waiting = async (from = "+77011112233") => {
  const before = house.host.of("call.offered").length;
  const call = await trunk.call("5551000", { from, name: "Ivan" });
  const offered = await nextOffered(asterisk, house, before, call);
  return { call, key: offered.callKey, offered };
};
const talking = async (record = false) => {
  const { call, key } = await waiting();
  const legKey = await house.ring(key, "1001");
  const device = await agent.nextCall();
  device.answer();
  await house.host.sees("call.leg", (e) => e.legKey === legKey && e.state === "answered");
  await house.perform("call.bridge", { id: id(), callKey: key, legKey, record });
  await call.is("up");
  return { call, key, legKey, device };
};

/** A phone may ring before Asterisk has answered our order to dial: then nothing is said of trying. */
const afterTrying = (legKey: string) => house.host.leg(legKey).filter((state) => state !== "trying");

/** The phone rings before it does the rest. */
const ringThen = (next: (call: SipCall) => unknown) => (call: SipCall) => {
  call.ring();
  next(call);
};

it("of variables, dial steps and bridges nothing is sent to us: two thirds of all events", async () => {
  const authorization = `Basic ${Buffer.from(`${asterisk.user}:${asterisk.password}`).toString("base64")}`;
  const answer = await fetch(`${asterisk.ari}/applications/${asterisk.app}`, { headers: { authorization } });
  const application = (await answer.json()) as { events_disallowed: { type: string }[] };
  expect(application.events_disallowed.map((e) => e.type)).toEqual(expect.arrayContaining(["ChannelVarset", "Dial", "ChannelEnteredBridge"]));
});

describe("a call from outside", () => {
  it("is reported with its number and line, hears music, rings the agent, and both hear each other after the bridging", async () => {
    const { call, key, offered } = await waiting();
    expect(offered).toMatchObject({ direction: "in", to: "5551000", from: { kind: "phone", value: "+77011112233", displayName: "Ivan" }, source: "live" });
    await until("music before the answer", () => call.rtp.heard(0).length > 4000);
    expect(call.statuses).not.toContain(200);
    const legKey = await house.ring(key, "1001");
    const device = await agent.nextCall();
    expect(device.invite?.head).toMatch(/From: "Ivan" <sip:\+77011112233@/);
    expect(device.invite?.head).toContain(`X-Kommutator-Offer: ${legKey}`);
    await house.host.sees("call.leg", (e) => e.legKey === legKey && e.state === "ringing");
    device.answer();
    await house.host.sees("call.leg", (e) => e.legKey === legKey && e.state === "answered");
    await house.perform("call.bridge", { id: id(), callKey: key, legKey, record: true });
    await call.is("up");
    await Promise.all([call.rtp.hears(AGENT_HZ), device.rtp.hears(CALLER_HZ)]);
    const t0 = performance.now();
    await until("three seconds of talk", () => performance.now() - t0 > 3000, { timeoutMs: 5000 });
    call.bye();
    const end = await house.host.sees("call.ended", (e) => e.callKey === key);
    expect(end).toMatchObject({ by: "customer", source: "live" });
    await until("the leg's end is reported", () => house.host.leg(legKey).at(-1)?.startsWith("ended"));
    expect(afterTrying(legKey)).toEqual(["ringing", "answered", "bridged", "ended:hung-up"]);
    await device.is("ended", 1000);
    const recording = await house.host.sees("call.recorded", (e) => e.callKey === key);
    const file = (await house.perform("recording.fetch", { recordingKey: recording.recordingKey })) as { bytes: Uint8Array; mime: string };
    const { samples, rate } = wavSamples(file.bytes);
    const seconds = samples.length / rate;
    expect(seconds).toBeGreaterThan(2.5);
    expect(Math.abs(seconds * 1000 - recording.durationMs)).toBeLessThan(1100);
    const middle = samples.slice(rate, 2 * rate);
    expect(share(middle, CALLER_HZ, rate) + share(middle, AGENT_HZ, rate)).toBeGreaterThan(0.6);
    await house.perform("recording.delete", { recordingKey: recording.recordingKey });
    await expect(house.perform("recording.fetch", { recordingKey: recording.recordingKey })).rejects.toMatchObject({ code: "rejected" });
    await house.perform("recording.delete", { recordingKey: recording.recordingKey });
  });

  it("ends by the agent's hang-up", async () => {
    const { call, key, device } = await talking();
    device.bye();
    await call.is("ended", 1000);
    expect(await house.host.sees("call.ended", (e) => e.callKey === key)).toMatchObject({ by: "agent" });
  });

  it("leaves no leg ringing a second after the caller has given up", async () => {
    const { call, key } = await waiting();
    const legKey = await house.ring(key, "1001");
    const device = await agent.nextCall();
    await house.host.sees("call.leg", (e) => e.legKey === legKey && e.state === "ringing");
    call.cancel();
    const at = performance.now();
    await device.is("ended", 1000);
    await until("everything is gone", async () => (await orphans(asterisk)) === "", { timeoutMs: 1000, everyMs: 30 });
    expect(performance.now() - at).toBeLessThan(1000);
    expect(await house.host.sees("call.ended", (e) => e.callKey === key)).toMatchObject({ by: "customer" });
    await until("the leg's end is reported", () => house.host.leg(legKey).at(-1)?.startsWith("ended"));
    expect(afterTrying(legKey)).toEqual(["ringing", "ended:cancelled"]);
    // The call's end is said first: the agent has not failed to answer.
    const keys = house.host.events.map((e) => e.eventKey);
    expect(keys.indexOf(`${key}:ended`)).toBeLessThan(keys.indexOf(`kmt-a-${legKey}:ended`));
  });

  it("ended before the phone could ring leaves nothing behind", async () => {
    const { call, key } = await waiting();
    const ringing = house.ring(key, "1001");
    call.cancel();
    const legKey = await ringing;
    await until("the leg's end is reported", () => house.host.leg(legKey).some((s) => s.startsWith("ended")));
  });

  it("rung for after its end reports the leg as cancelled", async () => {
    const { call, key } = await waiting();
    call.cancel();
    await house.host.sees("call.ended", (e) => e.callKey === key);
    const legKey = await house.ring(key, "1001");
    expect(house.host.leg(legKey)).toEqual(["ended:cancelled"]);
  });

  it.each([
    ["declined", (p: SipPeer) => (p.onInvite = ringThen((c) => c.decline(603)))],
    ["declined", (p: SipPeer) => (p.onInvite = ringThen((c) => setTimeout(() => c.decline(480, "Temporarily Unavailable"), 200)))],
    ["busy", (p: SipPeer) => (p.onInvite = (c) => c.decline(486, "Busy Here"))],
    ["no-answer", () => {}],
    ["unreachable", (p: SipPeer) => (p.deaf = true)],
  ])("says %s when the device does so, and the caller keeps waiting for the next one", async (cause, arrange) => {
    const { call, key } = await waiting();
    arrange(agent);
    const legKey = await house.ring(key, "1001", { timeoutMs: cause === "no-answer" ? 1500 : 20_000 });
    await until(`the leg ends as ${cause}`, () => house.host.leg(legKey).at(-1) === `ended:${cause}`, { timeoutMs: 8000 });
    const next = await house.ring(key, "1002");
    const device = await second.nextCall();
    device.answer();
    await house.host.sees("call.leg", (e) => e.legKey === next && e.state === "answered");
    await house.perform("call.bridge", { id: id(), callKey: key, legKey: next, record: false });
    await call.is("up");
    await device.rtp.hears(CALLER_HZ);
    call.bye();
    await house.host.sees("call.ended", (e) => e.callKey === key);
  });

  it("says unreachable for a phone that is registered nowhere", async () => {
    await house.perform("phone.provision", { endpoint: "1003", displayName: "Nobody", password: "a long secret" });
    const { call, key } = await waiting();
    const legKey = await house.ring(key, "1003");
    await until("the leg's end is reported", () => house.host.leg(legKey).at(-1) === "ended:unreachable");
    call.cancel();
    await house.host.sees("call.ended", (e) => e.callKey === key);
  });

  it("hangs a late answer up", async () => {
    const { call, key } = await waiting();
    const legKey = await house.ring(key, "1001");
    const device = await agent.nextCall();
    const cancelled = house.perform("call.cancel", { id: id(), callKey: key, legKey, reason: "answered-elsewhere" });
    device.answer(); // crosses the CANCEL
    await cancelled;
    await device.is("ended", 2000);
    expect(house.host.leg(legKey).at(-1)).toBe("ended:answered-elsewhere");
    call.cancel();
    await house.host.sees("call.ended", (e) => e.callKey === key);
  });

  it("obeys the same command twice as if it had come once", async () => {
    const { call, key } = await waiting();
    const legKey = await house.ring(key, "1001");
    await house.ring(key, "1001", { id: legKey });
    const device = await agent.nextCall();
    device.answer();
    await house.host.sees("call.leg", (e) => e.legKey === legKey && e.state === "answered");
    for (let i = 0; i < 2; i++) await house.perform("call.bridge", { id: legKey, callKey: key, legKey, record: false });
    expect(agent.incoming.filter((c) => c.invite?.head.includes(legKey))).toHaveLength(1);
    await house.perform("call.hangup", { id: id(), callKey: key });
    await house.perform("call.hangup", { id: id(), callKey: key });
    await Promise.all([call.is("ended", 1000), device.is("ended", 1000)]);
    expect(await house.host.sees("call.ended", (e) => e.callKey === key)).toMatchObject({ by: "agent" });
  });

  it("is held with music, resumed with sound, and takes keypad tones", async () => {
    const { call, key, legKey, device } = await talking();
    await call.rtp.hears(AGENT_HZ);
    await house.perform("call.hold", { id: id(), callKey: key });
    await until("the caller hears something else than the agent", () => {
      const last = call.rtp.heard(performance.now() - 400);
      return last.length > 2400 && share(last, AGENT_HZ) < 0.1;
    });
    await house.perform("call.resume", { id: id(), callKey: key });
    await Promise.all([call.rtp.hears(AGENT_HZ), device.rtp.hears(CALLER_HZ)]);
    await house.perform("call.dtmf", { id: id(), callKey: key, legKey, digits: "12#" });
    await expect(house.perform("call.dtmf", { id: id(), callKey: key, legKey, digits: "1;2" })).rejects.toMatchObject({ code: "rejected" });
    expect(house.host.leg(legKey).slice(-3)).toEqual(["bridged", "held", "resumed"]);
    call.bye();
    await house.host.sees("call.ended", (e) => e.callKey === key);
  });

  it("is let go by who talks: music, also out of hold; the same order twice is one; and the next phone that is rung is joined", async () => {
    const { call, key, legKey, device } = await talking();
    await house.perform("call.hold", { id: id(), callKey: key });
    for (let i = 0; i < 2; i++) await house.perform("call.release", { id: legKey, callKey: key, employeeId: EMPLOYEE });
    await device.is("ended", 1000);
    expect(house.host.leg(legKey).at(-1)).toBe("ended:transferred");
    expect(call.state).toBe("up");
    const next = await house.ring(key, "1002");
    const other = await second.nextCall();
    other.answer();
    await house.host.sees("call.leg", (e) => e.legKey === next && e.state === "answered");
    await house.perform("call.bridge", { id: id(), callKey: key, legKey: next, record: false });
    await Promise.all([call.rtp.hears(1700), other.rtp.hears(CALLER_HZ)]);
    call.bye();
    await house.host.sees("call.ended", (e) => e.callKey === key);
  });

  it("is let go without an order when another phone is to ring: whoever gave it died before it came", async () => {
    const { call, key, legKey, device } = await talking();
    const next = await house.ring(key, "1002");
    await device.is("ended", 1000);
    expect(house.host.leg(legKey).at(-1)).toBe("ended:transferred");
    const other = await second.nextCall();
    await house.close();
    house = await openAri(asterisk, { host: house.host.restarted() });
    other.answer();
    await house.host.sees("call.leg", (e) => e.legKey === next && e.state === "answered");
    await house.perform("call.bridge", { id: id(), callKey: key, legKey: next, record: false });
    await Promise.all([call.rtp.hears(1700), other.rtp.hears(CALLER_HZ)]);
    call.bye();
    await house.host.sees("call.ended", (e) => e.callKey === key);
  });

  it("keeps the caller with music when the agent's device vanishes, and brings the talk back into the same bridge", async () => {
    const { call, key, legKey, device } = await talking();
    await device.rtp.hears(CALLER_HZ);
    device.vanish();
    await agent.register("1001", "a long secret", 0); // what Asterisk does by itself when a browser's socket closes
    await house.host.sees("call.leg", (e) => e.legKey === legKey && e.state === "lost", 5000);
    expect(call.state).toBe("up");
    await agent.register("1001", "a long secret");
    const back = id();
    await house.perform("call.rejoin", { id: back, callKey: key, employeeId: EMPLOYEE, endpoint: "1001" });
    const again = await agent.nextCall();
    expect(again.invite?.head).toMatch(/Call-Info:.*answer-after=0/);
    again.answer();
    await house.host.sees("call.leg", (e) => e.legKey === back && e.state === "bridged");
    await Promise.all([call.rtp.hears(AGENT_HZ), again.rtp.hears(CALLER_HZ)]);
    call.bye();
    await house.host.sees("call.ended", (e) => e.callKey === key);
  });

  it("does not take a newer registration of a device in mid-talk for its loss", async () => {
    const { call, key, legKey, device } = await talking();
    await agent.register("1001", "a long secret", 0);
    await agent.register("1001", "a long secret");
    const from = performance.now();
    await until("a second and a half of talk", () => performance.now() - from > 1500, { timeoutMs: 3000 });
    expect(house.host.leg(legKey)).not.toContain("lost");
    await device.rtp.hears(CALLER_HZ);
    call.bye();
    await house.host.sees("call.ended", (e) => e.callKey === key);
  });

  it("goes to the recorded word and the voicemail when the router orders so", async () => {
    const { call, key } = await waiting();
    await house.perform("call.fallback", { id: id(), callKey: key });
    await call.is("up", 3000);
    expect(await house.host.sees("call.ended", (e) => e.callKey === key)).toMatchObject({ by: "system", fallback: true });
    const spoken = performance.now();
    await until("a word is left", () => performance.now() - spoken > 2500, { timeoutMs: 4000 });
    call.bye();
    expect(await house.host.sees("call.reconstructed", (e) => e.callKey === key)).toMatchObject({
      to: "5551000",
      from: { value: "+77011112233" },
      answeredAt: null,
    });
    const left = await house.host.sees("call.recorded", (e) => e.callKey === key);
    expect(left.durationMs).toBeGreaterThan(1000);
    const file = (await house.perform("recording.fetch", { recordingKey: left.recordingKey })) as { bytes: Uint8Array };
    const { samples, rate } = wavSamples(file.bytes);
    expect(share(samples.slice(-rate), CALLER_HZ, rate)).toBeGreaterThan(0.6);
    await house.perform("recording.delete", { recordingKey: left.recordingKey });
  });
});

describe("strangers' input", () => {
  it.each([
    ["withheld", "anonymous", "Anonymous", null],
    ["quotes and brackets", "+77011112233", 'Ivan\\" <sip:evil@x> ;tag=1', "+77011112233"],
    ["blanks and percent signs", "+7701%0d%0aBYE", "A%0d%0aX-Evil: 1", undefined],
    ["four hundred characters", "+77011112233", "x".repeat(400), "+77011112233"],
  ])("in the caller's name and number is harmless: %s", async (_what, from, name, value) => {
    const before = house.host.of("call.offered").length;
    const call = await trunk.call("5551000", { from, name });
    const offered = await nextOffered(asterisk, house, before, call);
    if (value !== undefined) expect(offered.from.value).toBe(value);
    const shown = offered.from.displayName ?? "";
    expect(shown.length).toBeLessThanOrEqual(200);
    expect(shown).not.toMatch(/[\r\n]/);
    const legKey = await house.ring(offered.callKey, "1001", {
      callerName: `${shown}"\r\nX-Evil: yes\r\n`,
      callerNumber: `${offered.from.value ?? ""}>\r\nX-Evil: yes`,
    });
    const device = await agent.nextCall();
    expect(device.invite?.head).not.toMatch(/^X-Evil/m);
    call.cancel();
    await until("the leg has ended", () => house.host.leg(legKey).at(-1)?.startsWith("ended"));
  });

  it("in a phone's account is refused", async () => {
    for (const endpoint of ["trunk", "1001\r\n", "../1001", "1", ""])
      await expect(house.perform("phone.provision", { endpoint, displayName: "x", password: "a long secret" })).rejects.toMatchObject({ code: "rejected" });
    await expect(house.perform("phone.provision", { endpoint: "1009", displayName: "x", password: "secret\r\nx=y" })).rejects.toMatchObject({
      code: "rejected",
    });
    await expect(house.perform("recording.fetch", { recordingKey: "../../etc/passwd" })).rejects.toMatchObject({ code: "rejected" });
  });
});

describe("a call to outside", () => {
  it("rings the employee first, then the customer, and both hear each other", async () => {
    const command = id();
    await house.perform("call.originate", { id: command, employeeId: EMPLOYEE, endpoint: "1001", number: "+7 (701) 222-33-44", callerNumber: "+77270000001" });
    const device = await agent.nextCall();
    const offered = await house.host.sees("call.offered", (e) => e.callKey.endsWith(command));
    expect(offered).toMatchObject({ direction: "out", from: { value: "+77012223344" } });
    device.answer();
    const customer = await trunk.nextCall();
    expect(customer.invite?.head).toMatch(/^INVITE sip:\+77012223344@/);
    expect(customer.invite?.head).toMatch(/From: .*<sip:\+77270000001@/);
    await house.host.sees("call.leg", (e) => e.callKey === offered.callKey && e.party === "customer" && e.state === "ringing");
    customer.answer();
    await Promise.all([customer.rtp.hears(AGENT_HZ), device.rtp.hears(CALLER_HZ)]);
    device.bye();
    await customer.is("ended", 1000);
    expect(await house.host.sees("call.ended", (e) => e.callKey === offered.callKey)).toMatchObject({ by: "agent" });
  });

  it("ends for the employee when the customer is busy, and says so", async () => {
    trunk.onInvite = (c) => c.decline(486, "Busy Here");
    const command = id();
    await house.perform("call.originate", { id: command, employeeId: EMPLOYEE, endpoint: "1001", number: "87012223344", callerNumber: null });
    const device = await agent.nextCall();
    device.answer();
    await device.is("ended", 3000);
    expect(await house.host.sees("call.leg", (e) => e.callKey.endsWith(command) && e.party === "customer" && e.state === "ended")).toMatchObject({
      cause: "busy",
    });
  });
});
