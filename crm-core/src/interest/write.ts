import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { differences } from "../audit/index.ts";
import type { Crm } from "../context.ts";
import { publishLoads } from "../load/index.ts";
import { checkMove, checkWon, firstStage, type Mode, type Stage } from "./rules.ts";
import { enterStage, parallelInterest, readKind } from "./sql.ts";

/** Every change of an Interest: rules checked, history, audit and event in the caller's transaction. */

export interface InterestRecord {
  id: Id;
  kind_id: Id;
  process_mode: Mode;
  customer_id: Id | null;
  lead_id: Id | null;
  contact_id: Id | null;
  responsible_id: Id | null;
  status: "open" | "won" | "lost" | "cancelled";
  stage_id: Id | null;
  closed_at: Date | null;
  version: number;
}

export interface NewInterest {
  kindId: Id;
  title: string;
  customerId: Id | null;
  leadId: Id | null;
  contactId: Id | null;
  purposeId: Id | null;
  sourceId: Id | null;
  responsibleId: Id | null;
  amount: number | null;
  currency: string | null;
  expectedClose: string | null;
  fromDialogId: Id | null;
  parallelReason: string | null;
}

/** Creates an Interest in its kind's first stage. Throws parallel_interest_reason_required with the open one of the same kind. */
export async function createInterest(crm: Crm, tx: Tx, actor: Actor, body: NewInterest): Promise<{ id: Id; stage: Stage | null }> {
  const kind = await readKind(tx, body.kindId);
  if (kind === null || kind.archived) throw new AppError("validation", { fields: { kindId: "unknown" } });
  if (body.customerId === null && body.leadId === null) throw new AppError("validation", { fields: { customerId: "required" } });
  const other = await parallelInterest(tx, kind.id, body);
  if (other !== null && !body.parallelReason?.trim()) throw new AppError("parallel_interest_reason_required", { interest: { ...other } });
  const stage = firstStage(kind.mode, kind.stages);
  const now = new Date(crm.clock.now());
  const values = {
    kind_id: kind.id,
    process_mode: kind.mode,
    title: body.title,
    customer_id: body.customerId,
    lead_id: body.leadId,
    contact_id: body.contactId,
    purpose_id: body.purposeId,
    source_id: body.sourceId,
    responsible_id: body.responsibleId,
    amount: body.amount,
    currency: body.amount === null ? null : (body.currency ?? (await crm.company(tx)).currency),
    expected_close: body.expectedClose,
    stage_id: stage?.id ?? null,
    stage_entered_at: stage === null ? null : now,
    parallel_reason: other === null ? null : body.parallelReason,
    created_from_dialog_id: body.fromDialogId,
    created_by: actor.id,
    last_activity_at: now,
  };
  const [row] = await tx<{ id: Id }[]>`
    INSERT INTO interest ${tx(values)} RETURNING id`;
  const { id } = row as { id: Id };
  await tx`UPDATE interest SET department_id = (SELECT department_id FROM employee WHERE id = interest.responsible_id) WHERE id = ${id} AND responsible_id IS NOT NULL`;
  await enterStage(tx, id, stage, { at: now, by: actor.id, skipped: [], reason: null });
  await crm.audit(tx, actor, { objectKind: "interest", objectId: id, action: "create", changes: differences({}, values) });
  await emitInterest(crm, tx, id, "open", body.fromDialogId);
  return { id, stage };
}

/** Moves to another stage by the rules of the Interest's mode; planned Interactions change their points with it. */
export async function moveStage(crm: Crm, tx: Tx, actor: Actor, interest: InterestRecord, stageId: Id, reason: string | null): Promise<void> {
  requireOpen(interest);
  const kind = await readKind(tx, interest.kind_id);
  const { to, skipped } = checkMove(interest.process_mode, kind?.stages ?? [], interest.stage_id, stageId);
  const now = new Date(crm.clock.now());
  await tx`UPDATE interest SET stage_id = ${to.id}, stage_entered_at = ${now}, last_activity_at = ${now}, version = version + 1 WHERE id = ${interest.id}`;
  await enterStage(tx, interest.id, to, { at: now, by: actor.id, skipped, reason });
  await crm.audit(tx, actor, {
    objectKind: "interest",
    objectId: interest.id,
    action: "stage",
    changes: { stage_id: [interest.stage_id, to.id], skipped_stage_ids: [null, skipped], reason: [null, reason] },
  });
  const executors = await tx<
    { executor_id: Id | null }[]
  >`SELECT DISTINCT executor_id FROM interaction WHERE interest_id = ${interest.id} AND state = 'planned'`;
  await publishLoads(
    crm,
    tx,
    executors.map((e) => e.executor_id),
  );
  await emitInterest(crm, tx, interest.id, interest.status);
}

/**
 * Closes: won by the rules of IN-02, lost with a reason. Planned Interactions that are left must be kept or cancelled expressly
 * (planned_interactions_remain with their count).
 */
