import { expect, test } from "vitest";
import { choices } from "./transfer.ts";

const targets = {
  people: [
    { id: "1", name: "Болат Ахметов", ready: true, state: "idle" as const },
    { id: "2", name: "Дана Королёва", ready: false, state: "busy" as const },
  ],
  queues: [{ id: "3", name: "Отдел продаж", ready: 2 }],
};

test("everybody and every queue is offered before a word is typed", () => {
  expect(choices(targets, "").map((c) => c.key)).toEqual(["p-1", "p-2", "q-3"]);
  expect(choices(targets, "")[2]).toMatchObject({ to: { queueId: "3" }, ready: true, count: 2 });
});

test("a name is found by parts of its words in any order, with е for ё", () => {
  expect(choices(targets, "корол дан").map((c) => c.name)).toEqual(["Дана Королёва"]);
  expect(choices(targets, "никто")).toEqual([]);
});

test("a number is offered when it can be dialled", () => {
  expect(choices(targets, " 8 701 111-22-33 ")).toEqual([
    { key: "number", to: { number: "8 701 111-22-33" }, name: "8 701 111-22-33", kind: "number", ready: true },
  ]);
  expect(choices(targets, "8")).toEqual([]);
});
