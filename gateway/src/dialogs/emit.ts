import type { Tx } from "@kommutator/contract/db";
import type { NewDialogEvent } from "@kommutator/contract/dialog-event";

/** Told whenever events were inserted in this process, before their commit: the sequencer looks often for a moment. */
const expecting = new Set<() => void>();

/** The stream of this process registers here; returns the function that takes it away again. */
export function onEmit(listener: () => void): () => void {
  expecting.add(listener);
  return () => expecting.delete(listener);
}

/**
 * Appends events to the Dialogs stream inside the caller's transaction (EmitEvents of contract/ports.ts).
 *
 * The rows of the dialogs concerned are locked in id order (NO KEY UPDATE: foreign keys to them do not wait) and stay
 * locked to the commit. So of two transactions on one dialog the second draws its event ids after the first has
 * committed: ids grow in each dialog's order, and whoever sees the later event sees the earlier. Positions come later,
 * from the sequencer. Events without a dialog (presence) have no order among each other.
 */
export async function emit(tx: Tx, events: NewDialogEvent[]): Promise<void> {
  if (events.length === 0) return;
  const said = gathered.get(tx);
  if (said !== undefined) {
    said.push(...events);
    return;
  }
  await append(tx, events);
  for (const tell of expecting) tell();
}

/** What long pieces of work have said so far. */
const gathered = new WeakMap<Tx, NewDialogEvent[]>();

/**
 * What `work` says inside its transaction is appended when it is done, in one go. So a piece of work that speaks of many dialogs holds none of
 * them while it thinks, and takes all in the order in which everybody does: two that took theirs one by one would wait for each other until
 * the database ends one of them, a second later.
 */
export async function emitAtEnd(tx: Tx, work: () => Promise<void>): Promise<void> {
  const said: NewDialogEvent[] = [];
  gathered.set(tx, said);
  try {
    await work();
  } finally {
    gathered.delete(tx);
  }
  await emit(tx, said);
}

/** The same for who wakes the stream after the commit: nothing looks before. */
export async function append(tx: Tx, events: NewDialogEvent[]): Promise<void> {
  if (events.length === 0) return;
  // Both statements leave together: the connection runs them in this order, so the ids are drawn under the locks.
  const locked = lockDialogs(tx, events);
  const inserted = tx`
    INSERT INTO dialog_event (dialog_id, kind, payload)
    SELECT d, k, p FROM unnest(${events.map((e) => e.dialogId)}::uuid[], ${events.map((e) => e.kind)}::text[], ${events.map((e) => JSON.stringify(e.payload))}::text[]::jsonb[])
      WITH ORDINALITY AS e(d, k, p, n) ORDER BY n`.execute();
  await Promise.all([locked, inserted]);
}

/** Locks the dialogs of the events, in the order of their ids; sent at once. */
export async function lockDialogs(tx: Tx, events: readonly NewDialogEvent[]): Promise<void> {
  const ids = [...new Set(events.flatMap((e) => e.dialogId ?? []))];
  // The count keeps a thousand locked rows from coming over the wire.
  if (ids.length > 0) await tx`SELECT count(*) FROM (SELECT 1 FROM dialog WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE) AS locked`.execute();
}
