import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type AriHouse, EMPLOYEE, id, openAri, orphans, settings } from "./support/ari-house.ts";
import { type Asterisk, labAddress, startAsterisk } from "./support/asterisk.ts";
import { steadiness } from "./support/audio.ts";
import { deafProxy } from "./support/deaf-proxy.ts";
import { SipPeer } from "./support/sip.ts";
import { until } from "./support/wait.ts";

const CALLER_HZ = 440;
const AGENT_HZ = 1000;
let asterisk: Asterisk;
let trunk: SipPeer;
let agent: SipPeer;
let guard: SipPeer;

beforeAll(async () => {
  asterisk = await startAsterisk({ fallbackRing: "PJSIP/1009" });
  trunk = await SipPeer.open({ ip: asterisk.trunkHost, port: asterisk.trunkPort, server: asterisk, hz: CALLER_HZ });
  agent = await SipPeer.open({ ip: labAddress(23), server: asterisk, hz: AGENT_HZ });
  guard = await SipPeer.open({ ip: labAddress(24), server: asterisk, hz: 1700 });
  const house = await openAri(asterisk);
  for (const [peer, extension] of [
    [agent, "1001"],
    [guard, "1009"],
  ] as const) {
    await house.perform("phone.provision", { endpoint: extension, displayName: extension, password: "a long secret" });
    await peer.register(extension, "a long secret");
  }
  await house.close();
  // Asterisk's own database commits within a second; the tests below kill it without warning.
  await until("the accounts are on disk", async () => (await readFile(join(asterisk.dir, "db/astdb.sqlite3"))).includes("kmt_endpoint/endpoint/1009"), {
    timeoutMs: 15_000,
  });
});
afterAll(async () => {
  for (const peer of [trunk, agent, guard]) peer?.close();
  await asterisk?.close();
});
afterEach(async () => {
  for (const peer of [trunk, agent, guard]) peer.reset();
  await until("no channel is left behind", async () => (await orphans(asterisk)).replaceAll(/^kmt-b.*$/gm, "").trim() === "", {
    timeoutMs: 45_000,
    everyMs: 200,
  });
});

interface Process {
  child: ChildProcess;
  events: { kind: string; state?: string; callKey?: string }[];
}
async function start(ringing: boolean): Promise<Process> {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", new URL("./support/ari-process.ts", import.meta.url).pathname, JSON.stringify({ ...settings(asterisk), ringing })],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const events: Process["events"] = [];
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => events.push(JSON.parse(line) as Process["events"][number]));
  await until("the process is connected", () => events.some((e) => e.kind === "status" && e.state === "up"), { timeoutMs: 15_000 });
  return { child, events };
}
async function end(p: Process): Promise<void> {
  if (p.child.exitCode !== null || p.child.signalCode !== null) return;
  const gone = new Promise((resolve) => p.child.once("exit", resolve));
  p.child.kill("SIGKILL");
  await gone;
}

