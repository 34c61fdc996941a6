import { type Principal, scopeOf } from "@kommutator/contract/access";
import type { FinishBody, FinishResult } from "@kommutator/contract/api/inquiry";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { VersionConflict } from "../change.ts";
import type { Crm } from "../context.ts";
import { requireRelated } from "../interaction/related.ts";
import { partyOf } from "../party/sql.ts";
import { checkRequired, checkTogether } from "../required-field/check.ts";
import { found } from "../rights.ts";
import { type Attached, attach, create } from "./attach.ts";
import { handOver, managerOf, mayReceive, type Target, targetOf } from "./dispatch.ts";
import { type Person, resolvePerson } from "./person.ts";
import { requirePurposeFields } from "./purpose-fields.ts";
import { reject } from "./reject.ts";
import { setDialog, settle } from "./settle.ts";
import { inquiryAllowed, type PurposeRow, readInquiry, readPurpose } from "./sql.ts";

export type Result = z.infer<typeof FinishResult>;
export interface InquiryRecord {
  id: Id;
  dialog_id: Id | null;
  call_id: Id | null;
  origin: string;
  status: string;
  received_at: Date;
  received_by: Id | null;
  dispatched_to: Id | null;
  dispatch_queue_id: Id | null;
  interest_id: Id | null;
  purpose_id: Id | null;
  suggested_purpose_id: Id | null;
  identity_kind: string | null;
  identity_value: string | null;
  draft: Record<string, unknown> | null;
  version: number;
}

/**
 * Finishes a reception: the one transaction of spec B1. The inquiry's row is locked first, so of two finishers the second meets the
 * result of the first (already_taken with `result`). Returns the result and the fields that are only warned of.
 */
export async function finishInquiry(crm: Crm, tx: Tx, principal: Principal, actor: Actor, id: Id, body: FinishBody): Promise<Result & { warnings: string[] }> {
  const inquiry = await lockInquiry(tx, principal, id, body.version);
  const purpose = await readPurpose(tx, body.purposeId);
  if (purpose === null) throw new AppError("validation", { fields: { purposeId: "unknown" } });
  if (purpose.outcome === "reject") {
    if (!body.note?.trim()) throw new AppError("validation", { fields: { note: "required" } });
    await reject(crm, tx, actor, inquiry, { reason: body.note, purposeId: purpose.id, ruleId: null });
    const warnings = await checkRequired(tx, crm, principal, { object: "inquiry", moment: "close", row: { id } });
    return { ...(await resultOf(tx, id)), warnings };
  }
  const person = await resolvePerson(crm, tx, principal, actor, inquiry.dialog_id, body.who);
  const chosen =
    body.dispatchTo === null && body.dispatchQueueId === null ? null : await mayReceive(tx, { employeeId: body.dispatchTo, queueId: body.dispatchQueueId });
  const handOn = async (to: Target) => {
    await setDialog(crm, tx, inquiry, person, await keptInterest(tx, inquiry, person));
    await handOver(crm, tx, actor, inquiry, to, { purpose, ruleId: null, reason: body.note });
    return { ...(await resultOf(tx, id)), interactionId: null, warnings: [] };
  };
  if (purpose.outcome === "transfer") {
    if (chosen === null) throw new AppError("validation", { fields: { dispatchTo: "required" } });
    return handOn(chosen);
  }
  await requirePurposeFields(tx, purpose, person, body);
  const manager = body.interest.kind === "existing" ? await managerOf(tx, body.interest.interestId) : null;
  const receiver = chosen ?? (await receiverOf(crm, tx, principal, inquiry, { purpose, person, manager }));
  await mayPlan(tx, principal, body.next, receiver.employeeId);
  // Nobody of the queue has it yet: what comes of it, and whose, is decided by whoever takes it; the draft keeps what was typed.
  if (receiver.employeeId === null) return handOn(receiver);
  const interest = await interestOf(crm, tx, actor, principal, inquiry, { purpose, person, body, receiver });
  const { plannedId, ...settled } = await settle(crm, tx, actor, inquiry, {
    purpose,
    person,
    interest,
    note: body.note,
    receiver,
    told: manager,
    executorId: principal.employeeId,
    next: body.next,
  });
  const created = { moment: "create" as const };
  const warnings = await checkTogether(tx, crm, principal, [
    ...(body.who.kind === "new-lead" && person.leadId !== null ? [{ ...created, object: "lead" as const, row: { id: person.leadId } }] : []),
    ...(interest?.how === "created" ? [{ ...created, object: "interest" as const, row: { id: interest.id } }] : []),
    // Who has talked says what came of it, in the note; what is planned is an Interaction like any other.
    { object: "interaction", moment: "close", row: { id: settled.interactionId }, fields: SAID },
    ...(plannedId !== null ? [{ ...created, object: "interaction" as const, row: { id: plannedId } }] : []),
    { object: "inquiry", moment: "close", row: { id } },
  ]);
  return { ...(await resultOf(tx, id)), ...settled, customerId: person.customerId, leadId: person.leadId, warnings };
}

