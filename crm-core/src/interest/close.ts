import type { Principal } from "@kommutator/contract/access";
import type { RequiredFault } from "@kommutator/contract/api/required-field";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { differences } from "../audit/index.ts";
import type { Crm } from "../context.ts";
import { refuseLacking } from "../required-field/check.ts";
import { conditionsLeft, metOf, requireFields } from "./conditions.ts";
import { emitInterest } from "./emit.ts";
import { enterStage } from "./history.ts";
import { endHold } from "./hold.ts";
import { judgeInterests } from "./judge.ts";
import { settlePlanned } from "./planned.ts";
import { type InterestRecord, requireOpen } from "./record.ts";
import { checkWon } from "./rules.ts";
import { readKind } from "./sql.ts";

export interface Closing {
  status: "won" | "lost" | "cancelled";
  lossReasonId: Id | null;
  comment: string | null;
  plannedInteractions: "keep" | "cancel" | "move" | null;
  moveToId: Id | null;
}

/**
 * Closes (IN-02): won by its kind's conditions, lost with a reason of a catalogue. Planned Interactions and open tasks that are left must
 * be kept, cancelled or moved expressly (planned_interactions_remain with their count). Returns warnings of required fields.
 */
export async function closeInterest(
  crm: Crm,
  tx: Tx,
  principal: Principal | null,
  actor: Actor,
  interest: InterestRecord,
  body: Closing,
  lacking: RequiredFault[] = [],
): Promise<string[]> {
  requireOpen(interest);
  const kind = await readKind(tx, interest.kind_id, interest.stage_id);
  const missing =
    body.status === "won"
      ? checkWon(interest.process_mode, kind?.stages ?? [], interest.stage_id, await metOf(tx, interest), {
          wonFromStageId: kind?.wonFromStageId ?? null,
          conditionsLeft: await conditionsLeft(tx, interest),
        })
      : [];
  if (body.status === "lost") await requireReason(tx, body);
  await settlePlanned(crm, tx, principal, actor, interest, body);
  const now = new Date(crm.clock.now());
  const after = { status: body.status, closed_at: now, loss_reason_id: body.status === "lost" ? body.lossReasonId : null, close_comment: body.comment };
  await tx`UPDATE interest SET ${tx(after)}, on_hold_until = NULL, judge_at = NULL, last_activity_at = ${now}, version = version + 1 WHERE id = ${interest.id}`;
  await enterStage(tx, interest.id, null, { at: now, by: actor.id, skipped: [], reason: null });
  await endHold(tx, interest.id, actor.id, now.getTime());
  const warnings = await requireFields(crm, tx, principal, interest.id, { moment: "close", leftStageId: interest.stage_id, missing, lacking });
  refuseLacking(lacking);
  await crm.audit(tx, actor, { objectKind: "interest", objectId: interest.id, action: "close", changes: differences({ ...interest }, after) });
  await judgeInterests(crm, tx, [interest.id]);
  await emitInterest(crm, tx, interest.id, body.status);
  return warnings;
}

/** A reason of one of the two catalogues (IN-11); one that says nothing by itself needs words. */
async function requireReason(tx: Tx, body: Closing): Promise<void> {
  if (body.lossReasonId === null) throw new AppError("loss_reason_required");
  const [reason] = await tx<{ needs_text: boolean }[]>`
    SELECT needs_text FROM loss_reason WHERE id = ${body.lossReasonId} AND kind IN ('deal_lost', 'demand_unmet') AND archived_at IS NULL`;
  if (reason === undefined) throw new AppError("validation", { fields: { lossReasonId: "unknown" } });
  if (reason.needs_text && !body.comment?.trim()) throw new AppError("validation", { fields: { comment: "required" } });
}

/** Opens a closed Interest again in the stage where it stopped; its history stays (IN-02). A stage archived meanwhile gives way to the first. */
export async function reopenInterest(crm: Crm, tx: Tx, actor: Actor, interest: InterestRecord): Promise<void> {
  if (interest.status === "open") throw new AppError("validation", { fields: { status: "open" } });
  const now = new Date(crm.clock.now());
  const kind = await readKind(tx, interest.kind_id);
  const stage = interest.stage_id === null ? null : (kind?.stages.find((s) => s.id === interest.stage_id) ?? kind?.stages[0] ?? null);
  if (interest.stage_id !== null && stage === null) throw new AppError("validation", { fields: { kindId: "no_stages" } });
  await tx`
    UPDATE interest SET status = 'open', closed_at = NULL, loss_reason_id = NULL, close_comment = NULL, stage_id = ${stage?.id ?? null}, stage_entered_at = ${stage === null ? null : now},
      last_activity_at = ${now}, version = version + 1 WHERE id = ${interest.id}`;
  await enterStage(tx, interest.id, stage, { at: now, by: actor.id, skipped: [], reason: "reopened" });
  await crm.audit(tx, actor, {
    objectKind: "interest",
    objectId: interest.id,
    action: "reopen",
    changes: { status: [interest.status, "open"], closed_at: [interest.closed_at, null], stage_id: [interest.stage_id, stage?.id ?? null] },
  });
  await judgeInterests(crm, tx, [interest.id]);
  await emitInterest(crm, tx, interest.id, "open");
}
