import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { addWorkingTime, type CalendarRules, localDate, startOfDay, workingTimeOfDay } from "@kommutator/contract/working-time";
import type { Crm } from "../context.ts";
import { cancelInteraction, createInteraction } from "../interaction/write.ts";
import { headOf } from "./judge.ts";
import { calendarsOf } from "./visits.ts";

const DAY_MS = 86_400_000;
const HORIZON_DAYS = 730;

/** Opening of the n-th working day after today in the calendar; 0 is one working hour from now. */
export function workingDayAfter(now: EpochMs, days: number, calendar: CalendarRules): EpochMs {
  if (days === 0) return addWorkingTime(now, 3600, calendar);
  let day = localDate(now, calendar.tz);
  for (let left = days, looked = 0; left > 0 && looked < HORIZON_DAYS; looked++) {
    day = new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
    if (workingTimeOfDay(day, calendar) > 0) left--;
  }
  // One working second later is the opening itself: the day begins at midnight, the office does not.
  return addWorkingTime(startOfDay(day, calendar.tz), 1, calendar) - 1000;
}

/**
 * Plans what the template of a stage asks for (IN-16), with offsets in working days, for the responsible or the head. What is planned
 * from the same line and not done yet is not planned twice, so entering a stage again is harmless.
 */
export async function planActions(crm: Crm, tx: Tx, actor: Actor, interestId: Id, stageId: Id): Promise<void> {
  const actions = await tx<{ id: Id; type_id: Id; subject: string; offset_days: number; executor_id: Id | null }[]>`
    SELECT a.id, a.type_id, a.subject, a.offset_days, CASE a.executor WHEN 'head' THEN coalesce(${headOf(tx, "i")}, i.responsible_id) ELSE i.responsible_id END AS executor_id
    FROM stage_action a JOIN interaction_type t ON t.id = a.type_id AND t.archived_at IS NULL JOIN interest i ON i.id = ${interestId}
    WHERE a.stage_id = ${stageId} AND a.archived_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM interest_action p JOIN interaction x ON x.id = p.interaction_id AND x.state = 'planned' WHERE p.interest_id = i.id AND p.action_id = a.id)
    ORDER BY a.pos, a.id`;
  if (actions.length === 0) return;
  const calendar = (await calendarsOf(tx, [interestId])).get(interestId);
  if (calendar === undefined) return;
  for (const a of actions) {
    const at = workingDayAfter(crm.clock.now(), a.offset_days, calendar);
    if (!Number.isFinite(at)) continue;
    const id = await createInteraction(crm, tx, actor, {
      typeId: a.type_id,
      direction: "out",
      subject: a.subject,
      description: null,
      plannedFrom: new Date(at).toISOString(),
      minutes: 15,
      customerId: null,
      contactId: null,
      leadId: null,
      interestId,
      executorId: a.executor_id,
    });
    await tx`INSERT INTO interest_action (interest_id, action_id, interaction_id) VALUES (${interestId}, ${a.id}, ${id})`;
  }
}

/** A planned action of the template is declined with a reason: cancelled, and the reason kept. Throws not_found for anything else. */
export async function declineAction(crm: Crm, tx: Tx, actor: Actor, interestId: Id, interactionId: Id, reason: string): Promise<void> {
  const [item] = await tx<Parameters<typeof cancelInteraction>[3][]>`
    SELECT x.*, upper(x.occurred) AS ended_at FROM interaction x JOIN interest_action p ON p.interaction_id = x.id AND p.interest_id = ${interestId} WHERE x.id = ${interactionId} FOR UPDATE OF x`;
  if (item === undefined) throw new AppError("not_found");
  await cancelInteraction(crm, tx, actor, item);
  await tx`UPDATE interest_action SET decline_reason = ${reason} WHERE interaction_id = ${interactionId}`;
  await crm.audit(tx, actor, {
    objectKind: "interest",
    objectId: interestId,
    action: "decline",
    changes: { interaction_id: [interactionId, null], reason: [null, reason] },
  });
}
