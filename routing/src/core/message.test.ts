import { expect, test } from "vitest";
import { hoursOf } from "./hours.ts";
import { comes } from "./rules.fixture.ts";
import { accepts, calls, chats, closes, intends, leaves, passes, ready, writes } from "./steps.fixture.ts";
import { START, Story } from "./story.fixture.ts";

const message = (dialogId: string) => comes(dialogId, { medium: "message" });
const house = (queue = {}) => new Story({ dana: { maxDialogs: 5 } }, { sales: queue });

test("a message lies in the list for 15 minutes of working time and keeps no call, no chat and no letter away", () => {
  const s = house().given(ready("dana"));
  s.when(message("message"), writes("letter"), calls("call")).then(
    "message is offered to dana (least_loaded)",
    "letter is offered to dana (least_loaded)",
    "call is offered to dana (least_loaded)",
  );
  expect(s.stateOf("dana")).toBe("offered");
  house().given(ready("dana")).when(message("message"), chats("chat")).then("chat is offered to dana (least_loaded)");
});

test("one message lies there at a time; the next comes when it is taken", () => {
  house()
    .given(ready("dana"))
    .when(message("first"), message("second"))
    .never("second is offered")
    .when(accepts("dana", "first"))
    .then("dana has first", "second is offered to dana (oldest_waiting)");
});

test("left lying it goes on after 15 working minutes, which says nothing about being there", () => {
  const day = hoursOf([
    [START, START + 600_000],
    [START + 3_600_000, START + 7_200_000],
  ]);
  house({ hours: day })
    .given(ready("dana"), message("message"))
    .when(passes("64 min"))
    .never("dana's offer")
    .when(passes("1 min"))
    .then("dana's offer of message timed_out (no-answer)")
    .never("dana is paused");
});

test("no wrap-up after it", () => {
  house().given(ready("dana"), message("message"), accepts("dana", "message")).when(closes("message")).never("dana is wrapup");
});

test("the promised wait is the queue's for messages; past it the writer is told once and waits on", () => {
  const s = house({ messageSlaMs: 600_000 }).given(message("message"));
  s.when(passes("9 min"))
    .never("acknowledge")
    .when(passes("1 min"))
    .then("acknowledge message: waiting")
    .when(passes("1 h"))
    .never("acknowledge", "message leaves");
});

test("whoever writes by a messenger does not leave by closing the window", () => {
  house().given(message("message")).when(leaves("message")).never("message leaves");
});

test("a pause withdraws it from the list", () => {
  house().given(ready("dana"), message("message")).when(intends("dana", "paused")).then("dana's offer of message rescinded (agent_gone)");
});

test("messages and letters on offer count among the dialogs one may have", () => {
  new Story({ dana: { maxDialogs: 2 } }).given(ready("dana"), message("message"), writes("letter")).when(chats("chat")).never("chat is offered");
});