/** What the wizard's note fills of the Interaction; the rest of it is not asked for while one talks. */
const SAID = ["description", "result"];

/** Who goes on with it unless the principal says otherwise: the manager of the Interest, whom the purpose's rule names, or whoever receives it. */
async function receiverOf(
  crm: Crm,
  tx: Tx,
  { employeeId: me }: Principal,
  inquiry: InquiryRecord,
  { purpose, person, manager }: { purpose: PurposeRow; person: Person; manager: Id | null },
): Promise<Target> {
  if (manager !== null) return { employeeId: manager, queueId: null };
  return (await targetOf(crm, tx, purpose, person, me, inquiry.dispatch_queue_id)) ?? { employeeId: me, queueId: null };
}

/** The Interest of the dialog stays while it is the same person's. */
async function keptInterest(tx: Tx, inquiry: InquiryRecord, person: Person): Promise<Id | null> {
  const party = inquiry.dialog_id === null ? null : await partyOf(tx, inquiry.dialog_id);
  return party?.customerId === person.customerId && party?.leadId === person.leadId ? party.interestId : null;
}

/**
 * The planned step is an Interaction like any other: its executor, its original and its subject are for the principal to name. Whoever gets the
 * matter itself may get its next step too. Throws forbidden, not_found.
 */
async function mayPlan(tx: Tx, principal: Principal, next: FinishBody["next"], receiverId: Id | null): Promise<void> {
  if (next === null) return;
  if (scopeOf(principal, "interaction", "create") === null) throw new AppError("forbidden");
  const executorId = next.executorId === receiverId ? null : next.executorId;
  // Person and Interest of the step are those of the reception, whatever the order says.
  await requireRelated(tx, principal, { ...next, customerId: null, contactId: null, leadId: null, interestId: null, executorId });
}

async function interestOf(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  principal: Principal,
  inquiry: InquiryRecord,
  { purpose, person, body, receiver }: { purpose: PurposeRow; person: Person; body: FinishBody; receiver: { employeeId: Id } },
): Promise<Attached | null> {
  const { interest } = body;
  if (purpose.outcome !== "interest" && interest.kind === "none") return null;
  if (interest.kind === "none") throw new AppError("validation", { fields: { interest: "required" } });
  const hasNext = body.next !== null;
  if (interest.kind === "existing") return attach(crm, tx, actor, person, { ...interest, inquiryId: inquiry.id }, hasNext);
  return create(crm, tx, actor, inquiry.dialog_id, purpose, person, { ...interest, responsibleId: receiver.employeeId, hasNext, principal });
}

/** The locked inquiry in a state to be finished, handed on or rejected. */
export async function lockInquiry(tx: Tx, principal: Principal, id: Id, version: number): Promise<InquiryRecord> {
  const [inquiry] = await tx<InquiryRecord[]>`SELECT q.* FROM inquiry q WHERE q.id = ${id} AND ${inquiryAllowed(tx, principal, "edit")} FOR UPDATE OF q`;
  if (inquiry === undefined) throw new AppError("not_found");
  if (inquiry.status === "processed" || inquiry.status === "rejected") {
    const result = await resultOf(tx, id);
    throw new AppError("already_taken", { result, by: result.inquiry.processedBy });
  }
  if (inquiry.version !== version) throw new VersionConflict("inquiry", id, await readInquiry(tx, null, id));
  return inquiry;
}

/** What came of a finished inquiry. */
async function resultOf(tx: Tx, id: Id): Promise<Result> {
  const inquiry = found(await readInquiry(tx, null, id));
  const [interaction] =
    inquiry.dialogId === null ? [] : await tx<{ id: Id }[]>`SELECT id FROM interaction WHERE dialog_id = ${inquiry.dialogId} ORDER BY created_at DESC LIMIT 1`;
  return {
    inquiry,
    interestId: inquiry.interestId,
    interactionId: interaction?.id ?? null,
    customerId: inquiry.party.customerId,
    leadId: inquiry.party.leadId,
    undoUntil: null,
  };
}