describe("when we are", () => {
  it.each([
    ["killed", (p: Process) => p.child.kill("SIGKILL")],
    ["stopped (SIGSTOP)", (p: Process) => p.child.kill("SIGSTOP")],
    ["frozen by our database", (p: Process) => p.child.kill("SIGUSR2")],
  ])("%s, waiting and arriving callers reach the fallback in time and a talk in progress goes on", async (how, strike) => {
    const p = await start(true);
    try {
      const talk = await trunk.call("5551000", { from: "+77010000001" });
      const device = await agent.nextCall();
      device.answer();
      await talk.is("up");
      await Promise.all([talk.rtp.hears(AGENT_HZ), device.rtp.hears(CALLER_HZ)]);

      const waiting = await trunk.call("5551000", { from: "+77010000002" });
      const rung = await agent.nextCall();
      // Long enough for the lease to have been renewed at least twice.
      await until("it has been waiting for over three seconds", () => performance.now() - waiting.inviteAt > 3300, { timeoutMs: 5000 });
      expect(guard.incoming.filter((c) => !c.taken)).toHaveLength(0);

      const struck = performance.now();
      strike(p);
      if (how.startsWith("frozen")) await until("it is frozen", () => p.events.some((e) => e.kind === "frozen"));
      const arriving = await trunk.call("5551000", { from: "+77010000003" });

      const reached = new Map<string, number>();
      for (let i = 0; i < 2; i++) {
        const call = await guard.nextCall(8000);
        const number = /<sip:(\+?\d+)@/.exec(call.invite?.header("From") ?? "")?.[1] ?? "";
        reached.set(number, call.inviteAt - (number === "+77010000003" ? arriving.inviteAt : struck));
        call.answer();
      }
      console.log(
        `  ${how}: arriving reached the fallback after ${Math.round(reached.get("+77010000003") ?? -1)} ms, waiting after ${Math.round(reached.get("+77010000002") ?? -1)} ms`,
      );
      expect(reached.get("+77010000003")).toBeLessThan(2500);
      expect(reached.get("+77010000002")).toBeLessThan(5500);
      await Promise.all([waiting.rtp.hears(1700), arriving.rtp.hears(1700)]);

      // The talk: no gap longer than a few packets on either side, and the other's tone to the end.
      const until_ = performance.now();
      expect(talk.rtp.longestGap(struck, until_)).toBeLessThan(200);
      expect(device.rtp.longestGap(struck, until_)).toBeLessThan(200);
      expect(steadiness(talk.rtp.heard(struck, until_), AGENT_HZ)).toBeGreaterThan(0.9);
      expect(steadiness(device.rtp.heard(struck, until_), CALLER_HZ)).toBeGreaterThan(0.9);
      talk.bye();
      rung.decline();
    } finally {
      p.child.kill("SIGCONT");
      await end(p);
    }
  });

  it("started again in mid-talk, the talk goes on, is known again, and ends as one call", async () => {
    const house = await openAri(asterisk);
    const call = await trunk.call("5551000", { from: "+77010000004" });
    const { callKey } = await house.host.sees("call.offered");
    const legKey = await house.ring(callKey, "1001");
    const device = await agent.nextCall();
    device.answer();
    await house.host.sees("call.leg", (e) => e.state === "answered");
    await house.perform("call.bridge", { id: id(), callKey, legKey, record: true });
    await call.rtp.hears(AGENT_HZ);
    const from = performance.now();
    await house.close();

    const again = await openAri(asterisk, { host: house.host.restarted() });
    const seen = await again.host.sees("call.leg", (e) => e.legKey === legKey && e.state === "bridged");
    expect(seen).toMatchObject({ source: "reconciled", employeeId: EMPLOYEE, callKey });
    expect(again.host.of("call.offered")).toHaveLength(0); // its key was known
    await device.rtp.hears(CALLER_HZ);
    expect(call.rtp.longestGap(from)).toBeLessThan(200);
    call.bye();
    expect(await again.host.sees("call.ended", (e) => e.callKey === callKey)).toMatchObject({ by: "customer", source: "live" });
    await device.is("ended", 1000);
    expect((await again.host.sees("call.recorded", (e) => e.callKey === callKey)).durationMs).toBeGreaterThanOrEqual(0);
    await again.close();
  });

  it("away while a talk ends, its end is read from the record and its recording is found", async () => {
    const house = await openAri(asterisk);
    const call = await trunk.call("5551000", { from: "+77010000005" });
    const { callKey } = await house.host.sees("call.offered");
    const legKey = await house.ring(callKey, "1001");
    const device = await agent.nextCall();
    device.answer();
    await house.host.sees("call.leg", (e) => e.state === "answered");
    await house.perform("call.bridge", { id: id(), callKey, legKey, record: true });
    await call.rtp.hears(AGENT_HZ);
    const from = performance.now();
    await until("a second and a half of talk", () => performance.now() - from > 1500);
    await house.close();
    call.bye();
    await until("the caller's leg is gone before we are back", async () => !(await asterisk.cli("core show channels concise")).includes("PJSIP/trunk"));
    const again = await openAri(asterisk, { host: house.host.restarted() });
    const seen = await again.host.sees("call.reconstructed", (e) => e.callKey === callKey);
    expect(seen.answeredAt).not.toBeNull();
    expect(seen.endedAt - (seen.answeredAt ?? 0)).toBeGreaterThan(1400);
    await device.is("ended", 2000);
    expect((await again.host.sees("call.recorded", (e) => e.callKey === callKey)).durationMs).toBeGreaterThan(0);
    expect(again.host.of("call.ended").filter((e) => e.callKey === callKey)).toHaveLength(0);
    await again.close();
  });

  it("away while a caller came, spoke to the fallback and went, the call is reconstructed from the record", async () => {
    const house = await openAri(asterisk);
    await house.close();
    const call = await trunk.call("5551000", { from: "+77010000006" });
    const answered = await guard.nextCall(4000);
    answered.answer();
    await call.rtp.hears(1700);
    call.bye();
    const again: AriHouse = await openAri(asterisk, { host: house.host.restarted() });
    const seen = await again.host.sees("call.reconstructed", (e) => e.from.value === "+77010000006");
    expect(seen).toMatchObject({ to: "5551000", direction: "in", fallback: true, answeredAt: null });
    expect(seen.endedAt).toBeGreaterThan(seen.startedAt);
    await again.close();
  });
});

