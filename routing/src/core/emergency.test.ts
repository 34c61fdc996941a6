import { expect, test } from "vitest";
import { asksToBeCalled, comes, emergency } from "./rules.fixture.ts";
import { answers, calls, chats, crashes, passes, ready, rejects, writes } from "./steps.fixture.ts";
import { START, Story } from "./story.fixture.ts";

const house = () =>
  new Story({ aigul: { queues: { sales: {}, service: {} } }, bolat: { queues: { backup: {} } } }, { sales: {}, service: {}, backup: {} }).given(
    ready("aigul", "bolat"),
  );

test("closed: a caller is told and gets the fallback, a writer is told and waits", () => {
  const s = house().given(emergency({ queueId: "sales" }));
  s.when(calls("call"), chats("chat")).then(
    "call finds nobody at overflow (emergency)",
    "call leaves the queue: overflowed",
    "tell call: closed",
    "fallback for call",
    "chat finds nobody at overflow (emergency)",
    "acknowledge chat: out_of_hours",
  );
  s.never("call is offered");
});

test("other queues and lines go on", () => {
  house()
    .given(emergency({ queueId: "sales" }, { channelId: "site" }))
    .when(comes("call", { queue: "service" }))
    .then("call is offered to aigul (least_loaded)");
});

test("one line of a queue is closed, its others are not; the line's switch goes before the queue's", () => {
  house()
    .given(emergency({ channelId: "line" }))
    .when(comes("shut", { channel: "line" }), comes("open", { channel: "other line" }))
    .then("tell shut: closed", "open is offered to aigul (least_loaded)");
  house()
    .given(emergency({ queueId: "sales" }, { channelId: "line", redirectNumber: "+77010000009" }))
    .when(calls("elsewhere"), comes("call"))
    .then("tell elsewhere: closed", "send call to +77010000009");
});

test("one number of a trunk is closed: callers of its other numbers come through, who waits by it is sent on, after a crash too", () => {
  house()
    .given(emergency({ lineId: "+7 100" }))
    .when(comes("shut", { line: "+7 100" }), comes("open", { line: "+7 200" }))
    .then("tell shut: closed", "open is offered to aigul (least_loaded)");
  house()
    .given(calls("talk"), answers("talk"), comes("call", { line: "+7 100" }), comes("other", { line: "+7 200" }), crashes)
    .when(emergency({ lineId: "+7 100", redirectQueueId: "backup" }))
    .then("call enters backup", "call is offered to bolat (least_loaded)")
    .never("other leaves");
});

test("the number's switch goes before its trunk's, that before the queue's; who was sent on is no longer the number's", () => {
  const s = house()
    .given(calls("talk"), answers("talk"))
    .given(emergency({ channelId: "line", mode: "announcement" }, { lineId: "+7 100", redirectQueueId: "service" }, { queueId: "sales" }));
  s.when(comes("call", { line: "+7 100" }), comes("other", { line: "+7 200" })).then("call enters service", "tell other: emergency");
  s.when(crashes, emergency({ lineId: "+7 100" })).never("call leaves");
});

test("announcement: the caller hears what has happened, then the fallback", () => {
  house()
    .given(emergency({ queueId: "sales", mode: "announcement" }))
    .when(calls("call"))
    .then("call leaves the queue: overflowed", "tell call: emergency", "fallback for call");
});

test("redirect to a number: the caller is sent there; a writer cannot be, and is told", () => {
  house()
    .given(emergency({ queueId: "sales", redirectNumber: "+77010000009" }))
    .when(calls("call"), chats("chat"))
    .then("call leaves the queue: redirected", "send call to +77010000009", "acknowledge chat: out_of_hours");
});

test("redirect to another queue: the ladder begins there, for calls and for letters", () => {
  house()
    .given(emergency({ queueId: "sales", redirectQueueId: "backup" }))
    .when(calls("call"), writes("letter"))
    .then("call leaves the queue: overflowed", "call enters backup", "call is offered to bolat (least_loaded)", "letter enters backup");
});