export async function closeInterest(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  interest: InterestRecord,
  body: { status: "won" | "lost" | "cancelled"; lossReasonId: Id | null; comment: string | null; plannedInteractions: "keep" | "cancel" | null },
): Promise<void> {
  requireOpen(interest);
  if (body.status === "won") checkWon(interest.process_mode, (await readKind(tx, interest.kind_id))?.stages ?? [], interest.stage_id);
  if (body.status === "lost") {
    if (body.lossReasonId === null) throw new AppError("loss_reason_required");
    const reasons = await tx`SELECT 1 FROM loss_reason WHERE id = ${body.lossReasonId} AND kind IN ('deal_lost', 'demand_unmet') AND archived_at IS NULL`;
    if (reasons.length === 0) throw new AppError("validation", { fields: { lossReasonId: "unknown" } });
  }
  const planned = await tx<
    { id: Id; executor_id: Id | null; type_id: Id }[]
  >`SELECT id, executor_id, type_id FROM interaction WHERE interest_id = ${interest.id} AND state = 'planned' ORDER BY id FOR UPDATE`;
  if (planned.length > 0 && body.plannedInteractions === null) throw new AppError("planned_interactions_remain", { count: planned.length });
  if (planned.length > 0 && body.plannedInteractions === "cancel") {
    await tx`
      UPDATE interaction i SET state = 'cancelled', version = version + 1,
        status_id = (SELECT id FROM interaction_status s WHERE s.type_id = i.type_id AND s.state = 'cancelled' ORDER BY code = 'cancelled' DESC, code LIMIT 1)
      WHERE id = ANY(${planned.map((p) => p.id)}::uuid[])`;
    for (const p of planned)
      await crm.audit(tx, actor, { objectKind: "interaction", objectId: p.id, action: "cancel", changes: { state: ["planned", "cancelled"] } });
    await publishLoads(
      crm,
      tx,
      planned.map((p) => p.executor_id),
    );
  }
  const now = new Date(crm.clock.now());
  const after = { status: body.status, closed_at: now, loss_reason_id: body.status === "lost" ? body.lossReasonId : null, close_comment: body.comment };
  await tx`UPDATE interest SET ${tx(after)}, last_activity_at = ${now}, version = version + 1 WHERE id = ${interest.id}`;
  await enterStage(tx, interest.id, null, { at: now, by: actor.id, skipped: [], reason: null });
  await crm.audit(tx, actor, { objectKind: "interest", objectId: interest.id, action: "close", changes: differences({ ...interest }, after) });
  await emitInterest(crm, tx, interest.id, body.status);
}

/** Opens a closed Interest again in the stage where it stopped; its history stays (IN-02). */
export async function reopenInterest(crm: Crm, tx: Tx, actor: Actor, interest: InterestRecord): Promise<void> {
  if (interest.status === "open") throw new AppError("validation", { fields: { status: "open" } });
  const now = new Date(crm.clock.now());
  await tx`
    UPDATE interest SET status = 'open', closed_at = NULL, loss_reason_id = NULL, close_comment = NULL, stage_entered_at = CASE WHEN stage_id IS NULL THEN NULL ELSE ${now}::timestamptz END,
      last_activity_at = ${now}, version = version + 1 WHERE id = ${interest.id}`;
  const stage = (await readKind(tx, interest.kind_id))?.stages.find((s) => s.id === interest.stage_id) ?? null;
  await enterStage(tx, interest.id, stage, { at: now, by: actor.id, skipped: [], reason: "reopened" });
  await crm.audit(tx, actor, {
    objectKind: "interest",
    objectId: interest.id,
    action: "reopen",
    changes: { status: [interest.status, "open"], closed_at: [interest.closed_at, null] },
  });
  await emitInterest(crm, tx, interest.id, "open");
}

function requireOpen(interest: InterestRecord): void {
  if (interest.status !== "open") throw new AppError("validation", { fields: { status: interest.status } });
}

/** One event for each open dialog about the Interest, so that their screens hear of it; one without a dialog when there is none. */
export async function emitInterest(crm: Crm, tx: Tx, interestId: Id, status: string, dialogId: Id | null = null): Promise<void> {
  const rows = await tx<{ id: Id }[]>`
    SELECT p.dialog_id AS id FROM dialog_party p JOIN dialog d ON d.id = p.dialog_id WHERE p.interest_id = ${interestId} AND d.closed_at IS NULL ORDER BY 1 LIMIT 100`;
  const ids = [...new Set([...rows.map((r) => r.id), ...(dialogId === null ? [] : [dialogId])])];
  await crm.emit(
    tx,
    (ids.length === 0 ? [null] : ids).map((id) => ({ kind: "interest.changed" as const, dialogId: id, payload: { interestId, status } })),
  );
}
