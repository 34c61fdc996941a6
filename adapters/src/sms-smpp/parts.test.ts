import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeUcs2 } from "./coding.ts";
import type { Part } from "./from-smsc.ts";
import { addPart, finishGroup, type GroupState, overdue, textOf } from "./parts.ts";

const TEXT = "Заказ 👍🏽 готов, ждём вас завтра после обеда 🚚💨";
/** Cut blindly every 7 octets, as careless senders do: in the middle of characters. */
const cut = (text: string, size = 7): Part[] => {
  const octets = encodeUcs2(text);
  const total = Math.ceil(octets.length / size);
  return Array.from({ length: total }, (_, i) => ({
    hash: "",
    group: "g",
    piece: { reference: 1, total, sequence: i + 1 },
    from: "+77011112233",
    to: "77010000001",
    octets: octets.subarray(i * size, (i + 1) * size),
    alphabet: "ucs2",
  }));
};

describe("parts of a long message", () => {
  it("in any order, doubled and over restarts, are whole exactly once", () => {
    const parts = cut(TEXT);
    const deliveries = fc
      .shuffledSubarray(
        parts.map((_, i) => i),
        { minLength: parts.length },
      )
      .chain((once) => fc.tuple(fc.constant(once), fc.array(fc.nat(parts.length - 1), { maxLength: 10 })))
      .map(([once, again]) => [...once, ...again]);
    fc.assert(
      fc.property(deliveries, fc.array(fc.boolean(), { minLength: 100, maxLength: 100 }), (order, restarts) => {
        let memory: Record<string, GroupState> = {};
        const whole: string[] = [];
        for (const [step, i] of order.entries()) {
          if (restarts[step % 100] === true) memory = JSON.parse(JSON.stringify(memory)) as typeof memory;
          const { kind, joined } = addPart(memory, parts[i] as Part, step);
          if (kind !== "whole") continue;
          whole.push(textOf(joined.state));
          finishGroup(memory, joined, step);
        }
        expect(whole).toEqual([TEXT]);
      }),
    );
  });

  it("with a reference used again make the next message, not a mixture", () => {
    const memory: Record<string, GroupState> = {};
    const [first, second] = [cut("первое письмо", 14), cut("второе письмо", 14)];
    addPart(memory, first[0] as Part, 1);
    const whole = addPart(memory, first[1] as Part, 2);
    expect([whole.kind, textOf(whole.joined.state)]).toEqual(["whole", "первое письмо"]);
    finishGroup(memory, whole.joined, 2);
    expect(addPart(memory, second[0] as Part, 3).kind).toBe("partial");
    const next = addPart(memory, second[1] as Part, 4);
    expect([next.kind, textOf(next.joined.state)]).toEqual(["whole", "второе письмо"]);
  });

  it("that contradict an unfinished message leave it to be given up by itself", () => {
    const memory: Record<string, GroupState> = {};
    addPart(memory, cut("первое письмо", 14)[0] as Part, 1);
    const other = cut("второе письмо", 14);
    for (const part of other) addPart(memory, part, 5);
    const given = overdue(memory, 100, 102);
    expect(given.map(({ state }) => textOf(state))).toEqual(["первое […]"]);
  });

  it("are given up after their time, oldest first, and beyond a number at once", () => {
    const memory: Record<string, GroupState> = {};
    for (let i = 0; i < 502; i++) addPart(memory, { ...(cut("первое письмо", 14)[1] as Part), group: `g${i}` }, i);
    expect(overdue(memory, 1_000_000, 600).map(({ group }) => group)).toEqual(["g0", "g1"]);
    expect(overdue(memory, 500, 600)).toHaveLength(101);
    expect(textOf((memory["g0"] as GroupState) ?? ({} as GroupState))).toBe("[…]письмо");
  });

  it("reported are remembered for ten minutes, and two hundred of them at most", () => {
    const memory: Record<string, GroupState> = {};
    for (let i = 0; i < 250; i++) {
      const [first, second] = cut("первое письмо", 14).map((part) => ({ ...part, group: `g${i}` })) as [Part, Part];
      addPart(memory, first, i);
      finishGroup(memory, addPart(memory, second, i).joined, i);
      expect(addPart(memory, first, i).kind).toBe("again");
    }
    expect(Object.keys(memory)).toHaveLength(200);
    expect(JSON.stringify(memory)).not.toContain(encodeUcs2("первое").toString("base64").slice(0, 12));
    overdue(memory, 10_000_000, 600_250);
    expect(memory).toEqual({});
  });
});
