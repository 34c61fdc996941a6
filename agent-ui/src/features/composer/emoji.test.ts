import { expect, test } from "vitest";
import { EMOJI, findEmoji, nameOf } from "./emoji.ts";

test("every emoji has a name in each of the four languages, and stands once", () => {
  for (const each of EMOJI) expect([each.emoji, each.names.filter((name) => name.trim() !== "").length]).toEqual([each.emoji, 4]);
  expect(new Set(EMOJI.map((each) => each.emoji)).size).toBe(EMOJI.length);
});

test("it is found by the beginning of a word in any of the languages", () => {
  for (const typed of ["спасиб", "thank", "рақм", "дяку"]) expect(findEmoji(typed).map((each) => each.emoji)).toContain("🙏");
  expect(findEmoji("смех слез").map((each) => each.emoji)).toEqual(["😂"]);
  expect(findEmoji("qqqq")).toEqual([]);
  expect(findEmoji(" ")).toBe(EMOJI);
});

test("its name is said in the language of the page", () => {
  expect(nameOf(findEmoji("handshake")[0] as (typeof EMOJI)[number], "en")).toBe("handshake deal");
});
