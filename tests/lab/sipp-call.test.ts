import { afterAll, beforeAll, expect, it } from "vitest";
import { type AriHouse, id, openAri, orphans } from "./support/ari-house.ts";
import { type Asterisk, labAddress, startAsterisk } from "./support/asterisk.ts";
import { RtpPeer } from "./support/rtp.ts";
import { SipPeer } from "./support/sip.ts";
import { sippCall } from "./support/sipp.ts";
import { until } from "./support/wait.ts";

let asterisk: Asterisk;
let house: AriHouse;
let agent: SipPeer;
let rtp: RtpPeer;

beforeAll(async () => {
  asterisk = await startAsterisk();
  house = await openAri(asterisk);
  agent = await SipPeer.open({ ip: labAddress(23), server: asterisk, hz: 1000 });
  rtp = await RtpPeer.open(asterisk.trunkHost, 440);
  await house.perform("phone.provision", { endpoint: "1001", displayName: "Agent", password: "a long secret" });
  await agent.register("1001", "a long secret");
});
afterAll(async () => {
  await house?.close();
  agent?.close();
  rtp?.close();
  await asterisk?.close();
});

it("a caller by sipp is rung through, hears the agent and is heard, and the agent's hang-up reaches it", async () => {
  const finished = sippCall(asterisk, { number: "5551000", from: "+77011112233", name: "Alice", rtp });
  const { callKey, from } = await house.host.sees("call.offered");
  expect(from).toEqual({ kind: "phone", value: "+77011112233", displayName: "Alice" });
  const legKey = await house.ring(callKey, "1001");
  const device = await agent.nextCall();
  device.answer();
  await house.host.sees("call.leg", (e) => e.legKey === legKey && e.state === "answered");
  await house.perform("call.bridge", { id: id(), callKey, legKey, record: false });
  await until("Asterisk's sound arrives at the caller", () => rtp.heard(0).length > 0);
  rtp.play(); // towards where Asterisk's sound comes from
  await Promise.all([rtp.hears(1000), device.rtp.hears(440)]);
  device.bye();
  expect(await finished).toBe(0);
  expect(await house.host.sees("call.ended")).toMatchObject({ by: "agent" });
  await until("nothing is left behind", async () => (await orphans(asterisk)) === "", { everyMs: 100 });
});
