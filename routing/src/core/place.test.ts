import { expect, test } from "vitest";
import { LeftPlaces } from "./place.ts";
import { comes, setsQueue } from "./rules.fixture.ts";
import { answers, calls, closes, crashes, leaves, passes, ready } from "./steps.fixture.ts";
import { Story } from "./story.fixture.ts";

const house = () => new Story({ dana: {}, talker: {} });

test("a VIP goes before whoever came less than five minutes earlier, and after whoever waits longer", () => {
  const s = new Story({ dana: {} }, { sales: { maxWaitMs: 3_600_000 } });
  s.given(ready("dana"), calls("talk"), answers("talk"), calls("patient"), passes("100 s"), calls("plain"), passes("201 s"), comes("vip", { priority: 10 }));
  s.when(closes("talk"), passes("30 s"), answers("patient"), closes("patient"), passes("30 s"), answers("vip"), closes("vip"), passes("30 s")).then(
    "patient is offered to dana (oldest_waiting)",
    "vip is offered to dana (oldest_waiting)",
    "plain is offered to dana (oldest_waiting)",
  );
});

test("nobody starves: a stream of VIPs holds a plain caller up for five minutes and no longer", () => {
  const s = new Story({ dana: {} }, { sales: { maxWaitMs: 3_600_000, wrapupVoiceMs: 0 } });
  s.given(ready("dana"), comes("vip-0", { priority: 10 }), answers("vip-0"), calls("plain"));
  for (let i = 1; i <= 6; i++) s.given(passes("50 s"), comes(`vip-${i}`, { priority: 10 }), comes(`vip-${i}b`, { priority: 10 }));
  // All but the last came less than five minutes after the plain caller.
  s.given(passes("1 s"), comes("vip-late", { priority: 10 }));
  s.when(closes("vip-0"));
  for (let i = 1; i <= 6; i++) s.given(answers(`vip-${i}`), closes(`vip-${i}`), answers(`vip-${i}b`), closes(`vip-${i}b`));
  s.then("plain is offered to dana (oldest_waiting)");
  expect(s.happened).not.toContain("vip-late is offered to dana (oldest_waiting)");
});

test("the head start is a setting: changed, everybody takes the place that is now theirs", () => {
  const waiting = () =>
    new Story({ dana: {} }).given(ready("dana"), calls("talk"), answers("talk"), calls("plain"), passes("20 s"), comes("vip", { priority: 10 }));
  waiting()
    .given(setsQueue("sales", { priorityStepMs: 1000 }))
    .when(closes("talk"), passes("30 s"))
    .then("plain is offered to dana (oldest_waiting)");
  waiting()
    .given(setsQueue("sales", { priorityStepMs: 3000 }))
    .when(closes("talk"), passes("30 s"))
    .then("vip is offered to dana (oldest_waiting)");
});

const busy = () => house().given(ready("dana"), calls("talk"), answers("talk"));

test("a caller who gave up and calls again within two minutes has the old place", () => {
  const s = busy().given(comes("first", { person: "olga" }), passes("10 s"), calls("other"), passes("5 s"), leaves("first"), passes("120 s"));
  const place = [...s.tables.entries.values()].find((e) => e.dialogId === "first")?.enqueuedAt;
  s.when(comes("again", { person: "olga" }), closes("talk"), passes("30 s"))
    .then("again is offered to dana (oldest_waiting)")
    .never("other is offered");
  expect([...s.tables.entries.values()].find((e) => e.dialogId === "again")?.enqueuedAt).toBe(place);
});

test("after two minutes, in another queue, as somebody else, or by chat: a new place", () => {
  const s = new Story({ dana: { queues: { sales: {}, service: {} } } }, { sales: {}, service: {} }).given(ready("dana"), calls("talk"), answers("talk"));
  const since = (dialog: string) => (s.state.entries.get(dialog)?.enqueuedAt ?? 0) === s.now;
  s.given(comes("first", { person: "olga" }), passes("5 s"), leaves("first"), passes("10 s"));
  s.given(
    comes("elsewhere", { person: "olga", queue: "service" }),
    comes("stranger", { person: "ivan" }),
    comes("nobody"),
    comes("chat", { person: "olga", medium: "chat" }),
  );
  expect(["elsewhere", "stranger", "nobody", "chat"].filter((d) => !since(d))).toEqual([]);
  s.given(leaves("chat"), passes("111 s"), comes("late", { person: "olga" }));
  expect(since("late")).toBe(true);
});

test("a place is had back once: whoever was served since begins anew", () => {
  const s = busy().given(comes("first", { person: "olga" }), passes("5 s"), leaves("first"), closes("talk"), passes("40 s"));
  s.given(comes("again", { person: "olga" }), answers("again"), closes("again"), passes("30 s"), calls("talk-2"), answers("talk-2"));
  s.given(comes("third", { person: "olga" }));
  expect(s.state.entries.get("third")?.enqueuedAt).toBe(s.now);
});

test("giving up twice keeps the first place", () => {
  const s = busy().given(comes("first", { person: "olga" }));
  const place = s.now;
  s.given(passes("60 s"), leaves("first"), passes("60 s"), comes("second", { person: "olga" }), passes("30 s"), leaves("second"), passes("100 s"));
  s.given(comes("third", { person: "olga" }));
  expect(s.state.entries.get("third")?.enqueuedAt).toBe(place);
});

test("the place comes back after a crash too", () => {
  const s = busy().given(comes("first", { person: "olga" }));
  const place = s.now;
  s.given(passes("60 s"), leaves("first"), crashes, passes("60 s"), comes("again", { person: "olga" }), crashes);
  expect(s.state.entries.get("again")?.enqueuedAt).toBe(place);
});

test("kept places are forgotten as time goes by", () => {
  const left = new LeftPlaces();
  for (let i = 0; i < 1000; i++) left.keep({ entryId: `${i}`, person: `p${i}`, queueId: "q", enqueuedAt: i, at: i * 1000 });
  expect(left.find("q", "p999", 1_000_000)).toBe(999);
  expect(left.find("q", "p878", 999_000)).toBe(null);
  expect(left.find("q", "p879", 999_000)).toBe(879);
  expect((left as unknown as { byPerson: Map<string, unknown> }).byPerson.size).toBeLessThanOrEqual(122);
});
