import type { CannotWrite } from "@kommutator/contract/api/dialogs";
import type { ChannelLimits } from "@kommutator/contract/channel";
import { AppError } from "@kommutator/contract/errors";
import type { ChannelAbilities } from "../inbound/abilities.ts";

/** What is known of a thread when somebody wants to write in it. */
export interface ThreadFacts {
  /** When the person last wrote, ms; null: never. */
  lastInAt: number | null;
  /** Whether the person has ever begun a dialog here. */
  hasWritten: boolean;
  /** The person blocked us, unsubscribed, or the number does not exist. */
  unreachable: boolean;
  /** Whom a message would go to, as the channel knows it; absent: not known here. */
  address?: string | undefined;
  /** Messages of ours to this address today, in the installation's time zone. */
  sentToday: number;
}

/** Why nothing can be written in this thread now, or null. The composer shows it, and the same is refused when it is sent all the same. */
export function cannotWrite(channel: Pick<ChannelAbilities, "commands" | "limits"> | null, thread: ThreadFacts, now: number): CannotWrite | null {
  // Until the channel has been open its limits are not known: what is written waits for it.
  if (channel === null) return thread.unreachable ? "unreachable" : null;
  const { limits } = channel;
  if (!channel.commands.includes("message.send")) return "unsupported";
  if (limits.answerable !== undefined && thread.address !== undefined && !new RegExp(limits.answerable).test(thread.address)) return "no_number";
  if (thread.unreachable) return "unreachable";
  if (!thread.hasWritten && !limits.canStart) return "must_write_first";
  const until = windowUntil(limits, thread.lastInAt);
  if (until !== null && now > until) return "window";
  if (limits.dailyPerAddress !== undefined && thread.sentToday >= limits.dailyPerAddress) return "daily_limit";
  return null;
}

/** Until when (ms) the channel lets us answer; null: no such rule, or the person has not written. */
export function windowUntil(limits: Pick<ChannelLimits, "replyWindowMs">, lastInAt: number | null): number | null {
  return limits.replyWindowMs === null || lastInAt === null ? null : lastInAt + limits.replyWindowMs;
}

export interface Written {
  text: string;
  files: readonly { name: string; mime: string; bytes: number }[];
  isReply: boolean;
  quickAnswers: readonly string[];
}

/** Refuses what the channel cannot carry before anything is queued: `validation` or `too_large`, saying what and how much would do. */
export function checkWritten(limits: ChannelLimits, written: Written): void {
  const { text, files, quickAnswers } = written;
  const refuse = (field: string, reason: string, more: Record<string, unknown> = {}): never => {
    throw new AppError("validation", { field, reason, ...more });
  };
  const captioned = files.length > 0 && limits.captionLength !== undefined && limits.captionLength < limits.textLength;
  const max = captioned ? (limits.captionLength as number) : limits.textLength;
  if (text.length > max) refuse("text", "too_long", { max, ...(captioned ? { caption: true } : {}) });
  const rules = limits.attachments;
  if (rules !== undefined && files.length > rules.count)
    refuse("attachments", rules.count === 0 ? "not_supported" : "too_many", { max: rules.count, attachment: files[rules.count]?.name });
  for (const file of files) {
    const ending = /\.([^.]+)$/.exec(file.name.trim())?.[1]?.toLowerCase();
    if (ending !== undefined && rules?.refused?.includes(ending)) refuse("attachments", "ending", { attachment: file.name, refused: rules.refused });
    if (rules?.types !== undefined && !rules.types.some((type) => matches(type, file.mime)))
      refuse("attachments", "type", { attachment: file.name, mime: file.mime, types: rules.types });
    const own = Object.entries(rules?.bytesByType ?? {})
      .filter(([type]) => matches(type, file.mime))
      .map(([, bytes]) => bytes);
    const maxBytes = Math.min(limits.attachmentBytes, ...own);
    if (file.bytes > maxBytes) throw new AppError("too_large", { maxBytes, attachment: file.name });
  }
  if (files.reduce((sum, f) => sum + f.bytes, 0) > limits.attachmentBytes) throw new AppError("too_large", { maxBytes: limits.attachmentBytes });
  if (written.isReply && limits.replies !== true) refuse("replyTo", "not_supported");
  if (quickAnswers.length === 0) return;
  const keyboard = limits.quickAnswers ?? { count: 0, length: 0 };
  if (quickAnswers.length > keyboard.count) refuse("quickAnswers", keyboard.count === 0 ? "not_supported" : "too_many", { max: keyboard.count });
  if (quickAnswers.some((answer) => answer.length > keyboard.length)) refuse("quickAnswers", "too_long", { max: keyboard.length });
}

/** "image/" is a prefix, "image/png" the type itself; parameters of the MIME type do not count. */
function matches(rule: string, mime: string): boolean {
  const type = mime.toLowerCase().split(";")[0]?.trim() ?? "";
  return rule.endsWith("/") ? type.startsWith(rule) : type === rule;
}
