import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { Crm } from "../context.ts";
import { type InterestRecord, requireOpen } from "./record.ts";
import type { Stage } from "./rules.ts";
import { heldSeconds, spentSeconds } from "./timer.ts";
import { calendarsOf, currentVisits } from "./visits.ts";

/** The history of stages (IN-07): periods touch and never overlap, one is current; a mistake is taken back, never edited. */

/** Ends the current visit, if any: its working time and holds are frozen by the calendar of now. */
async function leaveStage(tx: Tx, interestId: Id, at: Date, by: Id | null): Promise<void> {
  const visit = (await currentVisits(tx, [interestId])).get(interestId);
  if (visit === undefined) return;
  const calendar = (await calendarsOf(tx, [interestId])).get(interestId);
  if (calendar === undefined) return;
  const end = at.getTime();
  await tx`
    UPDATE interest_stage_history SET during = tstzrange(lower(during), greatest(${at}::timestamptz, lower(during))), left_by = ${by},
      work_seconds = ${Math.round(spentSeconds(visit.enteredAt, end, visit.holds, calendar))}, hold_seconds = ${Math.round(heldSeconds(visit.enteredAt, end, visit.holds, calendar))}
    WHERE interest_id = ${interestId} AND upper_inf(during) AND reversed_at IS NULL`;
}

/** Ends the current visit, if any, and begins the next; null only ends. */
export async function enterStage(
  tx: Tx,
  interestId: Id,
  stage: Pick<Stage, "id" | "plannedSeconds"> | null,
  visit: { at: Date; by: Id | null; skipped: Id[]; reason: string | null; forced?: boolean },
): Promise<void> {
  await leaveStage(tx, interestId, visit.at, visit.by);
  if (stage === null) return;
  await tx`
    INSERT INTO interest_stage_history (interest_id, stage_id, during, entered_by, planned_seconds, skipped_stage_ids, reason, forced)
    SELECT ${interestId}, ${stage.id}, tstzrange(greatest(${visit.at}::timestamptz, max(upper(during))), NULL), ${visit.by}, ${stage.plannedSeconds}, ${visit.skipped}::uuid[],
      ${visit.reason}, ${visit.forced ?? false}
    FROM interest_stage_history WHERE interest_id = ${interestId} AND reversed_at IS NULL`;
}

/**
 * Takes the last move back: its visit stays in the history as reversed, and the one before goes on as if it had never ended. Throws
 * validation where no visit ends at the beginning of the present one (the first stage, or the Interest was closed in between).
 */
export async function reverseMove(crm: Crm, tx: Tx, actor: Actor, interest: InterestRecord, reason: string): Promise<void> {
  requireOpen(interest);
  const now = new Date(crm.clock.now());
  const [last] = await tx<{ id: number; stage_id: Id; before_id: number | null; before_stage: Id; before_from: Date }[]>`
    SELECT h.id, h.stage_id, b.id AS before_id, b.stage_id AS before_stage, lower(b.during) AS before_from FROM interest_stage_history h
    LEFT JOIN interest_stage_history b ON b.interest_id = h.interest_id AND b.reversed_at IS NULL AND b.id <> h.id AND NOT isempty(b.during) AND upper(b.during) = lower(h.during)
      AND EXISTS (SELECT 1 FROM stage s WHERE s.id = b.stage_id AND s.archived_at IS NULL)
    WHERE h.interest_id = ${interest.id} AND upper_inf(h.during) AND h.reversed_at IS NULL`;
  if (last === undefined || last.before_id === null || last.before_stage === last.stage_id)
    throw new AppError("validation", { fields: { stageId: "no_previous" } });
  await tx`
    UPDATE interest_stage_history SET during = tstzrange(lower(during), greatest(${now}::timestamptz, lower(during))), left_by = ${actor.id}, reversed_at = ${now},
      reversed_by = ${actor.id}, reverse_reason = ${reason} WHERE id = ${last.id}`;
  await tx`
    UPDATE interest_stage_history SET during = tstzrange(lower(during), NULL), left_by = NULL, work_seconds = NULL, hold_seconds = 0 WHERE id = ${last.before_id}`;
  await tx`UPDATE interest SET stage_id = ${last.before_stage}, stage_entered_at = ${last.before_from}, last_activity_at = ${now}, version = version + 1 WHERE id = ${interest.id}`;
  await crm.audit(tx, actor, {
    objectKind: "interest",
    objectId: interest.id,
    action: "stage-reverse",
    changes: { stage_id: [last.stage_id, last.before_stage], visit: [last.id, last.before_id], reason: [null, reason] },
  });
}
