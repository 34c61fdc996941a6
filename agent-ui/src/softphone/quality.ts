/** What getStats() of one RTCPeerConnection says about the sound that arrives; counters grow from the start of the call. */
export interface QualitySample {
  at: number;
  packetsReceived: number;
  packetsLost: number;
  /** Seconds (webrtc-stats, RTCReceivedRtpStreamStats.jitter). */
  jitterS: number;
  /** Seconds; null while unknown. */
  roundTripS: number | null;
  /** 0..1, of what we hear. */
  level: number;
}
export interface Quality {
  grade: "good" | "fair" | "poor" | "silent";
  lossPercent: number;
  jitterMs: number;
  roundTripMs: number | null;
  /** Mean opinion score 1..4.5 after the simplified E-model. */
  mos: number;
}

/**
 * Grade of the interval between two samples, by the simplified E-model (ITU-T G.107 with the usual reduction: R = 93.2
 * minus delay and 2.5 a percent of loss). No packet at all in the interval is `silent`: the worst of faults looks like no loss.
 */
export function qualityBetween(before: QualitySample, after: QualitySample): Quality {
  const received = after.packetsReceived - before.packetsReceived;
  const lost = Math.max(0, after.packetsLost - before.packetsLost);
  const lossPercent = received + lost === 0 ? 0 : (100 * lost) / (received + lost);
  const jitterMs = after.jitterS * 1000;
  const roundTripMs = after.roundTripS === null ? null : after.roundTripS * 1000;
  const latency = (roundTripMs ?? 0) / 2 + jitterMs * 2 + 10;
  const delay = latency < 160 ? latency / 40 : (latency - 120) / 10;
  const r = Math.max(0, Math.min(93.2, 93.2 - delay - lossPercent * 2.5));
  const mos = 1 + 0.035 * r + (r * (r - 60) * (100 - r) * 7) / 1_000_000;
  const grade = received === 0 ? "silent" : mos >= 4 ? "good" : mos >= 3.4 ? "fair" : "poor";
  return { grade, lossPercent, jitterMs, roundTripMs, mos: Math.max(1, Math.min(4.5, mos)) };
}

/** Reads a sample out of a stats report; null before the first packet's entry exists. */
export function sampleOf(report: Iterable<[string, Record<string, unknown>]>, at: number): QualitySample | null {
  let inbound: Record<string, unknown> | undefined;
  let roundTripS: number | null = null;
  for (const [, entry] of report) {
    if (entry["type"] === "inbound-rtp" && entry["kind"] === "audio") inbound = entry;
    if (entry["type"] === "remote-inbound-rtp" && typeof entry["roundTripTime"] === "number") roundTripS = entry["roundTripTime"];
    if (roundTripS === null && entry["type"] === "candidate-pair" && entry["nominated"] === true && typeof entry["currentRoundTripTime"] === "number") {
      roundTripS = entry["currentRoundTripTime"];
    }
  }
  if (inbound === undefined) return null;
  const number = (name: string): number => (typeof inbound[name] === "number" ? inbound[name] : 0);
  return {
    at,
    packetsReceived: number("packetsReceived"),
    packetsLost: number("packetsLost"),
    jitterS: number("jitter"),
    roundTripS,
    level: number("audioLevel"),
  };
}
