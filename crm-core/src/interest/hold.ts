import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { localDate, startOfDay } from "@kommutator/contract/working-time";
import type { Crm } from "../context.ts";
import { emitInterest } from "./emit.ts";
import { judgeInterests } from "./judge.ts";
import { type InterestRecord, requireOpen } from "./record.ts";
import { calendarsOf } from "./visits.ts";

/** A hold longer than this is a closed Interest that nobody closed. */
const MAX_DAYS = 366;

/**
 * Puts an Interest on hold until the morning of a day (IN-08, B10): timers stand still, flags fall, it ends by itself. A second hold
 * replaces the first. Throws validation for a day that is not ahead or further than a year.
 */
export async function setHold(crm: Crm, tx: Tx, actor: Actor, interest: InterestRecord, hold: { until: string; reason: string }): Promise<void> {
  requireOpen(interest);
  const now = crm.clock.now();
  const tz = (await calendarsOf(tx, [interest.id])).get(interest.id)?.tz ?? "UTC";
  const end = startOfDay(hold.until, tz);
  if (hold.until <= localDate(now, tz)) throw new AppError("validation", { fields: { until: "past" } });
  if (end - now > MAX_DAYS * 86_400_000) throw new AppError("validation", { fields: { until: "too_far" } });
  await endHold(tx, interest.id, actor.id, now);
  await tx`
    INSERT INTO interest_hold (interest_id, during, until, reason, set_by)
    SELECT ${interest.id}, tstzrange(greatest(${new Date(now)}::timestamptz, max(upper(during))), ${new Date(end)}), ${hold.until}, ${hold.reason}, ${actor.id} FROM interest_hold WHERE interest_id = ${interest.id}`;
  await tx`UPDATE interest SET on_hold_until = ${hold.until}, version = version + 1 WHERE id = ${interest.id}`;
  await crm.audit(tx, actor, {
    objectKind: "interest",
    objectId: interest.id,
    action: "hold",
    changes: { on_hold_until: [interest.on_hold_until, hold.until], reason: [null, hold.reason] },
  });
  await judgeInterests(crm, tx, [interest.id]);
  await emitInterest(crm, tx, interest.id, "open");
}

/** Takes an Interest off hold before its day; its timer goes on from now. Throws validation when it is not on hold. */
export async function releaseHold(crm: Crm, tx: Tx, actor: Actor, interest: InterestRecord): Promise<void> {
  requireOpen(interest);
  if (!(await endHold(tx, interest.id, actor.id, crm.clock.now()))) throw new AppError("validation", { fields: { until: "not_on_hold" } });
  await tx`UPDATE interest SET on_hold_until = NULL, version = version + 1 WHERE id = ${interest.id}`;
  await crm.audit(tx, actor, { objectKind: "interest", objectId: interest.id, action: "release", changes: { on_hold_until: [interest.on_hold_until, null] } });
  await judgeInterests(crm, tx, [interest.id]);
  await emitInterest(crm, tx, interest.id, "open");
}

/** Ends the hold that stands now; also what closing does. Returns whether there was one. */
export async function endHold(tx: Tx, interestId: Id, by: Id | null, now: number): Promise<boolean> {
  const at = new Date(now);
  const ended = await tx`
    UPDATE interest_hold SET during = tstzrange(lower(during), greatest(${at}::timestamptz, lower(during))), released_by = ${by}
    WHERE interest_id = ${interestId} AND upper(during) > ${at} RETURNING id`;
  return ended.length > 0;
}