describe("when Asterisk is started again", () => {
  it("we are back by ourselves, phones' accounts are still there, the waiting call is over, and calls come in again", async () => {
    const house = await openAri(asterisk);
    const call = await trunk.call("5551000", { from: "+77010000007" });
    const { callKey } = await house.host.sees("call.offered");
    const legKey = await house.ring(callKey, "1001");
    await agent.nextCall();
    await house.host.sees("call.leg", (e) => e.state === "ringing");
    await asterisk.kill();
    expect(await house.host.sees("call.leg", (e) => e.legKey === legKey && e.state === "unknown")).toMatchObject({ source: "live" });
    await house.host.sees("phone.status", (e) => e.endpoint === "1001" && !e.reachable);
    await expect(house.ring(callKey, "1001")).rejects.toMatchObject({ code: "unreachable" });
    const at = performance.now();
    await asterisk.start();
    await house.up(2);
    console.log(`  connected again ${Math.round(performance.now() - at)} ms after the start of the restart`);
    expect(await house.host.sees("call.ended", (e) => e.callKey === callKey)).toMatchObject({ source: "reconciled", by: "system" });
    expect(house.host.leg(legKey).at(-1)).toMatch(/^ended/);
    expect(await asterisk.cli("pjsip show endpoint 1001")).toContain("1001");
    call.cancel();
    await agent.register("1001", "a long secret");
    // Asterisk asks a telephone that it remembers within ten seconds; until then it counts as offline.
    await until("the telephone can ring again", () => house.host.of("phone.status").findLast((e) => e.endpoint === "1001")?.reachable, { timeoutMs: 20_000 });
    const next = await trunk.call("5551000", { from: "+77010000008" });
    const offered = await house.host.sees("call.offered", (e) => e.from.value === "+77010000008");
    await house.ring(offered.callKey, "1001");
    (await agent.nextCall()).decline();
    next.cancel();
    await house.host.sees("call.ended", (e) => e.callKey === offered.callKey);
    await house.close();
  });

  it("a second connection of the same name wins, the first lets go and does not come back", async () => {
    const first = await openAri(asterisk);
    const second = await openAri(asterisk);
    await until("the first says that it was replaced", () => first.host.statuses.at(-1)?.state === "down");
    expect(first.host.statuses.at(-1)?.detail).toContain("taken");
    await expect(first.ring("x", "1001")).rejects.toMatchObject({ code: "unreachable" });
    const call = await trunk.call("5551000", { from: "+77010000009" });
    const offered = await second.host.sees("call.offered");
    call.cancel();
    await second.host.sees("call.ended", (e) => e.callKey === offered.callKey);
    expect(second.host.statuses.filter((s) => s.state === "up")).toHaveLength(1);
    expect(first.host.of("call.offered")).toHaveLength(0);
    await first.close();
    await second.close();
  });

  it("a line that answers but brings no events any more is made anew within eight seconds, and the next call is reported", async () => {
    const proxy = await deafProxy(asterisk.ari);
    const house = await openAri(asterisk, { extra: { url: proxy.url } });
    try {
      proxy.deaf = true;
      await until("the line is up again", () => house.host.statuses.filter((s) => s.state === "up").length === 2, { timeoutMs: 8_000 });
      expect(house.host.statuses.find((s) => s.state === "connecting")?.detail).toContain("events do not arrive");
      const call = await trunk.call("5551000", { from: "+77010000010" });
      const offered = await house.host.sees("call.offered");
      call.cancel();
      await house.host.sees("call.ended", (e) => e.callKey === offered.callKey);
      expect(proxy.connections).toBe(2);
    } finally {
      await house.close();
      await proxy.close();
    }
  });

  it("a wrong password is said as such, and nothing is left running after the close", async () => {
    const { default: adapter } = await import("@kommutator/adapters/asterisk-ari");
    const { RecordingHost } = await import("./support/recording-host.ts");
    const host = new RecordingHost();
    const channel = await adapter.open(adapter.parseConfig(settings(asterisk, { password: "wrong" })), host);
    await until("bad credentials", () => host.statuses.some((s) => s.state === "bad-credentials"));
    expect(await channel.test?.()).toMatchObject({ ok: false });
    const before = process.getActiveResourcesInfo().filter((r) => r === "Timeout" || r === "TCPSocketWrap").length;
    await channel.close();
    await until("timers and sockets are gone", () => process.getActiveResourcesInfo().filter((r) => r === "Timeout" || r === "TCPSocketWrap").length <= before);
    expect(host.statuses.at(-1)).toMatchObject({ state: "down" });
    const n = host.statuses.length;
    const from = performance.now();
    await until("a second without another attempt", () => performance.now() - from > 1000);
    expect(host.statuses).toHaveLength(n);
  });
});
