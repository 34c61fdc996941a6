import type { Tx } from "@kommutator/contract/db";
import type { DialogEvent, NewDialogEvent } from "@kommutator/contract/dialog-event";
import type { Lease } from "../db/lease.ts";
import { lockDialogs } from "./emit.ts";
import { asEvent } from "./event-row.ts";

/**
 * Appends events with their positions, in the caller's transaction, of which this must be the last statement: from here to the commit nobody else gives
 * positions. So they are seen in the order of their positions, as those of the sequencer are, which waits for the same row.
 *
 * It does so under the sequencer's lease only, and only when every event that can be seen has its position: one without may be of the same dialog, and has to
 * come first. (This transaction holds the dialogs, so of theirs it sees all.) Otherwise they are appended without positions, and null is returned: the
 * sequencer stamps them.
 */
export async function appendStamped(tx: Tx, events: readonly NewDialogEvent[], lease: Pick<Lease, "duty" | "epoch">): Promise<DialogEvent[] | null> {
  const payloads = events.map((e) => JSON.stringify(e.payload));
  const locked = lockDialogs(tx, events);
  const inserted = tx<{ id: number; position: number | null; at: Date }[]>`
    WITH held AS MATERIALIZED (SELECT 1 FROM lease WHERE duty = ${lease.duty} AND epoch = ${lease.epoch} FOR KEY SHARE),
    head AS (
      UPDATE stream_head SET position = position + ${events.length}
      WHERE EXISTS (SELECT FROM held) AND NOT EXISTS (SELECT FROM dialog_event WHERE position IS NULL) RETURNING position - ${events.length} AS base)
    INSERT INTO dialog_event (dialog_id, kind, payload, position)
    SELECT d, k, p, head.base + n FROM unnest(${events.map((e) => e.dialogId)}::uuid[], ${events.map((e) => e.kind)}::text[], ${payloads}::text[]::jsonb[])
      WITH ORDINALITY AS e(d, k, p, n) LEFT JOIN head ON true ORDER BY n
    RETURNING id, position, at`.execute();
  const [rows] = await Promise.all([inserted, locked]);
  const stamped = rows.flatMap(({ position, ...row }, i) => {
    const { kind, dialogId } = events[i] as NewDialogEvent;
    return position === null ? [] : [asEvent({ ...row, position, kind, dialog_id: dialogId, payload: JSON.parse(payloads[i] as string) })];
  });
  return stamped.length === events.length ? stamped : null;
}
