import { ChannelError } from "@kommutator/contract/channel";
import { TelegramError } from "telegraf";

/** What the Bot API says when it refuses (core.telegram.org/bots/api#making-requests and #responseparameters). */
export interface Refusal {
  code: number;
  description: string;
  retryAfterSeconds?: number | undefined;
}

/**
 * Refusals that people meet, and what they can do. The descriptions are not part of the documented interface, so whatever is
 * not found here is shown in Telegram's own words.
 */
const WORDS: [RegExp, string][] = [
  [/bot was blocked by the user/i, "The bot was blocked by the user: nothing can be sent until they unblock it"],
  [/user is deactivated/i, "The customer's Telegram account no longer exists"],
  [/can't initiate conversation/i, "The customer must write to the bot first"],
  [/chat not found|PEER_ID_INVALID/i, "Telegram knows no such chat: the customer must write to the bot first"],
  [/can't send messages to bots/i, "The addressee is a bot, and bots cannot be written to"],
  [/message is too long|MESSAGE_TOO_LONG/i, "The text is longer than 4096 characters"],
  [/caption is too long|MEDIA_CAPTION_TOO_LONG/i, "The text of a file is longer than 1024 characters"],
  [/message text is empty|text must be non-empty/i, "There is nothing to send: the text is empty"],
  [/file is too big/i, "Telegram gives bots no files above 20 MB: ask the customer for a link"],
  [/Request Entity Too Large/i, "The file is larger than the 50 MB that a bot may send"],
  [
    /BUSINESS_PEER_USAGE_MISSING|BUSINESS_CONNECTION_(INVALID|NOT_ALLOWED)|business connection not found/i,
    "The business account no longer lets this bot answer here",
  ],
];

/** 409: somebody else polls with our token, or has set a webhook (core.telegram.org/bots/api#getupdates). */
const CONFLICT = "Another program is reading this bot's messages too: stop it, or give this house a bot of its own";

export const isConflict = (error: unknown): boolean => error instanceof ChannelError && error.message === CONFLICT;

/** One Telegram refusal as one of the six errors. `sending`: the request may have made a message. */
export function fromRefusal(refusal: Refusal, sending: boolean): ChannelError {
  const { code, description } = refusal;
  const said = description.replace(/^(Bad Request|Forbidden|Unauthorized|Conflict):\s*/i, "");
  // 404 is what an address with a token that never existed gets; no method of ours is unknown to Telegram.
  if (code === 401 || code === 404) return new ChannelError("bad-credentials", "Telegram refuses the bot token: take a new one from @BotFather");
  if (code === 429) {
    const seconds = refusal.retryAfterSeconds ?? 5;
    return new ChannelError("rate-limited", `Telegram asks to wait ${seconds} s`, { retryAfterMs: seconds * 1_000 });
  }
  // Somebody between us and the one who does the work stopped waiting for him: the work may be done all the same (RFC 9110, 15.6.5).
  if (code === 504 && sending) return new ChannelError("uncertain", "Telegram did not say whether the message was taken");
  if (code >= 500) return new ChannelError("unreachable", `Telegram is out of order (${code})`);
  if (code === 409) return new ChannelError("unreachable", CONFLICT);
  // Telegram says the same of a wrong file and of one that its own store does not give out just now: trying again is right for one.
  if (/temporarily unavailable/i.test(description)) return new ChannelError("unreachable", "The file is not at hand at Telegram just now");
  const words = WORDS.find(([pattern]) => pattern.test(description))?.[1];
  return new ChannelError("rejected", words ?? `Telegram refused: ${said.slice(0, 300)}`);
}

/** Codes of a connection that never came about: certainly nothing was sent. */
const NEVER = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "ENETDOWN"]);

/**
 * Any failure of a request as one of the six errors; its text names no address, because addresses of the Bot API hold the
 * token. `sending`: the request may have made a message, so that its loss on the way is `uncertain`.
 */
export function toChannelError(error: unknown, sending: boolean): ChannelError {
  if (error instanceof ChannelError) return error;
  if (error instanceof TelegramError) {
    return fromRefusal({ code: error.code, description: String(error.description ?? ""), retryAfterSeconds: error.parameters?.retry_after }, sending);
  }
  const { code, type, name } = (error ?? {}) as { code?: string; type?: string; name?: string };
  if (code !== undefined && (NEVER.has(code) || /^(ERR_TLS|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/.test(code)))
    return new ChannelError("unreachable", `Telegram cannot be reached (${code})`);
  const what =
    type === "invalid-json"
      ? "Telegram's answer makes no sense"
      : name === "AbortError"
        ? "Telegram did not answer in time"
        : "The connection to Telegram broke";
  return sending ? new ChannelError("uncertain", `${what}: it may have the message or not`) : new ChannelError("unreachable", what);
}

/** Whether Telegram refused because this person cannot be written to, and why; null when it was something else. */
export function unreachableReason(error: unknown): { reason?: "blocked" | "denied" } | null {
  if (!(error instanceof ChannelError) || error.code !== "rejected") return null;
  if (/blocked by the user/.test(error.message)) return { reason: "blocked" };
  if (/must write to the bot first/.test(error.message)) return { reason: "denied" };
  return /no longer exists/.test(error.message) ? {} : null;
}
