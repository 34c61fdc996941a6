import { ChannelError } from "@kommutator/contract/channel";
import { AriError, NO_ANSWER, NOT_CONNECTED } from "./connection.ts";

/** What a failed request of ARI means to whoever gave the command. */
export function asChannelError(error: unknown): ChannelError {
  if (!(error instanceof AriError)) return new ChannelError("rejected", error instanceof Error ? error.message : String(error), { cause: error });
  if (error.status === NOT_CONNECTED) return new ChannelError("unreachable", error.message, { cause: error });
  if (error.status === NO_ANSWER) return new ChannelError("uncertain", error.message, { cause: error });
  return new ChannelError("rejected", error.message, { cause: error });
}
