import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { keys } from "./keys.ts";
import { detail, dialog, iso, ME, Memory, message, Wire } from "./live.fixture.ts";
import { LiveBridge, type LiveOffer } from "./live.ts";
import type { DialogList, LiveDialog } from "./live-cache.ts";

let client: QueryClient;
let wire: Wire;
let storage: Memory;
const incoming: string[] = [];

function bridge(): LiveBridge {
  wire = new Wire();
  const live = new LiveBridge({ client, meId: ME, storage, jitterMs: () => 0, onIncoming: (each) => incoming.push(each.id) });
  live.attach(wire);
  return live;
}
const list = (view: string): string[] => client.getQueryData<DialogList>(keys.dialogs(view))?.items.map((each) => each.id) ?? [];
const thread = (): string[] => client.getQueryData<LiveDialog>(keys.dialog("d1"))?.messages.map((each) => each.id) ?? [];

beforeEach(() => {
  client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  storage = new Memory();
  incoming.length = 0;
  for (const view of ["mine", "queue", "all", "closed"]) client.setQueryData<DialogList>(keys.dialogs(view), { items: [], nextCursor: null, position: 0 });
});

describe("a browser resumes from where it was", () => {
  test("the first connection says no position, the next the greatest it has seen, with what it watches", () => {
    const live = bridge();
    expect(live.auth).toEqual({ watch: [] });
    wire.comes("connect");
    wire.comes("hello", { position: 7, serverTime: iso(0) });
    wire.comes("dialog.changed", { position: 12, dialog: dialog("d1", 12) });
    wire.comes("dialog.changed", { position: 9, dialog: dialog("d2", 9) });
    live.watch("d1");
    expect(live.auth).toEqual({ position: 12, watch: ["d1"] });
  });

  test("a reload of the tab goes on from the stored position, a logout forgets it", () => {
    const before = bridge();
    wire.comes("hello", { position: 41, serverTime: iso(0) });
    before.close(false);
    const after = bridge();
    expect(after.position).toBe(41);
    after.close(true);
    expect(bridge().position).toBeNull();
  });

  test("watching says the position of the picture in hand, again after each reconnection, and once for two watchers", () => {
    client.setQueryData(keys.dialog("d1"), detail([message("m1", 1)], 30));
    const live = bridge();
    wire.comes("connect");
    const first = live.watch("d1");
    const second = live.watch("d1");
    wire.comes("disconnect");
    wire.comes("connect");
    first();
    second();
    expect(wire.sent).toEqual([
      ["watch", { dialogId: "d1", position: 30 }],
      ["watch", { dialogId: "d1", position: 30 }],
      ["unwatch", { dialogId: "d1" }],
    ]);
  });

  test("the page knows since when it is cut off", () => {
    let now = 1000;
    wire = new Wire();
    const live = new LiveBridge({ client, meId: ME, storage, now: () => now });
    live.attach(wire);
    wire.comes("connect");
    now = 5000;
    wire.comes("disconnect");
    now = 9000;
    wire.comes("connect_error");
    expect(live.status).toEqual({ state: "offline", since: 5000 });
    live.close(false);
  });

  test("a position older than retention: pictures are read again, who I am is not", () => {
    storage.setItem(`kommutator.position.${ME}`, "3");
    client.setQueryData(keys.me, { id: ME });
    bridge();
    wire.comes("resync", { position: 900 });
    expect(client.getQueryState(keys.dialogs("mine"))?.isInvalidated).toBe(true);
    expect(client.getQueryState(keys.me)?.isInvalidated).toBe(false);
    expect(storage.getItem(`kommutator.position.${ME}`)).toBe("900");
  });

  test("on a first connection only pictures older than the socket are read again", () => {
    client.setQueryData<DialogList>(keys.dialogs("all"), { items: [], nextCursor: null, position: 50 });
    bridge();
    wire.comes("resync", { position: 50 });
    expect(client.getQueryState(keys.dialogs("all"))?.isInvalidated).toBe(false);
    expect(client.getQueryState(keys.dialogs("mine"))?.isInvalidated).toBe(true);
  });
});

