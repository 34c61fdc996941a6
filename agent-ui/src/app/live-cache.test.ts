import type { DialogDetail, DialogSummary, Message } from "@kommutator/contract/api/dialogs";
import { describe, expect, test } from "vitest";
import { addOlder, belongs, type LiveDialog, mergeDetail, placeMessage } from "./live-cache.ts";

const message = (seq: number) => ({ id: `m${seq}`, seq, direction: "in", at: new Date(seq * 1000).toISOString() }) as Message;
const picture = (seqs: number[], position: number, hasMore = true) =>
  ({ messages: seqs.map(message), position, hasMore, call: null, draft: "" }) as unknown as DialogDetail;
const seqs = (detail: LiveDialog) => detail.messages.map((each) => each.seq);

describe("a dialog read again", () => {
  test("keeps the older messages that were scrolled to", () => {
    const before = addOlder(mergeDetail(undefined, picture([5, 6, 7], 10)), { items: [message(4), message(3)], hasMore: true });
    expect(seqs(mergeDetail(before, picture([6, 7, 8], 20)))).toEqual([3, 4, 5, 6, 7, 8]);
  });

  test("drops what was there before when messages between are missing, rather than show a gap", () => {
    const before = mergeDetail(undefined, picture([1, 2, 3], 10));
    expect(seqs(mergeDetail(before, picture([40, 41], 90)))).toEqual([40, 41]);
  });

  test("keeps a message that came over the socket after the picture was taken", () => {
    const before = placeMessage(mergeDetail(undefined, picture([1, 2], 10)), message(3), 15);
    expect(seqs(mergeDetail(before, picture([1, 2], 12)))).toEqual([1, 2, 3]);
  });

  test("knows from the older page whether there is still more above", () => {
    const detail = addOlder(mergeDetail(undefined, picture([5], 10)), { items: [message(4)], hasMore: false });
    expect([seqs(detail), detail.hasMore]).toEqual([[4, 5], false]);
  });
});

test("a list of one kind of channel takes in that kind alone", () => {
  const dialog = { state: "queued", assignee: null, channelKind: "telegram" } as DialogSummary;
  expect(["queue", "queue:telegram", "queue:email", "mine:telegram"].map((view) => belongs(view, dialog, "me"))).toEqual([true, true, false, false]);
});
