import type { Principal } from "@kommutator/contract/access";
import type { FinishBody, FinishResult } from "@kommutator/contract/api/inquiry";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { loadCalendars } from "../calendar.ts";
import { VersionConflict } from "../change.ts";
import type { Crm } from "../context.ts";
import { recordReception } from "../interaction/reception.ts";
import { createInteraction, type NewInteraction } from "../interaction/write.ts";
import { touch } from "../interest/open.ts";
import { readKind } from "../interest/sql.ts";
import { createInterest, emitInterest, type InterestRecord, reopenInterest } from "../interest/write.ts";
import { candidatesOf } from "../load/index.ts";
import { dueAt, leastLoaded } from "../load/rules.ts";
import { emitParty, moveInteractions } from "../party/link.ts";
import { found } from "../rights.ts";
import { type Person, resolvePerson } from "./person.ts";
import { candidatesFor } from "./reception.ts";
import { inquiryAllowed, type PurposeRow, readInquiry, readPurpose } from "./sql.ts";

type Result = z.infer<typeof FinishResult>;
export interface InquiryRecord {
  id: Id;
  dialog_id: Id | null;
  call_id: Id | null;
  origin: string;
  status: string;
  received_at: Date;
  interest_id: Id | null;
  purpose_id: Id | null;
  suggested_purpose_id: Id | null;
  identity_kind: string | null;
  identity_value: string | null;
  version: number;
}

/**
 * Finishes a reception: the one transaction of spec B1. The inquiry's row is locked first, so of two finishers the second meets the
 * result of the first (already_taken with `result`).
 */
export async function finishInquiry(crm: Crm, tx: Tx, principal: Principal, actor: Actor, id: Id, body: FinishBody): Promise<Result> {
  const inquiry = await lockInquiry(tx, principal, id, body.version);
  const purpose = await readPurpose(tx, body.purposeId);
  if (purpose === null) throw new AppError("validation", { fields: { purposeId: "unknown" } });
  if (purpose.outcome === "reject") {
    if (!body.note?.trim()) throw new AppError("validation", { fields: { note: "required" } });
    await reject(crm, tx, actor, inquiry, { reason: body.note, purposeId: purpose.id });
    return resultOf(tx, inquiry.id);
  }
  const person = await resolvePerson(crm, tx, principal, actor, inquiry.dialog_id, body.who);
  if (body.dispatchTo !== null) await mayDispatch(tx, body.dispatchTo);
  const receiver = body.dispatchTo ?? (await dispatchTarget(tx, purpose, person, principal.employeeId));
  if (purpose.outcome === "transfer") {
    if (body.dispatchTo === null) throw new AppError("validation", { fields: { dispatchTo: "required" } });
    return dispatch(crm, tx, actor, inquiry, purpose, person, body.dispatchTo);
  }
  let interest: { id: Id; title: string } | null = null;
  if (purpose.outcome === "interest" || body.interest.kind !== "none") {
    if (body.interest.kind === "none") throw new AppError("validation", { fields: { interest: "required" } });
    interest =
      body.interest.kind === "existing"
        ? await attach(crm, tx, actor, person, body.interest, body.next !== null)
        : await create(crm, tx, actor, inquiry, purpose, person, {
            ...body.interest,
            responsibleId: receiver ?? principal.employeeId,
            hasNext: body.next !== null,
          });
  }
  return settle(crm, tx, actor, inquiry, { purpose, person, interest, note: body.note, receiver, executorId: principal.employeeId, next: body.next });
}

/**
 * Reception by rule, without a human (B1): one open Interest that suits is taken, none makes a new one for whom the purpose is dispatched to,
 * several leave the inquiry dispatched for a human.
 */