describe("lists", () => {
  test("a dialog moves from the queue to mine and out of both when it closes", () => {
    bridge();
    wire.comes("dialog.changed", { position: 1, dialog: dialog("d1", 1, { assignee: null, state: "queued" }) });
    expect([list("queue"), list("mine"), list("all")]).toEqual([["d1"], [], ["d1"]]);
    wire.comes("dialog.changed", { position: 2, dialog: dialog("d1", 2) });
    expect([list("queue"), list("mine")]).toEqual([[], ["d1"]]);
    wire.comes("dialog.changed", { position: 3, dialog: dialog("d1", 3, { state: "closed", closedAt: iso(9) }) });
    expect([list("mine"), list("all"), list("closed")]).toEqual([[], [], ["d1"]]);
  });

  test("a late picture does not undo a newer one, a repeated one changes nothing", () => {
    bridge();
    const newer = dialog("d1", 8, { unread: 2 });
    wire.comes("dialog.changed", { position: 8, dialog: newer });
    wire.comes("dialog.changed", { position: 5, dialog: dialog("d1", 5, { assignee: null, unread: 9 }) });
    wire.comes("dialog.changed", { position: 8, dialog: newer });
    expect(client.getQueryData<DialogList>(keys.dialogs("mine"))?.items).toEqual([newer]);
    expect(list("queue")).toEqual([]);
  });

  test("who waits longest stands first, those who wait for nothing after them", () => {
    bridge();
    wire.comes("dialog.changed", { position: 1, dialog: dialog("answered", 1) });
    wire.comes("dialog.changed", { position: 2, dialog: dialog("young", 2, { waitingSince: iso(40) }) });
    wire.comes("dialog.changed", { position: 3, dialog: dialog("old", 3, { waitingSince: iso(10) }) });
    expect(list("mine")).toEqual(["old", "young", "answered"]);
  });

  test("what I may not see any more goes from every list", () => {
    bridge();
    wire.comes("dialog.changed", { position: 1, dialog: dialog("d1", 1) });
    wire.comes("dialog.removed", { position: 2, dialogId: "d1" });
    expect([list("mine"), list("all")]).toEqual([[], []]);
  });

  test("what is told while a list is being read is laid over it, when it is newer than the reading", async () => {
    const live = bridge();
    const read = live.readList("mine", "", async () => {
      wire.comes("dialog.changed", { position: 4, dialog: dialog("before", 4) });
      wire.comes("dialog.changed", { position: 6, dialog: dialog("changed", 6, { unread: 3 }) });
      wire.comes("dialog.changed", { position: 7, dialog: dialog("came", 7) });
      wire.comes("dialog.removed", { position: 8, dialogId: "went" });
      wire.comes("dialog.removed", { position: 3, dialogId: "back" });
      return { items: ["changed", "went", "back"].map((id) => dialog(id, 5)), nextCursor: null, position: 5 };
    });
    const { items } = await read;
    expect(items.map((each) => [each.id, each.unread]).sort()).toEqual([
      ["back", 0],
      ["came", 0],
      ["changed", 3],
    ]);
    wire.comes("dialog.changed", { position: 9, dialog: dialog("later", 9) });
    expect(items).toHaveLength(3);
  });

  test("a search result changes in place but takes in nobody who was not found", () => {
    client.setQueryData<DialogList>(keys.dialogs("all", "ivan"), { items: [dialog("found", 1)], nextCursor: null, position: 1 });
    bridge();
    wire.comes("dialog.changed", { position: 2, dialog: dialog("found", 2, { unread: 4 }) });
    wire.comes("dialog.changed", { position: 3, dialog: dialog("other", 3) });
    const items = client.getQueryData<DialogList>(keys.dialogs("all", "ivan"))?.items ?? [];
    expect(items.map((each) => [each.id, each.unread])).toEqual([["found", 4]]);
  });

  test("a customer's new message in a dialog of mine is told once", () => {
    bridge();
    wire.comes("dialog.changed", { position: 1, dialog: dialog("d1", 1) });
    const wrote = dialog("d1", 2, { lastMessage: { text: "hi", at: iso(2), direction: "in" } });
    wire.comes("dialog.changed", { position: 2, dialog: wrote });
    wire.comes("dialog.changed", { position: 2, dialog: wrote });
    wire.comes("dialog.changed", { position: 3, dialog: dialog("d1", 3, { lastMessage: { text: "hello", at: iso(3), direction: "out" } }) });
    expect(incoming).toEqual(["d1"]);
  });
});

