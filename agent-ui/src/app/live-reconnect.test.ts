import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { keys } from "./keys.ts";
import { dialog, ME, Memory, Wire } from "./live.fixture.ts";
import { LiveBridge } from "./live.ts";
import type { DialogList } from "./live-cache.ts";

let client: QueryClient;
let wire: Wire;

function bridge(): LiveBridge {
  wire = new Wire();
  const live = new LiveBridge({ client, meId: ME, storage: new Memory(), jitterMs: () => 0, onIncoming: () => {} });
  live.attach(wire);
  return live;
}

describe("a connection that comes back", () => {
  /** The page's own list, read through the bridge, and how often it was asked for. */
  const shown = (live: LiveBridge, view: string, answer: () => Promise<DialogList>) => {
    const asked = vi.fn(answer);
    const queryFn = () => live.readList(view, "", asked);
    const stop = new QueryObserver(client, { queryKey: keys.dialogs(view), queryFn, retry: false }).subscribe(() => {});
    return { asked, stop, read: () => client.fetchQuery({ queryKey: keys.dialogs(view), queryFn, staleTime: 0, retry: false }) };
  };
  const empty = (): DialogList => ({ items: [], nextCursor: null, position: 1 });
  const back = (times: number) => {
    for (let n = 0; n < times; n++) {
      wire.comes("disconnect");
      wire.comes("connect");
    }
  };
  beforeEach(() => {
    client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
    for (const view of ["mine", "queue", "all", "closed"]) client.setQueryData<DialogList>(keys.dialogs(view), { ...empty(), position: 0 });
    vi.useFakeTimers();
  });
  afterEach(() => void vi.useRealTimers());

  test("has each list read once, however often it flapped before", async () => {
    const live = bridge();
    wire.comes("connect");
    const mine = shown(live, "mine", async () => empty());
    const queue = shown(live, "queue", async () => empty());
    back(3);
    await vi.advanceTimersByTimeAsync(2000);
    expect([mine.asked.mock.calls.length, queue.asked.mock.calls.length]).toEqual([1, 1]);
    back(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect([mine.asked.mock.calls.length, queue.asked.mock.calls.length]).toEqual([2, 2]);
    for (const each of [mine, queue]) each.stop();
  });

  test("spares the list that somebody has asked for since, whether the answer is here or on its way, also when facts changed it meanwhile", async () => {
    const live = bridge();
    wire.comes("connect");
    const mine = shown(live, "mine", async () => empty());
    const queue = shown(live, "queue", () => new Promise((resolve) => setTimeout(() => resolve(empty()), 5000)));
    back(1);
    expect(live.isRead("mine")).toBe(false);
    const reading = [mine.read(), queue.read()];
    expect(live.isRead("mine")).toBe(true);
    wire.comes("dialog.changed", { position: 2, dialog: dialog("d1", 2) });
    await vi.advanceTimersByTimeAsync(6000);
    await Promise.all(reading);
    expect([mine.asked.mock.calls.length, queue.asked.mock.calls.length]).toEqual([1, 1]);
    for (const each of [mine, queue]) each.stop();
  });

  test("has a list read that changed by facts alone, and one whose reading failed", async () => {
    const live = bridge();
    wire.comes("connect");
    const mine = shown(live, "mine", async () => empty());
    const queue = shown(live, "queue", async () => empty());
    back(1);
    wire.comes("dialog.changed", { position: 2, dialog: dialog("d1", 2) });
    queue.asked.mockRejectedValueOnce(new Error("away"));
    await expect(queue.read()).rejects.toThrow("away");
    await vi.advanceTimersByTimeAsync(2000);
    expect([mine.asked.mock.calls.length, queue.asked.mock.calls.length]).toEqual([1, 2]);
    for (const each of [mine, queue]) each.stop();
  });
});
