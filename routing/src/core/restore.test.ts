import type { RouterCommand } from "@kommutator/contract/routing-input";
import { expect, test } from "vitest";
import { memoryText } from "./memory.fixture.ts";
import type { AssignmentFields, EntryFields, OfferFields } from "./model.ts";
import { ordersAgain, type Rows, restore } from "./restore.ts";
import { asksToBeCalled, comes, serves } from "./rules.fixture.ts";
import {
  accepts,
  answers,
  assigns,
  bridged,
  calls,
  chats,
  closes,
  crashes,
  disconnects,
  intends,
  leaves,
  lost,
  messages,
  passes,
  picksUp,
  ready,
  rejects,
  rings,
  writes,
} from "./steps.fixture.ts";
import { START, Story } from "./story.fixture.ts";

const rowsOf = (s: Story): Rows => s.tables.rows(7);

/** Everything of which a row can tell, at once. */
const eventful = () =>
  new Story({ aigul: {}, bolat: {}, dana: {} }).given(
    ready("aigul", "bolat", "dana"),
    serves(12, "3 s", "30 s"),
    comes("call", { responsible: "bolat", person: "p", number: "+77010000001", requires: [{ skillId: "kazakh", level: 1, relaxMs: 60_000 }] }),
    rings("call"),
    chats("chat"),
    accepts("aigul", "chat"),
    messages("message"),
    writes("letter"),
    rejects("bolat", "call"),
    disconnects("aigul"),
    calls("talk"),
    passes("3 s"),
  );

test("a node that takes over has the memory of the one that died", () => {
  const s = eventful();
  expect(memoryText(s.takenOver(), s.now)).toBe(memoryText(s.state, s.now));
});

test("the version goes on from where it was, and the clock is not behind", () => {
  const s = eventful();
  const state = restore(s.facts, rowsOf(s), s.now);
  expect(state.version).toBe(7);
  expect(state.now).toBe(s.now);
});

test("what stands on a rung without an offer goes on at the first decision", () => {
  const s = new Story({ dana: {} }).given(calls("call"));
  const rows = rowsOf(s);
  const entries = rows.entries.map((e): EntryFields => ({ ...e, rung: "substitute" }));
  const state = restore(s.facts, { ...rows, entries }, s.now);
  expect(state.toAdvance.map((e) => e.dialogId)).toEqual(["call"]);
  expect(state.entries.get("call")?.listed).toBe(false);
});

test("a grace that ended while nobody decided anything is decided now", () => {
  const s = new Story({ dana: {} }).given(ready("dana"), chats("chat"), accepts("dana", "chat"), disconnects("dana"));
  s.now += 90_000;
  s.given(crashes).when(passes("1 ms")).then("dana is offline", "dana loses chat (offline)");
});

test("a caller who is held when the node dies is given back when the thirty seconds are over", () => {
  const s = new Story({ dana: {}, bolat: {} }).given(ready("dana"), calls("call"), answers("call"), lost("call"), passes("20 s"), crashes);
  s.when(passes("9 s")).never("dana loses").when(passes("1 s")).then("dana loses call (device_lost)");
});

test("a caller who waits before a responsible waits there still", () => {
  const s = new Story({ dana: {}, bolat: {} }).given(ready("dana"), calls("first"), answers("first"), leaves("first"), passes("21 s"), ready("bolat"));
  s.when(calls("call", { responsible: "dana" })).then("call finds nobody at responsible (waits_for_responsible)");
  s.given(crashes);
  expect(s.state.agents.get("dana")?.awaitedBy.map((e) => e.dialogId)).toEqual(["call"]);
  s.when(passes("9 s")).then("call is offered to dana (responsible_customer)");
});

test("a caller whose responsible is known no more goes on", () => {
  const s = new Story({ dana: {}, bolat: {} }).given(ready("dana"), calls("first"), answers("first"), leaves("first"), passes("21 s"), ready("bolat"));
  s.given(calls("call", { responsible: "dana" }));
  const rows = rowsOf(s);
  const entries = rows.entries.map((e): EntryFields => (e.dialogId === "call" ? { ...e, responsibleId: "nobody" } : e));
  const state = restore(s.facts, { ...rows, entries }, s.now);
  expect(state.toAdvance.map((e) => [e.dialogId, e.waitsUntil])).toEqual([["call", null]]);
});

test("a promised callback is kept, and kept once", () => {
  const s = new Story({ dana: {} }).given(
    ready("dana"),
    calls("talk"),
    answers("talk"),
    comes("call", { person: "p", number: "+77010000001" }),
    asksToBeCalled("call"),
  );
  expect([...s.takenOver().callbacks.values()].map((e) => [e.dialogId, e.callbackNumber])).toEqual([["call", "+77010000001"]]);
});

test("an employee without a row is offline and has been nothing else", () => {
  const s = new Story({ dana: {} });
  const state = restore(s.facts, { ...rowsOf(s), presence: [] }, s.now);
  expect(state.agents.get("dana")).toMatchObject({ state: "offline", online: false, intent: "logged_out", stateSince: s.now });
});

