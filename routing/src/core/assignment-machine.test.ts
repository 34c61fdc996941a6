import type { Medium } from "@kommutator/contract/ids";
import { expect, test } from "vitest";
import { endAssignment } from "./assignment-machine.ts";
import { endEntry } from "./entry-machine.ts";
import { kept } from "./kept.fixture.ts";
import type { Assignment, Entry } from "./model.ts";
import { comes } from "./rules.fixture.ts";
import {
  accepts,
  answers,
  assigns,
  bridged,
  calls,
  chats,
  closes,
  connects,
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
  says,
  writes,
} from "./steps.fixture.ts";
import { START, type Step } from "./story.fixture.ts";

const two = () => kept({ bolat: {}, dana: {} });
/** A dialog that the router holds nothing of. */
const exists = (dialogId: string, medium: Medium, queueId: string | null = "sales", awaiting = true, open = true): Step => {
  return (s) => {
    s.dialogs.set(dialogId, { medium, open, queueId, awaiting });
  };
};

test("an assignment is written down with whence it came; the entry ends as answered", () => {
  const { story, events, assignments } = two();
  story.given(ready("dana"), chats("chat"), passes("2 s"), accepts("dana", "chat"));
  const [entry] = story.tables.entries.values();
  const [offer] = story.tables.offers.values();
  expect(assignments()).toEqual([
    {
      id: expect.any(String),
      dialogId: "chat",
      employeeId: "dana",
      entryId: entry?.id,
      offerId: offer?.id,
      queueId: "sales",
      medium: "chat",
      awaiting: true,
      startedAt: START + 2_000,
      lostAt: null,
      endedAt: null,
      endReason: null,
    },
  ]);
  expect(entry).toMatchObject({ outcome: "answered", endedAt: START + 2_000 });
  expect(events("dialog.assigned")).toEqual([{ kind: "dialog.assigned", dialogId: "chat", payload: { employeeId: "dana", by: null, offerId: offer?.id } }]);
  expect(events("entry.ended")).toEqual([{ kind: "entry.ended", dialogId: "chat", payload: { entryId: entry?.id, outcome: "answered" } }]);
  expect(story.state.agents.get("dana")?.lastAssignedAt).toBe(START + 2_000);
});

test("a caller in a talk does not wait for an answer; whoever wrote does until answered, and again after writing", () => {
  const { story, assignments, last } = two();
  const dana = story.state.agents.get("dana");
  story.given(ready("dana"), calls("call"), answers("call"));
  expect([dana?.awaiting, dana?.others, dana?.calls, assignments()[0]?.awaiting]).toEqual([0, 1, 1, false]);
  story.given(says("call", "in"));
  expect(last().assignments).toEqual([]);
  story.given(closes("call"), passes("1 min"), chats("chat"), accepts("dana", "chat"));
  expect([dana?.awaiting, dana?.others, dana?.calls]).toEqual([1, 0, 0]);
  story.given(says("chat", "out"));
  expect([dana?.awaiting, dana?.others, assignments()[1]?.awaiting]).toEqual([0, 1, false]);
  story.given(says("chat", "out"));
  expect(last().assignments).toEqual([]);
  story.given(says("chat", "in"));
  expect([dana?.awaiting, dana?.others, assignments()[1]?.awaiting]).toEqual([1, 0, true]);
  story.given(closes("chat", "dana"));
  expect([dana?.awaiting, dana?.others]).toEqual([0, 0]);
});

test("the answer lightens the load at once", () => {
  const { story } = two();
  story.given(ready("dana", "bolat"), chats("a"), chats("b"));
  const [first, second] = ["a", "b"].map((d) => story.state.entries.get(d)?.offer?.employeeId as string);
  story.given(accepts(first as string, "a"), accepts(second as string, "b"), says("b", "out"));
  story.when(chats("c")).then(`c is offered to ${second} (least_loaded)`);
});

test("the end is written down with its reason and its moment, once", () => {
  const { story, assignments } = two();
  story.given(ready("dana"), calls("call"), answers("call"), passes("9 s"), leaves("call"), leaves("call"), closes("call"));
  expect(assignments()).toMatchObject([{ endedAt: START + 9_000, endReason: "left" }]);
  story.given(passes("1 min"), chats("chat"), accepts("dana", "chat"), leaves("chat"));
  expect(assignments()[1]).toMatchObject({ endedAt: null });
  story.given(closes("chat", "dana"));
  expect(assignments()[1]).toMatchObject({ endReason: "closed" });
});

