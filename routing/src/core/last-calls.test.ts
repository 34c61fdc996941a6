import { expect, test } from "vitest";
import { LastCalls } from "./last-calls.ts";
import { comes, setsQueue } from "./rules.fixture.ts";
import { answers, calls, closes, crashes, leaves, passes, ready } from "./steps.fixture.ts";
import { Story } from "./story.fixture.ts";

/** Repeat callers (RG-06): whom nobody answered comes a step of priority sooner when calling again within the day. */

const busy = (sales = {}) => new Story({ dana: {} }, { sales: { maxWaitMs: 90_000_000, ...sales } }).given(ready("dana"), calls("talk"), answers("talk"));
const priorityOf = (s: Story, dialogId: string) => s.state.entries.get(dialogId)?.priority;

test("who gave up and calls again within the day goes before who came less than one step earlier, also after a crash", () => {
  const s = busy().given(
    comes("first", { person: "olga" }),
    leaves("first"),
    passes("3 h"),
    calls("other"),
    passes("29 s"),
    crashes,
    comes("again", { person: "olga" }),
  );
  expect(priorityOf(s, "again")).toBe(1);
  s.when(closes("talk"), passes("30 s")).then("again is offered to dana (oldest_waiting)").never("other is offered");
  const late = busy().given(
    comes("first", { person: "olga" }),
    leaves("first"),
    passes("3 h"),
    calls("other"),
    passes("31 s"),
    comes("again", { person: "olga" }),
  );
  late.when(closes("talk"), passes("30 s")).then("other is offered to dana (oldest_waiting)").never("again is offered");
});

test("so does whoever was let go by the queue's own end; a VIP's repeated call comes before a VIP's first", () => {
  const s = busy({ maxWaitMs: 10_000 }).given(comes("first", { person: "olga" }), passes("10 s"), comes("again", { person: "olga", priority: 10 }));
  expect(priorityOf(s, "again")).toBe(11);
});

test("recognised while waiting, a repeated call keeps its step, and a caller gets it who turns out to have called", () => {
  const known = (person: string | undefined, priority: number) => (s: Story) =>
    s.input({ kind: "dialog.identified", dialogId: "again", identity: "known", responsible: null, substituteId: null, priority, person, at: s.now });
  const s = busy().given(comes("first", { person: "olga" }), leaves("first"), comes("again", { person: "olga" }), known(undefined, 10));
  expect(priorityOf(s, "again")).toBe(11);
  s.given(known("timur", 0));
  expect(priorityOf(s, "again")).toBe(0);
  s.given(known("olga", 0));
  expect(priorityOf(s, "again")).toBe(1);
});

test("after a day, as somebody else, as nobody, in writing, or answered meanwhile: no step", () => {
  const gaveUp = () => busy().given(comes("first", { person: "olga" }), leaves("first"));
  const then = (...from: Parameters<typeof comes>[1][]) =>
    from.map((f) => {
      const s = gaveUp().given(comes("again", f));
      return priorityOf(s, "again");
    });
  expect(then({ person: "olga" }, { person: "timur" }, {}, { person: "olga", medium: "chat" })).toEqual([1, 0, 0, 0]);
  const after = (last: "24 h" | "86400001 ms") => priorityOf(gaveUp().given(passes(last), comes("again", { person: "olga" })), "again");
  expect([after("24 h"), after("86400001 ms")]).toEqual([1, 0]);
  const answered = gaveUp().given(closes("talk"), passes("30 s"), comes("second", { person: "olga" }), answers("second"), closes("second"), passes("30 s"));
  expect(priorityOf(answered.given(calls("talk 2"), answers("talk 2"), comes("third", { person: "olga" })), "third")).toBe(0);
  const chat = busy().given(comes("chat", { person: "olga", medium: "chat" }), leaves("chat"), comes("again", { person: "olga" }));
  expect(priorityOf(chat, "again")).toBe(0);
  expect(priorityOf(busy().given(comes("closed", { person: "olga" }), closes("closed", "head"), comes("again", { person: "olga" })), "again")).toBe(0);
});

test("how many steps is the queue's setting; 0 is none", () => {
  const steps = (repeatPriority: number) =>
    priorityOf(
      busy().given(setsQueue("sales", { repeatPriority }), comes("first", { person: "olga" }), leaves("first"), comes("again", { person: "olga" })),
      "again",
    );
  expect([steps(0), steps(4)]).toEqual([0, 4]);
});

test("the last wait counts, in whatever order it is told; of one moment the later entry's; those of yesterday are let go", () => {
  const told = (...list: [string, number, boolean][]) => {
    const last = new LastCalls();
    for (const [entryId, at, answered] of list) last.keep({ entryId, person: "olga", at, answered });
    return last.unanswered("olga", 10);
  };
  expect(told(["a", 1, false], ["b", 2, true])).toBe(false);
  expect(told(["b", 2, true], ["a", 1, false])).toBe(false);
  expect(told(["a", 2, true], ["b", 2, false])).toBe(true);
  expect(told(["b", 2, false], ["a", 2, true])).toBe(true);
  expect(told(["b", 1, false], ["a", 2, true])).toBe(false);
  const last = new LastCalls();
  for (const [person, at] of [
    ["olga", 0],
    ["timur", 1],
    ["zhanna", 86_400_001],
  ] as const)
    last.keep({ entryId: person, person, at, answered: false });
  expect(last.size).toBe(2);
  expect(["olga", "timur", "zhanna"].map((person) => last.unanswered(person, 86_400_001))).toEqual([false, true, true]);
});
