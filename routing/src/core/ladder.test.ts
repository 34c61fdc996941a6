import { expect, test } from "vitest";
import { hoursOf } from "./hours.ts";
import { loadOf } from "./load.ts";
import {
  accepts,
  answers,
  assigns,
  calls,
  chats,
  closes,
  crashes,
  disconnects,
  intends,
  leaves,
  legEnds,
  passes,
  ready,
  rejects,
  rings,
  says,
  writes,
} from "./steps.fixture.ts";
import { START, Story } from "./story.fixture.ts";
import { ALWAYS } from "./usual.ts";

const team = () => new Story({ aigul: {}, bolat: {}, dana: {} });

// ---------------------------------------------------------------- RG-04: the responsible manager

test("a known caller rings the responsible for 25 s, and the reason is stored", () => {
  const s = team()
    .given(ready("aigul", "bolat", "dana"))
    .when(calls("call", { responsible: "dana", why: "interest" }))
    .then("call enters sales", "call is offered to dana (responsible_interest)", "ring dana for call, 25 s");
  expect(s.decisions.at(-1)).toMatchObject({ rung: "responsible", chosenId: "dana", reason: { code: "responsible_interest" } });
});

test("the responsible is absent: the substitute gets the call for 20 s", () => {
  const away = hoursOf([[START - 1000, START + 3_600_000]]);
  new Story({ aigul: { absent: away }, bolat: {}, dana: {} })
    .given(ready("aigul", "bolat", "dana"))
    .when(calls("call", { responsible: "aigul", substitute: "bolat" }))
    .then("call finds nobody at responsible (not_eligible)", "call is offered to bolat (substitute)", "ring bolat for call, 20 s");
});

test("the responsible is offline: the least loaded gets the call, and why not the responsible is stored", () => {
  const s = team()
    .given(ready("bolat", "dana"))
    .when(calls("call", { responsible: "aigul" }))
    .then("call finds nobody at responsible (not_eligible)", "call is offered to bolat (least_loaded)");
  expect(s.decisions.map((d) => [d.rung, d.chosenId, d.refusals])).toEqual([
    ["responsible", null, { logged_out: 1 }],
    ["least_loaded", "bolat", { logged_out: 1 }],
  ]);
});

test("the responsible does not pick up for 25 s: the next rung rings, the responsible's phone stops", () => {
  team()
    .given(ready("aigul", "bolat"), calls("call", { responsible: "aigul" }), rings("call"))
    .when(passes("24 s"))
    .never("aigul's offer")
    .when(passes("1 s"))
    .then(
      "aigul's offer of call timed_out (no-answer)",
      "call is offered to bolat (least_loaded)",
      "stop ringing for call (no-answer)",
      "ring bolat for call, 20 s",
    );
});

test("a responsible who serves other queues only is passed over", () => {
  new Story({ aigul: { queues: { service: {} } }, bolat: {} }, { sales: {}, service: {} })
    .given(ready("aigul", "bolat"))
    .when(calls("call", { responsible: "aigul" }))
    .then("call finds nobody at responsible (not_eligible)", "call is offered to bolat (least_loaded)");
});

// ---------------------------------------------------------------- RG-05: the least loaded

const example = () =>
  new Story({
    aigul: { planned: 60, norm: 100, maxDialogs: 5 },
    bolat: { planned: 90, norm: 100, maxDialogs: 5 },
    dana: { planned: 20, norm: 50, maxDialogs: 3, queues: { sales: { weight: 0.5 } } },
  });

/** Gives an agent dialogs by hand: `a` that wait for an answer, `b` that do not. */
const has = (name: string, a: number, b: number) => (s: Story) => {
  for (let i = 0; i < a + b; i++) {
    const id = `${name}-${i}`;
    s.dialogs.set(id, { medium: "chat", open: true, queueId: "sales", awaiting: i < a });
    assigns(id, name, name)(s);
  }
};

test("the load formula of the book: Aigul 0.94, Bolat 0.71, Dana 0.80; a new caller goes to Bolat", () => {
  expect(loadOf(2, 4, 5, 60, 100, 1)).toBeCloseTo(0.94, 10);
  expect(loadOf(1, 1, 5, 90, 100, 1)).toBeCloseTo(0.71, 10);
  expect(loadOf(0, 2, 3, 20, 50, 0.5)).toBeCloseTo(0.8, 10);
  const s = example()
    .given(has("aigul", 2, 4), has("bolat", 1, 1), has("dana", 0, 2), ready("aigul", "bolat", "dana"))
    .when(calls("call"))
    .then("call is offered to bolat (least_loaded)");
  const decision = s.decisions.at(-1);
  expect(decision?.reason.load).toBeCloseTo(0.71, 10);
  expect(decision?.best.map((b) => [b.employeeId, Number(b.load.toFixed(2))])).toEqual([
    ["bolat", 0.71],
    ["dana", 0.8],
    ["aigul", 0.94],
  ]);
});