test("the memory's own lists are its own: what it writes to them is not in the rows", () => {
  const s = new Story({ dana: {}, bolat: {} }).given(ready("dana"), calls("call"), rejects("dana", "call"));
  const rows = rowsOf(s);
  const state = restore(s.facts, rows, s.now);
  state.entries.get("call")?.tried.push("x");
  expect(rows.entries.find((e) => e.dialogId === "call")?.tried).toEqual(["dana"]);
  expect(state.entries.get("call")?.cooldowns).not.toBe(rows.entries.find((e) => e.dialogId === "call")?.cooldowns);
  expect(state.entries.get("call")?.cooldowns).toEqual({ dana: START + 10_000 });
});

test("rows that contradict each other are refused by name", () => {
  const s = new Story({ dana: {} }).given(ready("dana"), calls("call"), chats("chat"), answers("call"));
  const rows = rowsOf(s);
  const entry = rows.entries[0] as EntryFields;
  const assignment = rows.assignments[0] as AssignmentFields;
  expect(() => restore(s.facts, { ...rows, entries: [{ ...entry, queueId: "gone" }], offers: [], assignments: [] }, s.now)).toThrow(
    `entry ${entry.id} in an unknown queue`,
  );
  expect(() => restore(s.facts, { ...rows, assignments: [{ ...assignment, employeeId: "nobody" }] }, s.now)).toThrow(
    `assignment ${assignment.id} without its employee`,
  );
  const offered = new Story({ dana: {} }).given(ready("dana"), calls("call"));
  const offer = rowsOf(offered).offers[0] as OfferFields;
  const without = { ...rowsOf(offered), entries: [] };
  expect(() => restore(offered.facts, without, offered.now)).toThrow(`offer ${offer.id} without its entry or employee`);
  expect(() => restore(offered.facts, { ...rowsOf(offered), offers: [{ ...offer, employeeId: "nobody" }] }, offered.now)).toThrow(
    `offer ${offer.id} without its entry or employee`,
  );
});

test("an assignment whose entry is no longer among the rows stands without it", () => {
  const s = new Story({ dana: {} }).given(ready("dana"), chats("chat"), accepts("dana", "chat"));
  const state = restore(s.facts, { ...rowsOf(s), entries: [] }, s.now);
  expect(state.assignments.get("chat")).toMatchObject({ entry: null, employeeId: "dana" });
  const byHand = new Story({ dana: {} });
  byHand.dialogs.set("x", { medium: "chat", open: true, queueId: null, awaiting: true });
  byHand.given(ready("dana"), assigns("x", "dana", "head"));
  expect(byHand.takenOver().assignments.get("x")).toMatchObject({ entry: null, entryId: null });
});

test("the ended entry of a dialog that somebody has is no open entry", () => {
  const s = new Story({ dana: {} }).given(ready("dana"), chats("chat"), accepts("dana", "chat"));
  const state = restore(s.facts, rowsOf(s), s.now);
  expect(state.entries.size).toBe(0);
  expect(state.assignments.get("chat")?.entry?.dialogId).toBe("chat");
});

// ---------------------------------------------------------------- what the channels are told again

const again = (s: Story, orders: RouterCommand[] = []) => ordersAgain(s.takenOver(), orders, s.now);

test("a ring that is open is ordered again under its own id, for as long as is left of it", () => {
  const s = new Story({ dana: {} }).given(ready("dana"), calls("call"), passes("8 s"));
  const ring = s.commands[0] as Extract<RouterCommand, { kind: "ring" }>;
  expect(again(s)).toEqual([{ ...ring, timeoutMs: 12_000 }]);
});

test("a bridge that was ordered is ordered again, recorded as the queue says", () => {
  for (const record of [true, false]) {
    const s = new Story({ dana: {} }, { sales: { record } }).given(ready("dana"), calls("call"), picksUp("call"));
    const [offer] = s.tables.offers.values();
    expect(again(s)).toEqual([{ id: `${offer?.commandId}:bridge`, kind: "bridge", dialogId: "call", offerId: offer?.id, record }]);
  }
});

test("what is over, what has come true and what lies on the screen is not ordered again; the last batch's orders are", () => {
  const last: RouterCommand = { id: "1:0", kind: "fallback", dialogId: "x" };
  const s = new Story({ dana: {} }).given(ready("dana"), calls("call"));
  s.now += 20_000;
  expect(again(s, [last])).toEqual([last]);
  s.now -= 1;
  expect(again(s)).toHaveLength(1);
  expect(again(new Story({ dana: {} }).given(ready("dana"), chats("chat"), messages("message"), writes("letter")))).toEqual([]);
  expect(again(new Story({ dana: {} }).given(ready("dana"), calls("call"), rings("call"), bridged("call")))).toEqual([]);
  expect(again(new Story({ dana: {} }).given(calls("call"), ready("dana"), closes("call")))).toEqual([]);
});

test("a callback's card rings nothing, before and after", () => {
  const s = new Story({ dana: {}, bolat: {} }).given(
    ready("dana"),
    calls("talk"),
    answers("talk"),
    comes("call", { number: "+77010000001" }),
    asksToBeCalled("call"),
    ready("bolat"),
  );
  expect(s.state.entries.get("call")?.offer?.employeeId).toBe("bolat");
  expect(again(s)).toEqual([]);
  s.given(intends("bolat", "paused"));
});
