import { expect, test } from "vitest";
import { findColleagues, mentioned } from "./mentions.ts";
import { wordAt } from "./useSuggestions.ts";

const people = [
  { id: "1", name: "Анна Ким", state: "active" },
  { id: "2", name: "Анна", state: "active" },
  { id: "3", name: "Болат Анаров", state: "dismissed" },
];

test("a colleague is found by the beginning of any part of the name, the dismissed not", () => {
  expect(findColleagues(people, "ким").map((each) => each.id)).toEqual(["1"]);
  expect(findColleagues(people, "ан").map((each) => each.id)).toEqual(["1", "2"]);
});

test("a note calls exactly those whose whole name stands after the sign", () => {
  expect(mentioned(people, "@Анна Ким посмотри, пожалуйста")).toEqual(["1"]);
  expect(mentioned(people, "@Анна и @Анна Ким")).toEqual(["1", "2"]);
  expect(mentioned(people, "Анна, посмотри")).toEqual([]);
});

test("a word begins with its sign at the start of a word, and ends at the caret", () => {
  expect(wordAt("Здравствуйте /дос", 17, "/")).toBe("дос");
  expect(wordAt("/", 1, "/")).toBe("");
  expect(wordAt("и/или", 5, "/")).toBeNull();
  expect(wordAt("https://", 8, "/")).toBeNull();
  expect(wordAt("/дос тавка", 10, "/")).toBeNull();
});