export async function receiveAutomatically(crm: Crm, tx: Tx, actor: Actor, inquiryId: Id, purposeId: Id): Promise<Result> {
  const [inquiry] = await tx<InquiryRecord[]>`SELECT * FROM inquiry WHERE id = ${inquiryId} AND status IN ('new', 'in_wizard', 'dispatched') FOR UPDATE`;
  const purpose = await readPurpose(tx, purposeId);
  if (inquiry?.dialog_id == null || purpose === null) throw new AppError("not_found");
  const [person] = await tx<
    Person[]
  >`SELECT customer_id AS "customerId", contact_id AS "contactId", lead_id AS "leadId" FROM dialog_party WHERE dialog_id = ${inquiry.dialog_id}`;
  if (person === undefined) throw new AppError("not_found");
  const receiver = await dispatchTarget(tx, purpose, person, null);
  const open = (await candidatesFor(crm, tx, inquiry.dialog_id, purposeId)).filter((c) => !c.recentlyLost);
  if (purpose.outcome !== "interest" || open.length > 1 || (person.customerId ?? person.leadId) === null)
    return dispatch(crm, tx, actor, inquiry, purpose, person, receiver);
  const [only] = open;
  const interest =
    only === undefined
      ? await create(crm, tx, actor, inquiry, purpose, person, {
          title: null,
          interestKindId: null,
          parallelReason: null,
          responsibleId: receiver,
          hasNext: true,
        })
      : await attach(crm, tx, actor, person, { interestId: only.id, reopen: false }, true);
  return settle(crm, tx, actor, inquiry, { purpose, person, interest, note: null, receiver, executorId: receiver, next: null });
}

/** The locked inquiry in a state to be finished or rejected. */
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

/** Rejects with a reason; the evidence stays. */
export async function reject(crm: Crm, tx: Tx, actor: Actor, inquiry: InquiryRecord, how: { reason: string; purposeId: Id | null }): Promise<void> {
  await tx`
    UPDATE inquiry SET status = 'rejected', reject_reason = ${how.reason}, purpose_id = coalesce(${how.purposeId}::uuid, purpose_id), processed_at = ${new Date(crm.clock.now())}, processed_by = ${actor.id}, version = version + 1
    WHERE id = ${inquiry.id}`;
  await crm.audit(tx, actor, {
    objectKind: "inquiry",
    objectId: inquiry.id,
    action: "reject",
    changes: { status: [inquiry.status, "rejected"], reason: [null, how.reason] },
  });
  await crm.emit(tx, [{ kind: "inquiry.changed", dialogId: inquiry.dialog_id, payload: { inquiryId: inquiry.id, status: "rejected" } }]);
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
  };
}

/** An Interest of this person: attached as it is, whoever manages it; a closed one only by reopening. */
async function attach(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  person: Person,
  choice: { interestId: Id; reopen: boolean },
  hasNext: boolean,
): Promise<{ id: Id; title: string }> {
  const [interest] = await tx<(InterestRecord & { title: string })[]>`
    SELECT * FROM interest WHERE id = ${choice.interestId} AND (customer_id = ${person.customerId}::uuid OR (${person.customerId}::uuid IS NULL AND lead_id = ${person.leadId}::uuid)) FOR UPDATE`;
  if (interest === undefined) throw new AppError("not_found");
  if (interest.status !== "open") {
    if (!choice.reopen) throw new AppError("validation", { fields: { interest: "closed" } });
    await reopenInterest(crm, tx, actor, interest);
  }
  if (!hasNext && interest.stage_id !== null) {
    const [lacking] = await tx`
      SELECT 1 FROM stage s WHERE s.id = ${interest.stage_id} AND s.requires_next_step AND NOT EXISTS (SELECT 1 FROM interaction WHERE interest_id = ${interest.id} AND state = 'planned')`;
    if (lacking !== undefined) throw new AppError("validation", { fields: { next: "required" } });
  }
  return { id: interest.id, title: interest.title };
}

