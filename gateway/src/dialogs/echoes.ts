import type { MessageReceived } from "@kommutator/contract/channel";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { addDrain } from "../outbound/jobs.ts";
import type { Outcome, PendingEvent } from "./ingest-deps.ts";

/**
 * Some providers tell us what we sent ourselves as if somebody of ours had typed it there (`outside`). Once our send has
 * committed its key, the echo is recognised by it. It may come sooner: while a message of ours is under way in the thread, or is
 * `uncertain` (the provider has it, but its answer was lost), the echo waits or settles it. It never stands beside it.
 */
export class Echoes {
  readonly #unsettled = new Map<string, Unsettled[]>();

  static async read(tx: Tx, placed: readonly { pending: PendingEvent & { event: MessageReceived }; threadKey: string }[]): Promise<Echoes> {
    const echoes = new Echoes();
    const outside = placed.filter((p) => p.pending.event.nature === "outside");
    if (outside.length === 0) return echoes;
    const rows = await tx<(Unsettled & { channel_id: Id; thread_key: string })[]>`
      SELECT m.id, m.dialog_id, m.channel_id, m.thread_key, m.seq, m.body, m.delivery, m.meta ? 'sending' AS sending
      FROM (SELECT DISTINCT * FROM unnest(${outside.map((p) => p.pending.channelId)}::uuid[], ${outside.map((p) => p.threadKey)}::text[]) AS u(channel_id, thread_key)) q
      JOIN dialog d ON d.channel_id = q.channel_id AND d.thread_key = q.thread_key
      JOIN message m ON m.dialog_id = d.id
      WHERE m.direction = 'out' AND m.message_key IS NULL AND (m.delivery IN ('uncertain','sent') OR (m.delivery = 'queued' AND m.meta ? 'sending')) ORDER BY d.opened_at, m.seq`;
    for (const row of rows) {
      const key = `${row.channel_id} ${row.thread_key}`;
      echoes.#unsettled.set(key, [...(echoes.#unsettled.get(key) ?? []), row]);
    }
    return echoes;
  }

  /** `ours`: now settled; `wait`: our own send will tell; `new`: typed outside indeed. */
  async meet(
    tx: Tx,
    pending: PendingEvent & { event: MessageReceived },
    threadKey: string,
    messageKey: string,
    outcome: Outcome,
  ): Promise<"ours" | "wait" | "new"> {
    const candidates = this.#unsettled.get(`${pending.channelId} ${threadKey}`) ?? [];
    if (candidates.length === 0) return "new";
    if (pending.attempts < ECHO_PATIENCE && candidates.some((c) => c.sending)) return "wait";
    const ours = candidates.find((c) => same(c.body, pending.event.text));
    if (ours === undefined) return "new";
    candidates.splice(candidates.indexOf(ours), 1);
    await tx`UPDATE message SET message_key = ${messageKey}, delivery = 'sent', failure = NULL, meta = meta - 'sending' WHERE id = ${ours.id}`;
    if (ours.delivery !== "sent") {
      outcome.events.push({
        kind: "message.delivery",
        dialogId: ours.dialog_id,
        payload: { messageId: ours.id, seq: ours.seq, delivery: "sent", failure: null },
      });
      await addDrain(tx, pending.channelId, ours.dialog_id, { now: true });
    }
    return "ours";
  }
}

interface Unsettled {
  id: Id;
  dialog_id: Id;
  seq: number;
  body: string;
  delivery: string;
  sending: boolean;
}

/** Attempts for which an echo waits for our own send: past the longest time-out of one. */
const ECHO_PATIENCE = 30;

/** Providers trim, and some join lines. */
const same = (a: string, b: string) => a.replace(/\s+/g, " ").trim() === b.replace(/\s+/g, " ").trim();

/**
 * Our send returned the key under which its echo stands already (it had waited too long): the echo goes. What answered it now
 * answers ours. Called with the dialog's row locked.
 */
export async function dropEcho(tx: Tx, ours: { id: Id; channelId: Id; threadKey: string; messageKey: string }): Promise<void> {
  const [echo] = await tx<{ id: Id }[]>`
    SELECT id FROM message WHERE channel_id = ${ours.channelId} AND thread_key = ${ours.threadKey} AND message_key = ${ours.messageKey} AND id <> ${ours.id}`;
  if (echo === undefined) return;
  await tx`UPDATE message SET reply_to = ${ours.id} WHERE reply_to = ${echo.id}`;
  await tx`DELETE FROM message_attachment WHERE message_id = ${echo.id}`;
  await tx`DELETE FROM message_edit WHERE message_id = ${echo.id}`;
  await tx`DELETE FROM message WHERE id = ${echo.id}`;
}
