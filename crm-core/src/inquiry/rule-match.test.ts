import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Arrival, type Conditions, firstRule, judge } from "./rule-match.ts";

const rule = (conditions: Partial<Conditions>): Conditions => ({
  id: "r",
  enabled: true,
  channelId: null,
  senders: [],
  words: [],
  identities: [],
  ...conditions,
});
const letter: Arrival = { channelId: "mail", sender: "no-reply@shop.example", identity: "new", text: "Ваш заказ №17: Возврат денег" };

describe("a dispatch rule (RG-08)", () => {
  test("without conditions acts on everything, switched off on nothing", () => {
    expect(judge(rule({}), letter)).toBe("applies");
    expect(judge(rule({ enabled: false }), letter)).toBe("disabled");
  });
  test("senders are patterns: a star stands for anything, a dot for a dot", () => {
    expect(judge(rule({ senders: ["NO-REPLY@*"] }), letter)).toBe("applies");
    expect(judge(rule({ senders: ["*@shop.example", "x"] }), letter)).toBe("applies");
    expect(judge(rule({ senders: ["*@shopXexample"] }), letter)).toBe("sender");
    expect(judge(rule({ senders: ["*"] }), { ...letter, sender: null })).toBe("sender");
    expect(judge(rule({ senders: ["+7 701 *"] }), { ...letter, sender: "+77011112233" })).toBe("applies");
  });
  test("words are whole words in any case and alphabet, phrases over any space", () => {
    expect(judge(rule({ words: ["возврат"] }), letter)).toBe("applies");
    expect(judge(rule({ words: ["врат"] }), letter)).toBe("words");
    expect(judge(rule({ words: ["возврат денег"] }), { ...letter, text: "ВОЗВРАТ\n  денег!" })).toBe("applies");
    expect(judge(rule({ words: ["c++"] }), { ...letter, text: "I know C++ well" })).toBe("applies");
  });
  test("every condition must hold; the answer names the first that does not", () => {
    expect(judge(rule({ channelId: "bot", words: ["возврат"] }), letter)).toBe("channel");
    expect(judge(rule({ identities: ["known", "lead"] }), letter)).toBe("identity");
  });
  test("of several the first that applies acts, and those after it are not tried", () => {
    const rules = [rule({ id: "a", words: ["nothing"] }), rule({ id: "b" }), rule({ id: "c" })];
    expect(firstRule(rules, letter)).toEqual({
      rule: rules[1],
      tried: [
        { id: "a", verdict: "words" },
        { id: "b", verdict: "applies" },
      ],
    });
  });
  test("whatever was typed as a pattern or a word, it never throws, and a text contains its own words", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (pattern, text) => {
        judge(rule({ senders: [pattern], words: [pattern] }), { ...letter, sender: text, text });
        expect(judge(rule({ senders: [text.replaceAll("*", "")] }), { ...letter, sender: text.replaceAll("*", "").trim() })).not.toBe("words");
      }),
    );
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-zа-яё]{1,12}$/),
        fc.stringMatching(/^[a-zа-я ]{0,30}$/),
        (word, around) => judge(rule({ words: [word] }), { ...letter, text: `${around} ${word.toUpperCase()}, ${around}` }) === "applies",
      ),
    );
  });
});
