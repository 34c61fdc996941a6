import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { keys } from "./keys.ts";
import { iso, ME, Memory, Wire } from "./live.fixture.ts";
import { LiveBridge } from "./live.ts";

/** The bell: a number that is shown, and read for the first time by `answers`, one after the other. */
function bell(client: QueryClient, answers: (() => Promise<number>)[]) {
  const asked = vi.fn(() => (answers.shift() as () => Promise<number>)());
  const observer = new QueryObserver(client, { queryKey: keys.notices("unread"), queryFn: asked, retry: false });
  return { asked, stop: observer.subscribe(() => undefined) };
}
const setUp = () => {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  const wire = new Wire();
  new LiveBridge({ client, meId: ME, storage: new Memory(), jitterMs: () => 0 }).attach(wire);
  wire.comes("connect");
  wire.comes("hello", { position: 1, serverTime: iso(0) });
  return { client, wire };
};
const mention = { position: 2, kind: "notification.created", dialogId: null, payload: {} };
const unread = (client: QueryClient) => client.getQueryData<number>(keys.notices("unread"));

test("what changes while it is being read for the first time is read again: that answer may be the older one", async () => {
  const { client, wire } = setUp();
  let answer: (n: number) => void = () => undefined;
  const { asked, stop } = bell(client, [() => new Promise((resolve) => (answer = resolve)), async () => 1]);
  await vi.waitFor(() => expect(asked).toHaveBeenCalledOnce());
  wire.comes("changed", mention);
  answer(0);
  await vi.waitFor(() => expect(unread(client)).toBe(1));
  expect(asked).toHaveBeenCalledTimes(2);
  stop();
});

test("once it is there, each change has it read once", async () => {
  const { client, wire } = setUp();
  const { asked, stop } = bell(client, [async () => 0, async () => 1]);
  await vi.waitFor(() => expect(unread(client)).toBe(0));
  wire.comes("changed", mention);
  await vi.waitFor(() => expect(unread(client)).toBe(1));
  expect(asked).toHaveBeenCalledTimes(2);
  stop();
});

test("a first reading that fails is not asked for again by itself", async () => {
  const { client, wire } = setUp();
  let fail: (error: Error) => void = () => undefined;
  const { asked, stop } = bell(client, [() => new Promise((_, reject) => (fail = reject))]);
  await vi.waitFor(() => expect(asked).toHaveBeenCalledOnce());
  wire.comes("changed", mention);
  fail(new Error("away"));
  await vi.waitFor(() => expect(client.getQueryState(keys.notices("unread"))?.status).toBe("error"));
  expect(asked).toHaveBeenCalledOnce();
  stop();
});
