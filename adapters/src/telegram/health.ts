import { setTimeout as pause } from "node:timers/promises";
import { ChannelError, type ChannelStatus } from "@kommutator/contract/channel";
import { isConflict } from "./errors.ts";

const BACKOFF_CAP_MS = 30_000;

/** What a failure of the connection says about the channel. */
export function statusOf(error: unknown): ChannelStatus {
  const detail = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ChannelError)) return { state: "degraded", detail: `A message could not be stored and is asked for again: ${detail.slice(0, 300)}` };
  if (error.code === "bad-credentials") return { state: "bad-credentials", detail };
  return { state: isConflict(error) || error.code === "rate-limited" ? "degraded" : "down", detail };
}

/** Until the next attempt: doubles with each failure up to half a minute, with jitter; what Telegram asks for comes first. */
export async function rest(failures: number, floorMs: number, error: unknown, stop: AbortSignal): Promise<void> {
  const ceiling = Math.min(floorMs * 2 ** Math.min(failures - 1, 12), BACKOFF_CAP_MS);
  const asked = error instanceof ChannelError ? (error.retryAfterMs ?? 0) : 0;
  await pause(Math.max(ceiling * (0.5 + Math.random() / 2), asked), undefined, { signal: stop }).catch(() => {});
}
