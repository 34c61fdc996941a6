import { expect, test } from "vitest";
import { REFUSALS } from "./eligibility.ts";
import { hoursOf } from "./hours.ts";
import { kept } from "./kept.fixture.ts";
import {
  accepts,
  answers,
  assigns,
  calls,
  chats,
  closes,
  connects,
  disconnects,
  intends,
  leaves,
  messages,
  online,
  passes,
  picksUp,
  ready,
  rings,
  says,
  writes,
} from "./steps.fixture.ts";
import { START, type Step, type Story } from "./story.fixture.ts";

const dana = (s: Story) => s.state.agents.get("dana");
const phone =
  (reachable: boolean): Step =>
  (s) =>
    s.input({ kind: "agent.phone", employeeId: "dana", reachable, at: s.now });
const wrapup =
  (action: "finish" | "extend"): Step =>
  (s) =>
    s.input({ kind: "agent.wrapup", employeeId: "dana", action, at: s.now });

// ---------------------------------------------------------------- the one derived state

test("offline until there is a page and a log-in, whatever the phone does", () => {
  const { story } = kept();
  const shown = (...steps: Step[]) => story.given(...steps).stateOf("dana");
  expect(shown()).toBe("offline");
  expect(shown(phone(true))).toBe("offline");
  expect(shown(connects("dana"))).toBe("offline");
  expect(shown(intends("dana", "available"))).toBe("idle");
  expect(shown(intends("dana", "logged_out"))).toBe("offline");
});

test("of all that holds the first is shown: a call, then writing up, then the ring, then the lost page, then the break", () => {
  const { story } = kept({ dana: {} });
  const shown = (...steps: Step[]) => story.given(...steps).stateOf("dana");
  expect(shown(ready("dana"), calls("call"))).toBe("offered");
  expect(shown(answers("call"), disconnects("dana"), intends("dana", "paused"))).toBe("busy");
  expect(shown(leaves("call"))).toBe("wrapup");
  expect(shown(passes("30 s"))).toBe("unreachable");
  expect(shown(connects("dana"))).toBe("paused");
  expect(shown(intends("dana", "available"))).toBe("idle");
});

test("a phone that cannot ring makes unreachable whoever serves calls alone, and nobody else", () => {
  const { story } = kept({
    dana: {},
    bolat: { queues: { sales: { media: ["chat", "mail"] } } },
    timur: { queues: { sales: { media: ["voice"] } } },
    asel: { queues: {} },
  });
  const all = ["dana", "bolat", "timur", "asel"];
  story.given(...all.flatMap((name) => [connects(name), intends(name, "available")]));
  expect(all.map((name) => story.stateOf(name))).toEqual(["idle", "idle", "unreachable", "idle"]);
  expect(dana(story)?.refusals.map((r) => REFUSALS[r])).toEqual(["phone_unreachable", "none", "none", "none"]);
});

test("the phone's coming and going is told to the screens though the state shown stays; hearing it twice is no news", () => {
  const { story, last } = kept();
  const told = () => last().events.map((e) => e.kind);
  story.given(ready("dana"), phone(false));
  expect([story.stateOf("dana"), told(), last().spans]).toEqual(["idle", ["presence.changed"], []]);
  story.given(phone(false));
  expect(told()).toEqual([]);
  story.given(phone(true));
  expect(told()).toEqual(["presence.changed"]);
});

test("with as many dialogs as one may hold one is busy, with one fewer idle; without a limit of one's own idle", () => {
  const { story } = kept({ dana: { maxDialogs: 2 } });
  story.given(ready("dana"), chats("a"), accepts("dana", "a"));
  expect(story.stateOf("dana")).toBe("idle");
  story.given(messages("b"), accepts("dana", "b"));
  expect(story.stateOf("dana")).toBe("busy");
  story.given(says("a", "out"));
  expect(story.stateOf("dana")).toBe("busy");
  expect(
    kept({ dana: { maxDialogs: 0 } })
      .story.given(ready("dana"))
      .stateOf("dana"),
  ).toBe("idle");
});

// ---------------------------------------------------------------- the time sheet

