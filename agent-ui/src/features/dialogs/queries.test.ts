import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keys } from "../../app/keys.ts";
import { LiveBridge } from "../../app/live.ts";
import type { DialogList } from "../../app/live-cache.ts";
import { currentMine } from "./queries.ts";

let client: QueryClient;
let live: LiveBridge;
const handlers = new Map<string, () => void>();
const asked: string[] = [];
/** Which answer of the server the list comes from. */
const taken = async () => {
  expect(await currentMine(client, live)).toEqual([]);
  return client.getQueryData<DialogList>(keys.dialogs("mine"))?.position;
};

beforeEach(() => {
  client = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000, retry: false } } });
  live = new LiveBridge({ client, meId: "me", storage: { getItem: () => null, setItem: () => {}, removeItem: () => {} }, jitterMs: () => 0 });
  live.attach({ on: (event, handler) => handlers.set(event, handler as () => void), emit: () => {}, connect: () => {}, disconnect: () => {} });
  asked.length = 0;
  vi.stubGlobal("location", { origin: "http://house.example" });
  vi.stubGlobal("fetch", async (url: string | URL | Request) => {
    asked.push(String(url instanceof Request ? url.url : url));
    return Response.json({ items: [], nextCursor: null, position: asked.length } satisfies DialogList);
  });
});
afterEach(() => {
  live.close(false);
  vi.unstubAllGlobals();
});

test("the phone takes my dialogs from the page's list, and asks the server only when nobody has since the connection came back", async () => {
  expect([await taken(), await taken()]).toEqual([1, 1]);
  handlers.get("connect")?.();
  expect(await taken()).toBe(1);
  handlers.get("disconnect")?.();
  handlers.get("connect")?.();
  expect(await Promise.all([taken(), taken()])).toEqual([2, 2]);
  expect(await taken()).toBe(2);
  expect(asked).toEqual(Array(2).fill("http://house.example/api/v1/dialogs?view=mine&limit=100"));
});
