import { expect, test } from "vitest";
import { PACE_MS, Pace } from "./pace.ts";
import { comes, serves, setsQueue } from "./rules.fixture.ts";
import { answers, calls, chats, closes, crashes, leaves, passes, ready, rejects } from "./steps.fixture.ts";
import { Story } from "./story.fixture.ts";

test("ten services in two hours are enough to know something, nine are not", () => {
  const pace = new Pace();
  for (let i = 0; i < 9; i++) pace.served(i * 60_000);
  expect(pace.estimate(1, 600_000)).toBeNull();
  pace.served(9 * 60_000);
  expect(pace.estimate(1, 600_000)).toEqual([60_000, 60_000]);
  expect(pace.estimate(3, 600_000)).toEqual([180_000, 180_000]);
});

test("the range is from the quartiles of the last twenty", () => {
  const pace = new Pace();
  for (let i = 0; i < 50; i++) pace.served(i);
  let at = 1000;
  for (const gap of [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150, 160, 170, 180, 190]) {
    at += gap * 1000;
    pace.served(at);
  }
  // Twenty starts: the last of the fifty, then these; the first gap is 10 s and 951 ms.
  expect(pace.estimate(1, at)).toEqual([55_000, 145_000]);
  expect(pace.estimate(2, at)).toEqual([110_000, 290_000]);
});

test("what is older than two hours says nothing", () => {
  const pace = new Pace();
  for (let i = 0; i < 20; i++) pace.served(i * 60_000);
  expect(pace.estimate(1, 9 * 60_000 + PACE_MS)).toEqual([60_000, 60_000]);
  expect(pace.estimate(1, 10 * 60_000 + PACE_MS)).toBeNull();
});

test("the mean of five talks and more", () => {
  const pace = new Pace();
  for (const ms of [10_000, 20_000, 30_000, 40_000]) pace.talked(0, ms);
  expect(pace.meanTalk(1)).toBeNull();
  pace.talked(0, 50_000);
  expect(pace.meanTalk(1)).toBe(30_000);
  expect(pace.meanTalk(PACE_MS)).toBeNull();
});

const busy = (queue = {}) => new Story({ dana: {} }, { sales: { maxWaitMs: 3_600_000, wrapupVoiceMs: 0, ...queue } }).given(ready("dana"));

test("a waiting caller hears the place after 5 s and every 45 s, and that nobody knows how long", () => {
  busy()
    .given(calls("talk"), answers("talk"))
    .when(calls("first"), calls("second"), passes("4 s"))
    .never("tell")
    .when(passes("1 s"))
    .then("tell first: place 1", "tell second: place 2")
    .when(passes("44 s"))
    .never("tell")
    .when(passes("1 s"))
    .then("tell first: place 1", "tell second: place 2");
});

test("with a known number the key is named; with enough services the range is told", () => {
  busy()
    .given(serves(12, "50 s", "10 s"), calls("talk"), answers("talk"))
    .when(calls("first"), comes("second", { number: "+77010000001" }), passes("5 s"))
    .then("tell first: place 1, 60 to 60 s", "tell second: place 2, 120 to 120 s, or be called back");
});

test("the range survives a crash", () => {
  const s = busy().given(serves(12, "50 s", "10 s"), calls("talk"), answers("talk"), calls("first"), crashes);
  s.when(passes("5 s"), crashes, passes("45 s")).then("tell first: place 1, 60 to 60 s", "tell first: place 1, 60 to 60 s");
});

test("the place moves up as others are served or give up; a VIP moves it down", () => {
  busy()
    .given(calls("talk"), answers("talk"), calls("first"), calls("second"), passes("5 s"), leaves("first"))
    .when(passes("45 s"))
    .then("tell second: place 1")
    .given(comes("vip", { priority: 10 }))
    .when(passes("45 s"))
    .then("tell vip: place 1", "tell second: place 2");
});

test("nobody is told anything while the phone rings for him; after a refusal the next time comes as it would have", () => {
  busy().given(calls("call")).when(passes("19 s")).never("tell").given(rejects("dana", "call")).when(passes("5 s")).then("tell call: place 1");
});

test("writers, queues that say nothing, and callers whom nobody can serve hear nothing", () => {
  busy().given(calls("talk"), answers("talk")).when(chats("chat"), passes("10 min")).never("tell");
  busy({ announceMs: 0 }).given(calls("talk"), answers("talk")).when(calls("call"), passes("10 min")).never("tell");
  new Story({ dana: {} }).when(calls("call"), passes("5 s")).never("tell");
});

test("a queue that stops announcing is silent from then on; one that announces oftener begins so", () => {
  busy()
    .given(calls("talk"), answers("talk"), calls("call"), passes("5 s"), setsQueue("sales", { announceMs: 0 }))
    .when(passes("10 min"))
    .never("tell");
  busy({ announceMs: 2000 }).given(calls("talk"), answers("talk")).when(calls("call"), passes("2 s")).then("tell call: place 1");
});

test("whoever is served hears nothing more", () => {
  busy().given(calls("talk"), answers("talk"), calls("call"), passes("5 s"), closes("talk"), answers("call")).when(passes("10 min")).never("tell");
});
