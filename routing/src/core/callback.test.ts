import { expect, test } from "vitest";
import { hoursOf } from "./hours.ts";
import { asksToBeCalled, comes, setsQueue } from "./rules.fixture.ts";
import { accepts, answers, assigns, calls, chats, closes, crashes, disconnects, leaves, passes, picksUp, ready, rejects, rings } from "./steps.fixture.ts";
import { START, Story } from "./story.fixture.ts";

const busy = (queue = {}) => new Story({ dana: {} }, { sales: { wrapupVoiceMs: 0, ...queue } }).given(ready("dana"), calls("talk"), answers("talk"));
/** The caller waits, presses the key and hangs up. */
const promised = (queue = {}) => busy(queue).given(comes("call", { person: "olga" }), passes("10 s"), asksToBeCalled("call"), closes("call"));
const callsBack = (s: Story) => s.commands.filter((c) => c.kind === "call-back");

test("the caller presses the key: the place is kept, the caller is told and may hang up; a card, and one call when it is accepted", () => {
  const s = busy().given(comes("call"), passes("10 s"));
  const place = s.state.entries.get("call")?.enqueuedAt;
  s.when(asksToBeCalled("call"), leaves("call"), closes("call")).then(
    "call finds nobody at queue (callback_promised)",
    "call leaves the queue: callback",
    "call enters sales",
    "tell call: callback_promised",
  );
  expect(s.state.entries.get("call")).toMatchObject({ enqueuedAt: place, rung: "callback", callbackNumber: "+77010000001" });
  s.when(closes("talk")).then("call is offered to dana (callback)").never("ring");
  expect([...s.tables.offers.values()].at(-1)).toMatchObject({ rung: "callback", deadlineAt: s.now + 45_000 });
  s.when(accepts("dana", "call"))
    .then("dana's offer of call accepted", "call leaves the queue: answered", "dana calls +77010000001 back for call")
    .never("dana has");
  s.given(accepts("dana", "call"), crashes, accepts("dana", "call"), passes("5 min"));
  expect(callsBack(s)).toHaveLength(1);
});

test("who makes a callback gets no other call for a while, and then does", () => {
  promised()
    .given(closes("talk"), accepts("dana", "call"))
    .when(calls("next"), passes("44 s"))
    .never("next is offered")
    .when(passes("1 s"))
    .then("next is offered to dana (oldest_waiting)");
});

test("a callback goes before whoever came later, and after whoever came earlier", () => {
  busy()
    .given(calls("earlier"), passes("1 s"), comes("call"), passes("1 s"), calls("later"), asksToBeCalled("call"))
    .when(closes("talk"), answers("earlier"), closes("earlier"))
    .then("earlier is offered to dana (oldest_waiting)", "call is offered to dana (callback)")
    .when(accepts("dana", "call"), passes("45 s"))
    .then("later is offered to dana (oldest_waiting)");
});

test("refused or left lying, the card goes to the next; twice left lying pauses as with any offer", () => {
  const s = new Story({ bolat: {}, dana: {} }, { sales: {} }).given(ready("bolat"), calls("talk"), answers("talk"), comes("call"), asksToBeCalled("call"));
  s.when(ready("dana"))
    .then("call is offered to dana (callback)")
    .when(rejects("dana", "call"), passes("10 s"))
    .then("dana's offer of call rejected (declined)", "call is offered to dana (callback)")
    .when(passes("45 s"), passes("30 s"), passes("45 s"))
    .then("dana's offer of call timed_out (no-answer)", "call is offered to dana (callback)", "dana is paused");
});

test("whoever has just refused the caller is not asked to call back before the cool-down is over", () => {
  const s = new Story({ dana: {} }).given(ready("dana"), comes("call"), rings("call"), rejects("dana", "call"), passes("2 s"));
  s.when(asksToBeCalled("call"), passes("7 s")).never("call is offered").when(passes("1 s")).then("call is offered to dana (callback)");
  const two = new Story({ bolat: {}, dana: {} }).given(ready("dana"), comes("call"), rings("call"), rejects("dana", "call"), ready("bolat"));
  expect(two.state.entries.get("call")?.offer?.agent.id).toBe("bolat");
  two.when(asksToBeCalled("call")).then("call is offered to bolat (callback)");
});

test("devices have no say in a callback: whatever they report of its offer changes nothing", () => {
  promised().given(closes("talk")).when(rings("call"), picksUp("call"), answers("call")).never("bridge", "dana has", "dana's offer");
});

test("while a phone rings for the caller the key still works; while somebody picks up it does not", () => {
  const ringing = () => new Story({ dana: {} }).given(ready("dana"), comes("call"), rings("call"));
  ringing()
    .when(asksToBeCalled("call"))
    .then(
      "dana's offer of call rescinded (callback)",
      "call leaves the queue: callback",
      "call is offered to dana (callback)",
      "stop ringing for call (cancelled)",
    );
  ringing().given(picksUp("call")).when(asksToBeCalled("call")).never("call leaves");
});