test("every change of state is a line of the time sheet, with the intent, its reason and the moment", () => {
  const { story, spans } = kept();
  story.given(ready("dana"), passes("5 s"), intends("dana", "paused", "lunch"), passes("5 s"), intends("dana", "paused", "training"), passes("5 s"));
  story.given(intends("dana", "paused", "training"), intends("dana", "logged_out"));
  expect(spans()).toEqual([
    { employeeId: "dana", state: "idle", intent: "available", reason: null, from: START },
    { employeeId: "dana", state: "paused", intent: "paused", reason: "lunch", from: START + 5_000 },
    { employeeId: "dana", state: "paused", intent: "paused", reason: "training", from: START + 10_000 },
    { employeeId: "dana", state: "offline", intent: "logged_out", reason: null, from: START + 15_000 },
  ]);
  expect(dana(story)?.stateSince).toBe(START + 15_000);
});

test("a line is told to the screens with the employee's name", () => {
  const { story, last } = kept();
  story.given(ready("dana"), intends("dana", "paused"));
  expect(last().events).toEqual([{ kind: "presence.changed", dialogId: null, payload: { employeeId: "dana" } }]);
});

test("a break that is asked for in a call is a line of its own at once: the same state, another intent", () => {
  const { story, last } = kept();
  story.given(ready("dana"), calls("call"), answers("call"), passes("7 s"), intends("dana", "paused", "lunch"));
  expect(last().spans).toEqual([{ employeeId: "dana", state: "busy", intent: "paused", reason: "lunch", from: START + 7_000 }]);
  expect(dana(story)?.stateSince).toBe(START + 7_000);
});

test("what changes nothing that is shown is no line", () => {
  const { story, last } = kept();
  story.given(ready("dana"), connects("dana"));
  expect(last().spans).toEqual([]);
  expect(last().agents.map((a) => a.id)).toEqual(["dana"]);
});

// ---------------------------------------------------------------- connection

test("the grace begins when the last page is gone and is not begun again by hearing it twice", () => {
  const { story } = kept();
  story.given(ready("dana"), disconnects("dana"), passes("20 s"), disconnects("dana"));
  expect(dana(story)).toMatchObject({ online: false, offlineSince: START });
  story.when(passes("39 s")).never("dana is offline").when(passes("1 s")).then("dana is offline");
  expect(dana(story)?.offlineSince).toBeNull();
});

test("back within the grace: the grace is over, and the next one is a whole one", () => {
  const { story } = kept();
  story.given(ready("dana"), disconnects("dana"), passes("50 s"), connects("dana"), passes("5 s"), disconnects("dana"));
  expect(dana(story)?.grace.at).toBe(START + 115_000);
  story.when(passes("59 s")).never("dana is offline").when(passes("1 s")).then("dana is offline");
});

test("somebody who was never here and disconnects is no news", () => {
  const { story, last } = kept();
  story.given(disconnects("dana"));
  expect(last().agents).toEqual([]);
  expect(dana(story)?.grace.isSet()).toBe(false);
});

test("at the end of the grace what waits for an answer goes back, what was answered stays, a talk goes on in the phone", () => {
  const { story } = kept({ dana: {} });
  story.given(ready("dana"), chats("answered"), accepts("dana", "answered"), says("answered", "out"), messages("waits"), accepts("dana", "waits"));
  story.given(writes("letter"), calls("call"), answers("call"), disconnects("dana"));
  story
    .when(passes("60 s"))
    .then("dana's offer of letter rescinded (agent_gone)", "dana loses waits (offline)", "note in waits: returned_offline")
    .never("dana loses answered", "dana loses call");
});

// ---------------------------------------------------------------- intent and misses

test("being available again forgives the misses; taking a break does not", () => {
  const { story } = kept();
  story.given(ready("dana"), chats("chat"), passes("45 s"));
  expect(dana(story)?.missed).toBe(1);
  story.given(intends("dana", "paused"));
  expect(dana(story)?.missed).toBe(1);
  story.given(intends("dana", "available"));
  expect(dana(story)?.missed).toBe(0);
});

test("the machine's break comes at the second miss; a break of one's own keeps its reason", () => {
  const { story } = kept({ dana: {} });
  story.given(ready("dana"), chats("chat"), passes("45 s"), passes("29 s"));
  expect(dana(story)).toMatchObject({ intent: "available", missed: 1 });
  story.given(passes("1 s"), intends("dana", "paused", "lunch"), passes("45 s"));
  expect(dana(story)).toMatchObject({ intent: "paused", reason: "lunch", missed: 2 });
});

