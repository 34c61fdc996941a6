import { expect, test } from "vitest";
import { dateInWords, firstNameOf, greeting, render, unknownVariables, type Values } from "./render.ts";

const VALUES: Values = {
  "customer.name": "Romashka",
  "contact.firstName": "Olga",
  "agent.name": "Aigul Nurlanova",
  "agent.firstName": "Aigul",
  "company.name": "Kommutator",
  "interest.title": null,
  today: "11 March 2026",
  greeting: "Good morning",
};

test.each([
  ["{{greeting}}, {{contact.firstName}}!", "Good morning, Olga!", [], []],
  ["{{ greeting }},{{company.name}}", "Good morning,Kommutator", [], []],
  ["About {{interest.title}} and {{interest.title}}", "About {{interest.title}} and {{interest.title}}", [], ["interest.title"]],
  ["{{Greeting}} {{order.number}} {{}}", "{{Greeting}} {{order.number}} {{}}", ["Greeting", "order.number", ""], []],
  ["{ {greeting} } {{greeting", "{ {greeting} } {{greeting", [], []],
  ["{{{greeting}}}", "{Good morning}", [], []],
  ["no variables at all", "no variables at all", [], []],
] as const)("%s", (text, filled, unknown, empty) => {
  expect(render(text, VALUES)).toEqual({ text: filled, unknown, empty });
});

test("what somebody is called is put in as it is: no variable, no pattern", () => {
  const values = { ...VALUES, "customer.name": "{{agent.name}} $& $1" };
  expect(render("Dear {{customer.name}}", values)).toEqual({ text: "Dear {{agent.name}} $& $1", unknown: [], empty: [] });
});

test("a value of spaces is none", () => {
  expect(render("{{customer.name}}", { ...VALUES, "customer.name": "  " }).empty).toEqual(["customer.name"]);
});

test("each unknown variable is named once", () => {
  expect(unknownVariables("{{a}} {{b}} {{a}} {{today}}")).toEqual(["a", "b"]);
});

test.each([
  ["2026-03-11T00:00:00Z", "Доброе утро", "05:00 in Almaty"],
  ["2026-03-11T06:59:59Z", "Доброе утро", "11:59"],
  ["2026-03-11T07:00:00Z", "Добрый день", "12:00"],
  ["2026-03-11T13:00:00Z", "Добрый вечер", "18:00"],
  ["2026-03-11T18:00:00Z", "Здравствуйте", "23:00"],
  ["2026-03-11T22:00:00Z", "Здравствуйте", "03:00"],
])("at %s one says %s (%s)", (at, said) => {
  expect(greeting(new Date(at), "Asia/Almaty", "ru")).toBe(said);
});

test("the date is the company's day, in the agent's language", () => {
  const at = new Date("2026-03-10T20:00:00Z");
  expect(dateInWords(at, "Asia/Almaty", "en")).toBe("11 March 2026");
  expect(dateInWords(at, "Asia/Almaty", "ru")).toMatch(/^11 марта 2026/);
  expect(dateInWords(at, "Asia/Almaty", "uk")).toMatch(/^11 березня 2026/);
  expect(dateInWords(at, "Asia/Almaty", "kk")).toMatch(/2026/);
});

test.each([
  ["Aigul Nurlanova", "Aigul"],
  ["Нұрланова Айгүл", "Айгүл"],
  ["Петров Иван Сергеевич", "Иван"],
  ["Мадина", "Мадина"],
  ["", null],
])("%s signs as %s", (name, first) => {
  expect(firstNameOf(name)).toBe(first);
});
