import { ChannelError, type Host } from "@kommutator/contract/channel";
import type { Responses } from "vk-io";
import { pause, type VkClient } from "./client.ts";
import type { VkConfig } from "./config.ts";
import { peerIn } from "./from-vk.ts";
import { int, obj, str } from "./loose.ts";
import type { Memory } from "./memory.ts";
import type { Receiver } from "./receiver.ts";
import { isForbidden, recover } from "./recover.ts";

/** Seconds VK holds a request without events; proxies cut longer ones (dev.vk.com/api/bots-long-poll/getting-started). */
const WAIT_S = 25;
const ANSWER_TIMEOUT_MS = (WAIT_S + 10) * 1_000;
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
const RETRY_CEILING_MS = 60_000;
/** At the very first connection the unread messages of this time are taken too: who wrote while it was set up is heard. */
const FIRST_LOOK_BACK_MS = 15 * 60_000;
/** VK's clock and ours differ by no more. */
const CLOCK_SLACK_MS = 60_000;

interface Session {
  server: string;
  key: string;
}

/**
 * The Bots Long Poll API: asks for what happened after `ts`, stores it, remembers the new `ts`, asks again. `ts` advances
 * only after every event before it is stored; what could not be stored is asked for again. Runs until the client closes.
 */
export async function longPoll(config: VkConfig, host: Host, parts: { client: VkClient; memory: Memory; receiver: Receiver }): Promise<void> {
  const { client, memory, receiver } = parts;
  const stop = client.signal;
  /** The host's promises may hang for ever: closing must not wait for them. */
  const unlessStopped = <T>(work: Promise<T>): Promise<T> => raceStop(work, stop);
  const groupId = config.groupId;
  let session: Session | null = null;
  let failures = 0;
  let up = false;

  /** A session of VK's long poll server, and the number of its newest event. */
  const connect = async (): Promise<string> => {
    const named = obj(await client.call<Responses.GroupsGetLongPollServerResponse>("groups.getLongPollServer", { group_id: groupId }));
    session = { server: str(named["server"]), key: str(named["key"]) };
    return String(named["ts"] ?? "");
  };
  /** The events before this number will not come any more: their messages are looked for, and only then is it left behind. */
  const leap = async (ts: string): Promise<void> => {
    const since = memory.at === null ? host.now() - FIRST_LOOK_BACK_MS : memory.at - CLOCK_SLACK_MS;
    try {
      await unlessStopped(recover(since, { host, client, receiver, groupId }));
    } catch (error) {
      if (!isForbidden(error)) throw error;
      if (memory.ts !== null) await unlessStopped(host.report(gap(memory.ts, host.now())));
    }
    await unlessStopped(memory.advance(ts));
  };
  const round = async (): Promise<void> => {
    if (session === null) {
      await unlessStopped(memory.load());
      const newest = await connect();
      if (memory.ts === null) await leap(newest);
    }
    // The first question is short: its answer shows that all is well, and nobody waits half a minute for that.
    const answer = await ask(client, session as unknown as Session, memory.ts as string, up ? WAIT_S : 1);
    const failed = int(answer["failed"]);
    if (failed !== undefined) {
      host.record("in", `Long polling failed ${failed}`, { ts: answer["ts"] });
      // 1: the history before `ts` is gone. 2: the key is old. 3: key and history are lost.
      if (failed === 1) return leap(String(answer["ts"] ?? memory.ts));
      session = null;
      if (failed === 3) await leap(await connect());
      return;
    }
    const updates = Array.isArray(answer["updates"]) ? (answer["updates"] as unknown[]) : [];
    if (updates.length > 0) await unlessStopped(takeAll(receiver, host, updates));
    const next = String(answer["ts"] ?? "");
    if (next === "") throw new ChannelError("unreachable", "The long poll server gave no ts");
    if (next !== memory.ts) await unlessStopped(memory.advance(next));
    if (!up) host.status({ state: "up" });
    up = true;
  };
  while (!stop.aborted) {
    try {
      await round();
      failures = 0;
    } catch (error) {
      if (stop.aborted) return;
      failures++;
      up = false;
      const refused = error instanceof ChannelError && error.code === "bad-credentials";
      host.status({ state: refused ? "bad-credentials" : failures < 3 ? "connecting" : "degraded", detail: (error as Error).message.slice(0, 300) });
      host.record("in", "Long polling failed", { error: (error as Error).message.slice(0, 300) });
      await pause(Math.min(RETRY_CEILING_MS, config.retryFloorMs * 2 ** Math.min(failures - 1, 10)), stop);
    }
  }
}

async function ask(client: VkClient, session: Session, ts: string, waitS: number): Promise<Record<string, unknown>> {
  const url = URL.canParse(session.server) ? new URL(session.server) : null;
  if (url === null) throw new ChannelError("unreachable", "VK named no long poll server");
  for (const [name, value] of Object.entries({ act: "a_check", key: session.key, ts, wait: String(waitS) })) url.searchParams.set(name, value);
  const answer = await client.at(url.href, { timeoutMs: ANSWER_TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES });
  if (answer.status !== 200) throw new ChannelError("unreachable", `VK's long poll server answered ${answer.status}`);
  try {
    return obj(JSON.parse(answer.body.toString()));
  } catch (error) {
    throw new ChannelError("unreachable", "VK's long poll server gave no readable answer", { cause: error });
  }
}

/** Each conversation in its order, the conversations side by side. */
async function takeAll(receiver: Receiver, host: Host, updates: readonly unknown[]): Promise<void> {
  host.record("in", `${updates.length} events`, { types: [...new Set(updates.map((update) => str(obj(update)["type"]).slice(0, 40)))] });
  await receiver.prepare(updates);
  const lanes = new Map<string, unknown[]>();
  for (const update of updates) {
    const peer = peerIn(update);
    lanes.set(peer, [...(lanes.get(peer) ?? []), update]);
  }
  const outcomes = await Promise.allSettled(
    [...lanes.values()].map(async (lane) => {
      for (const update of lane) await receiver.take(update);
    }),
  );
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

const gap = (ts: string, now: number) =>
  ({
    kind: "unparseable",
    eventKey: `gap:${ts}`,
    occurredAt: now,
    error: "VK no longer keeps the events of the time without connection: look through the community's messages for what came meanwhile",
    raw: { ts },
  }) as const;

function raceStop<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stopped = (): void => reject(new ChannelError("unreachable", "The channel is closing"));
    if (stop.aborted) stopped();
    stop.addEventListener("abort", stopped, { once: true });
    work.then(resolve, reject).finally(() => stop.removeEventListener("abort", stopped));
  });
}