test("nobody who logged out is put on a break by the machine", () => {
  const { story } = kept({ dana: {} });
  story.given(ready("dana"), calls("call"), rings("call"), passes("20 s"), passes("30 s"), rings("call"), intends("dana", "logged_out"), passes("20 s"));
  expect(dana(story)).toMatchObject({ intent: "logged_out", reason: null });
});

// ---------------------------------------------------------------- wrap-up

test("a wrap-up of no length is none", () => {
  const { story } = kept({ dana: {} }, { sales: { wrapupVoiceMs: 0 } });
  story.given(ready("dana"), calls("call"), answers("call"));
  story.when(leaves("call")).then("dana is idle").never("dana is wrapup");
  expect(dana(story)).toMatchObject({ wrapupUntil: null, wrapupMs: 0 });
});

test("two dialogs that end one after the other: the later end counts, and the last length", () => {
  const { story } = kept({ dana: {} }, { sales: { wrapupVoiceMs: 30_000, wrapupChatMs: 15_000 } });
  story.given(ready("dana"), chats("chat"), accepts("dana", "chat"), calls("call"), answers("call"), leaves("call"), passes("5 s"), closes("chat", "dana"));
  expect(dana(story)).toMatchObject({ wrapupUntil: START + 30_000, wrapupMs: 15_000 });
  story.given(passes("25 s"));
  expect(dana(story)?.wrapupUntil).toBeNull();
});

test("extending adds one more of the same length, a quarter of a minute at least, ten minutes from now at most", () => {
  const after = (wrapupVoiceMs: number, times: number) => {
    const { story } = kept({ dana: {} }, { sales: { wrapupVoiceMs } });
    story.given(ready("dana"), calls("call"), answers("call"), leaves("call"));
    for (let i = 0; i < times; i++) story.given(wrapup("extend"));
    return (dana(story)?.wrapupUntil ?? 0) - START;
  };
  expect([after(30_000, 1), after(30_000, 2), after(5_000, 1), after(400_000, 1), after(30_000, 50)]).toEqual([60_000, 90_000, 20_000, 600_000, 600_000]);
});

test("nothing to end and nothing to extend: nothing changes", () => {
  const { story, last } = kept();
  story.given(ready("dana"), wrapup("finish"));
  expect(last().agents).toEqual([]);
  story.given(wrapup("extend"));
  expect(last().agents).toEqual([]);
  expect(dana(story)).toMatchObject({ wrapupUntil: null });
});

test("an ended wrap-up has no clock left to strike", () => {
  const { story, last } = kept();
  story.given(ready("dana"), calls("call"), answers("call"), leaves("call"), wrapup("finish"));
  expect(dana(story)?.wrapup.isSet()).toBe(false);
  story.given((s) => s.input({ kind: "deadline", deadlineId: "wrapup:dana", at: s.now }));
  expect(last().agents).toEqual([]);
});

// ---------------------------------------------------------------- the phone's rest

test("a phone that rests takes chats, and calls again as soon as it registers anew", () => {
  const { story } = kept();
  story.given(ready("dana"), calls("call"), passes("20 s"));
  expect(dana(story)).toMatchObject({ restUntil: START + 30_000, missed: 0 });
  story.given(passes("5 s"), phone(true));
  expect(dana(story)?.restUntil).toBeNull();
  expect(dana(story)?.rest.isSet()).toBe(false);
});

test("hearing that a phone is gone does not end its rest", () => {
  const { story } = kept();
  story.given(ready("dana"), calls("call"), passes("20 s"), phone(false));
  expect(dana(story)).toMatchObject({ restUntil: START + 30_000, phoneReachable: false });
  story.given(passes("10 s"));
  expect(dana(story)?.restUntil).toBeNull();
});

// ---------------------------------------------------------------- hours and absences

