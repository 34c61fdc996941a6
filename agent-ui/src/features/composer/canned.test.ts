import { expect, test } from "vitest";
import { findCanned, openVariables } from "./canned.ts";

const answers = [
  { title: "Срок доставки", shortcut: "дост", body: "Доставим за два дня.", tags: [], uses: 1 },
  { title: "Дополнительная скидка", shortcut: null, body: "Для вас скидка.", tags: ["акция"], uses: 9 },
  { title: "Приветствие", shortcut: "пр", body: "Здравствуйте! Чем помочь?", tags: ["начало"], uses: 50 },
];
const titles = (typed: string) => findCanned(answers, typed).map((each) => each.title);

test("two letters are enough: the shortcut first, then a word of the title, a tag, the text", () => {
  expect(titles("до")).toEqual(["Срок доставки", "Дополнительная скидка"]);
  expect(titles("ак")).toEqual(["Дополнительная скидка"]);
  expect(titles("зд")).toEqual(["Приветствие"]);
  expect(titles("щщ")).toEqual([]);
});

test("before a letter is typed the most used stand first", () => {
  expect(titles("")).toEqual(["Приветствие", "Дополнительная скидка", "Срок доставки"]);
});

test("a variable that nobody filled is found with its place", () => {
  const text = "Здравствуйте, {{ customer.name }}! Заказ {{order}}.";
  expect(openVariables(text).map((each) => [each.name, text.slice(each.from, each.to)])).toEqual([
    ["customer.name", "{{ customer.name }}"],
    ["order", "{{order}}"],
  ]);
  expect(openVariables("a {b} c")).toEqual([]);
});