test("two new calls in one millisecond go one each to Bolat and Dana", () => {
  example()
    .given(has("bolat", 1, 1), has("dana", 0, 2), ready("bolat", "dana"))
    .when(calls("first"), calls("second"))
    .then("first is offered to bolat (least_loaded)", "second is offered to dana (least_loaded)");
});

test("equal loads: who was idle for longest, then the id", () => {
  team()
    .given(ready("aigul", "bolat", "dana"), calls("one"), answers("one"), closes("one"), passes("31 s"))
    .when(calls("two"))
    .then("two is offered to bolat (least_loaded)");
});

test("a norm of 0 today means not eligible; no norm at all means the term is 0", () => {
  const s = new Story({ aigul: { norm: 0 }, bolat: { planned: 500, norm: null } })
    .given(ready("aigul", "bolat"))
    .when(calls("call"))
    .then("call is offered to bolat (least_loaded)");
  expect(s.decisions.at(-1)).toMatchObject({ reason: { load: 0 }, refusals: { no_norm_today: 1 } });
});

test("the load told by the CRM counts at once", () => {
  const s = team().given(ready("aigul", "bolat"));
  s.input({ kind: "agent.load", employeeId: "aigul", plannedPoints: 50, normPoints: 100, at: s.now });
  s.when(calls("call")).then("call is offered to bolat (least_loaded)");
});

// ---------------------------------------------------------------- RG-06: the ladder to its end

test("up to three different people at the rung of the least loaded, then the queue", () => {
  new Story({ a: {}, b: {}, c: {}, d: {} })
    .given(ready("a", "b", "c", "d"))
    .when(calls("call"), rejects("a", "call"), rejects("b", "call"), rejects("c", "call"))
    .then(
      "call is offered to a (least_loaded)",
      "call is offered to b (least_loaded)",
      "call is offered to c (least_loaded)",
      "call is offered to d (oldest_waiting)",
    );
});

test("nobody ready, three wait; when Dana becomes ready the oldest goes to her", () => {
  team()
    .given(chats("oldest"), passes("1 s"), chats("middle"), passes("1 s"), chats("youngest"))
    .when(ready("dana"))
    .then("oldest is offered to dana (oldest_waiting)")
    .never("middle is offered", "youngest is offered")
    .when(accepts("dana", "oldest"))
    .then("dana has oldest", "middle is offered to dana (oldest_waiting)");
});

test("Dana goes offline with one unanswered: after 60 s it is back at its old place with a note; the answered one stays hers", () => {
  const s = team().given(
    ready("dana"),
    chats("answered"),
    accepts("dana", "answered"),
    says("answered", "out"),
    chats("unanswered"),
    accepts("dana", "unanswered"),
  );
  const place = [...s.tables.entries.values()].find((e) => e.dialogId === "unanswered")?.enqueuedAt;
  s.given(passes("5 s"), chats("younger"))
    .given(rejects("dana", "younger"), disconnects("dana"))
    .when(passes("59 s"))
    .never("dana loses")
    .when(passes("1 s"))
    .then("dana loses unanswered (offline)", "unanswered enters sales", "note in unanswered: returned_offline")
    .never("dana loses answered");
  expect(s.state.entries.get("unanswered")?.enqueuedAt).toBe(place);
  s.when(ready("aigul")).then("unanswered is offered to aigul (oldest_waiting)");
});

test("back within the minute of grace: nothing moves", () => {
  team()
    .given(ready("dana"), chats("chat"), accepts("dana", "chat"), disconnects("dana"), passes("59 s"), ready("dana"))
    .when(passes("5 min"))
    .never("dana loses");
});

test("logging out gives unanswered dialogs back at once", () => {
  team().given(ready("dana"), chats("chat"), accepts("dana", "chat")).when(intends("dana", "logged_out")).then("dana is offline", "dana loses chat (offline)");
});

test("VIP first, then the oldest", () => {
  team()
    .given(calls("plain"), passes("1 s"), calls("vip", { priority: 10 }))
    .when(ready("dana"))
    .then("vip is offered to dana (oldest_waiting)");
});

test("after 300 s of waiting the overflow queue takes the call at its old place; without one the dialplan's fallback does", () => {
  const s = new Story({ aigul: {}, bolat: { queues: { backup: {} } } }, { sales: { overflowQueueId: "backup" }, backup: {} })
    .given(ready("aigul", "bolat"), calls("busy"), answers("busy"), calls("busy-2", { queue: "backup" }), answers("busy-2"), calls("call"))
    .when(passes("300 s"))
    .then("call finds nobody at overflow (max_wait)", "call leaves the queue: overflowed", "call enters backup");
  expect(s.state.entries.get("call")?.enqueuedAt).toBe(START);
  s.when(passes("300 s")).then("call leaves the queue: overflowed", "fallback for call");
});

test("nobody logged in: a caller gets the fallback after 5 s, a writer waits", () => {
  team().when(calls("call"), writes("letter"), passes("5 s")).then("call finds nobody at overflow (no_agent)", "fallback for call").never("letter leaves");
});

