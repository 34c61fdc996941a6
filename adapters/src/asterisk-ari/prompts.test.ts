import type { Announcement } from "@kommutator/contract/channel";
import { describe, expect, it } from "vitest";
import { type Sounds, soundsOf, spoken, waitWords } from "./prompts.ts";

const MIN = 60_000;
const place = (n: number, waitMs: [number, number] | null = null, callback = false): Announcement => ({ what: "place", place: n, waitMs, callback });
/** An Asterisk with our words in Russian and English, as `GET /sounds` answers. */
const words = [
  "place-1",
  "place-7",
  "place-more",
  "wait-from-2",
  "wait-to-5",
  "wait-to-more",
  "wait-about-5",
  "wait-under-1",
  "wait-unknown",
  "callback-key",
  "callback-promised",
  "closed",
];
const OURS: Sounds = soundsOf(["ru", "en"].flatMap((l) => words.map((w) => ({ id: `${l}/${w}`, formats: [{ language: "kommutator" }] }))));
const core = [
  "queue-thankyou",
  "queue-youarenext",
  "queue-thereare",
  "queue-callswaiting",
  "queue-holdtime",
  "queue-less-than",
  "queue-minutes",
  "goodbye",
  "sorry",
  "please-try-call-later",
];
const CORE: Sounds = soundsOf(
  [...core, "digits/7", "digits/20", "digits/3", "digits/2", "digits/5"].map((id) => ({ id, formats: [{ language: "en_US_f_Allison" }, { language: "en" }] })),
);

describe("what a waiting caller is told", () => {
  it.each<[string, Announcement, string[]]>([
    ["the place, and that there is not enough data for the rest", place(7), ["place-7", "wait-unknown"]],
    ["the same before the key", place(7, null, true), ["place-7", "wait-unknown", "callback-key"]],
    ["the place, the range of the estimate, and the key", place(7, [2 * MIN, 5 * MIN], true), ["place-7", "wait-from-2", "wait-to-5", "callback-key"]],
    ["more than twenty before", place(21), ["place-more", "wait-unknown"]],
    ["that the callback is promised", { what: "callback_promised" }, ["callback-promised"]],
    ["that the house is closed", { what: "closed" }, ["closed"]],
  ])("%s", (_, say, names) => {
    expect(spoken(say, ["ru"], OURS)).toEqual({ media: names.map((n) => `sound:kommutator/ru/${n}`) });
  });

  it("comes in the customer's language, else the line's, else English", () => {
    expect(spoken(place(1), ["kk", "ru"], OURS).media).toEqual(["sound:kommutator/ru/place-1", "sound:kommutator/ru/wait-unknown"]);
    expect(spoken(place(1), [null, undefined], OURS).media[0]).toBe("sound:kommutator/en/place-1");
  });

  it("is the place alone where nobody has recorded the word for not enough data", () => {
    const older: Sounds = new Map([["kommutator", new Set(["ru/place-7"])]]);
    expect(spoken(place(7), ["ru"], older).media).toEqual(["sound:kommutator/ru/place-7"]);
  });

  it.each<[string, Announcement, string[]]>([
    ["the next one", place(1), ["queue-youarenext"]],
    [
      "the seventh, for less than five minutes",
      place(7, [2 * MIN, 5 * MIN], true),
      ["queue-thereare", "digits/7", "queue-callswaiting", "queue-holdtime", "queue-less-than", "digits/5", "queue-minutes"],
    ],
    ["the twenty-third", place(23), ["queue-thereare", "digits/20", "digits/3", "queue-callswaiting"]],
    ["a promised callback", { what: "callback_promised" }, ["queue-thankyou", "goodbye"]],
    ["an emergency", { what: "emergency" }, ["sorry", "please-try-call-later"]],
  ])("without our words, Asterisk's own say it: %s", (_, say, names) => {
    expect(spoken(say, ["uk"], CORE)).toEqual({ media: names.map((n) => `sound:${n}`), lang: "en" });
  });

  it("is nothing where Asterisk has no sounds", () => {
    expect(spoken(place(3), ["ru"], new Map()).media).toEqual([]);
  });
});

it.each<[string, [number, number], string[]]>([
  ["20 to 50 s", [20_000, 50_000], ["wait-under-1"]],
  ["50 s to 4.5 min", [50_000, 4.5 * MIN], ["wait-under-5"]],
  ["2.5 to 4.5 min", [2.5 * MIN, 4.5 * MIN], ["wait-from-2", "wait-to-5"]],
  ["exactly 5 min", [5 * MIN, 5 * MIN], ["wait-about-5"]],
  ["12 to 90 min", [12 * MIN, 90 * MIN], ["wait-from-10", "wait-to-more"]],
  ["2 to 3 h", [120 * MIN, 180 * MIN], ["wait-over-60"]],
  ["10 s to 3 h", [10_000, 180 * MIN], ["wait-over-1"]],
])("an estimate of %s is said no narrower than it is", (_, range, names) => {
  expect(waitWords(range)).toEqual(names);
});
