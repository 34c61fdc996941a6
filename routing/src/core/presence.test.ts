import { expect, test } from "vitest";
import { hoursOf } from "./hours.ts";
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
  legEnds,
  lost,
  online,
  passes,
  picksUp,
  ready,
  rejects,
  rings,
  writes,
} from "./steps.fixture.ts";
import { START, Story } from "./story.fixture.ts";

const one = () => new Story({ dana: {} });
const two = () => new Story({ bolat: {}, dana: {} });

// ---------------------------------------------------------------- CC-22

test("two missed calls in a row: the agent is on a break that the machine set", () => {
  const s = one().given(ready("dana"), calls("call"), rings("call"));
  s.when(passes("20 s")).then("dana's offer of call timed_out (no-answer)", "dana is idle");
  s.given(passes("30 s"), rings("call")).when(passes("20 s")).then("dana is paused");
  expect(s.state.agents.get("dana")).toMatchObject({ intent: "paused", reason: "auto" });
});

test("an answered call in between forgives the missed one", () => {
  const s = one().given(ready("dana"), calls("call"), rings("call"), passes("50 s"), answers("call"), closes("call"), passes("31 s"));
  s.given(calls("next"), rings("next")).when(passes("20 s")).never("dana is paused");
});

test("page closed: unreachable at once, offline after 60 s", () => {
  const s = one().given(ready("dana"));
  s.when(disconnects("dana")).then("dana is unreachable").when(passes("60 s")).then("dana is offline");
  s.when(connects("dana")).then("dana is idle");
});

test("a call ends: wrap-up counts 30 s, then ready; finished early or extended on request", () => {
  const s = one().given(ready("dana"), calls("call"), answers("call"));
  s.when(leaves("call")).then("dana is wrapup").when(passes("29 s")).never("dana is").when(passes("1 s")).then("dana is idle");
  s.given(calls("second"), answers("second"), closes("second"));
  s.input({ kind: "agent.wrapup", employeeId: "dana", action: "extend", at: s.now });
  s.when(passes("59 s")).never("dana is").when(passes("1 s")).then("dana is idle");
  s.given(calls("third"), answers("third"), closes("third"));
  s.when((t) => t.input({ kind: "agent.wrapup", employeeId: "dana", action: "finish", at: t.now })).then("dana is idle");
});

test("a chat's wrap-up is 15 s, a letter has none", () => {
  const s = one().given(ready("dana"), chats("chat"), accepts("dana", "chat"));
  s.when(closes("chat", "dana")).then("dana is wrapup").when(passes("15 s")).then("dana is idle");
  s.given(writes("letter"), accepts("dana", "letter")).when(closes("letter", "dana")).never("dana is wrapup");
});

test("ringing and busy are set by what the phone does", () => {
  one().given(ready("dana")).when(calls("call")).then("dana is offered").when(answers("call")).then("bridge call", "dana has call", "dana is busy");
});

test("a pause asked for in a call shows after it", () => {
  const s = one().given(ready("dana"), calls("call"), answers("call"));
  s.when(intends("dana", "paused", "lunch"));
  expect(s.stateOf("dana")).toBe("busy");
  s.when(closes("call")).then("dana is wrapup").when(passes("30 s")).then("dana is paused");
});

test("a phone that is not registered: no calls, chats all the same", () => {
  const s = one().given(connects("dana"), intends("dana", "available"));
  expect(s.stateOf("dana")).toBe("idle");
  s.when(calls("call")).never("call is offered").when(chats("chat")).then("chat is offered to dana (least_loaded)");
  s.given(rejects("dana", "chat")).when(online("dana")).then("call is offered to dana (oldest_waiting)");
});

test("absence and hours gate what is offered, and never overwrite what the agent has set", () => {
  const s = new Story({ dana: { absent: hoursOf([[START + 60_000, START + 120_000]]) } }).given(ready("dana"), passes("60 s"), chats("chat"));
  expect(s.state.agents.get("dana")?.intent).toBe("available");
  expect(s.state.entries.get("chat")?.offer).toBeNull();
  s.when(passes("60 s")).then("chat is offered to dana (oldest_waiting)");
});

// ---------------------------------------------------------------- capacity

