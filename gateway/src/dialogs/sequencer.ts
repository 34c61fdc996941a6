import type { Db } from "@kommutator/contract/db";
import type { DialogEvent } from "@kommutator/contract/dialog-event";
import type { Lease } from "../db/lease.ts";
import { LeaseLost } from "../db/lease.ts";
import { asEvent, type EventRow } from "./event-row.ts";

/** Positions given in one statement; a longer backlog takes several. */
const BATCH = 2_000;

/**
 * Stamps positions on the events that have none, in one statement under the lease (which it takes FOR KEY SHARE).
 *
 * What is visible to the statement is stamped by id. A long transaction elsewhere stalls nobody: its events get later
 * positions when it commits. Within a dialog the ids grow in commit order (see emit), so the dialog's order is kept.
 * Throws LeaseLost when another node is the sequencer.
 */
export async function stamp(sql: Db, lease: Pick<Lease, "duty" | "epoch">): Promise<DialogEvent[]> {
  const rows = await sql<(EventRow & { fenced: boolean })[]>`
    WITH held AS MATERIALIZED (SELECT 1 FROM lease WHERE duty = ${lease.duty} AND epoch = ${lease.epoch} FOR KEY SHARE),
    batch AS MATERIALIZED (SELECT id, row_number() OVER (ORDER BY id) AS n FROM dialog_event WHERE position IS NULL ORDER BY id LIMIT ${BATCH}),
    head AS (
      UPDATE stream_head SET position = position + (SELECT count(*) FROM batch)
      WHERE EXISTS (SELECT FROM held) AND EXISTS (SELECT FROM batch) RETURNING position - (SELECT count(*) FROM batch) AS base),
    stamped AS (
      UPDATE dialog_event e SET position = head.base + batch.n FROM batch, head WHERE e.id = batch.id
      RETURNING e.id, e.position, e.at, e.kind, e.dialog_id, e.payload)
    SELECT id, position, at, kind, dialog_id, payload, true AS fenced FROM stamped
    UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, EXISTS (SELECT FROM held)
    ORDER BY position NULLS LAST`;
  const last = rows.pop();
  if (last === undefined || !last.fenced) throw new LeaseLost(lease.duty);
  return rows.map(asEvent);
}

export const SEQUENCER_BATCH: number = BATCH;
