import { describe, expect, it } from "vitest";
import { loadDevices, saveDevices } from "./devices.ts";
import { type QualitySample, qualityBetween, sampleOf } from "./quality.ts";
import { isLoopbackUrl, keepLoopbackCandidates, wantsAutoAnswer } from "./sdp.ts";

const sample = (change: Partial<QualitySample>): QualitySample => ({
  at: 0,
  packetsReceived: 0,
  packetsLost: 0,
  jitterS: 0,
  roundTripS: 0.02,
  level: 0,
  ...change,
});

describe("quality of what is heard", () => {
  it("is good without loss, fair at some percent, poor at many", () => {
    expect(qualityBetween(sample({}), sample({ packetsReceived: 100, jitterS: 0.004 })).grade).toBe("good");
    expect(qualityBetween(sample({}), sample({ packetsReceived: 94, packetsLost: 6, jitterS: 0.02 })).grade).toBe("fair");
    expect(qualityBetween(sample({}), sample({ packetsReceived: 75, packetsLost: 25, jitterS: 0.06, roundTripS: 0.4 })).grade).toBe("poor");
  });
  it("counts the interval, not the whole call, and calls an interval without a packet silent", () => {
    const before = sample({ packetsReceived: 1000, packetsLost: 300 });
    expect(qualityBetween(before, sample({ packetsReceived: 1100, packetsLost: 300 })).lossPercent).toBe(0);
    expect(qualityBetween(before, before).grade).toBe("silent");
  });
  it("reads the browser's report", () => {
    const report: [string, Record<string, unknown>][] = [
      ["a", { type: "inbound-rtp", kind: "audio", packetsReceived: 50, packetsLost: 1, jitter: 0.01, audioLevel: 0.3 }],
      ["b", { type: "remote-inbound-rtp", roundTripTime: 0.05 }],
    ];
    expect(sampleOf(report, 7)).toEqual({ at: 7, packetsReceived: 50, packetsLost: 1, jitterS: 0.01, roundTripS: 0.05, level: 0.3 });
    expect(sampleOf([], 7)).toBeNull();
  });
});

describe("SDP", () => {
  const sdp = (...lines: string[]) => ["v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 111", ...lines, ""].join("\r\n");
  const loop = "a=candidate:1 1 udp 2122260223 127.0.0.1 50000 typ host";
  const lan = "a=candidate:2 1 udp 2122260223 192.168.1.5 50001 typ host";
  it("towards an Asterisk on this machine only loopback candidates remain", () => {
    expect(keepLoopbackCandidates(sdp(loop, lan))).toBe(sdp(loop));
  });
  it("a browser that offers no loopback candidate keeps what it has", () => {
    expect(keepLoopbackCandidates(sdp(lan))).toBe(sdp(lan));
  });
  it("knows a loopback address from a real one", () => {
    expect(["ws://127.0.0.1:8088/ws", "ws://localhost:8088/ws", "ws://[::1]:8088/ws"].map(isLoopbackUrl)).toEqual([true, true, true]);
    expect(["wss://pbx.company.example/ws", "ws://10.0.0.127:8088/ws", "nonsense"].map(isLoopbackUrl)).toEqual([false, false, false]);
  });
  it("reads the wish to be answered by itself from any of the customary headers", () => {
    const headers = (all: Record<string, string>) => (name: string) => all[name];
    expect(wantsAutoAnswer(headers({ "Call-Info": "<sip:x>;answer-after=0" }))).toBe(true);
    expect(wantsAutoAnswer(headers({ "Alert-Info": "info=alert-autoanswer;delay=0" }))).toBe(true);
    expect(wantsAutoAnswer(headers({ "Alert-Info": "<http://x>;answer-after=0" }))).toBe(true);
    expect(wantsAutoAnswer(headers({ "Answer-Mode": "Auto" }))).toBe(true);
    expect(wantsAutoAnswer(headers({ "Call-Info": "<sip:x>;answer-after=10" }))).toBe(false);
    expect(wantsAutoAnswer(headers({}))).toBe(false);
  });
});

describe("devices of the desk", () => {
  it("are remembered, and nonsense in the memory is the system's choice", () => {
    const box = new Map<string, string>();
    const storage = { getItem: (key: string) => box.get(key) ?? null, setItem: (key: string, value: string) => void box.set(key, value) };
    saveDevices(storage, { microphoneId: "mic", speakerId: "head", bellId: "speakers", bellVolume: 0.4 });
    expect(loadDevices(storage)).toEqual({ microphoneId: "mic", speakerId: "head", bellId: "speakers", bellVolume: 0.4 });
    expect(loadDevices({ getItem: () => "{" })).toMatchObject({ microphoneId: null, bellVolume: 0.8 });
    expect(loadDevices({ getItem: () => '{"bellVolume":9}' })).toMatchObject({ bellVolume: 0.8 });
  });
});
