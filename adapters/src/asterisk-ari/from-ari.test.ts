import { describe, expect, it } from "vitest";
import { callerOf, callOfRecording, clean, endCauseOf, isExtension, wavDurationMs } from "./from-ari.ts";

describe("who calls", () => {
  it.each([
    // Asterisk 22.10.1, StasisStart recorded in the lab: {"name":"Ivan","number":"+77011112233"}
    ["a number with a name", { name: "Ivan", number: "+77011112233" }, { kind: "phone", value: "+77011112233", displayName: "Ivan" }],
    // Asterisk 22.10.1: a caller without a display name
    ["a bare number", { name: "", number: "87011112233" }, { kind: "phone", value: "87011112233" }],
    // RFC 3323 section 4.1.1.3: "Anonymous" <sip:anonymous@anonymous.invalid>
    ["a withheld number", { name: "Anonymous", number: "anonymous" }, { kind: "phone", value: null }],
    // constructed
    ["an empty one", { name: "", number: "" }, { kind: "phone", value: null }],
    // constructed
    [
      "line breaks and control characters",
      { name: "Eve\r\nX-Evil: 1\u0000", number: "+7701\r\n1" },
      { kind: "phone", value: "+7701 1", displayName: "Eve X-Evil: 1" },
    ],
  ])("is read from %s", (_what, caller, expected) => expect(callerOf({ caller })).toEqual(expected));

  it("is kept within bounds", () => {
    expect(clean("x".repeat(1000))).toHaveLength(200);
    expect(clean("  a \u2028 b\t c ")).toBe("a b c");
  });
});

describe("why a leg ended", () => {
  // Pairs (cause, tech_cause) recorded from Asterisk 22.10.1's ChannelDestroyed; the phone's answer stands beside.
  it.each([
    [17, 486, false, "busy"], // 486 at once
    [17, 486, true, "declined"], // 486 after 180: the reject key
    [21, 603, true, "declined"], // 603 Decline
    [19, 480, true, "declined"], // 480 after 180
    [127, 487, true, "cancelled"], // our CANCEL
    [19, undefined, true, "no-answer"], // Asterisk's own time-out
    // constructed from RFC 3398 section 7.2.4.1
    [20, 480, false, "unreachable"],
    [18, 408, false, "unreachable"],
    [1, 404, false, "unreachable"],
    [3, 503, false, "unreachable"],
    [38, 500, false, "failed"],
    [undefined, undefined, false, "failed"],
  ] as const)("Q.850 %s with SIP %s, ringing %s: %s", (q850, sip, rang, cause) => expect(endCauseOf(q850, sip, rang)).toBe(cause));
});

it("tells an employee's extension from a trunk", () => {
  expect(["1001", "21", "100200"].every(isExtension)).toBe(true);
  expect(["trunk", "1", "1234567", "10a1", "1001\n", ""].some(isExtension)).toBe(false);
});

it("finds the call of a recording by its name", () => {
  expect(callOfRecording("kmt-lab-vm-1795299879.12")).toBe("lab-vm-1795299879.12");
  expect(callOfRecording("voicemail-1795299879.12")).toBe("1795299879.12");
  expect(callOfRecording("somebody-elses")).toBeNull();
});

it("measures a wav file by its bytes, however the header lies", () => {
  const file = Buffer.alloc(44 + 16_000);
  file.write("RIFF", 0, "latin1");
  file.write("WAVEfmt ", 8, "latin1");
  file.writeUInt32LE(16, 16);
  file.writeUInt32LE(16_000, 28);
  file.write("data", 36, "latin1");
  file.writeUInt32LE(0xffffffff, 40);
  expect(wavDurationMs(file)).toBe(1000);
  expect(wavDurationMs(new Uint8Array(10))).toBe(0);
});
