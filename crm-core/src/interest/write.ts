import type { Principal } from "@kommutator/contract/access";
import type { RequiredFault } from "@kommutator/contract/api/required-field";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { differences } from "../audit/index.ts";
import type { Crm } from "../context.ts";
import { refuseLacking } from "../required-field/check.ts";
import { planActions } from "./actions.ts";
import { metOf, requireFields } from "./conditions.ts";
import { emitInterest } from "./emit.ts";
import { enterStage } from "./history.ts";
import { judgeInterests } from "./judge.ts";
import { republishLoads } from "./planned.ts";
import { type InterestRecord, requireOpen } from "./record.ts";
import { checkMove, firstStage, type Stage } from "./rules.ts";
import { parallelInterest, readKind } from "./sql.ts";

export { reopenInterest } from "./close.ts";
export { emitInterest } from "./emit.ts";
export type { InterestRecord } from "./record.ts";

/** Creating and moving Interests: rules checked, history, audit and event in the caller's transaction. */

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

/**
 * Creates an Interest in its kind's first stage. Throws parallel_interest_reason_required where one of the same kind is open: with it, if the
 * principal may read it; that there is one is told to everybody, because the rule asks for a reason.
 */
export async function createInterest(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  body: NewInterest,
  principal: Principal | null = null,
): Promise<{ id: Id; stage: Stage | null }> {
  const kind = await readKind(tx, body.kindId);
  if (kind === null || kind.archived) throw new AppError("validation", { fields: { kindId: "unknown" } });
  if (body.customerId === null && body.leadId === null) throw new AppError("validation", { fields: { customerId: "required" } });
  const other = await parallelInterest(tx, kind.id, body, principal);
  if (other !== null && !body.parallelReason?.trim()) {
    const { seen, ...interest } = other;
    throw new AppError("parallel_interest_reason_required", seen ? { interest } : {});
  }
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
    created_at: now,
    last_activity_at: now,
  };
  const [row] = await tx<{ id: Id }[]>`
    INSERT INTO interest ${tx(values)} RETURNING id`;
  const { id } = row as { id: Id };
  await tx`UPDATE interest SET department_id = (SELECT department_id FROM employee WHERE id = interest.responsible_id) WHERE id = ${id} AND responsible_id IS NOT NULL`;
  await enterStage(tx, id, stage, { at: now, by: actor.id, skipped: [], reason: null });
  await crm.audit(tx, actor, { objectKind: "interest", objectId: id, action: "create", changes: differences({}, values) });
  if (stage !== null) await planActions(crm, tx, actor, id, stage.id);
  await judgeInterests(crm, tx, [id]);
  await emitInterest(crm, tx, id, "open", body.fromDialogId);
  return { id, stage };
}

/**
 * Moves to another stage by the rules of the Interest's mode (B9); planned Interactions change their points with it, the stage's template
 * is planned. `force` passes the rules over; the caller has asked for the right. `lacking`: what was found missing before. Throws validation or required_fields; returns warnings.
 */
export async function moveStage(
  crm: Crm,
  tx: Tx,
  principal: Principal | null,
  actor: Actor,
  interest: InterestRecord,
  move: { stageId: Id; reason: string | null; force: boolean },
  lacking: RequiredFault[] = [],
): Promise<string[]> {
  requireOpen(interest);
  const kind = await readKind(tx, interest.kind_id, interest.stage_id);
  const reason = move.reason?.trim() || null;
  const { to, skipped, missing } = checkMove(interest.process_mode, kind?.stages ?? [], interest.stage_id, move.stageId, await metOf(tx, interest), move.force);
  if (reason === null && (move.force || (interest.process_mode === "manual" && skipped.length > 0 && kind?.skipReason === "required")))
    throw new AppError("validation", { fields: { reason: "required" } });
  const now = new Date(crm.clock.now());
  await tx`UPDATE interest SET stage_id = ${to.id}, stage_entered_at = ${now}, last_activity_at = ${now}, version = version + 1 WHERE id = ${interest.id}`;
  await enterStage(tx, interest.id, to, { at: now, by: actor.id, skipped, reason, forced: move.force });
  const asked = { moment: "stage" as const, leftStageId: interest.stage_id, missing, lacking };
  const warnings = move.force ? [] : await requireFields(crm, tx, principal, interest.id, asked);
  refuseLacking(lacking);
  await crm.audit(tx, actor, {
    objectKind: "interest",
    objectId: interest.id,
    action: move.force ? "stage-force" : "stage",
    changes: { stage_id: [interest.stage_id, to.id], skipped_stage_ids: [null, skipped], reason: [null, reason] },
  });
  await planActions(crm, tx, actor, interest.id, to.id);
  await republishLoads(crm, tx, interest.id);
  await judgeInterests(crm, tx, [interest.id]);
  await emitInterest(crm, tx, interest.id, interest.status);
  return warnings;
}
