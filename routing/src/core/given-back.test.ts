import { expect, test } from "vitest";
import { kept } from "./kept.fixture.ts";
import { accepts, answers, assigns, calls, givesBack, messages, passes, ready } from "./steps.fixture.ts";
import { START, type Step } from "./story.fixture.ts";

// Whose chain of substitutes ends with nobody leaves what is in hand to a queue that somebody names (B8).
const two = () => kept({ bolat: { queues: { sales: {} } }, dana: { queues: { service: {} } } }, { sales: {}, service: {} });
/** A message of bolat's, in hand, that came by the queue of sales. */
const inHand: Step = (s) => s.given(ready("bolat"), messages("letter", { responsible: "bolat" }), passes("5 s"), accepts("bolat", "letter"), ready("dana"));

test("given back to a named queue it is offered there, at its old place, and belongs to no line or channel any more", () => {
  const { story } = two();
  story.given(inHand, passes("5 s"));
  story.when(givesBack("letter", "head", { queue: "service", from: "bolat" }));
  story.then("bolat loses letter (returned)", "letter enters service", "letter is offered to dana (oldest_waiting)", "note in letter: returned_by_agent");
  expect([...story.tables.entries.values()].at(-1)).toMatchObject({
    queueId: "service",
    channelId: null,
    lineId: null,
    enqueuedAt: START,
    responsibleId: "bolat",
    hops: 0,
  });
});

test("without a name, or with that of no queue, it goes back by the queue that it came by, line and channel known", () => {
  for (const queue of [undefined, "archive"]) {
    const { story } = two();
    story.given(inHand);
    story.when(givesBack("letter", "head", queue === undefined ? {} : { queue })).then("letter enters sales");
    expect(story.state.entries.get("letter")).toMatchObject({ queueId: "sales", channelId: "channel" });
  }
});

test("what belongs to no queue goes to the named one", () => {
  const { story } = two();
  story.dialogs.set("x", { medium: "mail", open: true, queueId: null, awaiting: true });
  story.given(ready("bolat"), assigns("x", "bolat", "bolat"), passes("3 s"));
  story.when(givesBack("x", "head")).never("bolat loses");
  story.when(givesBack("x", "head", { queue: "service" })).then("bolat loses x (returned)", "x enters service");
  expect(story.state.entries.get("x")).toMatchObject({ queueId: "service", enqueuedAt: START });
});

test("who has it by then keeps it; and a talk is not given back by hand", () => {
  const { story } = two();
  story.given(inHand, assigns("letter", "dana", "head"));
  story.when(givesBack("letter", "head", { queue: "service", from: "bolat" })).never("dana loses", "letter enters");
  story.given(calls("call"), answers("call"));
  story.when(givesBack("call", "head", { queue: "service" })).never("bolat loses", "call enters");
});