test("all busy is not nobody: the caller waits on", () => {
  team().given(ready("dana"), calls("talk"), answers("talk"), calls("call")).when(passes("299 s")).never("fallback");
});

test("the last agent logs out while a caller waits: fallback 5 s later", () => {
  team()
    .given(ready("dana"), calls("talk"), answers("talk"), calls("call"), passes("100 s"))
    .when(intends("dana", "logged_out"), passes("5 s"))
    .then("call finds nobody at overflow (no_agent)", "fallback for call");
});

test("a visitor who waits too long is told once and waits on", () => {
  team().given(chats("chat")).when(passes("20 min")).then("chat finds nobody at overflow (max_wait)", "acknowledge chat: waiting").never("chat leaves");
});

test("out of hours: a caller gets the fallback at once, a letter its acknowledgement and a place in the queue", () => {
  const closed = hoursOf([[START + 3_600_000, START + 7_200_000]]);
  new Story({ aigul: { hours: closed } }, { sales: { hours: closed } })
    .given(ready("aigul"))
    .when(calls("call"), writes("letter"))
    .then(
      "call finds nobody at overflow (out_of_hours)",
      "fallback for call",
      "letter finds nobody at overflow (out_of_hours)",
      "acknowledge letter: out_of_hours",
    )
    .when(passes("1 h"))
    .then("letter is offered to aigul (oldest_waiting)");
});

test("a letter's offer lasts 15 minutes of working time", () => {
  const day = hoursOf([
    [START, START + 600_000],
    [START + 3_600_000, START + 7_200_000],
  ]);
  new Story({ aigul: { hours: ALWAYS } }, { sales: { hours: day } })
    .given(ready("aigul"), writes("letter"))
    .when(passes("64 min"))
    .never("aigul's offer")
    .when(passes("1 min"))
    .then("aigul's offer of letter timed_out (no-answer)");
});

test("cool-downs of the pair: 10 s after a refusal, 5 s after busy, 30 s after no answer", () => {
  const s = team().given(ready("dana"), calls("call"), rings("call"));
  s.when(rejects("dana", "call"), passes("9 s")).never("call is offered").when(passes("1 s")).then("call is offered to dana (oldest_waiting)");
  s.when(legEnds("call", "busy"), passes("4 s")).never("call is offered").when(passes("1 s")).then("call is offered to dana (oldest_waiting)");
  s.given(rings("call"))
    .when(legEnds("call", "no-answer"), passes("29 s"))
    .never("call is offered")
    .when(passes("1 s"))
    .then("call is offered to dana (oldest_waiting)");
});

test("a cooling pair keeps neither the agent from others nor the caller from others", () => {
  team()
    .given(ready("dana"), calls("first"), rejects("dana", "first"))
    .when(calls("second"))
    .then("second is offered to dana (least_loaded)")
    .when(ready("bolat"))
    .then("first is offered to bolat (oldest_waiting)");
});

test("the caller gives up while ringing: the ring stops, the entry is abandoned, a late answer is hung up with its reason", () => {
  team()
    .given(ready("dana"), calls("call"), rings("call"))
    .when(leaves("call"))
    .then("dana's offer of call rescinded (abandoned)", "call leaves the queue: abandoned", "stop ringing for call (hung-up)")
    .when(answers("call"))
    .then("stop ringing for call (hung-up)")
    .never("dana has");
});

test("identified late: the responsible comes next when the running offer ends", () => {
  const s = team().given(ready("aigul", "bolat"), calls("call"));
  s.input({
    kind: "dialog.identified",
    dialogId: "call",
    identity: "known",
    responsible: { employeeId: "bolat", why: "customer" },
    substituteId: null,
    at: s.now,
  });
  s.when(rejects("aigul", "call")).then("call is offered to bolat (responsible_customer)");
});

test("a crash between any two steps changes nothing", () => {
  team()
    .given(ready("aigul", "bolat"), crashes, calls("call", { responsible: "aigul" }), crashes, rings("call"), crashes)
    .when(passes("25 s"), crashes)
    .then("aigul's offer of call timed_out (no-answer)", "call is offered to bolat (least_loaded)")
    .when(answers("call"), crashes, closes("call"), crashes, passes("30 s"))
    .then("bolat has call", "bolat is busy", "bolat is wrapup", "bolat is idle");
});

test("the emergency switch is thrown while a phone rings: whoever is not answered then does not wait in the closed queue", () => {
  const s = team().given(ready("dana"), calls("call"), rings("call"));
  s.facts = {
    ...s.facts,
    emergencies: [{ queueId: "sales", channelId: null, lineId: null, mode: "closed", redirectQueueId: null, redirectNumber: null, untilMs: null }],
  };
  s.when((x) => x.input({ kind: "facts.read", facts: x.facts, at: x.now })).never("dana's offer", "call leaves");
  s.when(passes("20 s")).then("call finds nobody at overflow (emergency)", "call leaves the queue: overflowed", "fallback for call");
});
