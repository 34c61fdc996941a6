import { expect, test } from "vitest";
import { hoursOf } from "./hours.ts";
import {
  accepts,
  answers,
  assigns,
  calls,
  chats,
  closes,
  connects,
  crashes,
  disconnects,
  intends,
  online,
  passes,
  ready,
  says,
  transfers,
  writes,
} from "./steps.fixture.ts";
import { type Step, Story } from "./story.fixture.ts";

/** A dialog is never left with an offline owner (B0): what the customer writes after the owner went home. */

const team = (sales = {}) => new Story({ aigul: {}, bolat: {}, dana: {} }, { sales });
/** Dana has a letter, and has answered it. */
const answered: Step = (s) => {
  s.given(ready("dana"), writes("letter"), accepts("dana", "letter"), says("letter", "out"));
};
const goesHome: Step = (s) => {
  s.given(disconnects("dana"), passes("60 s"));
};
const entryOf = (s: Story, dialogId = "letter") => s.state.entries.get(dialogId);

test("she answered and logged out, the letter stays hers; what the customer writes then comes to the queue with a note, and waits from that moment", () => {
  const s = team().given(answered, passes("1 h")).when(intends("dana", "logged_out")).never("dana loses");
  s.given(passes("2 h")).when(says("letter", "in")).then("dana loses letter (offline)", "letter enters sales", "note in letter: returned_offline");
  expect(entryOf(s)).toMatchObject({ enqueuedAt: s.now, rung: "queue", responsibleId: "dana", responsibleWhy: "last_talked", hops: 0 });
  expect(s.state.assignments.size).toBe(0);
  expect(s.state.agents.get("dana")).toMatchObject({ awaiting: 0, others: 0 });
  s.when(ready("dana")).then("letter is offered to dana (oldest_waiting)");
});

test("her page is closed past the grace: the same; within the grace her clock runs, and the letter goes with it", () => {
  team().given(answered, goesHome).when(says("letter", "in")).then("dana loses letter (offline)", "letter enters sales");
  const s = team().given(answered, disconnects("dana"), passes("59 s"));
  s.when(says("letter", "in")).never("dana loses");
  expect(s.state.assignments.get("letter")?.awaiting).toBe(true);
  s.when(passes("1 s")).then("dana loses letter (offline)", "letter enters sales");
  const back = team().given(answered, disconnects("dana"), says("letter", "in"), connects("dana"));
  back.when(passes("5 min")).never("dana loses");
});

test("who is here, be it on a break, keeps the letter", () => {
  team().given(answered, intends("dana", "paused")).when(says("letter", "in")).never("dana loses");
  const s = team().given(answered).when(says("letter", "in")).never("dana loses");
  expect(s.state.assignments.get("letter")?.awaiting).toBe(true);
});

test("somebody else is here: the letter is offered at once, to its responsible before anybody", () => {
  team().given(answered, goesHome, ready("bolat")).when(says("letter", "in")).then("letter is offered to bolat (least_loaded)");
  const s = team().given(
    ready("dana"),
    writes("letter", { responsible: "bolat", why: "interest", substitute: "aigul", priority: 10 }),
    accepts("dana", "letter"),
  );
  s.given(says("letter", "out"), goesHome, ready("aigul", "bolat")).when(says("letter", "in")).then("letter is offered to bolat (responsible_interest)");
  expect(entryOf(s)).toMatchObject({ responsibleId: "bolat", responsibleWhy: "interest", substituteId: "aigul", priority: 10 });
});

test("why not she who had it is written down", () => {
  const s = team().given(answered, goesHome).when(says("letter", "in"));
  expect(s.decisions.map((d) => [d.rung, d.reason.code, d.refusals]).slice(-2)).toEqual([
    ["responsible", "not_eligible", { offline: 1 }],
    ["queue", "nobody_ready", { logged_out: 2, offline: 1 }],
  ]);
});

test("out of hours the customer is told so, though told before of another wait", () => {
  const s = team().given(chats("chat"), passes("300 s"), ready("dana"), accepts("dana", "chat"), says("chat", "out"), goesHome);
  expect(s.commands.map((c) => c.kind)).toEqual(["acknowledge"]);
  s.facts = { ...s.facts, queues: s.facts.queues.map((q) => ({ ...q, hours: hoursOf([]) })) };
  s.given((x) => x.input({ kind: "facts.read", facts: x.facts, at: x.now })).when(says("chat", "in"));
  s.then("chat enters sales", "acknowledge chat: out_of_hours");
});

test("taken by hand while logged out with the page open, it stays with whoever works on it until the page is closed", () => {
  const s = team().given(online("dana"), passes("1 s"), writes("letter"), assigns("letter", "dana", "dana"), says("letter", "out"));
  s.when(says("letter", "in")).never("dana loses");
  s.given(says("letter", "out"), goesHome).when(says("letter", "in")).then("dana loses letter (offline)", "letter enters sales");
});

test("logged out in the very moment in which it came", () => {
  team().given(answered, intends("dana", "logged_out")).when(says("letter", "in")).then("dana loses letter (offline)");
});

test("a dialog that nobody had queued comes to its queue all the same; one without a queue is just taken", () => {
  const found =
    (dialogId: string, queueId: string | null): Step =>
    (s) => {
      s.dialogs.set(dialogId, { medium: "mail", open: true, queueId, awaiting: false });
      s.given(assigns(dialogId, "dana", "dana"));
    };
  const s = team().given(ready("dana"), found("letter", "sales"), found("own", null), found("strange", "closed-down"), goesHome, passes("1 h"));
  s.when(says("letter", "in"), says("own", "in"), says("strange", "in")).then("dana loses letter (offline)", "letter enters sales", "dana loses own (offline)");
  expect(entryOf(s)).toMatchObject({ enqueuedAt: s.now, medium: "mail", queueId: "sales", responsibleId: "dana" });
  expect([entryOf(s, "own"), entryOf(s, "strange"), s.state.assignments.size]).toEqual([undefined, undefined, 0]);
});

test("a call goes on: it lives in the phone", () => {
  const s = team().given(ready("dana"), calls("call"), answers("call"), intends("dana", "logged_out"));
  s.when(says("call", "in")).never("dana loses");
  expect(s.state.assignments.get("call")).toMatchObject({ awaiting: false });
});

test("a dialog that was handed to another queue comes back to that one, and a crash forgets nothing of it", () => {
  const s = new Story({ dana: { queues: { sales: {}, backup: {} } }, aigul: { queues: { backup: {} } } }, { sales: {}, backup: {} });
  s.given(ready("dana"), chats("chat"), accepts("dana", "chat"), transfers("chat", "dana", { queue: "backup" }), passes("31 s"), accepts("dana", "chat"));
  s.given(says("chat", "out"), crashes, intends("dana", "logged_out"), crashes).when(says("chat", "in"), crashes);
  s.then("dana loses chat (offline)", "chat enters backup").when(ready("aigul")).then("chat is offered to aigul (oldest_waiting)");
  s.given(closes("chat"));
});
