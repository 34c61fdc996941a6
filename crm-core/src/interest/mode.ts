import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { Crm } from "../context.ts";
import { metOf } from "./conditions.ts";
import { emitInterest } from "./emit.ts";
import { enterStage } from "./history.ts";
import { judgeInterests } from "./judge.ts";
import { republishLoads } from "./planned.ts";
import { type InterestRecord, requireOpen } from "./record.ts";
import { checkMode, type Mode } from "./rules.ts";
import { readKind } from "./sql.ts";

/** Gives a running Interest another mode (B9); its kind stays. Any into non-process closes the visit, out of it a stage is entered. */
export async function changeMode(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  interest: InterestRecord,
  body: { mode: Mode; stageId: Id | null; reason: string },
): Promise<void> {
  requireOpen(interest);
  const stages = (await readKind(tx, interest.kind_id, interest.stage_id))?.stages ?? [];
  const stage = checkMode(interest.process_mode, body.mode, stages, interest.stage_id, body.stageId, await metOf(tx, interest));
  const now = new Date(crm.clock.now());
  if (stage === undefined) await tx`UPDATE interest SET process_mode = ${body.mode}, version = version + 1 WHERE id = ${interest.id}`;
  else {
    await tx`
      UPDATE interest SET process_mode = ${body.mode}, stage_id = ${stage?.id ?? null}, stage_entered_at = ${stage === null ? null : now}, last_activity_at = ${now}, version = version + 1
      WHERE id = ${interest.id}`;
    await enterStage(tx, interest.id, stage, { at: now, by: actor.id, skipped: [], reason: body.reason });
    await republishLoads(crm, tx, interest.id);
  }
  await crm.audit(tx, actor, {
    objectKind: "interest",
    objectId: interest.id,
    action: "mode",
    changes: {
      process_mode: [interest.process_mode, body.mode],
      stage_id: [interest.stage_id, stage === undefined ? interest.stage_id : (stage?.id ?? null)],
      reason: [null, body.reason],
    },
  });
  await judgeInterests(crm, tx, [interest.id]);
  await emitInterest(crm, tx, interest.id, "open");
}
