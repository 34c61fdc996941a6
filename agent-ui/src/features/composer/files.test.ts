import { describe, expect, test } from "vitest";
import { acceptOf, refusalOf, takesFiles, textLimit, typeNames } from "./files.ts";

const MB = 1024 * 1024;
const anything = { attachmentBytes: 25 * MB, attachments: null };
const viber = { attachmentBytes: 50 * MB, attachments: { count: 1, types: null, bytesByType: { "image/": MB, "video/": 26 * MB } } };
const pictures = { attachmentBytes: 10 * MB, attachments: { count: 10, types: ["image/", "application/pdf"], bytesByType: {} } };
const sms = { attachmentBytes: 0, attachments: { count: 0, types: null, bytesByType: {} } };
const vk = { attachmentBytes: 50 * MB, attachments: { count: 10, types: null, refused: ["mp3", "exe"], bytesByType: {} } };
const few = (count: number) => Array.from({ length: count }, () => ({ size: 10 }));
const photo = (size: number) => ({ type: "image/jpeg", size });

describe("a file that the channel would refuse is refused before it is uploaded, with the reason", () => {
  test.each([
    ["SMS carries none", sms, photo(10), [], { code: "none" }],
    ["a second file where one goes", viber, photo(10), few(1), { code: "count", count: 1 }],
    ["a photo above the photo's own limit", viber, photo(MB + 1), [], { code: "size", bytes: MB }],
    ["a document may be bigger there", viber, { type: "application/zip", size: 30 * MB }, [], null],
    ["a video where only pictures go", pictures, { type: "video/mp4", size: 10 }, [], { code: "type", types: ["image/", "application/pdf"] }],
    ["a file of a type nobody knows", pictures, { type: "", size: 10 }, [], { code: "type", types: ["image/", "application/pdf"] }],
    ["a PDF among pictures", pictures, { type: "application/pdf", size: 10 }, few(9), null],
    ["a song where none are taken", vk, { type: "audio/mpeg", size: 10, name: "Song.MP3" }, [], { code: "ending", ending: "mp3" }],
    ["a document beside it", vk, { type: "", size: 10, name: "exe.pdf" }, [], null],
    ["an empty file", anything, photo(0), [], { code: "empty" }],
    ["a letter's attachment above the whole limit", anything, photo(26 * MB), [], { code: "size", bytes: 25 * MB }],
    ["two that are too much together", anything, photo(15 * MB), [{ size: 15 * MB }], { code: "total", bytes: 25 * MB }],
    ["anything else in a letter", anything, { type: "text/html", size: 10 }, few(19), null],
  ] as const)("%s", (_name, limits, file, others, expected) => expect(refusalOf(file, limits as never, others)).toEqual(expected));
});

test("the picker offers what may go, in words that people know", () => {
  expect(acceptOf(pictures)).toBe("image/*,application/pdf");
  expect(acceptOf(anything)).toBeUndefined();
  expect(typeNames(["image/", "image/png", "application/pdf", "application/vnd.ms-excel"])).toEqual({ kinds: ["image"], others: ["PDF", "VND.MS-EXCEL"] });
  expect([takesFiles(sms), takesFiles(viber)]).toEqual([false, true]);
});

test("a text beside a picture may be shorter than one alone", () => {
  const telegram = { textLength: 4096, captionLength: 1024 };
  expect([textLimit(telegram, 0), textLimit(telegram, 1), textLimit({ textLength: 500, captionLength: null }, 1)]).toEqual([4096, 1024, 500]);
});
