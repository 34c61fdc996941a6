import type { Principal } from "@kommutator/contract/access";
import type { Message, PostMessage } from "@kommutator/contract/api/dialogs";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import { refuseOpenVariables } from "@kommutator/crm-core/canned/render";
import { mayBeMentioned } from "@kommutator/crm-core/notification/mention";
import type { z } from "zod";
import type { ApiDeps } from "../deps.ts";
import { requireDialog } from "./access.ts";
import { readMessages } from "./messages.ts";

async function one(tx: Tx, id: Id): Promise<Message> {
  const [message] = await readMessages(tx, [id]);
  if (message === undefined) throw new AppError("not_found");
  return message;
}

/** Attachments must be one's own uploads or files of the same dialog: an id guessed or seen elsewhere attaches nothing. */
export async function refuseForeignBlobs(tx: Tx, principal: Principal, dialogId: Id | null, blobIds: Id[]): Promise<void> {
  if (blobIds.length === 0) return;
  const rows = await tx`
    SELECT b.id FROM blob b WHERE b.id = ANY(${blobIds}::uuid[]) AND (b.created_by = ${principal.employeeId}
      OR EXISTS (SELECT 1 FROM message_attachment a JOIN message m ON m.id = a.message_id WHERE a.blob_id = b.id AND m.dialog_id = ${dialogId}))`;
  if (rows.length !== new Set(blobIds).size) throw new AppError("validation", { fields: { attachments: "unknown" } });
}

/** Whoever may not see the dialog is told nothing of it, so the writer is told that here. */
async function refuseBlindMentions(tx: Tx, dialogId: Id, mentions: Id[]): Promise<void> {
  if (mentions.length === 0) return;
  const may = await mayBeMentioned(tx, dialogId, mentions);
  const blind = mentions.filter((id) => !may.has(id));
  if (blind.length === 0) return;
  const employees = await tx`SELECT id, full_name AS name FROM employee WHERE id = ANY(${blind}::uuid[]) ORDER BY full_name`;
  throw new AppError("validation", { fields: { mentions: "cannot_see" }, employees: [...employees] });
}

/**
 * An agent's reply or internal note. Answering a waiting dialog takes it; answering somebody else's needs `takeOver` (and
 * the right to assign), otherwise `assigned_to_other` says whose it is. The same clientKey again answers with what stands.
 */
export async function postMessage(
  deps: ApiDeps,
  principal: Principal,
  dialogId: Id,
  body: z.infer<typeof PostMessage>,
): Promise<{ message: Message; existed: boolean }> {
  if (body.text.trim() === "" && body.attachments.length === 0) throw new AppError("validation", { fields: { text: "empty" } });
  return deps.sql.begin(async (tx) => {
    const row = await requireDialog(tx, principal, dialogId, "read");
    const [known] = await tx<
      { id: Id; dialog_id: Id; employee_id: Id | null }[]
    >`SELECT id, dialog_id, employee_id FROM message WHERE client_key = ${body.clientKey}`;
    if (known !== undefined) {
      if (known.dialog_id !== dialogId || known.employee_id !== principal.employeeId) throw new AppError("duplicate", { field: "clientKey" });
      return { message: await one(tx, known.id), existed: true };
    }
    await refuseForeignBlobs(tx, principal, dialogId, body.attachments);
    await refuseBlindMentions(tx, dialogId, body.mentions);
    if (!body.internal) {
      refuseOpenVariables(body.text, body.subject);
      await requireDialog(tx, principal, dialogId, "edit");
      if (row.closed_at !== null) throw new AppError("dialog_closed");
      const me = principal.employeeId;
      if (row.assignee_id !== me) {
        if (row.assignee_id !== null && !body.takeOver) throw new AppError("assigned_to_other", { employee: { id: row.assignee_id, name: row.assignee_name } });
        if (row.assignee_id !== null) await requireDialog(tx, principal, dialogId, "assign");
        await deps.enqueue(tx, [{ kind: "dialog.assign", dialogId, employeeId: me, by: me, from: row.assignee_id, at: deps.clock.now() }]);
      }
    }
    const { takeOver: _, ...reply } = body;
    const { messageId, seq, existed } = await deps.outbound.reply(tx, { dialogId, employeeId: principal.employeeId, ...reply });
    // Who answers has read what came before.
    await tx`
      INSERT INTO dialog_read (dialog_id, employee_id, seq) VALUES (${dialogId}, ${principal.employeeId}, ${seq})
      ON CONFLICT (dialog_id, employee_id) DO UPDATE SET seq = greatest(dialog_read.seq, excluded.seq)`;
    // What was kept of this text goes; a message may leave seconds after it was written, and what is being written by then stays.
    await tx`DELETE FROM draft WHERE dialog_id = ${dialogId} AND employee_id = ${principal.employeeId} AND starts_with(btrim(${body.text}), btrim(body))`;
    return { message: await one(tx, messageId), existed };
  });
}