test("a dialog of no queue, or of one that is gone, has no wrap-up; a message and a letter never have", () => {
  const { story } = kept({ dana: {} });
  const dana = story.state.agents.get("dana");
  story.given(ready("dana"), exists("out", "voice", null), assigns("out", "dana", "dana"), closes("out", "dana"));
  expect(dana?.wrapupUntil).toBeNull();
  story.given(exists("old", "chat", "gone"), assigns("old", "dana", "dana"), closes("old", "dana"));
  expect(dana?.wrapupUntil).toBeNull();
  story.given(messages("m"), accepts("dana", "m"), closes("m", "dana"), writes("l"), accepts("dana", "l"), closes("l", "dana"));
  expect(dana?.wrapupUntil).toBeNull();
});

test("what ends twice is a fault of ours and is called by its name", () => {
  const { story } = two();
  story.given(ready("dana"), chats("chat"));
  const entry = story.state.entries.get("chat") as Entry;
  expect(() => endEntry(story.state, entry, "closed")).toThrow(`entry ${entry.id} ended with an open offer`);
  story.given(accepts("dana", "chat"));
  expect(() => endEntry(story.state, entry, "closed")).toThrow(`entry ${entry.id} ended twice`);
  const a = story.state.assignments.get("chat") as Assignment;
  endAssignment(story.state, a, "closed");
  expect(() => endAssignment(story.state, a, "closed")).toThrow(`assignment ${a.id} ended twice`);
});

// ---------------------------------------------------------------- back to the queue

test("given back it stands at its old place with all that is known of it, and with a note", () => {
  const { story, events, all } = two();
  story.given(
    ready("dana"),
    comes("chat", { medium: "chat", person: "p", number: "+7", priority: 3, responsible: "dana", substitute: "bolat" }),
    passes("5 s"),
  );
  story.given(accepts("dana", "chat"), passes("5 s"), assigns("chat", null, "dana", "dana"));
  const [first, second] = story.tables.entries.values();
  expect(second).toEqual({
    ...first,
    id: expect.not.stringContaining(first?.id as string),
    rung: "queue",
    tried: [],
    cooldowns: { dana: START + 20_000 },
    deadlineAt: START + 10_000 + 300_000,
    endedAt: null,
    outcome: null,
  });
  expect(events("dialog.unassigned")).toEqual([{ kind: "dialog.unassigned", dialogId: "chat", payload: { employeeId: "dana", by: "dana", why: "returned" } }]);
  expect(all.flatMap((e) => e.notes)).toEqual([{ dialogId: "chat", code: "returned_by_agent", employeeId: "dana" }]);
});

test("what was never in a queue's list goes to its queue as new, at the moment it was taken", () => {
  const { story } = two();
  story.given(ready("dana"), exists("x", "chat"), passes("3 s"), assigns("x", "dana", "head"), passes("3 s"), assigns("x", null, "dana"));
  expect([...story.tables.entries.values()]).toMatchObject([
    {
      dialogId: "x",
      queueId: "sales",
      medium: "chat",
      enqueuedAt: START + 3_000,
      priority: 0,
      identity: "pending",
      responsibleId: null,
      substituteId: null,
      hops: 0,
      acknowledged: false,
    },
  ]);
});

test("a call, or what belongs to no queue, cannot be given back by hand", () => {
  const { story, last } = two();
  story.given(ready("dana"), calls("call"), answers("call"), assigns("call", null, "dana"));
  expect(last()).toMatchObject({ assignments: [], entries: [] });
  story.given(exists("x", "chat", null), assigns("x", "bolat", "bolat"), assigns("x", null, "bolat"));
  expect(last()).toMatchObject({ assignments: [], entries: [] });
  story.given(assigns("nothing", null, "bolat"));
  expect(last()).toMatchObject({ assignments: [], entries: [] });
});

test("somebody gone offline has lost it to the substitute's rung, without a cool-down", () => {
  const { story } = kept({ bolat: {}, dana: {} });
  story.given(ready("dana"), chats("chat", { substitute: "bolat" }), rejects("dana", "chat"), passes("10 s"), accepts("dana", "chat"), ready("bolat"));
  story.when(intends("dana", "logged_out")).then("dana loses chat (offline)", "chat is offered to bolat (substitute)", "note in chat: returned_offline");
  expect(story.state.entries.get("chat")?.cooldowns).toEqual({});
});

test("what belongs to no queue is nobody's when its owner goes, and is told", () => {
  const { story } = two();
  story.given(ready("dana"), exists("x", "chat", null), assigns("x", "dana", "dana"));
  story.when(intends("dana", "logged_out")).then("dana loses x (offline)", "note in x: returned_offline").never("x enters");
});

