import { expect, test } from "vitest";
import { chance } from "../simulation/random.ts";
import { Deadline, Deadlines } from "./deadlines.ts";

const clock = (name: string, kind: Deadline["kind"] = "offer") => new Deadline(kind, name);

test("a clock is named by its kind and its owner, and is not set at first", () => {
  const ring = clock("o1");
  expect(ring.id).toBe("offer:o1");
  expect(ring.isSet()).toBe(false);
  expect(new Deadlines().next()).toBeUndefined();
  expect(new Deadlines().size).toBe(0);
});

test("the earliest comes first, whatever the order in which they were set", () => {
  const clocks = new Deadlines();
  const [a, b, c] = [clock("a"), clock("b"), clock("c")];
  clocks.set(b, 200);
  clocks.set(a, 300);
  clocks.set(c, 100);
  expect(clocks.next()).toBe(c);
  expect(clocks.size).toBe(3);
  expect([a, b, c].every((d) => d.isSet())).toBe(true);
});

test("a clock is moved, not set twice", () => {
  const clocks = new Deadlines();
  const [a, b] = [clock("a"), clock("b")];
  clocks.set(a, 100);
  clocks.set(b, 200);
  clocks.set(a, 300);
  expect(clocks.next()).toBe(b);
  clocks.set(a, 50);
  expect(clocks.next()).toBe(a);
  expect(clocks.size).toBe(2);
});

test("a cleared clock never strikes, and clearing it again changes nothing", () => {
  const clocks = new Deadlines();
  const [a, b] = [clock("a"), clock("b")];
  clocks.set(a, 100);
  clocks.set(b, 200);
  clocks.clear(a);
  clocks.clear(a);
  expect(a.isSet()).toBe(false);
  expect(clocks.next()).toBe(b);
  clocks.clear(b);
  expect(clocks.next()).toBeUndefined();
  clocks.set(a, 70);
  expect(clocks.due(100, 9)).toEqual([a]);
});

test("clocks that strike together do so in the order of their owners, then of their kinds", () => {
  const clocks = new Deadlines();
  const all = [clock("b", "wait"), clock("b", "retry"), clock("a", "wait"), clock("c", "gate")];
  for (const d of all) clocks.set(d, 100);
  expect(clocks.due(100, 9).map((d) => d.id)).toEqual(["wait:a", "retry:b", "wait:b", "gate:c"]);
  expect(clocks.next()?.id).toBe("wait:a");
});

test("neither does the order depend on which was set first", () => {
  for (const kinds of [
    ["gate", "rest", "wait"],
    ["gate", "wait", "rest"],
    ["rest", "gate", "wait"],
    ["rest", "wait", "gate"],
    ["wait", "gate", "rest"],
    ["wait", "rest", "gate"],
  ] as const) {
    const clocks = new Deadlines();
    for (const kind of kinds) clocks.set(clock("a", kind), 100);
    const struck: string[] = [];
    for (let next = clocks.next(); next !== undefined; next = clocks.next()) {
      struck.push(next.id);
      clocks.clear(next);
    }
    expect(struck).toEqual(["gate:a", "rest:a", "wait:a"]);
    for (const kind of kinds) clocks.set(clock("a", kind), 100);
    expect(clocks.due(100, 9).map((d) => d.kind)).toEqual(["gate", "rest", "wait"]);
  }
});

test("due is what has struck by now, earliest first, as many as asked for, and stays set", () => {
  const clocks = new Deadlines();
  for (const [name, at] of [
    ["late", 301],
    ["third", 300],
    ["first", 100],
    ["second", 200],
  ] as const)
    clocks.set(clock(name), at);
  expect(clocks.due(300, 9).map((d) => d.ownerId)).toEqual(["first", "second", "third"]);
  expect(clocks.due(300, 2).map((d) => d.ownerId)).toEqual(["first", "second"]);
  expect(clocks.due(99, 9)).toEqual([]);
  expect(clocks.size).toBe(4);
});

test("thousands of clocks, set, moved and cleared at random, strike in order", () => {
  const c = chance(11);
  const clocks = new Deadlines();
  const all = Array.from({ length: 60 }, (_, i) => clock(String(1000 + i)));
  for (let i = 0; i < 1500; i++) {
    const d = all[Math.floor(c.uniform() * all.length)] as Deadline;
    if (c.happens(0.35)) clocks.clear(d);
    else clocks.set(d, Math.floor(c.uniform() * 200));
    const set = all.filter((x) => x.isSet());
    expect(clocks.size).toBe(set.length);
    const first = set.reduce<Deadline | undefined>((m, x) => (m === undefined || x.at < m.at || (x.at === m.at && x.ownerId < m.ownerId) ? x : m), undefined);
    expect(clocks.next()).toBe(first);
    if (i % 20 === 0) {
      const due = set.filter((x) => x.at <= 120).sort((a, b) => a.at - b.at || (a.ownerId < b.ownerId ? -1 : 1));
      expect(clocks.due(120, 1000)).toEqual(due);
    }
  }
});