async function create(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  inquiry: InquiryRecord,
  purpose: PurposeRow,
  person: Person,
  choice: { title: string | null; interestKindId: Id | null; parallelReason: string | null; responsibleId: Id | null; hasNext: boolean },
): Promise<{ id: Id; title: string }> {
  const kindId = choice.interestKindId ?? purpose.interest_kind_id;
  if (kindId === null) throw new AppError("validation", { fields: { "interest.interestKindId": "required" } });
  const kind = await readKind(tx, kindId);
  if (!choice.hasNext && kind !== null && kind.mode !== "none" && kind.stages[0]?.requiresNextStep === true)
    throw new AppError("validation", { fields: { next: "required" } });
  const [source] =
    inquiry.dialog_id === null
      ? []
      : await tx<
          { id: Id | null }[]
        >`SELECT coalesce(n.source_id, c.source_id) AS id FROM dialog d JOIN channel c ON c.id = d.channel_id LEFT JOIN line n ON n.id = d.line_id WHERE d.id = ${inquiry.dialog_id}`;
  const title = choice.title?.trim() || purpose.name;
  const { id } = await createInterest(crm, tx, actor, {
    kindId,
    title,
    ...person,
    purposeId: purpose.id,
    sourceId: source?.id ?? null,
    responsibleId: choice.responsibleId,
    amount: null,
    currency: null,
    expectedClose: null,
    fromDialogId: inquiry.dialog_id,
    parallelReason: choice.parallelReason,
  });
  return { id, title };
}

interface Settlement {
  purpose: PurposeRow;
  person: Person;
  interest: { id: Id; title: string } | null;
  note: string | null;
  receiver: Id | null;
  executorId: Id | null;
  next: NewInteraction | null;
}

/** The end of every finished reception: dialog linked, Interaction recorded, next step planned, inquiry processed, events. */
async function settle(crm: Crm, tx: Tx, actor: Actor, inquiry: InquiryRecord, s: Settlement): Promise<Result> {
  const now = new Date(crm.clock.now());
  const interestId = s.interest?.id ?? null;
  await setDialog(tx, inquiry, s.person, interestId);
  const interactionId = await recordReception(crm, tx, actor, {
    dialogId: inquiry.dialog_id,
    receivedAt: inquiry.received_at,
    ...s.person,
    interestId,
    subject: s.interest?.title ?? s.purpose.name,
    note: s.note,
    executorId: s.executorId,
  });
  await touch(tx, now, { interestIds: [interestId], customerIds: [] });
  if (s.next !== null) {
    await createInteraction(crm, tx, actor, { ...s.next, ...s.person, interestId, executorId: s.next.executorId ?? s.receiver ?? s.executorId }, interactionId);
  }
  await tx`
    UPDATE inquiry SET status = 'processed', purpose_id = ${s.purpose.id}, interest_id = ${interestId}, dispatched_to = ${s.receiver}, dispatched_at = ${s.receiver === null ? null : now},
      processed_at = ${now}, processed_by = ${actor.id}, draft = NULL, version = version + 1 WHERE id = ${inquiry.id}`;
  await crm.audit(tx, actor, {
    objectKind: "inquiry",
    objectId: inquiry.id,
    action: "finish",
    changes: {
      status: [inquiry.status, "processed"],
      purpose_id: [inquiry.purpose_id ?? inquiry.suggested_purpose_id, s.purpose.id],
      interest_id: [inquiry.interest_id, interestId],
      dispatched_to: [null, s.receiver],
    },
  });
  if (inquiry.dialog_id !== null) await emitParty(crm, tx, inquiry.dialog_id);
  if (interestId !== null) await emitInterest(crm, tx, interestId, "open", inquiry.dialog_id);
  await crm.emit(tx, [
    { kind: "interaction.recorded", dialogId: inquiry.dialog_id, payload: { interactionId } },
    { kind: "inquiry.changed", dialogId: inquiry.dialog_id, payload: { inquiryId: inquiry.id, status: "processed" } },
  ]);
  return { ...(await resultOf(tx, inquiry.id)), interactionId, customerId: s.person.customerId, leadId: s.person.leadId };
}

