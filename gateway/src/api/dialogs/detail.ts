import { type Principal, scopeOf } from "@kommutator/contract/access";
import type { DialogDetail } from "@kommutator/contract/api/dialogs";
import type { ChannelLimits } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { type ChannelAbilities, knownAbilities } from "../../inbound/abilities.ts";
import { cannotWrite, type ThreadFacts, windowUntil } from "../../outbound/limits.ts";
import { readThread } from "../../outbound/thread-facts.ts";
import { readCalls, withoutRecording } from "../calls/view.ts";
import type { ApiDeps } from "../deps.ts";
import { requireDialog } from "./access.ts";
import { pageMessages } from "./messages.ts";
import { fileLimits } from "./rules.ts";
import { type DialogRow, readMarks, toSummary } from "./summary.ts";
import { maySee } from "./visibility.ts";

const FIRST_PAGE = 50;
/** Until the channel has been open its own limits are not known; a reply is stored and goes out when it opens. */
const UNKNOWN_LIMITS: ChannelLimits = { textLength: 100_000, attachmentBytes: 25 * 1024 * 1024, replyWindowMs: null, canStart: false };

/** What the composer may do, from the channel's commands and limits: the buttons cannot lie. */
function capabilities(deps: ApiDeps, row: DialogRow, thread: ThreadFacts, channel: ChannelAbilities | null): DialogDetail["capabilities"] {
  const limits = channel?.limits ?? UNKNOWN_LIMITS;
  const commands: string[] = channel === null ? (row.medium === "voice" ? [] : ["message.send"]) : channel.commands;
  const cannotReplyReason = !commands.includes("message.send")
    ? "unsupported"
    : row.closed_at !== null
      ? "closed"
      : cannotWrite(channel, thread, deps.clock.now());
  const until = windowUntil(limits, thread.lastInAt);
  return {
    commands,
    textLength: limits.textLength,
    ...fileLimits(limits),
    canReply: cannotReplyReason === null,
    cannotReplyReason,
    segments: limits.segments ?? false,
    replies: limits.replies === true,
    quickAnswers: limits.quickAnswers ?? null,
    windowUntil: until === null ? null : new Date(until).toISOString(),
  };
}

/** The dialog as it is at `position`; what comes later is replayed by the socket (`watch` with this position). */
export async function readDetail(deps: ApiDeps, principal: Principal, id: Id): Promise<DialogDetail> {
  const { sql } = deps;
  const { position } = await deps.stream.head();
  const row = await requireDialog(sql, principal, id, "read");
  const me = principal.employeeId;
  const [marks, page, calls, [draft], thread, queues, channel] = await Promise.all([
    readMarks(sql, [id], me),
    pageMessages(sql, id, null, FIRST_PAGE),
    readCalls(sql, row.call_id === null ? [] : [row.call_id]),
    sql<{ body: string }[]>`SELECT body FROM draft WHERE dialog_id = ${id} AND employee_id = ${me}`,
    readThread(sql, id, deps.clock.now()),
    sql<{ queue_id: Id }[]>`SELECT queue_id FROM queue_member WHERE employee_id = ${me}`,
    knownAbilities(deps.supervisor, sql, row.channel_id),
  ]);
  const hears = maySee(principal, scopeOf(principal, "recording", "read"), row, new Set(queues.map((q) => q.queue_id)));
  const call = calls[0] ?? null;
  return {
    dialog: toSummary(row, marks, me, position),
    messages: page.items,
    hasMore: page.hasMore,
    call: call === null || hears ? call : withoutRecording(call),
    draft: draft?.body ?? "",
    capabilities: capabilities(deps, row, thread, channel),
    position,
  };
}
