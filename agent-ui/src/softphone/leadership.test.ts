import { describe, expect, it } from "vitest";
import { joinTabs, type Locks, type Wire } from "./leadership.ts";

/** The browser's side: one exclusive lock with a queue, and a channel that reaches all others. */
function browser() {
  const waiting: { held: () => Promise<unknown>; signal: AbortSignal | undefined; done: (value: unknown) => void; fail: (error: unknown) => void }[] = [];
  let busy = false;
  const next = (): void => {
    if (busy) return;
    const first = waiting.shift();
    if (first === undefined) return;
    if (first.signal?.aborted === true) {
      first.fail(new DOMException("aborted", "AbortError"));
      next();
      return;
    }
    busy = true;
    void first.held().then((value) => {
      busy = false;
      first.done(value);
      next();
    });
  };
  const locks: Locks = {
    request: (_name, options, held) =>
      new Promise((done, fail) => {
        waiting.push({ held, signal: options.signal, done, fail });
        queueMicrotask(next);
      }),
  };
  const ends = new Set<(event: { data: unknown }) => void>();
  const wire = (): Wire => {
    let mine: ((event: { data: unknown }) => void) | undefined;
    return {
      postMessage: (data) => {
        for (const each of ends) if (each !== mine) each({ data: structuredClone(data) });
      },
      addEventListener: (_type, listener) => {
        mine = listener;
        ends.add(listener);
      },
      close: () => {
        if (mine !== undefined) ends.delete(mine);
      },
    };
  };
  return { locks, wire };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

function tab(house: ReturnType<typeof browser>) {
  const seen = { led: 0, states: [] as string[], orders: [] as string[] };
  const joined = joinTabs<string, string>({
    name: "phone-ann",
    locks: house.locks,
    wire: house.wire(),
    onLead: () => {
      seen.led += 1;
    },
    onState: (state) => seen.states.push(state),
    onOrder: (order) => seen.orders.push(order),
  });
  return { ...joined, seen };
}

describe("two tabs of one agent", () => {
  it("exactly one leads: only that one would register and ring", async () => {
    const house = browser();
    const a = tab(house);
    const b = tab(house);
    await settled();
    expect([a.leads(), b.leads()]).toEqual([true, false]);
    expect([a.seen.led, b.seen.led]).toEqual([1, 0]);
  });

  it("the second shows what the first tells, and its buttons act in the first", async () => {
    const house = browser();
    const a = tab(house);
    const b = tab(house);
    await settled();
    a.tell("ringing");
    expect(b.seen.states).toEqual(["ringing"]);
    b.order("answer");
    expect(a.seen.orders).toEqual(["answer"]);
    expect(b.seen.orders).toEqual([]);
    // Only the leader's word counts.
    b.tell("nonsense");
    expect(a.seen.states).toEqual([]);
  });

  it("a tab opened later asks what goes on", async () => {
    const house = browser();
    const a = tab(house);
    await settled();
    a.tell("talking");
    const b = tab(house);
    await settled();
    expect(b.seen.states).toEqual(["talking"]);
  });

  it("the leader closes: the next takes the phone; a tab that only waited leaves without a trace", async () => {
    const house = browser();
    const a = tab(house);
    const b = tab(house);
    const c = tab(house);
    await settled();
    b.close();
    a.close();
    await settled();
    await settled();
    expect([a.leads(), b.leads(), c.leads()]).toEqual([false, false, true]);
    expect(c.seen.led).toBe(1);
  });
});