test("the next border of hours or absence, whichever is nearer, is the clock; behind the last there is none", () => {
  const { story } = kept({ dana: { hours: hoursOf([[START - 1000, START + 60_000]]), absent: hoursOf([[START + 20_000, START + 40_000]]) } });
  const at = () => (dana(story)?.gate.isSet() ? (dana(story)?.gate.at ?? 0) - START : null);
  expect(at()).toBe(20_000);
  story.given(passes("20 s"));
  expect([dana(story)?.absent, dana(story)?.inHours, at()]).toEqual([true, true, 40_000]);
  story.given(passes("20 s"));
  expect([dana(story)?.absent, dana(story)?.inHours, at()]).toEqual([false, true, 60_000]);
  story.given(passes("20 s"));
  expect([dana(story)?.absent, dana(story)?.inHours, at()]).toEqual([false, false, null]);
});

test("at the end of the hours the last who serves calls is gone: callers have five seconds", () => {
  const { story } = kept({ dana: { hours: hoursOf([[START - 1000, START + 60_000]]) } });
  story.given(ready("dana"), calls("talk"), answers("talk"), passes("10 s"), calls("call"));
  story.when(passes("54 s")).never("fallback").when(passes("1 s")).then("call finds nobody at overflow (no_agent)", "fallback for call");
});

test("somebody comes while the caller's five seconds run: the whole wait counts again", () => {
  const { story } = kept({ dana: {}, bolat: {} });
  story.given(calls("call"), passes("4 s"), online("bolat"), intends("bolat", "available"), rings("call"));
  expect(story.state.entries.get("call")?.offer?.employeeId).toBe("bolat");
  const other = kept({ dana: {} }).story.given(calls("call"), passes("4 s"), connects("dana"), intends("dana", "available"));
  other.when(passes("10 s")).never("fallback");
  expect(other.state.entries.get("call")).toMatchObject({ aloneSince: null });
});

test("one of two leaves: callers wait on; writers always do", () => {
  const { story } = kept({ dana: {}, bolat: {} });
  story.given(ready("dana", "bolat"), calls("t1"), answers("t1"), calls("t2"), answers("t2"), calls("call"), chats("chat"));
  story.when(intends("dana", "logged_out"), passes("60 s")).never("fallback", "chat leaves");
  story.when(intends("bolat", "logged_out"), passes("5 s")).then("fallback for call").never("chat leaves");
});

// ---------------------------------------------------------------- who comes first

test("a load that changes moves one in the list of the ready at once", () => {
  const { story } = kept({ bolat: {}, dana: {} });
  story.given(ready("bolat", "dana"), (s) => s.input({ kind: "agent.load", employeeId: "bolat", plannedPoints: 10, normPoints: 100, at: s.now }));
  story.when(chats("first")).then("first is offered to dana (least_loaded)");
  story.given((s) => s.input({ kind: "agent.load", employeeId: "bolat", plannedPoints: 0, normPoints: 100, at: s.now }));
  story.when(chats("second")).then("second is offered to bolat (least_loaded)");
});

test("whoever was given something by hand has been idle for less long", () => {
  const { story } = kept({ bolat: {}, dana: {} });
  story.dialogs.set("x", { medium: "chat", open: true, queueId: "sales", awaiting: false });
  story.given(ready("bolat", "dana"), passes("1 s"), assigns("x", "bolat", "head"), closes("x", "bolat"), passes("1 min"));
  story.when(chats("chat")).then("chat is offered to dana (least_loaded)");
});

test("an employee nobody knows is nobody's trouble", () => {
  const { story, last } = kept();
  for (const input of [
    { kind: "agent.connection", employeeId: "x", online: true, at: START },
    { kind: "agent.phone", employeeId: "x", reachable: true, at: START },
    { kind: "agent.intent", employeeId: "x", intent: "available", reason: null, by: "x", at: START },
    { kind: "agent.wrapup", employeeId: "x", action: "finish", at: START },
    { kind: "agent.load", employeeId: "x", plannedPoints: 1, normPoints: null, at: START },
    { kind: "deadline", deadlineId: "grace:x", at: START },
  ] as const) {
    story.input(input);
    expect(last()).toMatchObject({ agents: [], events: [], commands: [], spans: [] });
  }
});

test("a pick-up keeps the ring's clock from ending the offer as missed", () => {
  const { story } = kept();
  story.given(ready("dana"), calls("call"), rings("call"), passes("19 s"), picksUp("call"));
  story.when(passes("2 s")).never("dana's offer");
  expect(dana(story)?.missed).toBe(0);
});
