import { expect, test } from "vitest";
import { hoursOf } from "./hours.ts";
import { accepts, answers, assigns, calls, chats, intends, leaves, passes, ready, rings, transfers } from "./steps.fixture.ts";
import { START, Story } from "./story.fixture.ts";

const two = () => new Story({ bolat: {}, dana: {} });
const talking = (s: Story) => s.given(ready("dana"), calls("call"), answers("call"), passes("40 s"));

test("handed to a colleague: who talked is let go and writes up, the caller hears music and the colleague's phone rings", () => {
  const s = talking(two()).given(ready("bolat"));
  s.when(transfers("call", "dana", { employee: "bolat" })).then(
    "dana is wrapup",
    "dana loses call (transferred)",
    "call enters sales",
    "call is offered to bolat (transferred)",
    "dana is let go of call",
    "ring bolat for call, 20 s",
  );
  expect(s.state.entries.get("call")).toMatchObject({ enqueuedAt: START + 40_000, rung: "queue" });
  expect(s.decisions.at(-1)).toMatchObject({ rung: "manual", chosenId: "bolat", reason: { code: "transferred", from: "dana" } });
  s.when(answers("call")).then("bolat has call");
});

test("a colleague who does not answer leaves the caller to the queue, and not to the one who let go", () => {
  const s = talking(new Story({ aigul: {}, bolat: {}, dana: {} }, { sales: { wrapupVoiceMs: 0 } })).given(ready("bolat"));
  s.given(transfers("call", "dana", { employee: "bolat" }), rings("call"), ready("aigul"));
  s.when(passes("20 s")).then("bolat's offer of call timed_out (no-answer)", "call is offered to aigul (oldest_waiting)").never("call is offered to dana");
});

test("whoever let go gets the caller back only after half a minute, though nobody else is free", () => {
  const s = talking(new Story({ bolat: {}, dana: {} }, { sales: { wrapupVoiceMs: 0 } })).given(ready("bolat"));
  s.given(transfers("call", "dana", { employee: "bolat" }), rings("call"));
  s.when(passes("20 s")).then("bolat's offer of call timed_out (no-answer)").never("call is offered to dana");
  s.when(passes("9 s")).never("call is offered to dana");
  s.when(passes("1 s")).then("call is offered to dana (oldest_waiting)");
});

test("handed to a queue, the caller begins there anew, with the responsible of before known", () => {
  const s = new Story({ bolat: { queues: { service: {} } }, dana: { queues: { sales: {} } } }, { sales: {}, service: {} });
  s.given(ready("dana", "bolat"), calls("call", { queue: "sales", responsible: "dana" }), answers("call"));
  s.when(transfers("call", "dana", { queue: "service" })).then(
    "dana loses call (transferred)",
    "call enters service",
    "call is offered to bolat (least_loaded)",
    "dana is let go of call",
    "ring bolat for call, 20 s",
  );
  expect(s.state.entries.get("call")).toMatchObject({ queueId: "service", responsibleId: "dana" });
});

test("handed to a queue that is closed, the caller hears so and reaches the fallback", () => {
  const s = new Story(
    { bolat: { queues: { service: {} } }, dana: { queues: { sales: {} } } },
    { sales: {}, service: { hours: hoursOf([[START - 2, START - 1]]) } },
  );
  s.given(ready("dana"), calls("call", { queue: "sales" }), answers("call"));
  s.when(transfers("call", "dana", { queue: "service" })).then("dana is let go of call", "tell call: closed", "fallback for call");
});

test("handed to an outside number: the stay ends as redirected, and the number is rung once the phone is free", () => {
  const s = talking(two());
  s.when(transfers("call", "dana", { number: "+77010000009" })).then(
    "dana loses call (transferred)",
    "call leaves the queue: redirected",
    "dana is let go of call",
    "send call to +77010000009",
  );
  expect(s.decisions.at(-1)).toMatchObject({ rung: "manual", chosenId: null, reason: { code: "transferred", from: "dana" } });
  s.when(leaves("call")).never("dana has");
});

test("a call that somebody made has no queue of its own: it goes to the colleague through the named one, and outside without any", () => {
  for (const to of [{ employee: "bolat" }, { number: "+77010000009" }]) {
    const s = two().given(ready("dana", "bolat"));
    s.dialogs.set("out", { medium: "voice", open: true, queueId: null, awaiting: false });
    s.given(assigns("out", "dana", "dana"));
    const told = s.when(transfers("out", "dana", to));
    if (to.number === undefined) told.then("dana loses out (transferred)", "out is offered to bolat (transferred)", "ring bolat for out, 20 s");
    else told.then("dana loses out (transferred)", "dana is let go of out", "send out to +77010000009").never("out enters");
  }
});

test("a talk stays where it is when the colleague cannot be rung this moment", () => {
  for (const busy of [intends("bolat", "paused"), intends("bolat", "logged_out")]) {
    const s = talking(two()).given(ready("bolat"), busy);
    s.when(transfers("call", "dana", { employee: "bolat" })).never("dana loses", "call enters", "dana is let go");
  }
  const s = talking(new Story({ bolat: {}, dana: {} })).given(ready("bolat"), calls("other"), answers("other"));
  s.when(transfers("call", "dana", { employee: "bolat" })).never("dana loses", "dana is let go");
  s.when(transfers("call", "dana", { employee: "dana" }), transfers("call", "dana", { employee: "nobody" })).never("dana loses");
  s.when(transfers("call", "dana", { queue: "nowhere" }), transfers("call", "dana", { queue: "nowhere", employee: "bolat" })).never("dana loses");
});

test("a chat goes to another queue, where it is offered anew; to a colleague it is given, and outside there is none", () => {
  const s = new Story({ bolat: { queues: { service: {} } }, dana: { queues: { sales: {} } } }, { sales: {}, service: {} });
  s.given(ready("dana", "bolat"), chats("chat", { queue: "sales" }), accepts("dana", "chat"));
  s.when(transfers("chat", "dana", { queue: "service", employee: "bolat" }), transfers("chat", "dana", { number: "+77010000009" })).never("dana loses");
  s.when(transfers("chat", "dana", { queue: "service" }))
    .then("dana loses chat (transferred)", "chat enters service", "chat is offered to bolat (least_loaded)")
    .never("dana is let go");
});

test("who has it no more hands nothing on", () => {
  const s = talking(two()).given(ready("bolat"));
  s.when(transfers("call", "bolat", { employee: "bolat" })).never("dana loses");
  s.given(transfers("call", "dana", { employee: "bolat" }));
  s.when(transfers("call", "dana", { employee: "bolat" }), transfers("nothing", "dana", { employee: "bolat" })).never("dana loses", "bolat's offer");
});
