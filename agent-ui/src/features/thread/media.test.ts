import type { Attachment } from "@kommutator/contract/api/dialogs";
import { describe, expect, test } from "vitest";
import { isPlace, isProgram, mediaKindOf, picturesOf, placeOf } from "./media.ts";

const file = (over: Partial<Attachment>): Attachment => ({
  pos: 0,
  blobId: crypto.randomUUID(),
  name: "file",
  mime: "application/octet-stream",
  bytes: 1,
  state: "stored",
  reason: null,
  durationMs: null,
  voice: false,
  preview: false,
  ...over,
});

describe("a file is shown by what it is, not by what it calls itself", () => {
  test.each([
    ["a photo", { mime: "image/jpeg", name: "photo.jpg" }, "image"],
    ["a drawing that can carry script", { mime: "image/svg+xml", name: "logo.svg" }, "document"],
    ["a page called a photo", { mime: "text/html", name: "photo.jpg" }, "document"],
    ["a sticker", { mime: "image/webp", name: "sticker.webp" }, "sticker"],
    ["a sticker by its number", { mime: "image/png", name: "sticker9046.png" }, "sticker"],
    ["a moving sticker", { mime: "video/webm", name: "sticker.webm" }, "sticker"],
    ["a voice note", { mime: "audio/ogg; codecs=opus", voice: true }, "voice"],
    ["music", { mime: "audio/mpeg" }, "audio"],
    ["a video", { mime: "video/mp4" }, "video"],
    ["a contract", { mime: "application/pdf" }, "document"],
  ] as const)("%s", (_name, over, kind) => expect(mediaKindOf(file(over))).toBe(kind));
});

test("a thread loads no large picture by itself: the small one of its provider, or a button", () => {
  const MB = 1024 * 1024;
  expect(placeOf({ bytes: 8 * MB, preview: true })).toBe("preview");
  expect(placeOf({ bytes: MB, preview: false })).toBe("whole");
  expect(placeOf({ bytes: 8 * MB, preview: false })).toBe("button");
});

test("the lightbox walks through pictures that are here, and through no taken-back message", () => {
  const photo = file({ mime: "image/png", name: "a.png" });
  const at = "2026-03-01T10:00:00Z";
  const pictures = picturesOf([
    { at, deletedAt: null, attachments: [photo, file({ mime: "application/pdf" })] },
    { at, deletedAt: at, attachments: [file({ mime: "image/png" })] },
    { at, deletedAt: null, attachments: [file({ mime: "image/png", state: "pending", blobId: null })] },
  ]);
  expect(pictures.map((each) => each.blobId)).toEqual([photo.blobId]);
});

test("a place on a map is told from any other link", () => {
  expect(isPlace("https://maps.google.com/?q=43.25,76.92")).toBe(true);
  expect(isPlace("https://www.openstreetmap.org/?mlat=43.25&mlon=76.92")).toBe(true);
  expect(isPlace("https://www.google.com/maps/search/?api=1&query=43.2,76.9")).toBe(true);
  expect(isPlace("https://maps.google.com.evil.example/?q=1")).toBe(false);
  expect(isPlace("https://shop.example/maps/")).toBe(false);
});

test("what an office computer would run says so, by its name or its type; a document does not", () => {
  const programs = [{ name: "Счёт.pdf.EXE" }, { name: "a.js " }, { name: "x", mime: "application/x-msdownload" }, { name: "setup.msi" }];
  expect(programs.map((each) => isProgram(file(each)))).toEqual([true, true, true, true]);
  expect([{ name: "price.xlsx" }, { name: "exe" }, { name: "a.json" }].map((each) => isProgram(file(each)))).toEqual([false, false, false]);
});
