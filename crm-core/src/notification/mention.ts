import type { Id } from "@kommutator/contract/ids";
import { findPeople } from "../access/principal.ts";
import type { Crm, Query, StreamHandler } from "../context.ts";
import { dialogAllowed } from "../party/link.ts";
import { notify } from "./notify.ts";

/**
 * Of these employees, those whom a note in the dialog may mention: active, with the right to read the dialog (as its list does, the
 * members of its queue while nobody has it). Whoever may not see a dialog is not told of what is said in it.
 */
export async function mayBeMentioned(tx: Query, dialogId: Id, employeeIds: readonly Id[]): Promise<Set<Id>> {
  const may = new Set<Id>();
  for (const person of await findPeople(tx, [...new Set(employeeIds)])) {
    const principal = { ...person, sessionId: "" };
    if (person.permissions.dialog?.read === undefined) continue;
    const rows = await tx`
      SELECT 1 FROM dialog d WHERE d.id = ${dialogId} AND (${dialogAllowed(tx, principal, "read")}
        OR (NOT EXISTS (SELECT 1 FROM assignment na WHERE na.dialog_id = d.id AND (na.ended_at IS NULL OR d.closed_at IS NOT NULL)) AND EXISTS (
          SELECT 1 FROM channel nc LEFT JOIN entry ne ON ne.dialog_id = d.id AND ne.ended_at IS NULL JOIN queue_member nm ON nm.queue_id = coalesce(ne.queue_id, nc.queue_id)
          WHERE nc.id = d.channel_id AND nm.employee_id = ${person.employeeId})))`;
    if (rows.length > 0) may.add(person.employeeId);
  }
  return may;
}

/** Tells whoever an internal note mentions (XA-03): once for each note and person, in the transaction of the reader's position. Oneself is not told. */
export function createMentionKeeper(crm: Crm): StreamHandler {
  return {
    kinds: ["message.stored"],
    async handle(tx, events) {
      const notes = events.flatMap((e) =>
        e.kind === "message.stored" && e.payload.direction === "internal" && e.payload.employeeId !== null ? [e.payload.messageId] : [],
      );
      if (notes.length === 0) return;
      const mentioning = await tx<{ id: Id; dialog_id: Id; employee_id: Id; mentions: Id[] }[]>`
        SELECT id, dialog_id, employee_id, mentions FROM message WHERE id = ANY(${notes}::uuid[]) AND mentions <> '{}' ORDER BY dialog_id, seq`;
      for (const note of mentioning)
        for (const employeeId of await mayBeMentioned(tx, note.dialog_id, note.mentions))
          await notify(tx, crm, {
            employeeId,
            event: "mention",
            object: "dialog",
            objectId: note.dialog_id,
            key: note.id,
            payload: {},
            byId: note.employee_id,
            dialogId: note.dialog_id,
            messageId: note.id,
          });
    },
  };
}
