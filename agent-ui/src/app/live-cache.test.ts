import type { CallView, DialogDetail, DialogSummary, Message } from "@kommutator/contract/api/dialogs";
import { describe, expect, test } from "vitest";
import { addOlder, belongs, type LiveDialog, mergeDetail, placeCall, placeMessage, placeSummary } from "./live-cache.ts";

const message = (seq: number) => ({ id: `m${seq}`, seq, direction: "in", at: new Date(seq * 1000).toISOString() }) as Message;
const picture = (seqs: number[], position: number, hasMore = true) =>
  ({ messages: seqs.map(message), position, hasMore, dialog: { state: `at ${position}`, position }, call: null, draft: "" }) as unknown as DialogDetail;
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

  test("keeps what the socket told of a message, the call and the dialog after the picture was taken", () => {
    const arrived = { ...message(2), text: "its file is here" } as Message;
    const call = (state: string) => ({ id: "call", state }) as unknown as CallView;
    const opened = mergeDetail(undefined, { ...picture([1, 2], 10), call: call("ringing") });
    const told = placeSummary(placeCall(placeMessage(opened, arrived, 15), call("up"), 16), { state: "at 17", position: 17 } as unknown as DialogSummary);
    const late = mergeDetail(told, { ...picture([1, 2], 12), call: call("ringing") });
    expect([late.messages[1]?.text, late.call?.state, late.dialog.state]).toEqual(["its file is here", "up", "at 17"]);
    // And a later word about it still counts, an earlier one does not.
    expect(placeMessage(late, message(2), 14)).toBe(late);
    const newer = mergeDetail(late, { ...picture([1, 2], 20), call: call("over") });
    expect([newer.messages[1]?.text, newer.call?.state, newer.dialog.state]).toEqual([undefined, "over", "at 20"]);
  });

  test("keeps what the socket told of a call of which nobody has written", () => {
    const call = (state: string) => ({ ...picture([], 10), call: { id: "call", state } as unknown as CallView });
    const told = placeCall(mergeDetail(undefined, call("ringing")), { id: "call", state: "up" } as unknown as CallView, 15);
    expect(mergeDetail(told, call("ringing")).call?.state).toBe("up");
    expect(seqs(mergeDetail(placeMessage(told, message(1), 16), call("ringing")))).toEqual([1]);
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
