import { expect, test } from "vitest";
import { segmentsOf } from "./segments.ts";

const cyrillic = "Здравствуйте! Ваш заказ готов. ";

test.each([
  ["nothing", "", 0, "GSM-7", 160],
  ["a Latin text that fills one", "a".repeat(160), 1, "GSM-7", 0],
  ["one character more", "a".repeat(161), 2, "GSM-7", 145],
  ["euro and brackets, each two septets (3GPP TS 23.038)", "€[]{}", 1, "GSM-7", 150],
  ["seventy Cyrillic letters", "я".repeat(70), 1, "UCS-2", 0],
  ["seventy-one", "я".repeat(71), 2, "UCS-2", 63],
  ["a hundred and seventy Cyrillic letters", "я".repeat(170), 3, "UCS-2", 31],
] as const)("%s", (_name, text, count, encoding, left) => expect(segmentsOf(text)).toMatchObject({ count, encoding, left }));

test("an emoji that makes a Latin text dearer is named, with the price without it", () => {
  expect(segmentsOf(`${"a".repeat(140)}😀`).dear).toEqual({ characters: ["😀"], without: 1 });
});

test("nothing is advised where the whole text is Cyrillic, or where it costs the same", () => {
  expect(segmentsOf(cyrillic.repeat(6)).dear).toBeNull();
  expect(segmentsOf("See you at five 😀").dear).toBeNull();
});

test("where the centre takes Latin-1, the euro and Greek letters make a text UCS-2, as it is sent then", () => {
  const price = `${"a".repeat(80)} 5 €`;
  expect(segmentsOf(price)).toMatchObject({ count: 1, encoding: "GSM-7", dear: null });
  expect(segmentsOf(price, true)).toMatchObject({ count: 2, encoding: "UCS-2", dear: { characters: ["€"], without: 1 } });
  expect(segmentsOf("Ω", true)).toMatchObject({ count: 1, encoding: "UCS-2", left: 69 });
  expect(segmentsOf("é£ñ".repeat(40), true)).toMatchObject({ count: 1, encoding: "GSM-7", left: 40 });
});
