import type { IdentityStateReported, MessageDeleted, MessageEdited } from "@kommutator/contract/channel";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { normaliseIdentity } from "@kommutator/contract/phone";
import { cleanKey, cleanText } from "../inbound/clean.ts";
import type { IngestDeps, Outcome, PendingEvent } from "./ingest-deps.ts";
import { PATIENCE } from "./ingest-states.ts";
import { insertNote } from "./note.ts";

interface Changed {
  id: Id;
  dialog_id: Id;
  seq: number;
  body: string;
  html: string | null;
  edited_at: Date | null;
  deleted_at: Date | null;
  newest: boolean;
}

/**
 * An edit or a deletion of a message. False: the message is not known yet (the provider was faster with the change), try again
 * later; after PATIENCE attempts it is let go. The first wording is kept (message_edit); an older edit than the one that stands, a
 * repeated one and anything after the deletion change nothing.
 */
export async function ingestChange(
  tx: Tx,
  deps: IngestDeps,
  pending: PendingEvent & { event: MessageEdited | MessageDeleted },
  outcome: Outcome,
): Promise<boolean> {
  const { event, channelId } = pending;
  const message = await lockMessage(tx, channelId, event);
  if (message === undefined) return pending.attempts >= PATIENCE;
  if (message.deleted_at !== null) return true;
  const at = new Date(Math.min(event.occurredAt, deps.now()));
  const edited = event.kind === "message.edited";
  const text = edited ? cleanText(event.text) : "";
  if (edited) {
    if (text === message.body || (message.edited_at !== null && at < message.edited_at)) return true;
    await tx`
      INSERT INTO message_edit (message_id, version, body, html, replaced_at)
      SELECT ${message.id}, 1 + count(*), ${message.body}, ${message.html}, ${at} FROM message_edit WHERE message_id = ${message.id}`;
    await tx`UPDATE message SET body = ${text}, html = NULL, edited_at = ${at} WHERE id = ${message.id}`;
  } else await tx`UPDATE message SET deleted_at = ${at} WHERE id = ${message.id}`;
  if (message.newest) await tx`UPDATE dialog SET last_message_text = ${text.slice(0, 200)}, version = version + 1 WHERE id = ${message.dialog_id}`;
  outcome.events.push({
    kind: "message.changed",
    dialogId: message.dialog_id,
    payload: { messageId: message.id, seq: message.seq, what: edited ? "edited" : "deleted" },
  });
  return true;
}

/** The dialog's row first, then the message's: the order in which everybody locks them. */
async function lockMessage(tx: Tx, channelId: Id, event: MessageEdited | MessageDeleted): Promise<Changed | undefined> {
  const key = cleanKey(event.messageKey);
  const thread = event.thread.key === undefined ? null : cleanKey(event.thread.key);
  const [found] = await tx<{ id: Id; dialog_id: Id }[]>`
    SELECT id, dialog_id FROM message WHERE channel_id = ${channelId} AND message_key = ${key} AND (${thread}::text IS NULL OR thread_key = ${thread}) LIMIT 1`;
  if (found === undefined) return undefined;
  await tx`SELECT 1 FROM dialog WHERE id = ${found.dialog_id} FOR NO KEY UPDATE`;
  const [message] = await tx<Changed[]>`
    SELECT id, dialog_id, seq, body, html, edited_at, deleted_at,
      NOT EXISTS (SELECT FROM message n WHERE n.dialog_id = m.dialog_id AND n.seq > m.seq AND n.direction <> 'internal') AS newest
    FROM message m WHERE id = ${found.id} FOR NO KEY UPDATE`;
  return message;
}

/**
 * The person blocked us, unsubscribed, or can be written to again: the CRM remembers it, and who has the open dialog reads it
 * there. What is known already is not said twice.
 */
export async function ingestIdentityState(
  tx: Tx,
  deps: IngestDeps,
  country: string,
  pending: PendingEvent & { event: IdentityStateReported },
  outcome: Outcome,
): Promise<void> {
  const { event, channelId } = pending;
  const at = Math.min(event.occurredAt, deps.now());
  const { kind, value } = normaliseIdentity(event.identity, country);
  const thread = event.thread.key === undefined ? null : cleanKey(event.thread.key);
  const [dialog] = await tx<{ id: Id }[]>`
    SELECT id FROM dialog WHERE channel_id = ${channelId} AND closed_at IS NULL
      AND (thread_key = ${thread} OR (${thread}::text IS NULL AND identity_kind = ${kind} AND identity_value = ${value})) ORDER BY opened_at DESC LIMIT 1 FOR NO KEY UPDATE`;
  const [known] = await tx<{ reachable: boolean }[]>`
    SELECT reachable FROM identity_reachability WHERE channel_id = ${channelId} AND kind = ${kind} AND value_norm = ${value}`;
  await deps.identify.markReachable(tx, event.identity, channelId, { reachable: event.reachable, reason: event.reason, at });
  if (dialog === undefined || (known?.reachable ?? true) === event.reachable) return;
  const note = event.reachable ? { code: "reachable", params: {} } : { code: "unreachable", params: { reason: event.reason ?? "unknown" } };
  const stored = await insertNote(tx, dialog.id, note, at);
  if (stored !== null) outcome.events.push(stored);
}