// ---------------------------------------------------------------- a device that vanishes

test("a lost device: the moment is written down, the clock is thirty seconds, hearing it twice changes nothing", () => {
  const { story, assignments, last } = two();
  story.given(ready("dana"), calls("call"), answers("call"), passes("5 s"), lost("call"));
  expect(assignments()[0]?.lostAt).toBe(START + 5_000);
  story.given(passes("10 s"), lost("call"));
  expect(last().assignments).toEqual([]);
  story.when(passes("19 s")).never("dana loses").when(passes("1 s")).then("dana loses call (device_lost)");
  expect(story.state.entries.get("call")?.cooldowns).toEqual({ dana: START + 65_000 });
});

test("a device comes back: the talk goes on, and may be lost anew", () => {
  const { story, assignments } = two();
  story.given(ready("dana"), calls("call"), answers("call"), lost("call"), passes("29 s"), bridged("call"));
  expect(assignments()[0]?.lostAt).toBeNull();
  expect(story.state.assignmentById.get(assignments()[0]?.id as string)?.lost.isSet()).toBe(false);
  story.given(lost("call")).when(passes("29 s")).never("dana loses").when(passes("1 s")).then("dana loses call (device_lost)");
});

test("only the device of the one who talks can be lost, and only in a call", () => {
  const { story, assignments, last } = two();
  story.given(ready("dana"), calls("call"), answers("call"), lost("call", "bolat"));
  expect(assignments()[0]?.lostAt).toBeNull();
  story.given(chats("chat"), ready("bolat"), accepts("bolat", "chat"), lost("chat", "bolat"));
  expect(last().assignments).toEqual([]);
  story.given(lost("nothing"));
  expect(last().assignments).toEqual([]);
});

test("the caller hangs up while held: nothing is left to be given back", () => {
  const { story } = two();
  story.given(ready("dana"), calls("call"), answers("call"), lost("call"));
  story.when(leaves("call"), passes("5 min")).then("dana is wrapup").never("dana loses", "call enters");
});

// ---------------------------------------------------------------- by hand

test("whoever takes a waiting dialog has it at once, told with the name of the one who decided", () => {
  const { story, events, assignments } = two();
  story.given(chats("chat"), assigns("chat", "bolat", "head"));
  expect(events("dialog.assigned")[0]?.payload).toEqual({ employeeId: "bolat", by: "head", offerId: null });
  expect(assignments()[0]).toMatchObject({ employeeId: "bolat", awaiting: true, entryId: [...story.tables.entries.keys()][0], queueId: "sales" });
  expect(story.decisions.at(-1)).toMatchObject({ rung: "manual", chosenId: "bolat", reason: { code: "manual" } });
});

test("whoever takes what is offered to him has accepted it", () => {
  const { story } = two();
  story
    .given(ready("dana"), chats("chat"))
    .when(assigns("chat", "dana", "dana"))
    .then("dana's offer of chat accepted", "dana has chat");
  story
    .given(calls("call"), rings("call"))
    .when(assigns("call", "dana", "dana"))
    .never("dana's offer", "dana has call");
});

test("a call can be given only to somebody whose phone can ring", () => {
  const { story } = kept({ bolat: {}, dana: {} });
  story
    .given(calls("call"))
    .when(assigns("call", "bolat", "head"))
    .never("call is offered");
  story.given(connects("bolat"), (s) => s.input({ kind: "agent.phone", employeeId: "bolat", reachable: true, at: s.now }));
  story.when(assigns("call", "bolat", "head")).then("call is offered to bolat (manual)");
  story
    .given(ready("dana"), calls("other"))
    .when(assigns("other", "bolat", "head"))
    .never("other is offered to bolat");
  story
    .given(rings("call"), answers("call"))
    .when(assigns("other", "bolat", "head"))
    .never("other is offered to bolat");
});

test("a call that somebody has picked up stays theirs", () => {
  const { story } = kept({ bolat: {}, dana: {} });
  story.given(ready("dana"), calls("call"), rings("call"), picksUp("call"), ready("bolat"));
  story.when(assigns("call", "bolat", "head")).never("dana's offer", "call is offered");
});

test("a manual ring that is not answered goes back to the queue, never to the ladder", () => {
  const { story } = kept({ bolat: {}, dana: {} });
  story.given(ready("dana"), calls("call"), rings("call"), ready("bolat"), assigns("call", "bolat", "head"), rings("call"));
  story.when(rejects("bolat", "call")).then("call is offered to dana (oldest_waiting)");
});