test("a queue that offers no callback, a writer, nobody's dialog: the key does nothing", () => {
  busy({ callbackOffered: false }).given(comes("call")).when(asksToBeCalled("call")).never("call leaves");
  busy().given(chats("chat")).when(asksToBeCalled("chat")).never("chat leaves");
  busy().when(asksToBeCalled("stranger")).never("stranger");
});

test("pressed twice, or promised in an earlier call: one callback, the first promise", () => {
  const s = promised();
  const place = s.state.entries.get("call")?.enqueuedAt;
  s.given(asksToBeCalled("call", "+77019999999"));
  expect(s.state.entries.get("call")?.callbackNumber).toBe("+77010000001");
  s.when(comes("again", { person: "olga" }), asksToBeCalled("again")).then("again leaves the queue: callback", "tell again: callback_promised");
  expect(s.state.entries.has("again")).toBe(false);
  expect([...s.state.entries.values()].map((e) => [e.dialogId, e.enqueuedAt])).toEqual([["call", place]]);
});

test("the person comes through by another call: the callback is over, its card disappears", () => {
  const s = new Story({ bolat: {}, dana: {} }, { sales: { wrapupVoiceMs: 0 } }).given(ready("bolat"), calls("talk"), answers("talk"));
  s.given(comes("call", { person: "olga" }), asksToBeCalled("call"), closes("call"), ready("dana"), closes("talk"));
  s.when(comes("again", { person: "olga" }), answers("again")).then("bolat has again");
  expect(s.state.entries.has("call")).toBe(false);
  expect(s.happened).toContain("dana's offer of call rescinded (taken)");
  expect(s.happened).toContain("call leaves the queue: closed");
  expect(callsBack(s)).toEqual([]);
});

test("nobody takes it in four hours of working time: it is over, the missed call's inquiry stays", () => {
  const day = hoursOf([
    [START, START + 3_600_000],
    [START + 86_400_000, START + 86_400_000 + 6 * 3_600_000],
  ]);
  promised({ hours: day })
    .given(disconnects("dana"))
    .when(passes("26 h"))
    .never("call leaves the queue: overflowed")
    .when(passes("1 h"))
    .then("call finds nobody at overflow (max_wait)", "call leaves the queue: overflowed")
    .never("fallback for call");
});

test("the wait is over and the queue calls back: promised unasked to whoever has a number, the fallback for others", () => {
  busy({ onMaxWait: "callback" })
    .given(comes("known", { number: "+77010000002" }), comes("hidden"))
    .when(passes("300 s"))
    .then("known finds nobody at overflow (callback_promised)", "tell known: callback_promised", "fallback for hidden")
    .never("fallback for known")
    .when(closes("talk"), accepts("dana", "known"))
    .then("dana calls +77010000002 back for known");
});

test("an overflow queue comes before the callback; nobody logged in is a reason for it too", () => {
  const s = new Story(
    { dana: {}, bolat: { queues: { backup: {} } } },
    { sales: { onMaxWait: "callback", overflowQueueId: "backup" }, backup: { onMaxWait: "callback" } },
  );
  s.given(ready("dana"), calls("talk"), answers("talk")).when(comes("call", { number: "+77010000002" }), passes("305 s"));
  s.then("call enters backup", "call finds nobody at overflow (no_agent)", "call leaves the queue: callback", "call enters backup");
});

test("taken by hand it is called at once; given to somebody it lies on their screen first", () => {
  promised()
    .given(closes("talk"), rejects("dana", "call"))
    .when(assigns("call", "dana", "dana"))
    .then("call is offered to dana (manual)", "dana calls +77010000001 back for call");
  promised()
    .given(closes("talk"), rejects("dana", "call"))
    .when(assigns("call", "dana", "head"))
    .then("call is offered to dana (manual)")
    .never("dana calls", "ring")
    .when(accepts("dana", "call"))
    .then("dana calls +77010000001 back for call");
});

test("somebody closes it by hand: there is nothing to call back", () => {
  promised().when(closes("call", "dana")).then("call leaves the queue: closed").when(closes("talk")).never("call is offered");
});

test("a crash loses neither the promise, nor the place, nor the call", () => {
  const s = promised().given(crashes, closes("talk"), crashes);
  expect(s.state.entries.get("call")?.offer?.employeeId).toBe("dana");
  s.given(setsQueue("sales", {}), crashes, accepts("dana", "call"));
  expect(callsBack(s)).toHaveLength(1);
  s.given(comes("again", { person: "olga" }), asksToBeCalled("again"), crashes);
  expect(s.state.entries.get("again")?.callbackNumber).toBe("+77010000001");
});