test("queues that redirect in a circle: cut, and counted as closed", () => {
  const s = house().given(emergency({ queueId: "sales", redirectQueueId: "service" }, { queueId: "service", redirectQueueId: "sales" }));
  s.when(calls("call")).then("call enters sales", "call enters service", "tell call: closed", "fallback for call");
  expect(s.happened.filter((line) => line.startsWith("call enters")).length).toBe(4);
});

test("to a queue that is unknown, or the same: as closed", () => {
  house()
    .given(emergency({ queueId: "sales", redirectQueueId: "gone" }))
    .when(calls("call"))
    .then("tell call: closed");
  house()
    .given(emergency({ queueId: "sales", redirectQueueId: "sales" }))
    .when(calls("call"))
    .then("tell call: closed");
});

test("thrown while callers wait: they do not wait on; promised callbacks and those who talk do", () => {
  const s = house().given(
    calls("talk"),
    answers("talk"),
    comes("promised"),
    asksToBeCalled("promised"),
    calls("waits"),
    comes("elsewhere", { queue: "service" }),
  );
  s.when(emergency({ queueId: "sales", mode: "announcement" })).then("waits leaves the queue: overflowed", "tell waits: emergency", "fallback for waits");
  s.never("promised leaves", "elsewhere leaves", "aigul loses");
});

test("a line's switch thrown while its callers wait reaches them, after a crash too; callers of other lines wait on", () => {
  const waiting = () =>
    house().given(calls("talk"), answers("talk"), comes("call", { channel: "line" }), comes("other", { channel: "other line" }), comes("promised"));
  waiting()
    .given(asksToBeCalled("promised"), crashes)
    .when(emergency({ channelId: "line", redirectNumber: "+77010000009" }))
    .then("call leaves the queue: redirected", "send call to +77010000009")
    .never("other leaves", "promised leaves", "aigul loses");
  waiting()
    .when(emergency({ channelId: "line", redirectQueueId: "backup" }))
    .then("call enters backup", "promised enters backup", "call is offered to bolat (least_loaded)")
    .never("other leaves");
});

test("who was sent on to another queue is that queue's: the line's switch neither sends there twice nor reaches there", () => {
  const s = house().given(calls("talk"), answers("talk"), emergency({ channelId: "line", redirectQueueId: "service" }), comes("call"));
  s.when(emergency({ channelId: "line", redirectQueueId: "service" }), crashes, emergency({ channelId: "line" })).never("call leaves");
  expect(s.state.entries.get("call")).toMatchObject({ queueId: "service", listed: true });
  s.when(emergency({ queueId: "service" })).then("tell call: closed", "fallback for call");
});

test("a line's switch thrown while a phone rings for its caller: nobody else is rung", () => {
  const s = house().given(comes("call"));
  s.when(emergency({ channelId: "line", mode: "announcement" }), rejects("aigul", "call")).then("tell call: emergency", "fallback for call");
});

test("an overflow queue under the switch takes nobody", () => {
  new Story({ aigul: {}, bolat: { queues: { backup: {} } } }, { sales: { overflowQueueId: "backup" }, backup: {} })
    .given(ready("aigul", "bolat"), emergency({ queueId: "backup" }), calls("talk"), answers("talk"), calls("call"))
    .when(passes("300 s"))
    .then("call finds nobody at overflow (max_wait)", "fallback for call")
    .never("call enters backup");
});

test("it expires by itself, and when it is ended calls come through again", () => {
  house()
    .given(emergency({ queueId: "sales", untilMs: START + 60_000 }))
    .when(calls("early"))
    .then("fallback for early")
    .given(passes("60 s"))
    .when(calls("late"))
    .then("late is offered to aigul (least_loaded)");
  house()
    .given(emergency({ queueId: "sales" }), emergency())
    .when(calls("call"))
    .then("call is offered to aigul (least_loaded)");
});

test("a node that takes over knows of it", () => {
  house()
    .given(emergency({ queueId: "sales" }), crashes)
    .when(calls("call"))
    .then("tell call: closed");
});
