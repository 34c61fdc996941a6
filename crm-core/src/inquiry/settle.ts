import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { Crm } from "../context.ts";
import { joinIfFree } from "../interaction/chain.ts";
import { recordReception } from "../interaction/reception.ts";
import { createInteraction, type NewInteraction } from "../interaction/write.ts";
import { emitInterest } from "../interest/emit.ts";
import { touch } from "../interest/open.ts";
import { notify, settle as settleNotices } from "../notification/notify.ts";
import { emitParty, moveInteractions } from "../party/link.ts";
import { partyOf } from "../party/sql.ts";
import type { Attached } from "./attach.ts";
import { deadline, titleOf } from "./dispatch.ts";
import type { InquiryRecord } from "./finish.ts";
import { createClaim, giveTask } from "./outcome.ts";
import type { Person } from "./person.ts";
import { receptionSettings } from "./settings.ts";
import type { PurposeRow } from "./sql.ts";

interface Settlement {
  purpose: PurposeRow;
  person: Person;
  interest: Attached | null;
  note: string | null;
  /** Who goes on with it: a finished matter always has somebody. */
  receiver: { employeeId: Id };
  /** Who has heard of it already, as the manager of the Interest that it went into. */
  told: Id | null;
  executorId: Id;
  next: NewInteraction | null;
}

/** What finishing changed, kept for the minute in which it can be taken back. */
export interface Undo {
  until: number;
  interest: (Attached & { version: number }) | null;
  plannedId: Id | null;
  partyInterestId: Id | null;
  before: { status: string; purposeId: Id | null; dispatchedTo: Id | null; draft: Record<string, unknown> | null };
}

/** The end of every finished reception: dialog linked, Interaction recorded, next step planned, inquiry processed, receiver told, events. */
export async function settle(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  inquiry: InquiryRecord,
  s: Settlement,
): Promise<{ interactionId: Id; plannedId: Id | null; undoUntil: string | null }> {
  const now = new Date(crm.clock.now());
  const interestId = s.interest?.id ?? null;
  const before = inquiry.dialog_id === null ? null : await partyOf(tx, inquiry.dialog_id);
  await setDialog(crm, tx, inquiry, s.person, interestId);
  const responsibleId = s.receiver.employeeId;
  const due = await deadline(tx, { employeeId: responsibleId, queueId: null }, s.purpose, now.getTime());
  const work = s.purpose.outcome === "claim" || s.purpose.outcome === "service_task";
  const claimId = s.purpose.outcome === "claim" ? await createClaim(crm, tx, actor, inquiry, { ...s, responsibleId, due }) : null;
  if (s.purpose.outcome === "service_task")
    await giveTask(crm, tx, actor, inquiry.id, { title: s.note?.trim().split("\n")[0] || s.purpose.name, note: s.note, responsibleId, due });
  const interactionId = await recordReception(crm, tx, actor, {
    dialogId: inquiry.dialog_id,
    receivedAt: inquiry.received_at,
    ...s.person,
    interestId,
    subject: s.interest?.title ?? s.purpose.name,
    note: s.note,
    executorId: s.executorId,
  });
  // Where the house asks for the result of a talk, it is what was noted of it (B7).
  await tx`
    UPDATE interaction SET result = coalesce(result, ${s.note}) WHERE id = ${interactionId}
      AND EXISTS (SELECT 1 FROM required_field_rule WHERE object = 'interaction' AND field = 'result' AND moment = 'interaction_done' AND enabled AND archived_at IS NULL)`;
  if (claimId !== null) {
    await tx`UPDATE interaction SET claim_id = ${claimId} WHERE id = ${interactionId}`;
    await joinIfFree(tx, { kind: "interaction", id: interactionId }, { kind: "claim", id: claimId }, now);
  }
  await touch(tx, now, { interestIds: [interestId], customerIds: [] });
  const plannedId =
    s.next === null
      ? null
      : await createInteraction(crm, tx, actor, { ...s.next, ...s.person, interestId, executorId: s.next.executorId ?? responsibleId }, interactionId);
  const undoUntil = work || actor.kind !== "employee" ? null : await undoEnd(tx, now.getTime());
  const undo: Undo | null =
    undoUntil === null
      ? null
      : {
          until: undoUntil,
          interest: s.interest === null ? null : { ...s.interest, version: await versionOf(tx, s.interest.id) },
          plannedId,
          partyInterestId: before?.interestId ?? null,
          before: { status: inquiry.status, purposeId: inquiry.purpose_id, dispatchedTo: inquiry.dispatched_to, draft: inquiry.draft },
        };
  await tx`
    UPDATE inquiry SET status = 'processed', purpose_id = ${s.purpose.id}, interest_id = ${interestId}, claim_id = ${claimId}, dispatched_to = ${responsibleId}, dispatched_at = ${now},
      due_at = ${due}, processed_at = ${now}, processed_by = ${actor.kind === "employee" ? actor.id : null}, draft = NULL, undo = ${undo === null ? null : tx.json(undo as never)}, version = version + 1 WHERE id = ${inquiry.id}`;
  await crm.audit(tx, actor, {
    objectKind: "inquiry",
    objectId: inquiry.id,
    action: "finish",
    changes: {
      status: [inquiry.status, "processed"],
      purpose_id: [inquiry.purpose_id ?? inquiry.suggested_purpose_id, s.purpose.id],
      interest_id: [inquiry.interest_id, interestId],
      dispatched_to: [inquiry.dispatched_to, responsibleId],
      ...(claimId === null ? {} : { claim_id: [null, claimId] as [unknown, unknown] }),
    },
  });
  await tell(crm, tx, actor, inquiry, s, due);
  if (inquiry.dialog_id !== null) await emitParty(crm, tx, inquiry.dialog_id);
  if (interestId !== null) await emitInterest(crm, tx, interestId, "open", inquiry.dialog_id);
  await crm.emit(tx, [
    { kind: "interaction.recorded", dialogId: inquiry.dialog_id, payload: { interactionId } },
    {
      kind: "inquiry.changed",
      dialogId: inquiry.dialog_id,
      payload: { inquiryId: inquiry.id, status: "processed", left: inquiry.dispatched_to ?? inquiry.received_by },
    },
  ]);
  return { interactionId, plannedId, undoUntil: undoUntil === null ? null : new Date(undoUntil).toISOString() };
}

