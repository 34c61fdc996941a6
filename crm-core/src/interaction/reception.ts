import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { localDate } from "@kommutator/contract/working-time";
import type { Crm } from "../context.ts";
import { publishLoads } from "../load/index.ts";
import { settle } from "../notification/notify.ts";
import { plannedCallOn } from "./planned-call.ts";
import { points } from "./recorder.ts";
import { CONTACT_FORM, type ContactForm, recordedTypes } from "./types.ts";

export interface ReceivedContact {
  dialogId: Id | null;
  receivedAt: Date;
  customerId: Id | null;
  contactId: Id | null;
  leadId: Id | null;
  interestId: Id | null;
  subject: string;
  note: string | null;
  executorId: Id | null;
}

/**
 * The Interaction of a received dialog (RG-12): one for the call, one for the dialog's day. When the recorder was first, that one
 * gets the subject and the note; when the reception is finished during the talk, the recorder completes this one at its end. A call planned with
 * that person for today becomes it (IA-04).
 */
export async function recordReception(crm: Crm, tx: Tx, actor: Actor, contact: ReceivedContact): Promise<Id> {
  const now = new Date(crm.clock.now());
  const { tz } = await crm.company(tx);
  const [dialog] = await tx<
    {
      form: ContactForm;
      call_id: Id | null;
      answered_at: Date | null;
      started_at: Date | null;
      ended_at: Date | null;
      last_message_at: Date | null;
      opened_at: Date;
      recorded_id: Id | null;
    }[]
  >`
    SELECT ${tx.unsafe(CONTACT_FORM)} AS form, k.id AS call_id, k.answered_at, k.started_at, k.ended_at, d.last_message_at, d.opened_at,
           (SELECT id FROM interaction i WHERE (k.id IS NOT NULL AND i.call_id = k.id) OR (k.id IS NULL AND i.dialog_id = d.id AND i.dialog_day IS NOT NULL) ORDER BY i.dialog_day DESC NULLS LAST, i.letter_seq DESC LIMIT 1) AS recorded_id
    FROM dialog d JOIN channel c ON c.id = d.channel_id LEFT JOIN call k ON k.dialog_id = d.id WHERE d.id = ${contact.dialogId}::uuid`;
  if (contact.dialogId !== null && dialog === undefined) throw new AppError("not_found");
  const type = (await recordedTypes(tx))[dialog?.form ?? "voice"];
  // What was planned keeps its own subject and words; those of the reception are added.
  const words = tx`subject = CASE WHEN planned IS NULL THEN ${contact.subject} ELSE subject END,
    description = CASE WHEN planned IS NULL THEN coalesce(${contact.note}, description) ELSE nullif(concat_ws(E'\n\n', description, ${contact.note}::text), '') END`;
  if (dialog?.recorded_id != null) {
    await tx`
      UPDATE interaction SET ${words}, author_id = coalesce(author_id, ${actor.id}::uuid),
        executor_id = coalesce(executor_id, ${contact.executorId}::uuid), version = version + 1 WHERE id = ${dialog.recorded_id}`;
    await crm.audit(tx, actor, {
      objectKind: "interaction",
      objectId: dialog.recorded_id,
      action: "edit",
      changes: { interest_id: [null, contact.interestId], subject: [null, contact.subject] },
    });
    return dialog.recorded_id;
  }
  const isCall = dialog?.call_id != null;
  const from = (isCall ? (dialog.answered_at ?? dialog.started_at) : (dialog?.last_message_at ?? dialog?.opened_at)) ?? contact.receivedAt;
  const to = new Date(Math.max(from.getTime(), isCall ? (dialog.ended_at ?? now).getTime() : 0));
  // Of a chat the recorder knows who wrote, and says whether it is a touch (B3).
  const spoken = dialog === undefined || dialog.form === "voice";
  const isTouch = type.countsAsTouch && spoken && (!isCall || dialog?.answered_at != null);
  const planned =
    isCall && dialog.answered_at !== null ? await plannedCallOn(tx, type.id, contact, contact.executorId, Math.min(now.getTime(), to.getTime()), tz) : null;
  if (planned !== null) {
    await tx`
      UPDATE interaction SET ${words}, status_id = ${type.statuses.done}, state = 'done', direction = 'in', call_id = ${dialog?.call_id ?? null}, dialog_id = ${contact.dialogId}, is_touch = ${isTouch},
        customer_id = coalesce(customer_id, ${contact.customerId}::uuid), contact_id = coalesce(contact_id, ${contact.contactId}::uuid), interest_id = coalesce(interest_id, ${contact.interestId}::uuid),
        executor_id = coalesce(${contact.executorId}::uuid, executor_id), occurred = tstzrange(${from}, ${to}, '[]'), version = version + 1 WHERE id = ${planned.id}`;
    await tx`UPDATE interaction SET points = ${points(tx, "interaction")} WHERE id = ${planned.id}`;
    await settle(tx, crm, planned.id);
    await publishLoads(crm, tx, [planned.executorId]);
    await crm.audit(tx, actor, { objectKind: "interaction", objectId: planned.id, action: "complete", changes: { state: ["planned", "done"] } });
    return planned.id;
  }
  const values = {
    type_id: type.id,
    status_id: type.statuses.done,
    state: "done",
    direction: "in",
    customer_id: contact.customerId,
    contact_id: contact.contactId,
    lead_id: contact.leadId,
    interest_id: contact.interestId,
    dialog_id: contact.dialogId,
    dialog_day: dialog === undefined || isCall ? null : localDate(from.getTime(), tz),
    call_id: dialog?.call_id ?? null,
    executor_id: contact.executorId,
    author_id: actor.id,
    subject: contact.subject,
    description: contact.note,
    is_touch: isTouch,
  };
  const [row] = await tx<{ id: Id }[]>`
    INSERT INTO interaction ${tx({ ...values, occurred: `[${from.toISOString()},${to.toISOString()}]` })} RETURNING id`;
  const { id } = row as { id: Id };
  await tx`UPDATE interaction SET points = ${points(tx, "interaction")} WHERE id = ${id}`;
  await crm.audit(tx, actor, {
    objectKind: "interaction",
    objectId: id,
    action: "create",
    changes: { state: [null, "done"], interest_id: [null, contact.interestId] },
  });
  return id;
}
