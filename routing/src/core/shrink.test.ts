import { expect, test } from "vitest";
import { type Counterexample, liveThrough } from "./lives.fixture.ts";
import { shrink } from "./shrink.fixture.ts";
import { hasSkills } from "./skills.ts";
import type { RouterState } from "./state.ts";

/** Breaks a rule in every memory of a few thousand histories, and returns the story that is told about it. */
function storyOf(variation: (state: RouterState) => void): Counterexample {
  const { counterexample } = liveThrough(5_000, 1, variation);
  if (counterexample === null) throw new Error("nobody noticed");
  return counterexample;
}

const lines = (c: Counterexample) => c.story.split("\n").filter((line) => /^ +\d+\. /.test(line));

test("a list is shrunk to the elements that matter, and these to the plainest", () => {
  const breaks = (list: readonly number[]) => list.some((n) => n > 10) && list.some((n) => n < 0);
  const least = shrink([3, 8, 99, 4, 17, -20, 5, -3], breaks, (n) => (n > 0 ? [n - 1] : n < 0 ? [n + 1] : []));
  expect(least).toEqual([11, -1]);
});

test("a queue that serves the youngest first: the story tells who was overtaken", () => {
  const c = storyOf((state) => {
    for (const queue of state.queues.values()) {
      const calls = queue.waiting[0];
      calls.firstFor = (agent, accept) => calls.toArray().findLast((e) => hasSkills(agent, e.needs) && accept(e));
    }
  });
  expect(c.rule).toBe("nobody is overtaken");
  expect(c.story).toMatch(/^broken: nobody is overtaken: call \d overtook call \d at \w+$/m);
  expect(lines(c).length).toBeLessThanOrEqual(6);
});

test("a waiting list that hides somebody: the story tells who waits and who is free", () => {
  const c = storyOf((state) => {
    for (const queue of state.queues.values()) queue.waiting[0].firstFor = () => undefined;
  });
  expect(c.rule).toBe("nobody waits in vain");
  expect(c.story).toMatch(/^broken: nobody waits in vain: call \d waits while \w+ is free for it$/m);
  expect(lines(c).length).toBeLessThanOrEqual(3);
});

test("a clock of a ring that is never set: the story ends with the offer that never ends", () => {
  const c = storyOf((state) => {
    const set = state.deadlines.set.bind(state.deadlines);
    state.deadlines.set = (deadline, at) => {
      if (deadline.kind !== "offer") set(deadline, at);
    };
  });
  expect(c.rule).toBe("a way out");
  expect(lines(c).length).toBeLessThanOrEqual(2);
  expect(c.story).toMatch(/ 1\. \w+ comes to work/);
  expect(c.story).toMatch(/the offer of (call|chat|message|letter) \d to \w+ never ends/);
});

test("an entry that stays when its dialog was won: the story tells who accepted it", () => {
  const c = storyOf((state) => {
    const kept = state.entries.delete.bind(state.entries);
    state.entries.delete = (id) => id.startsWith("chat") || kept(id);
  });
  expect(c.rule).toBe("one winner");
  expect(c.story).toMatch(/accepts the offer of chat \d|chat \d is given to|chat \d is closed|leaves chat \d/);
  expect(lines(c).length).toBeLessThanOrEqual(3);
});

test("an agent who is never full: the story tells how many dialogs were offered", () => {
  const c = storyOf((state) => {
    const add = state.assignments.set.bind(state.assignments);
    state.assignments.set = (id, a) => {
      add(id, a);
      // What is taken on does not count.
      if (a.medium !== "voice") a.agent.others -= 1;
      return state.assignments;
    };
  });
  expect(c.rule).toBe("capacity");
  expect(lines(c).length).toBeLessThanOrEqual(3);
});

test("a decision that stays in the memory alone: the story ends where whoever takes over knows less", () => {
  const c = storyOf((state) => {
    const set = state.deadlines.set.bind(state.deadlines);
    state.deadlines.set = (deadline, at) => set(deadline, deadline.kind === "grace" ? at + 1 : at);
  });
  expect(c.rule).toBe("durable");
  expect(c.story).toMatch(/page disconnects/);
  expect(lines(c).length).toBeLessThanOrEqual(2);
});

test("a fault in the program is told as a story like any other broken rule", () => {
  const c = storyOf((state) => {
    state.addQueue = () => {
      throw new Error("no room");
    };
    const clear = state.deadlines.clear.bind(state.deadlines);
    state.deadlines.clear = (deadline) => {
      if (deadline.kind === "wrapup" && deadline.isSet()) throw new Error("the wrap-up cannot end");
      clear(deadline);
    };
  });
  expect(c).toMatchObject({ rule: "total", what: "the wrap-up cannot end" });
  expect(lines(c).length).toBeLessThanOrEqual(6);
});