test("messages up to max_dialogs, one offer at a time; a letter's offer does not keep a call away", () => {
  const s = new Story({ dana: { maxDialogs: 2 } }).given(ready("dana"), chats("c1"), accepts("dana", "c1"), writes("l1"));
  s.when(chats("c2")).never("c2 is offered");
  s.when(calls("call")).then("call is offered to dana (least_loaded)");
});

test("a call the agent makes counts at once", () => {
  const s = one().given(ready("dana"));
  s.dialogs.set("out", { medium: "voice", open: true, queueId: null, awaiting: false });
  s.when(assigns("out", "dana", "dana"))
    .then("dana is busy")
    .when(calls("call"), passes("1 s"), chats("chat"))
    .never("call is offered", "chat is offered");
  s.when(closes("out", "dana")).then("call is offered to dana (oldest_waiting)");
});

// ---------------------------------------------------------------- devices

test("picked up but no bridge in 10 s: the call goes on at its old place, the phone rests", () => {
  const s = two().given(ready("dana"), calls("call"), rings("call"), picksUp("call"), ready("bolat"));
  s.when(passes("10 s")).then("dana's offer of call failed (no_media)", "call is offered to bolat (least_loaded)", "stop ringing for call (failed)");
  expect(s.state.entries.get("call")?.enqueuedAt).toBe(START);
});

test("a phone that never rang is not a missed call, and rests 10 s", () => {
  const s = one().given(ready("dana"), calls("call"));
  s.when(passes("20 s")).then("dana's offer of call failed (undeliverable)");
  expect(s.state.agents.get("dana")?.missed).toBe(0);
  s.when(calls("next")).never("next is offered").when(passes("10 s")).then("next is offered to dana (oldest_waiting)");
});

test("the device vanishes in mid-call: 30 s to come back, then the caller waits again at the old place", () => {
  two().given(ready("dana"), calls("call"), answers("call"), lost("call"), passes("29 s"), bridged("call")).when(passes("5 min")).never("dana loses");
  const s = two().given(ready("dana"), calls("call"), answers("call"), passes("40 s"), ready("bolat"), lost("call"));
  s.when(passes("30 s")).then("dana loses call (device_lost)", "call is offered to bolat (least_loaded)", "note in call: returned_device_lost");
  expect(s.state.entries.get("call")?.enqueuedAt).toBe(START);
});

test("declined at the device is a refusal", () => {
  two()
    .given(ready("dana"), calls("call"), rings("call"), ready("bolat"))
    .when(legEnds("call", "declined"))
    .then("dana's offer of call rejected (declined)", "call is offered to bolat (least_loaded)");
});

// ---------------------------------------------------------------- by hand

test("taken from the queue: the offer to another is withdrawn, the taker has it", () => {
  two()
    .given(ready("dana"), chats("chat"))
    .when(assigns("chat", "bolat", "bolat", null))
    .then("dana's offer of chat rescinded (taken)", "chat leaves the queue: answered", "bolat has chat");
});

test("two take the same dialog: the second changes nothing", () => {
  two()
    .given(chats("chat"), assigns("chat", "bolat", "bolat", null))
    .when(assigns("chat", "dana", "dana", null))
    .never("dana has", "bolat loses");
});

test("a supervisor gives it to another; an agent gives it back, and is not asked again for 10 s", () => {
  const s = two().given(ready("dana"), chats("chat"), accepts("dana", "chat"));
  s.when(assigns("chat", "bolat", "head", "dana")).then("dana loses chat (transferred)", "bolat has chat");
  s.given(intends("dana", "paused"), ready("bolat"));
  s.when(assigns("chat", null, "bolat", "bolat"))
    .then("bolat loses chat (returned)", "note in chat: returned_by_agent")
    .never("chat is offered to bolat");
  s.when(passes("10 s")).then("chat is offered to bolat (oldest_waiting)");
});

test("a waiting call given to somebody rings there first", () => {
  two()
    .given(ready("dana"), calls("call"), rings("call"), ready("bolat"))
    .when(assigns("call", "bolat", "head"))
    .then(
      "dana's offer of call rescinded (taken)",
      "call is offered to bolat (manual)",
      "stop ringing for call (answered-elsewhere)",
      "ring bolat for call, 20 s",
    )
    .when(answers("call"))
    .then("bolat has call");
});
