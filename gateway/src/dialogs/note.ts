import { randomUUID } from "node:crypto";
import type { Tx } from "@kommutator/contract/db";
import type { NewDialogEvent } from "@kommutator/contract/dialog-event";
import type { Id } from "@kommutator/contract/ids";

/** A system note: a code and parameters, translated on screen, never sent. */
interface SystemNote {
  code: string;
  params: Record<string, unknown>;
}

/** Writes a system note with the dialog's next seq. Returns the event that the caller emits; null when there is no such dialog. */
export async function insertNote(tx: Tx, dialogId: Id, note: SystemNote, at: number): Promise<NewDialogEvent<"message.stored"> | null> {
  const [row] = await tx<{ seq: number; channel_id: Id; thread_key: string }[]>`
    UPDATE dialog SET next_seq = next_seq + 1, version = version + 1 WHERE id = ${dialogId} RETURNING next_seq - 1 AS seq, channel_id, thread_key`;
  if (row === undefined) return null;
  const messageId = randomUUID();
  await tx`
    INSERT INTO message (id, dialog_id, seq, channel_id, thread_key, direction, author_kind, note)
    VALUES (${messageId}, ${dialogId}, ${row.seq}, ${row.channel_id}, ${row.thread_key}, 'internal', 'system', ${tx.json(note as never)})`;
  return { kind: "message.stored", dialogId, payload: { messageId, seq: row.seq, direction: "internal", employeeId: null, nature: "system", at } };
}
