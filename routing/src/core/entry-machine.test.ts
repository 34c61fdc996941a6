import type { Medium } from "@kommutator/contract/ids";
import { expect, test } from "vitest";
import { hoursOf } from "./hours.ts";
import { Pace } from "./pace.ts";
import { restore } from "./restore.ts";
import { asksToBeCalled, comes, serves } from "./rules.fixture.ts";
import { accepts, answers, assigns, calls, chats, intends, leaves, messages, passes, ready, rejects, rings, writes } from "./steps.fixture.ts";
import { START, Story } from "./story.fixture.ts";

const rowOf = (s: Story, dialogId: string) => [...s.tables.entries.values()].findLast((e) => e.dialogId === dialogId);

test("a letter and a message are promised an answer in working time, a visitor and a caller in real time", () => {
  const hours = hoursOf([
    [START, START + 600_000],
    [START + 3_600_000, START + 7_200_000],
  ]);
  const s = new Story({ dana: {} }, { sales: { hours, messageSlaMs: 900_000, maxWaitMs: 900_000 } }).given(ready("dana"), intends("dana", "paused"));
  s.given(writes("letter"), messages("message"), chats("chat"), calls("call"));
  expect(["letter", "message", "chat", "call"].map((d) => (rowOf(s, d)?.deadlineAt ?? 0) - START)).toEqual([3_900_000, 3_900_000, 900_000, 900_000]);
});

test("whom one queue has asked, the next does not ask again on its ladder; cool-downs and the next announcement go along", () => {
  const s = new Story(
    { aigul: { queues: { sales: {}, backup: {} } }, bolat: { queues: { backup: {} } } },
    { sales: { overflowQueueId: "backup", maxWaitMs: 20_000 }, backup: {} },
  );
  s.given(ready("aigul"), calls("call"), rings("call"), rejects("aigul", "call"), passes("9 s"), intends("aigul", "paused"));
  s.when(passes("11 s")).then("call leaves the queue: overflowed", "call enters backup");
  expect(rowOf(s, "call")).toMatchObject({ queueId: "backup", tried: ["aigul"], hops: 1, cooldowns: {}, enqueuedAt: START, announceAt: START + 50_000 });
});

test("only who was answered says something about how fast a queue serves", () => {
  const s = new Story({ dana: {} });
  for (let i = 0; i < 12; i++) s.given(calls(`c${i}`), passes("1 s"), leaves(`c${i}`));
  expect(s.state.queues.get("sales")?.pace.estimate(1, s.now)).toBeNull();
  s.given(ready("dana"), serves(12, "1 s", "40 s"));
  expect(s.state.queues.get("sales")?.pace.estimate(1, s.now)).not.toBeNull();
});

test("one of two who serve calls leaves: nobody is alone", () => {
  const s = new Story({ bolat: {}, dana: {} }).given(ready("bolat", "dana"), calls("t1"), answers("t1"), calls("t2"), answers("t2"), calls("call"));
  s.given(intends("dana", "logged_out"));
  expect(rowOf(s, "call")).toMatchObject({ aloneSince: null });
  s.given(passes("2 s"), intends("bolat", "logged_out"));
  expect(rowOf(s, "call")).toMatchObject({ aloneSince: START + 2_000 });
});

test("the clock of the cool-downs is that of the first that ends; those that are over are forgotten", () => {
  const s = new Story({ bolat: {}, dana: {} }).given(
    ready("bolat", "dana"),
    calls("call"),
    rings("call"),
    rejects("bolat", "call"),
    passes("4 s"),
    rings("call"),
    rejects("dana", "call"),
  );
  const entry = s.state.entries.get("call");
  expect([entry?.retry.at, entry?.cooldowns]).toEqual([START + 10_000, { bolat: START + 10_000, dana: START + 14_000 }]);
  s.given(intends("bolat", "paused"), passes("6 s"));
  expect([entry?.retry.at, entry?.cooldowns]).toEqual([START + 14_000, { dana: START + 14_000 }]);
  s.given(intends("dana", "paused"), passes("4 s"));
  expect([entry?.retry.isSet(), entry?.cooldowns]).toEqual([false, {}]);
});

test("the phone's longer rest stays when a shorter one begins", () => {
  const s = new Story({ dana: {}, bolat: {} }).given(
    ready("bolat"),
    calls("talk"),
    answers("talk"),
    comes("call", { number: "+77010000001" }),
    asksToBeCalled("call"),
  );
  s.given(ready("dana"), accepts("dana", "call"), calls("other"), assigns("other", "dana", "head"), passes("20 s"));
  expect(s.state.agents.get("dana")?.restUntil).toBe(START + 45_000);
});

test("somebody whose memberships differ is unreachable without a phone when all of them are for calls, ready when one is not", () => {
  const withoutPhone = (media: Medium[]) => {
    const s = new Story({ dana: { queues: { sales: { media }, service: { media: ["voice"] } } } }, { sales: {}, service: {} });
    s.given(ready("dana"), (x) => x.input({ kind: "agent.phone", employeeId: "dana", reachable: false, at: x.now }));
    return s.stateOf("dana");
  };
  expect([withoutPhone(["voice"]), withoutPhone(["chat"])]).toEqual(["unreachable", "idle"]);
});

test("what happened lately may be told in any order, and of queues that are gone", () => {
  const s = new Story({ dana: {} }).given(ready("dana"), serves(12, "3 s", "40 s"));
  const rows = s.tables.rows(1);
  const { recent } = rows;
  const shuffled = { starts: [...recent.starts].reverse(), talks: [...recent.talks].reverse(), left: [], calls: [] };
  const gone = { starts: [{ queueId: "gone", at: s.now }], talks: [{ queueId: "gone", at: s.now, ms: 1 }], left: [], calls: [] };
  const pace = (r: typeof recent) => restore(s.facts, { ...rows, recent: r }, s.now).queues.get("sales")?.pace ?? new Pace();
  expect(pace(shuffled).estimate(2, s.now)).toEqual(pace(recent).estimate(2, s.now));
  expect(pace(shuffled).estimate(2, s.now)).not.toBeNull();
  expect(pace({ ...recent, starts: [...recent.starts, ...gone.starts], talks: [...recent.talks, ...gone.talks] }).meanTalk(s.now)).toBe(3_000);
});

test("of places given up in any order the one of two minutes ago is forgotten, the later ones are not", () => {
  const s = new Story({ dana: {} });
  s.now += 200_000;
  const left = (person: string, ago: number) => ({ entryId: person, person, queueId: "sales", enqueuedAt: s.now - ago - 1, at: s.now - ago });
  const state = restore(
    s.facts,
    { ...s.tables.rows(1), recent: { starts: [], talks: [], left: [left("late", 10_000), left("early", 119_000), left("gone", 130_000)], calls: [] } },
    s.now,
  );
  expect(["late", "early", "gone"].map((p) => state.left.find("sales", p, s.now))).toEqual([s.now - 10_001, s.now - 119_001, null]);
});
