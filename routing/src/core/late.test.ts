import { expect, test } from "vitest";
import { hoursOf } from "./hours.ts";
import { asksToBeCalled, comes } from "./rules.fixture.ts";
import { accepts, answers, calls, chats, closes, crashes, intends, passes, picksUp, ready, rejects, rings, writes } from "./steps.fixture.ts";
import { START, type Step, Story } from "./story.fixture.ts";

// What is learned of somebody who waits already: that they are blocked, or that they are another's customer by now.

const team = () => new Story({ aigul: {}, bolat: {}, dana: {} });
const learned =
  (dialogId: string, identity: "known" | "blocked", responsible: string | null = null, substitute: string | null = null): Step =>
  (s) =>
    s.input({
      kind: "dialog.identified",
      dialogId,
      identity,
      responsible: responsible === null ? null : { employeeId: responsible, why: "interest" },
      substituteId: substitute,
      at: s.now,
    });
const blocked = (dialogId: string) => learned(dialogId, "blocked");
const entryOf = (s: Story, dialogId: string) => s.state.entries.get(dialogId);

test("a waiting caller who turns out to be blocked gets the fallback and keeps no place; the next one is offered", () => {
  const s = team().given(comes("call", { person: "p", number: "+7" }), calls("next"));
  s.when(blocked("call")).then("call leaves the queue: closed", "fallback for call");
  expect(entryOf(s, "call")).toBeUndefined();
  s.when(ready("dana")).then("next is offered to dana (oldest_waiting)").never("call is offered");
  // Calling again within two minutes, the place is not kept for such a one.
  s.given(passes("30 s"), comes("again", { person: "p" }));
  expect(entryOf(s, "again")?.enqueuedAt).toBe(START + 30_000);
});

test("a phone that rings for them, or was just picked up, is let go without a mark against whoever was asked", () => {
  for (const steps of [[rings("call")], [rings("call"), picksUp("call")]]) {
    const s = team().given(ready("dana"), calls("call"), ...steps);
    s.when(blocked("call")).then("dana's offer of call rescinded (closed)", "dana is idle", "stop ringing for call (hung-up)", "fallback for call");
    expect(s.state.agents.get("dana")).toMatchObject({ missed: 0, restUntil: null });
    s.when(calls("next")).then("next is offered to dana (least_loaded)");
  }
});

test("a blocked writer waits no more and hears nothing", () => {
  const s = team().given(ready("dana"), chats("chat"), writes("letter"));
  s.when(blocked("chat"), blocked("letter")).then("chat leaves the queue: closed", "letter leaves the queue: closed").never("fallback", "acknowledge");
  expect(s.state.entries.size).toBe(0);
});

test("a blocked one who was promised a callback is not called back, and is long gone for a fallback", () => {
  const s = team().given(comes("call", { number: "+77010000001", person: "p" }), asksToBeCalled("call"), closes("call"));
  s.when(blocked("call"), ready("dana")).then("call leaves the queue: closed").never("fallback", "call is offered", "dana calls");
});

test("whoever talks to them already decides alone", () => {
  const s = team().given(ready("dana"), calls("call"), answers("call"));
  s.when(blocked("call")).never("dana loses", "fallback");
  expect(s.stateOf("dana")).toBe("busy");
});

// ---------------------------------------------------------------- another's customer

/** Kazakh is asked for, and nobody here speaks it: only one's own responsible needs no skill. */
const kazakh = { requires: [{ skillId: "kazakh", level: 1, relaxMs: null }] };

test("a waiting caller whose Interest gets another responsible is offered to that one at once, in the old place", () => {
  const s = team().given(ready("aigul", "bolat"), comes("call", { ...kazakh, responsible: "dana" }), passes("40 s"), crashes);
  expect(entryOf(s, "call")).toMatchObject({ offer: null, rung: "queue" });
  s.when(learned("call", "known", "bolat")).then("call is offered to bolat (responsible_interest)");
  s.when(rejects("bolat", "call")).never("call is offered");
  expect(entryOf(s, "call")).toMatchObject({ enqueuedAt: START, rung: "queue", deadlineAt: START + 300_000 });
});

test("the new responsible about to be free is waited for; one who is away hands on to whoever stands in", () => {
  const s = team().given(ready("aigul"), calls("talk"), answers("talk"), closes("talk"), passes("25 s"));
  s.given(comes("call"));
  expect(entryOf(s, "call")?.waitsUntil).toBeNull();
  s.given(learned("call", "known", "aigul"), crashes);
  expect(entryOf(s, "call")?.waitsUntil).toBe(START + 25_000 + 20_000);
  s.when(passes("5 s")).then("call is offered to aigul (responsible_interest)");

  const away = new Story({ aigul: { absent: hoursOf([[START - 1, START + 3_600_000]]) }, dana: {} });
  away.given(ready("aigul", "dana"), comes("call", kazakh), passes("10 s"));
  away
    .when(learned("call", "known", "aigul", "dana"))
    .then("call finds nobody at responsible (not_eligible)", "call finds nobody at substitute (not_eligible)");
});

test("the same responsible told again, one who was asked before, and nobody at all change nothing", () => {
  const s = team().given(ready("aigul"), comes("call", { responsible: "aigul" }), rejects("aigul", "call"));
  const rung = () => [entryOf(s, "call")?.rung, s.decisions.length];
  const before = rung();
  s.given(learned("call", "known", "aigul"), learned("call", "known", null), learned("call", "known", "aigul"));
  expect(rung()).toEqual(before);
});

test("while a phone rings the new responsible is next; a promised callback stays where it is", () => {
  const s = team().given(ready("aigul", "bolat"), calls("call", { responsible: "aigul" }), rings("call"));
  s.when(learned("call", "known", "bolat")).never("aigul's offer");
  s.when(rejects("aigul", "call")).then("call is offered to bolat (responsible_interest)");
  const promised = team().given(comes("call", { number: "+77010000001" }), asksToBeCalled("call"), closes("call"));
  promised.given(learned("call", "known", "bolat"));
  expect(entryOf(promised, "call")).toMatchObject({ rung: "callback", listed: true });
});

test("a letter that nobody takes goes to the new responsible, who was not logged in before", () => {
  const s = team().given(ready("aigul"), writes("letter", { responsible: "dana" }), rejects("aigul", "letter"), ready("bolat"), intends("bolat", "paused"));
  s.when(rejects("bolat", "letter")).given(learned("letter", "known", "bolat"));
  expect(entryOf(s, "letter")?.rung).toBe("queue");
  s.when(intends("bolat", "available")).then("letter is offered to bolat (oldest_waiting)").given(accepts("bolat", "letter"));
});
