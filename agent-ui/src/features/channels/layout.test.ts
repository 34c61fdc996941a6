import { expect, test } from "vitest";
import { arrange, randomSecret } from "./layout.ts";

const field = (name: string, required = false) => ({ name, required });
const names = (fields: { name: string }[]) => fields.map((each) => each.name);

test("a form shows what its other answers make sense of, and folds away what most need not touch", () => {
  const vk = [field("groupId", true), field("token", true), field("mode", true), field("secret"), field("confirmation"), field("publicUrl"), field("apiUrl")];
  expect(names(arrange("vk", vk, { mode: "polling" }).main)).toEqual(["groupId", "token", "mode"]);
  const callback = arrange("vk", vk, { mode: "callback" });
  expect(names(callback.main)).toEqual(["groupId", "token", "mode", "secret", "confirmation", "publicUrl"]);
  expect(names(callback.advanced)).toEqual(["apiUrl"]);
});

test("a required field is never hidden, and a kind that nobody described shows all", () => {
  expect(names(arrange("telegram", [field("publicUrl", true), field("apiUrl", true)], { mode: "polling" }).main)).toEqual(["publicUrl", "apiUrl"]);
  expect(names(arrange("pigeon", [field("loft"), field("grain")], {}).main)).toEqual(["loft", "grain"]);
});

test("a secret of our own is long, plain to type and new each time", () => {
  expect(randomSecret()).toMatch(/^[A-HJ-NP-Za-km-z2-9]{32}$/);
  expect(randomSecret()).not.toBe(randomSecret());
});