/** Whoever is to go on with it hears of it, with the deadline (B1, step 3); reminders of the inquiry end. */
async function tell(crm: Crm, tx: Tx, actor: Actor, inquiry: InquiryRecord, s: Settlement, due: Date): Promise<void> {
  await settleNotices(tx, crm, inquiry.id, ["inquiry.deadline", "handover"]);
  if (s.told === s.receiver.employeeId) return;
  await notify(tx, crm, {
    employeeId: s.receiver.employeeId,
    event: "handover",
    object: s.interest === null ? "inquiry" : "interest",
    objectId: s.interest?.id ?? inquiry.id,
    key: `received ${inquiry.id}`,
    payload: { ...(await titleOf(tx, inquiry.id)), at: due.toISOString(), purpose: { id: s.purpose.id, name: s.purpose.name } },
    byId: actor.kind === "employee" ? actor.id : null,
    dialogId: inquiry.dialog_id,
  });
}

async function versionOf(tx: Tx, interestId: Id): Promise<number> {
  const [row] = await tx<{ version: number }[]>`SELECT version FROM interest WHERE id = ${interestId}`;
  return row?.version ?? 0;
}

async function undoEnd(tx: Tx, now: number): Promise<number | null> {
  const { undoS } = await receptionSettings(tx);
  return undoS === 0 ? null : now + undoS * 1000;
}

/** The dialog belongs to this person and Interest from now on, and so do the Interactions recorded of it. */
export async function setDialog(crm: Crm, tx: Tx, inquiry: { dialog_id: Id | null }, person: Person, interestId: Id | null): Promise<void> {
  if (inquiry.dialog_id === null) return;
  await tx`
    INSERT INTO dialog_party (dialog_id, customer_id, contact_id, lead_id, interest_id) VALUES (${inquiry.dialog_id}, ${person.customerId}, ${person.contactId}, ${person.leadId}, ${interestId})
    ON CONFLICT (dialog_id) DO UPDATE SET customer_id = excluded.customer_id, contact_id = excluded.contact_id, lead_id = excluded.lead_id, interest_id = excluded.interest_id, version = dialog_party.version + 1`;
  await moveInteractions(tx, inquiry.dialog_id);
  await emitParty(crm, tx, inquiry.dialog_id);
}
