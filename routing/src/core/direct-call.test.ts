import { expect, test } from "vitest";
import { kept } from "./kept.fixture.ts";
import { to } from "./rules.fixture.ts";
import { answers, assigns, calls, chats, crashes, intends, leaves, passes, picksUp, ready, rings, writes } from "./steps.fixture.ts";
import type { Step, Story } from "./story.fixture.ts";

// A call that no offer brought: a colleague dials the extension, or the phone dials by itself.
const phone =
  (employeeId: string, directCall: boolean): Step =>
  (s) =>
    s.input({ kind: "agent.phone", employeeId, reachable: true, directCall, at: s.now });
const offerOf = (s: Story, dialog: string) => s.state.entries.get(dialog)?.offer?.employeeId ?? null;

test("a caller is offered to the other agent while the phone of the first is in a direct call", () => {
  const { story } = kept({ dana: {}, bolat: {} });
  story.given(ready("dana", "bolat"), phone("dana", true));
  expect([story.stateOf("dana"), story.stateOf("bolat")]).toEqual(["busy", "idle"]);
  story.given(calls("first"), calls("second"));
  expect([offerOf(story, "first"), offerOf(story, "second")]).toEqual(["bolat", null]);
});

test("with nobody else the caller waits, over a restart too, and is offered when the direct call ends", () => {
  const { story } = kept({ dana: {} });
  story.given(ready("dana"), phone("dana", true), calls("call"), crashes);
  expect([story.stateOf("dana"), offerOf(story, "call")]).toEqual(["busy", null]);
  story.given(phone("dana", false));
  expect(offerOf(story, "call")).toBe("dana");
});

test("a direct call that outlasts the call of the house leaves the agent busy until it ends", () => {
  const { story } = kept({ dana: {} });
  story.given(ready("dana"), calls("call"), answers("call"), phone("dana", true), leaves("call"), passes("31 s"));
  expect(story.stateOf("dana")).toBe("busy");
  story.given(phone("dana", false));
  expect(story.stateOf("dana")).toBe("idle");
});

test("a pause asked for in a direct call is shown after it", () => {
  const { story } = kept({ dana: {} });
  story.given(ready("dana"), phone("dana", true), intends("dana", "paused", "lunch"));
  expect(story.stateOf("dana")).toBe("busy");
  story.given(phone("dana", false));
  expect(story.stateOf("dana")).toBe("paused");
});

test("nobody gives a waiting caller by hand to somebody in a direct call", () => {
  const { story } = kept({ dana: {} });
  story.given(ready("dana"), phone("dana", true), calls("call"), assigns("call", "dana", "head"));
  expect(offerOf(story, "call")).toBeNull();
});

test("a call that rings is taken from a phone that begins a direct call and goes to the next; whoever was asked has missed nothing", () => {
  const { story, events } = kept({ dana: {}, bolat: {} });
  story.given(ready("dana"), calls("call"), rings("call"), ready("bolat"));
  story
    .when(phone("dana", true))
    .then("dana's offer of call rescinded (in_call)", "call is offered to bolat (least_loaded)", "stop ringing for call (cancelled)");
  expect(story.state.agents.get("dana")).toMatchObject({ missed: 0, restUntil: null, liveOffer: null, intent: "available" });
  expect(story.state.entries.get("call")?.cooldowns).toEqual({});
  expect(events("offer.ended")).toMatchObject([{ payload: { employeeId: "dana", outcome: "rescinded", cause: "in_call" } }]);
  // Nobody else is there the next time: the caller waits in the old place, and comes to whoever has hung up.
  story.given(leaves("call"), calls("next"), phone("bolat", true), crashes);
  expect(offerOf(story, "next")).toBeNull();
  story.when(phone("dana", false)).then("next is offered to dana (oldest_waiting)");
});

test("a chat goes to the next as well; a letter and a call that was just picked up stay", () => {
  const { story } = kept({ dana: {}, bolat: {} });
  story.given(ready("dana"), chats("chat"), ready("bolat"));
  story.when(phone("dana", true)).then("dana's offer of chat rescinded (in_call)", "chat is offered to bolat (least_loaded)").never("stop ringing");
  const other = kept({ dana: {} }).story.given(ready("dana"), writes("letter"), calls("call"), rings("call"), picksUp("call"));
  other.when(phone("dana", true)).never("dana's offer");
  expect([offerOf(other, "letter"), offerOf(other, "call")]).toEqual(["dana", "dana"]);
});

test("who forwards when busy forwards then, too", () => {
  const { story } = kept({ aigul: { forwardings: [to("busy", "dana")] }, bolat: {}, dana: {} });
  story.given(ready("aigul", "bolat", "dana"), calls("call", { responsible: "aigul" }), rings("call"));
  story.when(phone("aigul", true)).then("call is offered to dana (forwarded)");
});