/** Handed on: stays open for the receiver with a deadline in working time (RG-08). */
async function dispatch(crm: Crm, tx: Tx, actor: Actor, inquiry: InquiryRecord, purpose: PurposeRow, person: Person, to: Id | null): Promise<Result> {
  const now = crm.clock.now();
  const [calendar] = await tx<{ id: Id }[]>`
    SELECT coalesce((SELECT calendar_id FROM employee WHERE id = ${to}::uuid), (SELECT calendar_id FROM queue WHERE id = ${purpose.queue_id}::uuid)) AS id`;
  const calendars = await loadCalendars(tx, calendar?.id == null ? [] : [calendar.id]);
  await setDialog(tx, inquiry, person, null);
  await tx`
    UPDATE inquiry SET status = 'dispatched', purpose_id = ${purpose.id}, dispatched_to = ${to}, dispatched_at = ${new Date(now)},
      due_at = ${dueAt(now, purpose.sla_s ?? 900, calendars.get(calendar?.id ?? ""))}, version = version + 1 WHERE id = ${inquiry.id}`;
  await crm.audit(tx, actor, {
    objectKind: "inquiry",
    objectId: inquiry.id,
    action: "dispatch",
    changes: { status: [inquiry.status, "dispatched"], purpose_id: [inquiry.purpose_id, purpose.id], dispatched_to: [null, to] },
  });
  if (inquiry.dialog_id !== null) await emitParty(crm, tx, inquiry.dialog_id);
  await crm.emit(tx, [{ kind: "inquiry.changed", dialogId: inquiry.dialog_id, payload: { inquiryId: inquiry.id, status: "dispatched" } }]);
  return { ...(await resultOf(tx, inquiry.id)), interactionId: null };
}

/** The dialog belongs to this person and Interest from now on, and so do the Interactions recorded of it. */
async function setDialog(tx: Tx, inquiry: InquiryRecord, person: Person, interestId: Id | null): Promise<void> {
  if (inquiry.dialog_id === null) return;
  await tx`
    INSERT INTO dialog_party (dialog_id, customer_id, contact_id, lead_id, interest_id) VALUES (${inquiry.dialog_id}, ${person.customerId}, ${person.contactId}, ${person.leadId}, ${interestId})
    ON CONFLICT (dialog_id) DO UPDATE SET customer_id = excluded.customer_id, contact_id = excluded.contact_id, lead_id = excluded.lead_id, interest_id = excluded.interest_id, version = dialog_party.version + 1`;
  await moveInteractions(tx, inquiry.dialog_id);
}

/** Who pursues it (RG-08): the person named by the purpose, the responsible, the least loaded of the purpose's queue, or nobody (its queue). */
async function dispatchTarget(tx: Tx, purpose: PurposeRow, person: Person, me: Id | null): Promise<Id | null> {
  if (purpose.dispatch === "fixed") return purpose.fixed_employee_id;
  if (purpose.dispatch === "queue") return null;
  if (purpose.dispatch === "owner_then_least_loaded") {
    const [owner] = await tx<{ id: Id }[]>`
      SELECT e.id FROM employee e WHERE e.state = 'active' AND e.id = coalesce((SELECT responsible_id FROM customer WHERE id = ${person.customerId}::uuid), (SELECT responsible_id FROM lead WHERE id = ${person.leadId}::uuid))`;
    if (owner !== undefined) return owner.id;
    // Nobody answers for the person yet: whoever received the matter goes on with it.
    if (me !== null) return me;
  }
  return leastLoaded(await candidatesOf(tx, purpose.queue_id))?.employeeId ?? me;
}

/** A matter may be handed to any active colleague. */
async function mayDispatch(tx: Tx, to: Id): Promise<void> {
  const rows = await tx`SELECT 1 FROM employee WHERE id = ${to} AND state = 'active'`;
  if (rows.length === 0) throw new AppError("validation", { fields: { dispatchTo: "unknown" } });
}
