import type { Principal } from "@kommutator/contract/access";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { Crm } from "../context.ts";
import { reopenInterest } from "../interest/close.ts";
import { suggestInterest } from "../interest/from-dialog.ts";
import type { InterestRecord } from "../interest/record.ts";
import { readKind } from "../interest/sql.ts";
import { createInterest } from "../interest/write.ts";
import { notify } from "../notification/notify.ts";
import type { Person } from "./person.ts";
import type { PurposeRow } from "./sql.ts";

/** The Interest that a reception ended in, and what was done to it. */
export interface Attached {
  id: Id;
  title: string;
  how: "created" | "attached" | "reopened";
  /** Of a reopened one: how it was closed, so that taking back closes it again. */
  was?: { lossReasonId: Id | null; comment: string | null };
}

/**
 * An Interest of this person: attached as it is, whoever manages it (the manager is told, B1); a closed one only by reopening. Throws not_found,
 * validation (closed; a next step is demanded by its stage).
 */
export async function attach(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  person: Person,
  choice: { interestId: Id; reopen: boolean; inquiryId: Id },
  hasNext: boolean,
): Promise<Attached> {
  const [interest] = await tx<(InterestRecord & { title: string; number: number; loss_reason_id: Id | null; close_comment: string | null })[]>`
    SELECT * FROM interest WHERE id = ${choice.interestId} AND (customer_id = ${person.customerId}::uuid OR (${person.customerId}::uuid IS NULL AND lead_id = ${person.leadId}::uuid)) FOR UPDATE`;
  if (interest === undefined) throw new AppError("not_found");
  const closed = interest.status !== "open";
  if (closed) {
    if (!choice.reopen) throw new AppError("validation", { fields: { interest: "closed" } });
    await reopenInterest(crm, tx, actor, interest);
  }
  if (!hasNext && interest.stage_id !== null) {
    const [lacking] = await tx`
      SELECT 1 FROM stage s WHERE s.id = ${interest.stage_id} AND s.requires_next_step AND NOT EXISTS (SELECT 1 FROM interaction WHERE interest_id = ${interest.id} AND state = 'planned')`;
    if (lacking !== undefined) throw new AppError("validation", { fields: { next: "required" } });
  }
  if (interest.responsible_id !== null)
    await notify(tx, crm, {
      employeeId: interest.responsible_id,
      event: "handover",
      object: "interest",
      objectId: interest.id,
      key: `interest ${interest.id} inquiry ${choice.inquiryId}`,
      payload: { title: `#${interest.number} ${interest.title}`, why: "inquiry_attached" },
      byId: actor.kind === "employee" ? actor.id : null,
    });
  const was = { lossReasonId: interest.loss_reason_id, comment: interest.close_comment };
  return { id: interest.id, title: interest.title, how: closed ? "reopened" : "attached", ...(closed ? { was } : {}) };
}

/** A new Interest of the purpose's kind (RG-12): with the person, the source of the dialog and its manager. */
export async function create(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  dialogId: Id | null,
  purpose: PurposeRow,
  person: Person,
  choice: { title: string | null; interestKindId: Id | null; parallelReason: string | null; responsibleId: Id | null; hasNext: boolean; principal?: Principal },
): Promise<Attached> {
  const kindId = choice.interestKindId ?? purpose.interest_kind_id;
  if (kindId === null) throw new AppError("validation", { fields: { "interest.interestKindId": "required" } });
  const kind = await readKind(tx, kindId);
  if (!choice.hasNext && kind !== null && kind.mode !== "none" && kind.stages[0]?.requiresNextStep === true)
    throw new AppError("validation", { fields: { next: "required" } });
  const source = dialogId === null ? null : await suggestInterest(tx, dialogId);
  const title = choice.title?.trim() || purpose.name;
  const wanted = {
    kindId,
    title,
    ...person,
    purposeId: purpose.id,
    sourceId: source?.sourceId ?? null,
    responsibleId: choice.responsibleId,
    amount: null,
    currency: null,
    expectedClose: null,
    fromDialogId: dialogId,
    parallelReason: choice.parallelReason,
  };
  const { id } = await createInterest(crm, tx, actor, wanted, choice.principal ?? null);
  return { id, title, how: "created" };
}
