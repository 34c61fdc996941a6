import type { ChannelLimits, CommandKind } from "@kommutator/contract/channel";
import { AppError } from "@kommutator/contract/errors";
import { describe, expect, test } from "vitest";
import { cannotWrite, checkWritten, type ThreadFacts, type Written, windowUntil } from "./limits.ts";

const open = (limits: Partial<ChannelLimits>) => ({
  commands: ["message.send"] as CommandKind[],
  limits: { textLength: 100, attachmentBytes: 1_000, replyWindowMs: null, canStart: false, ...limits },
});
const NOW = 1_000_000;
const thread = (facts: Partial<ThreadFacts> = {}): ThreadFacts => ({ lastInAt: NOW - 10, hasWritten: true, unreachable: false, sentToday: 0, ...facts });

describe("why nothing can be written", () => {
  test.each([
    ["a channel that only takes in (a site form)", { ...open({}), commands: [] }, thread(), "unsupported"],
    ["who blocked us", open({}), thread({ unreachable: true }), "unreachable"],
    ["who blocked us, on a channel that has never been open", null, thread({ unreachable: true }), "unreachable"],
    ["who never wrote to a bot", open({}), thread({ lastInAt: null, hasWritten: false }), "must_write_first"],
    ["a number that never wrote", open({ canStart: true }), thread({ lastInAt: null, hasWritten: false }), null],
    ["after the window", open({ replyWindowMs: 9 }), thread(), "window"],
    ["in the last moment of the window", open({ replyWindowMs: 10 }), thread(), null],
    ["the day's messages are used up", open({ dailyPerAddress: 3 }), thread({ sentToday: 3 }), "daily_limit"],
    ["a name that wrote instead of a number", open({ canStart: true, answerable: "^\\+\\d{7,15}$" }), thread({ address: "Kaspi" }), "no_number"],
    ["a number beside such a name", open({ canStart: true, answerable: "^\\+\\d{7,15}$" }), thread({ address: "+77011234567" }), null],
    ["the last of the day", open({ dailyPerAddress: 3 }), thread({ sentToday: 2 }), null],
    ["a channel that has never been open: it waits for it", null, thread(), null],
  ])("%s", (_, channel, facts, reason) => {
    expect(cannotWrite(channel, facts, NOW)).toBe(reason);
  });

  test("the window ends so long after the person's last message; without either there is none", () => {
    expect([windowUntil({ replyWindowMs: 60 }, 40), windowUntil({ replyWindowMs: null }, 40), windowUntil({ replyWindowMs: 60 }, null)]).toEqual([
      100,
      null,
      null,
    ]);
  });
});

describe("what a channel cannot carry is refused with the reason", () => {
  const limits: ChannelLimits = {
    textLength: 100,
    attachmentBytes: 1_000,
    replyWindowMs: null,
    canStart: true,
    captionLength: 10,
    attachments: { count: 2, types: ["image/", "application/pdf"], refused: ["exe"], bytesByType: { "image/": 300 } },
    quickAnswers: { count: 2, length: 5 },
  };
  const file = (mime: string, bytes = 100, name = "f") => ({ name, mime, bytes });
  const said = (change: Partial<Written>): Written => ({ text: "hello", files: [], isReply: false, quickAnswers: [], ...change });
  test.each<[string, Partial<Written>, object]>([
    ["a text too long", { text: "x".repeat(101) }, { field: "text", reason: "too_long", max: 100 }],
    ["a caption too long", { text: "x".repeat(11), files: [file("image/png")] }, { field: "text", reason: "too_long", max: 10, caption: true }],
    [
      "too many files",
      { files: [file("image/png"), file("image/png"), file("image/png", 1, "third")] },
      { field: "attachments", reason: "too_many", max: 2, attachment: "third" },
    ],
    [
      "a type it has not",
      { files: [file("text/html")] },
      { field: "attachments", reason: "type", attachment: "f", mime: "text/html", types: ["image/", "application/pdf"] },
    ],
    [
      "a type that only begins alike",
      { files: [file("application/pdf+x")] },
      { field: "attachments", reason: "type", attachment: "f", mime: "application/pdf+x", types: ["image/", "application/pdf"] },
    ],
    [
      "an ending that the provider refuses, whatever type it claims",
      { files: [file("image/png", 1, "Photo.EXE")] },
      { field: "attachments", reason: "ending", attachment: "Photo.EXE", refused: ["exe"] },
    ],
    ["a picture too large", { files: [file("image/png", 301)] }, { maxBytes: 300, attachment: "f" }],
    ["files too large together", { files: [file("application/pdf", 600), file("application/pdf", 600)] }, { maxBytes: 1_000 }],
    ["an answer where none is shown", { isReply: true }, { field: "replyTo", reason: "not_supported" }],
    ["too many ready answers", { quickAnswers: ["a", "b", "c"] }, { field: "quickAnswers", reason: "too_many", max: 2 }],
    ["a ready answer too long", { quickAnswers: ["longer"] }, { field: "quickAnswers", reason: "too_long", max: 5 }],
  ])("%s", (_, change, details) => {
    expect(() => checkWritten(limits, said(change))).toThrowError(AppError);
    try {
      checkWritten(limits, said(change));
    } catch (error) {
      expect((error as AppError).details).toEqual(details);
    }
  });

  test("what it can carry passes", () => {
    checkWritten(limits, said({ text: "short", files: [file("image/png", 300), file("application/pdf; name=x", 700)], quickAnswers: ["yes", "no"] }));
    checkWritten({ ...limits, replies: true }, said({ isReply: true }));
    expect(() => checkWritten({ ...limits, attachments: { count: 0 } }, said({ files: [file("image/png")] }))).toThrowError(AppError);
    expect(() => checkWritten({ textLength: 9, attachmentBytes: 9, replyWindowMs: null, canStart: true }, said({ quickAnswers: ["a"] }))).toThrowError(
      AppError,
    );
  });
});