test("from one to another: the first is free in the same moment, and the customer waits as before", () => {
  const { story, assignments, events } = kept({ bolat: {}, dana: { maxDialogs: 1 } });
  story.given(ready("dana"), chats("chat"), accepts("dana", "chat"), says("chat", "out"), chats("next"));
  story.when(assigns("chat", "bolat", "head")).then("dana loses chat (transferred)", "bolat has chat", "next is offered to dana (oldest_waiting)");
  expect(assignments().map((a) => [a.employeeId, a.awaiting, a.endReason])).toEqual([
    ["dana", false, "transferred"],
    ["bolat", false, null],
  ]);
  expect(events("dialog.unassigned")[0]?.payload).toEqual({ employeeId: "dana", by: "head", why: "transferred" });
});

test("a take that saw another owner is lost; one that saw the owner, or did not look, is not", () => {
  const { story } = kept({ bolat: {}, dana: {}, erlan: {} });
  story.given(chats("chat"), assigns("chat", "dana", "dana"));
  story.when(assigns("chat", "bolat", "bolat", "erlan")).never("bolat has");
  story.when(assigns("chat", "bolat", "bolat", "dana")).then("bolat has chat");
  story.when(assigns("chat", "bolat", "head")).never("bolat has", "bolat loses");
  story.when(assigns("chat", "erlan", "head")).then("erlan has chat");
});

test("a talk changes hands by a transfer, not by a click", () => {
  const { story } = kept({ bolat: {}, dana: {} });
  story
    .given(ready("dana"), calls("call"), answers("call"))
    .when(assigns("call", "bolat", "head"))
    .never("bolat has", "dana loses");
});

test("nobody who was dismissed, and nobody unknown, is given anything", () => {
  const { story } = kept({ bolat: { active: false }, dana: {} });
  story
    .given(chats("chat"))
    .when(assigns("chat", "bolat", "head"), assigns("chat", "nobody", "head"))
    .never("bolat has", "nobody has");
});

test("a closed dialog, or one nobody knows, is not given to anybody", () => {
  const { story } = two();
  story.given(exists("shut", "chat", "sales", true, false));
  story.when(assigns("shut", "dana", "head"), assigns("unheard-of", "dana", "head")).never("dana has");
});

test("a writer who had left and writes again waits again, from now; a caller does not, nor who is known to nobody", () => {
  const { story } = two();
  story.given(chats("chat"), leaves("chat"), passes("7 s")).when(says("chat", "in")).then("chat enters sales");
  expect(story.state.entries.get("chat")).toMatchObject({ enqueuedAt: START + 7_000, priority: 0, identity: "new", responsibleId: null, substituteId: null });
  story.when(says("chat", "in")).never("chat enters");
  for (const [id, medium, queue, open] of [
    ["voice", "voice", "sales", true],
    ["shut", "chat", "sales", false],
    ["queueless", "chat", null, true],
    ["elsewhere", "chat", "gone", true],
  ] as const)
    story
      .given(exists(id, medium, queue, true, open))
      .when(says(id, "in"))
      .never(`${id} enters`);
  story.when(says("unheard-of", "in")).never("unheard-of enters");
  story.given(exists("answered", "chat")).when(says("answered", "out")).never("answered enters");
});

test("who writes again is routed as an opening would be by now: to the responsible, with priority, needs and line; a blocked writer is not", () => {
  const { story } = two();
  const opening = {
    channelId: "line",
    priority: 10,
    identity: "known",
    responsible: { employeeId: "dana", why: "interest" },
    substituteId: "bolat",
    person: "p",
    requires: [{ skillId: "kazakh", level: 2, relaxMs: null }],
  } as const;
  const known = (dialogId: string, identity: "known" | "blocked") => (s: typeof story) => {
    s.dialogs.set(dialogId, {
      medium: "chat",
      open: true,
      queueId: "sales",
      awaiting: true,
      opening: { ...opening, identity, requires: [...opening.requires] },
    });
  };
  story.given(known("chat", "known"), ready("bolat", "dana")).when(says("chat", "in")).then("chat is offered to dana (responsible_interest)");
  const { responsible, ...fields } = opening;
  expect(story.state.entries.get("chat")).toMatchObject({ ...fields, responsibleId: responsible.employeeId, responsibleWhy: responsible.why });
  story.given(known("other", "blocked")).when(says("other", "in")).never("other enters");
});

test("a page that comes and goes takes nothing from what is answered", () => {
  const { story } = kept({ dana: {} });
  story.given(ready("dana"), chats("chat"), accepts("dana", "chat"), disconnects("dana"), connects("dana"));
  expect(story.state.assignments.get("chat")?.employeeId).toBe("dana");
});
