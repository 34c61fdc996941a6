import type { MessageStateReported, ThreadEnded } from "@kommutator/contract/channel";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { cleanKey, cleanText } from "../inbound/clean.ts";
import { addDrain } from "../outbound/jobs.ts";
import type { IngestDeps, Outcome, PendingEvent } from "./ingest-deps.ts";

/** A report may come before our own send has committed its key, an edit before its message: tried again this often, then let go. */
export const PATIENCE = 5;

/**
 * What the provider says of our messages. Monotone: sent < delivered < read; a late or repeated report changes nothing;
 * `failed` counts only before `delivered`. A report about an `uncertain` message settles it, and the dialog goes on.
 * The lowest report of each message wins the order of the batch by rank, so the batch's order does not matter.
 */
export async function ingestStates(tx: Tx, batch: readonly (PendingEvent & { event: MessageStateReported })[], outcome: Outcome): Promise<void> {
  if (batch.length === 0) return;
  const changed = await tx<
    { id: Id; dialog_id: Id; channel_id: Id; seq: number; delivery: "sent" | "delivered" | "read" | "failed"; failure: string | null; before: string }[]
  >`
    WITH said AS (
      SELECT DISTINCT ON (channel_id, message_key) channel_id, message_key, state, failure FROM unnest(${batch.map((p) => p.channelId)}::uuid[],
        ${batch.map((p) => cleanKey(p.event.messageKey))}::text[], ${batch.map((p) => p.event.state)}::text[], ${batch.map((p) => (p.event.failure === undefined ? null : cleanText(p.event.failure)))}::text[])
        AS s(channel_id, message_key, state, failure)
      ORDER BY channel_id, message_key, array_position('{failed,sent,delivered,read}', state) DESC),
    target AS (
      SELECT m.id, m.delivery AS before, s.state, s.failure FROM said s JOIN message m ON m.channel_id = s.channel_id AND m.message_key = s.message_key AND m.direction = 'out'
      WHERE CASE WHEN s.state = 'failed' THEN m.delivery IN ('queued','sent','uncertain')
                 ELSE array_position('{failed,queued,uncertain,sent,delivered,read}', m.delivery) < array_position('{failed,queued,uncertain,sent,delivered,read}', s.state) END
      ORDER BY m.id FOR NO KEY UPDATE OF m)
    UPDATE message m SET delivery = t.state, failure = CASE WHEN t.state = 'failed' THEN left(coalesce(t.failure, 'failed'), 500) END FROM target t WHERE m.id = t.id
    RETURNING m.id, m.dialog_id, m.channel_id, m.seq, m.delivery, m.failure, t.before`;
  for (const m of changed) {
    outcome.events.push({
      kind: "message.delivery",
      dialogId: m.dialog_id,
      payload: { messageId: m.id, seq: m.seq, delivery: m.delivery, failure: m.failure },
    });
    if (m.before === "uncertain") await addDrain(tx, m.channel_id, m.dialog_id, { now: true });
  }
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/**
 * Where the adapter's key is our message's own id (SMS), a report settles what was `uncertain` although its send never came
 * back with a key.
 */
async function nameUncertain(tx: Tx, batch: readonly (PendingEvent & { event: MessageStateReported })[]): Promise<void> {
  const ours = batch.filter((p) => UUID.test(p.event.messageKey));
  if (ours.length === 0) return;
  await tx`
    UPDATE message m SET message_key = m.id::text
    FROM unnest(${ours.map((p) => p.event.messageKey)}::uuid[], ${ours.map((p) => p.channelId)}::uuid[]) AS q(id, channel_id)
    WHERE m.id = q.id AND m.channel_id = q.channel_id AND m.message_key IS NULL AND m.direction = 'out' AND m.delivery = 'uncertain'`;
}

/** Receipts of a test message (api/channels/trial.ts) may come for days, as of any SMS. */
const TRIAL_DAYS = 7;

/** Reports about messages whose key we do not know (yet); these wait for another attempt. Those of a test message are nobody's and done. */
export async function unknownStates<T extends PendingEvent & { event: MessageStateReported }>(tx: Tx, batch: readonly T[]): Promise<Set<number>> {
  await nameUncertain(tx, batch);
  const young = batch.filter((p) => p.attempts < PATIENCE);
  if (young.length === 0) return new Set();
  const known = await tx<{ channel_id: Id; message_key: string }[]>`
    SELECT m.channel_id, m.message_key FROM unnest(${young.map((p) => p.channelId)}::uuid[], ${young.map((p) => cleanKey(p.event.messageKey))}::text[]) AS q(channel_id, message_key)
    JOIN message m ON m.channel_id = q.channel_id AND m.message_key = q.message_key`;
  const nameOf = (p: T) => `${p.channelId} ${cleanKey(p.event.messageKey)}`;
  const keys = new Set(known.map((k) => `${k.channel_id} ${k.message_key}`));
  const unknown = young.filter((p) => !keys.has(nameOf(p)));
  if (unknown.length === 0) return new Set();
  const trials = await tx<{ channel_id: Id; message_key: string }[]>`
    SELECT a.object_id AS channel_id, a.changes->>'messageKey' AS message_key FROM audit_log a
    WHERE a.object_kind = 'channel' AND a.object_id = ANY(${[...new Set(unknown.map((p) => p.channelId))]}::uuid[]) AND a.action = 'test'
      AND a.at > now() - make_interval(days => ${TRIAL_DAYS}) AND a.changes->>'messageKey' = ANY(${unknown.map((p) => cleanKey(p.event.messageKey))}::text[])`;
  const ofTests = new Set(trials.map((k) => `${k.channel_id} ${k.message_key}`));
  return new Set(unknown.filter((p) => !ofTests.has(nameOf(p))).map((p) => p.id));
}

/** The other side ended the exchange: routing lets go of it and the dialog closes. Ended already: nothing. */
export async function ingestEnded(tx: Tx, deps: IngestDeps, pending: PendingEvent & { event: ThreadEnded }, outcome: Outcome): Promise<void> {
  const key = pending.event.thread.key;
  if (key === undefined) return;
  const [dialog] = await tx<{ id: Id }[]>`
    SELECT id FROM dialog WHERE channel_id = ${pending.channelId} AND thread_key = ${cleanKey(key)} AND closed_at IS NULL FOR NO KEY UPDATE`;
  if (dialog === undefined) return;
  const at = Math.min(pending.event.occurredAt, deps.now());
  await tx`
    UPDATE dialog SET closed_at = greatest(opened_at, ${new Date(at)}), close_reason = 'customer', customer_wait_since = NULL, version = version + 1 WHERE id = ${dialog.id}`;
  outcome.events.push({ kind: "dialog.closed", dialogId: dialog.id, payload: { by: null, reason: "customer" } });
  outcome.inputs.push({ kind: "dialog.left", dialogId: dialog.id, at }, { kind: "dialog.closed", dialogId: dialog.id, by: null, at });
}
