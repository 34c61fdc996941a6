import type { EventSource } from "@kommutator/contract/channel";
import type { Tx } from "@kommutator/contract/db";
import type { CallState, Disposition } from "@kommutator/contract/dialog-event";
import type { Id } from "@kommutator/contract/ids";
import type { Outcome } from "./ingest-deps.ts";

/** A call's row, locked with its dialog while one of its events is worked on. */
export interface CallRow {
  id: Id;
  dialog_id: Id;
  channel_id: Id;
  direction: "in" | "out" | "internal";
  state: CallState;
  from_norm: string | null;
  started_at: Date;
  answered_at: Date | null;
  answered_by: Id | null;
  held_since: Date | null;
  hold_ms: number;
}

/** The call of a provider's key; its dialog's row is locked first, as every writer of a dialog does. */
export async function findCall(tx: Tx, channelId: Id, key: string): Promise<CallRow | undefined> {
  const [row] = await tx<CallRow[]>`
    SELECT k.id, k.dialog_id, k.channel_id, k.direction, k.state, k.from_norm, k.started_at, k.answered_at, k.answered_by, k.held_since, k.hold_ms
    FROM call k JOIN dialog d ON d.id = k.dialog_id WHERE k.channel_id = ${channelId} AND k.external_id = ${key} FOR NO KEY UPDATE OF d, k`;
  return row;
}

/**
 * Ends a call: its legs that still live, the row with its disposition, the dialog. Emits call.ended and dialog.closed.
 * The router is told by the caller.
 */
export async function finishCall(
  tx: Tx,
  call: CallRow,
  end: { at: Date; by: "customer" | "agent" | "system"; disposition: Disposition; source: EventSource; answeredAt?: Date | null },
  outcome: Outcome,
): Promise<void> {
  const answeredAt = call.answered_at ?? end.answeredAt ?? null;
  await tx`
    UPDATE call_leg SET state = 'ended', ended_at = greatest(started_at, ${end.at}), cause = coalesce(cause, CASE WHEN answered_at IS NULL THEN 'cancelled' ELSE 'hung-up' END)
    WHERE call_id = ${call.id} AND ended_at IS NULL`;
  await tx`
    UPDATE call SET state = 'ended', ended_at = ${end.at}, ended_by = ${end.by}, disposition = ${end.disposition}, answered_at = ${answeredAt},
      hold_ms = hold_ms + coalesce(extract(epoch FROM ${end.at}::timestamptz - held_since) * 1000, 0)::bigint, held_since = NULL,
      source = CASE WHEN ${end.source} = 'live' THEN source ELSE ${end.source} END
    WHERE id = ${call.id}`;
  const closed = await tx`
    UPDATE dialog SET closed_at = greatest(opened_at, ${end.at}), close_reason = 'call-ended', customer_wait_since = NULL, version = version + 1
    WHERE id = ${call.dialog_id} AND closed_at IS NULL RETURNING 1`;
  outcome.events.push({
    kind: "call.ended",
    dialogId: call.dialog_id,
    payload: {
      callId: call.id,
      disposition: end.disposition,
      answeredBy: call.answered_by,
      talkMs: answeredAt === null ? 0 : Math.max(end.at.getTime() - answeredAt.getTime(), 0),
      source: end.source,
    },
  });
  if (closed.length > 0) outcome.events.push({ kind: "dialog.closed", dialogId: call.dialog_id, payload: { by: null, reason: "call-ended" } });
}
