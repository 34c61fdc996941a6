import { expect, test } from "vitest";
import { isAway, NONE, openDialogs, presentMembers, REFUSALS, refusalOf } from "./eligibility.ts";
import { Agent, type Offer } from "./model.ts";
import { ALWAYS } from "./usual.ts";

const VOICE = 0;
const CHAT = 1;
const MESSAGE = 2;
const MAIL = 3;
const MEDIA = [VOICE, CHAT, MESSAGE, MAIL] as const;
const AN_OFFER = {} as Offer;

/** Somebody who may be offered anything, but for what `change` does. */
function somebody(change: (agent: Agent) => unknown = () => {}): Agent {
  const agent = new Agent({
    id: "dana",
    active: true,
    hours: ALWAYS,
    absent: [],
    maxDialogs: 2,
    planned: 0,
    norm: null,
    skills: {},
    forwardings: [],
  });
  agent.inHours = true;
  agent.online = true;
  agent.phoneReachable = true;
  agent.intent = "available";
  change(agent);
  return agent;
}
const refusals = (change: (agent: Agent) => unknown) => MEDIA.map((k) => REFUSALS[refusalOf(somebody(change), k)]);
const all = (name: string) => [name, name, name, name];

test("nothing speaks against somebody who is here, free, and has room", () => {
  expect(MEDIA.map((k) => refusalOf(somebody(), k))).toEqual([NONE, NONE, NONE, NONE]);
});

test("who is not here is refused everything, each for the first reason that holds", () => {
  const bad = (agent: Agent) => {
    agent.online = false;
    agent.intent = "logged_out";
    agent.facts = { ...agent.facts, active: false, norm: 0 };
    agent.absent = true;
    agent.inHours = false;
  };
  const without = (mend: (agent: Agent) => unknown) =>
    refusals((agent) => {
      bad(agent);
      mend(agent);
    });
  expect(without(() => {})).toEqual(all("inactive"));
  const steps: [string, (a: Agent) => unknown][] = [
    ["absent", (a) => Object.assign(a, { facts: { ...a.facts, active: true } })],
    ["out_of_hours", (a) => Object.assign(a, { absent: false })],
    ["no_norm_today", (a) => Object.assign(a, { inHours: true })],
    ["logged_out", (a) => Object.assign(a, { facts: { ...a.facts, norm: null } })],
    ["offline", (a) => Object.assign(a, { intent: "available" })],
  ];
  for (const [i, [reason]] of steps.entries())
    expect(
      without((a) => {
        for (const [, mend] of steps.slice(0, i + 1)) mend(a);
      }),
    ).toEqual(all(reason));
});

test("a norm of something and no norm at all are both no reason", () => {
  expect(refusals((a) => Object.assign(a, { facts: { ...a.facts, norm: 100 } }))).toEqual(all("none"));
  expect(refusals((a) => Object.assign(a, { facts: { ...a.facts, norm: null } }))).toEqual(all("none"));
});

test("within the grace one is reconnecting, after it offline", () => {
  expect(refusals((a) => Object.assign(a, { online: false, offlineSince: 5 }))).toEqual(all("reconnecting"));
  expect(refusals((a) => Object.assign(a, { online: false, offlineSince: null }))).toEqual(all("offline"));
});

test("a break, a call and a wrap-up refuse everything", () => {
  expect(refusals((a) => Object.assign(a, { intent: "paused" }))).toEqual(all("paused"));
  expect(refusals((a) => Object.assign(a, { calls: 1 }))).toEqual(all("in_call"));
  expect(refusals((a) => Object.assign(a, { directCall: true }))).toEqual(all("in_call"));
  expect(refusals((a) => Object.assign(a, { wrapupUntil: 5 }))).toEqual(all("wrapup"));
});

test("a phone that is gone or rests keeps calls away and nothing else", () => {
  expect(refusals((a) => Object.assign(a, { phoneReachable: false }))).toEqual(["phone_unreachable", "none", "none", "none"]);
  expect(refusals((a) => Object.assign(a, { restUntil: 5 }))).toEqual(["resting", "none", "none", "none"]);
});

test("what rings keeps everything away; a message or a letter in the list only its own kind", () => {
  expect(refusals((a) => Object.assign(a, { liveOffer: AN_OFFER }))).toEqual(all("offered"));
  expect(refusals((a) => Object.assign(a, { messageOffer: AN_OFFER }))).toEqual(["none", "none", "offered", "none"]);
  expect(refusals((a) => Object.assign(a, { mailOffer: AN_OFFER }))).toEqual(["none", "none", "none", "offered"]);
});

test("a full list keeps writers away, never a caller; what lies offered counts as held", () => {
  const full = ["none", "at_capacity", "at_capacity", "at_capacity"];
  expect(refusals((a) => Object.assign(a, { awaiting: 1, others: 1 }))).toEqual(full);
  expect(refusals((a) => Object.assign(a, { others: 3 }))).toEqual(full);
  expect(refusals((a) => Object.assign(a, { others: 1 }))).toEqual(all("none"));
  expect(refusals((a) => Object.assign(a, { others: 1, messageOffer: AN_OFFER }))).toEqual(["none", "at_capacity", "offered", "at_capacity"]);
  expect(refusals((a) => Object.assign(a, { others: 1, mailOffer: AN_OFFER }))).toEqual(["none", "at_capacity", "at_capacity", "offered"]);
  expect(refusals((a) => Object.assign(a, { messageOffer: AN_OFFER, mailOffer: AN_OFFER }))).toEqual(["none", "at_capacity", "offered", "offered"]);
});

test("calls are no dialogs of the list", () => {
  expect(openDialogs(somebody((a) => Object.assign(a, { awaiting: 2, others: 3, calls: 1 })))).toBe(4);
});

test("away is whoever is not logged in, on duty and employed; busy people and those on a break are here", () => {
  const away = REFUSALS.filter((_, i) => isAway(i));
  expect(away).toEqual(["inactive", "absent", "out_of_hours", "no_norm_today", "logged_out", "offline"]);
});

test("present are the ready and the busy, of the medium that is asked for", () => {
  const counts = () => new Int32Array(REFUSALS.length);
  const queue = { counts: [counts(), counts(), counts(), counts()] as [Int32Array, Int32Array, Int32Array, Int32Array] };
  const set = (k: 0 | 1, name: (typeof REFUSALS)[number], n: number) => queue.counts[k].fill(n, REFUSALS.indexOf(name), REFUSALS.indexOf(name) + 1);
  set(0, "none", 2);
  set(0, "in_call", 3);
  set(0, "reconnecting", 1);
  set(0, "offline", 7);
  set(1, "logged_out", 4);
  expect([presentMembers(queue, 0), presentMembers(queue, 1)]).toEqual([6, 0]);
});
