import { expect, test } from "vitest";
import { kept } from "./kept.fixture.ts";
import { answers, assigns, calls, crashes, intends, leaves, passes, ready } from "./steps.fixture.ts";
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
