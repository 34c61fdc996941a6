import type { ChannelEvent, Host, ThreadMessage } from "@kommutator/contract/channel";
import type { Rooms } from "./rooms.ts";

/** How long an answer is held when there is no news. Proxies give up after 60 s, some after 30. */
export const HOLD_MS = 25_000;
/** The store is asked again this often although nobody woke us: another node may have performed the reply. */
const LOOK_AGAIN_MS = 5_000;
const PAGE = 100;

/** What a page gets: everything after its cursor, or what changed besides. */
export interface News {
  messages: ThreadMessage[];
  /** Key of the last message it now has; the next question's `after`. */
  cursor: string | null;
  version: number;
  typing: boolean;
  ended: boolean;
}

/** Waits until the thread has something that the page does not know. */
export async function poll(host: Host, rooms: Rooms, threadKey: string, known: { after: string | null; version: number; holdMs: number }): Promise<News> {
  const deadline = host.now() + Math.min(Math.max(known.holdMs, 0), HOLD_MS);
  for (;;) {
    // Signals are read before the store, so that a signal in between makes the next look immediate.
    const state = rooms.state(threadKey, host.now());
    const asked = host.history?.(threadKey, known.after, PAGE);
    const messages = (await asked) ?? [];
    const left = deadline - host.now();
    if (messages.length > 0 || state.version !== known.version || left <= 0 || rooms.closed) {
      return { messages, cursor: messages.at(-1)?.messageKey ?? known.after, ...state };
    }
    if (rooms.state(threadKey, host.now()).version === state.version) await rooms.wait(threadKey, Math.min(left, LOOK_AGAIN_MS), host.now());
  }
}

/**
 * The events by which a page's "I have it" or "it was seen" becomes a delivery state: for our messages up to `key` in this
 * thread, and of no other. A message still on its way to `sent` is waited for, up to five seconds.
 */
export async function stateEvents(host: Host, rooms: Rooms, threadKey: string, state: "delivered" | "read", key: string): Promise<ChannelEvent[]> {
  const rank = { queued: 0, sent: 1, delivered: 2, read: 3 };
  const deadline = host.now() + 5_000;
  for (;;) {
    const latest = (await host.history?.(threadKey, null, PAGE)) ?? [];
    const upTo = latest.findIndex((message) => message.messageKey === key);
    const ours = latest.slice(0, upTo + 1).filter((message) => message.direction === "out" && rank[message.state] < rank[state]);
    if (ours.some((message) => message.state === "queued") && host.now() < deadline && !rooms.closed) {
      await rooms.wait(`${threadKey}/sent`, 50, host.now());
      continue;
    }
    return ours
      .filter((message) => message.state !== "queued")
      .map((message) => ({ kind: "message.state", eventKey: `${state}:${message.messageKey}`, messageKey: message.messageKey, state, occurredAt: host.now() }));
  }
}
