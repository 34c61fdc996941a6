import { expect, test } from "vitest";
import { cardOf } from "./feed.ts";

const item = { objectId: "object", dialogId: "dialog", interestId: "interest" };

test("a line of a history opens what it tells of: a talk, an event, an Interest, an inquiry, a task; a change of owner opens nothing", () => {
  const pages = (["call", "dialog", "interaction", "stage", "interest", "inquiry", "claim", "lead", "task", "owner"] as const).map((kind) =>
    cardOf({ kind, ...item }),
  );
  expect(pages).toEqual([
    "/dialogs/dialog",
    "/dialogs/dialog",
    "/events?event=object",
    "/interests/interest",
    "/interests/interest",
    "/inquiries?inquiry=object",
    "/inquiries?inquiry=object",
    "/leads/object",
    "/tasks/object",
    null,
  ]);
  expect(cardOf({ kind: "claim", ...item, objectId: null })).toBeNull();
});