describe("the open thread", () => {
  test("a message that carries its dialog changes the lists as well, and is told once", () => {
    client.setQueryData(keys.dialog("d1"), detail([message("m1", 1)], 1));
    bridge();
    wire.comes("dialog.changed", { position: 1, dialog: dialog("d1", 1) });
    const wrote = dialog("d1", 2, { lastMessage: { text: "hi", at: iso(2), direction: "in" }, unread: 3 });
    wire.comes("message", { position: 2, message: message("m2", 2), dialog: wrote });
    expect(thread()).toEqual(["m1", "m2"]);
    expect(client.getQueryData<DialogList>(keys.dialogs("mine"))?.items.map((each) => [each.id, each.unread])).toEqual([["d1", 3]]);
    expect(incoming).toEqual(["d1"]);
  });

  test("messages stand by seq whatever order they come in, and each once", () => {
    client.setQueryData(keys.dialog("d1"), detail([message("m1", 1)], 10));
    bridge();
    wire.comes("message", { position: 13, message: message("m3", 3) });
    wire.comes("message", { position: 12, message: message("m2", 2) });
    wire.comes("message", { position: 13, message: message("m3", 3) });
    expect(thread()).toEqual(["m1", "m2", "m3"]);
  });

  test("a delivery state that comes late does not go back", () => {
    client.setQueryData(keys.dialog("d1"), detail([message("m1", 1, { direction: "out", delivery: "queued" })], 10));
    bridge();
    wire.comes("message", { position: 15, message: message("m1", 1, { direction: "out", delivery: "delivered" }) });
    wire.comes("message", { position: 12, message: message("m1", 1, { direction: "out", delivery: "sent" }) });
    wire.comes("message", { position: 9, message: message("m1", 1, { direction: "out", delivery: "queued" }) });
    expect(client.getQueryData<LiveDialog>(keys.dialog("d1"))?.messages[0]?.delivery).toBe("delivered");
  });

  test("500 facts, replayed twice and shuffled within each resume, leave every message once and in order", () => {
    client.setQueryData(keys.dialog("d1"), detail([], 0));
    bridge();
    const facts = Array.from({ length: 500 }, (_, index) => ({ position: index + 1, message: message(`m${index + 1}`, index + 1) }));
    for (const fact of [...facts.slice(0, 300), ...facts.slice(200), ...facts]) wire.comes("message", fact);
    expect(thread()).toEqual(facts.map((fact) => fact.message.id));
  });

  test("the list knows of a message that never came: the thread is read again by itself", async () => {
    vi.useFakeTimers();
    try {
      client.setQueryData(keys.dialog("d1"), detail([message("m1", 1)], 10));
      const live = bridge();
      live.watch("d1");
      wire.comes("dialog.changed", { position: 20, dialog: dialog("d1", 20, { lastMessage: { text: "lost", at: iso(30), direction: "in" } }) });
      expect(client.getQueryState(keys.dialog("d1"))?.isInvalidated).toBe(false);
      await vi.advanceTimersByTimeAsync(2000);
      expect(client.getQueryState(keys.dialog("d1"))?.isInvalidated).toBe(true);
      live.close(false);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("offers", () => {
  const offer = { id: "o1", employeeId: ME, rung: "responsible", reason: { code: "responsible_customer" }, deadlineAt: iso(45) };
  const offers = () => (client.getQueryData<LiveOffer[]>(keys.offers) ?? []).map((each) => each.offer.id);

  test("an offer stands until it ends, twice told it stands once", () => {
    bridge();
    const event = { position: 4, offer, dialog: dialog("d1", 4, { assignee: null, state: "offered", offer }) };
    wire.comes("offer", event);
    wire.comes("offer", event);
    expect(offers()).toEqual(["o1"]);
    wire.comes("offer.ended", { position: 5, offerId: "o1", dialogId: "d1", outcome: "timed_out" });
    expect(offers()).toEqual([]);
  });

  test("an end that was missed while offline is read from the dialog's own picture", () => {
    bridge();
    wire.comes("offer", { position: 4, offer, dialog: dialog("d1", 4, { assignee: null, state: "offered", offer }) });
    wire.comes("dialog.changed", { position: 9, dialog: dialog("d1", 9, { assignee: { id: "other", name: "Other" } }) });
    expect(offers()).toEqual([]);
  });

  test("an offer to somebody else is not mine", () => {
    bridge();
    wire.comes("dialog.changed", { position: 4, dialog: dialog("d1", 4, { assignee: null, offer: { ...offer, employeeId: "other" } }) });
    expect(offers()).toEqual([]);
  });
});

test("a change of an inquiry makes its lists and the dialog's reception stale, and nothing else", () => {
  client.setQueryData(keys.inquiries("new"), []);
  client.setQueryData(keys.ofDialog("d1", "reception"), {});
  client.setQueryData(keys.ofDialog("d2", "reception"), {});
  client.setQueryData(keys.customers(), []);
  bridge();
  wire.comes("changed", { position: 3, kind: "inquiry.changed", dialogId: "d1", payload: {} });
  const stale = (key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated;
  expect([stale(keys.inquiries("new")), stale(keys.ofDialog("d1", "reception")), stale(keys.ofDialog("d2", "reception")), stale(keys.customers())]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
