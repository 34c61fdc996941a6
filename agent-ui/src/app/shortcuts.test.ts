import { expect, test } from "vitest";
import { keyName } from "./shortcuts.ts";

const key = (code: string, key: string, mods: Partial<Record<"ctrlKey" | "shiftKey" | "altKey" | "metaKey", boolean>> = {}) =>
  keyName({ code, key, ctrlKey: false, shiftKey: false, altKey: false, metaKey: false, ...mods });

test("a letter is the key of the board: J in Russian layout is still j", () => {
  expect([key("KeyJ", "о"), key("KeyJ", "j"), key("KeyG", "п")]).toEqual(["j", "j", "g"]);
});

test("slash and question mark are the same key on every layout", () => {
  expect([key("Slash", "."), key("Slash", "/"), key("Slash", ",", { shiftKey: true })]).toEqual(["/", "/", "?"]);
});

test("Ctrl+S on a Mac is Command+S, function keys keep their names", () => {
  expect([key("KeyS", "s", { metaKey: true }), key("KeyS", "ы", { ctrlKey: true }), key("F2", "F2")]).toEqual(["ctrl+s", "ctrl+s", "F2"]);
});
