import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spellingsOf } from "./message-id.ts";
import type { Receipt } from "./receipt.ts";
import { Sent, type SentState } from "./sent.ts";

const IVAN = "77011112233";
const PETR = "77019999999";
const delivered = (id: string, from = IVAN): Receipt => ({ id, from, to: "77010000001", state: "delivered" });
const sent = (messages: [string, string, string[]][]): Sent => {
  const all = new Sent({});
  for (const [commandId, to, ids] of messages) {
    all.begin(commandId, to, 1, ids.length, 0);
    for (const [segment, id] of ids.entries()) all.accepted(commandId, segment, id);
  }
  return all;
};

describe("message ids", () => {
  it.each([
    ["0000000012345678", "12345678"],
    ["0A3F", "a3f"],
    ["0x0A3F", "a3f"],
    ["2623", "a3f"],
    ["a3f", "2623"],
    ["255", "ff"],
    ["C449AB9744F47B6AF1879E49E75E4F40", "c449ab9744f47b6af1879e49e75e4f40"],
  ])("%s may be spelled %s", (id, other) => {
    expect(spellingsOf(id)).toContain(other);
  });

  it("find each other in every mixture of number systems, leading zeros and case", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 63n }), fc.nat(4), fc.boolean(), fc.boolean(), (number, zeros, hexFirst, upper) => {
        const spell = (radix: number): string => "0".repeat(zeros) + (upper ? number.toString(radix).toUpperCase() : number.toString(radix));
        const all = sent([["a", IVAN, [spell(hexFirst ? 16 : 10)]]]);
        expect(all.receipt(delivered(spell(hexFirst ? 10 : 16)))).toMatchObject({ kind: "final", commandId: "a" });
        expect(all.receipt(delivered(spell(hexFirst ? 16 : 10)))).toMatchObject({ kind: "final", commandId: "a" });
      }),
    );
  });

  it("that are one message's decimal and another's hexadecimal one are told apart by the number", () => {
    const all = sent([
      ["ivan", IVAN, ["10"]],
      ["petr", PETR, ["16"]],
    ]);
    // Receipts in decimal of ids given in hexadecimal: "16" is Ivan's 0x10, "22" is Petr's 0x16.
    expect(all.receipt(delivered("16", IVAN))).toMatchObject({ commandId: "ivan" });
    expect(all.receipt(delivered("22", PETR))).toMatchObject({ commandId: "petr" });
    expect(all.receipt(delivered("16", PETR))).toMatchObject({ commandId: "petr" });
  });

  it("whose receipt has the addresses the wrong way round are found, too", () => {
    const all = sent([["a", IVAN, ["77"]]]);
    expect(all.receipt({ id: "77", from: "77010000001", to: `+${IVAN}`, state: "delivered" })).toMatchObject({ commandId: "a" });
  });

  it("used again mean the newest message", () => {
    const all = sent([
      ["old", IVAN, ["77"]],
      ["new", IVAN, ["77"]],
    ]);
    expect(all.receipt(delivered("77"))).toMatchObject({ commandId: "new" });
  });
});

describe("a message of several segments", () => {
  it("is delivered when all are, in any order, doubled or not", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 0, 1, 2], { minLength: 6 }), (order) => {
        const all = sent([["a", IVAN, ["x1", "x2", "x3"]]]);
        const seen = new Set<number>();
        for (const segment of order) {
          seen.add(segment);
          expect(all.receipt(delivered(`x${segment + 1}`)).kind).toBe(seen.size === 3 ? "final" : "underway");
        }
      }),
    );
  });

  it("goes on with the segments that are missing, under its reference", () => {
    const state: Record<string, SentState> = {};
    const all = new Sent(state);
    const reference = all.referenceFor("a");
    expect(all.begin("a", IVAN, reference, 3, 0)).toEqual([0, 1, 2]);
    all.accepted("a", 1, "5");
    expect(all.isTaken("a")).toBe(false);
    const restarted = new Sent(JSON.parse(JSON.stringify(state)) as typeof state);
    expect(restarted.referenceFor("a")).toBe(reference);
    expect(restarted.begin("a", IVAN, reference, 3, 0)).toEqual([0, 2]);
  });

  it("is not sent again once delivered, and is sent anew once failed", () => {
    const all = sent([
      ["a", IVAN, ["1"]],
      ["b", IVAN, ["2"]],
    ]);
    all.finish("a", "delivered");
    all.finish("b", "failed");
    expect([all.isTaken("a"), all.isTaken("b")]).toEqual([true, false]);
    expect(all.begin("b", IVAN, 2, 1, 0)).toEqual([0]);
    expect(all.receipt(delivered("2")).kind).toBe("unknown");
  });

  it("without an id is taken all the same", () => {
    expect(sent([["a", IVAN, [""]]]).isTaken("a")).toBe(true);
  });

  it("is forgotten after three days, and the oldest beyond five thousand", () => {
    const state: Record<string, SentState> = {};
    const all = new Sent(state);
    for (let i = 0; i < 5_002; i++) all.begin(`m${i}`, IVAN, 1, 1, 0);
    all.begin("last", IVAN, 1, 1, 1);
    expect(Object.keys(state)).toHaveLength(5_001);
    all.begin("later", IVAN, 1, 1, 4 * 86_400_000);
    expect(Object.keys(state)).toEqual(["later"]);
  });
});
