import type { AbsenceBody, AbsencePatch } from "@kommutator/contract/api/absence";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import type { Crm } from "../context.ts";
import { begin, changeStandIn, end } from "./delegate.ts";
import { type AbsenceRow, dueAbsences, lockAbsence } from "./sql.ts";
import { standInOf } from "./stand-in.ts";

/** Two absences of one person may not overlap: the constraint's answer in words. */
async function apart<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: string }).code === "23P01") throw new AppError("duplicate", { field: "from" });
    throw error;
  }
}

function refuseBackwards(from: Date, to: Date | null): void {
  if (to !== null && to <= from) throw new AppError("validation", { fields: { to: "before_from" } });
}

async function refuseSubstitute(tx: Tx, employeeId: Id, substituteId: Id | null): Promise<void> {
  if (substituteId === null) return;
  if (substituteId === employeeId) throw new AppError("validation", { fields: { substituteId: "oneself" } });
  const rows = await tx`SELECT 1 FROM employee WHERE id = ${substituteId} AND state = 'active'`;
  if (rows.length === 0) throw new AppError("validation", { fields: { substituteId: "unknown" } });
}

/** Enters an absence; one that has begun takes effect in the same transaction. Throws validation, duplicate (it overlaps another). */
export async function enterAbsence(crm: Crm, tx: Tx, actor: Actor, body: z.infer<typeof AbsenceBody>): Promise<Id> {
  const now = new Date(crm.clock.now());
  const from = body.from === undefined ? now : new Date(body.from);
  const to = body.to === null ? null : new Date(body.to);
  refuseBackwards(from, to);
  if (to !== null && to <= now) throw new AppError("validation", { fields: { to: "past" } });
  await refuseSubstitute(tx, body.employeeId, body.substituteId);
  const [row] = await apart(
    () => tx<{ id: Id }[]>`
      INSERT INTO absence (employee_id, kind, reason, during, substitute_id, auto_return, created_by, created_at)
      VALUES (${body.employeeId}, ${body.kind}, ${body.reason}, tstzrange(${from}, ${to}), ${body.substituteId}, ${body.autoReturn}, ${actor.id}, ${now}) RETURNING id`,
  );
  const { id } = row as { id: Id };
  await crm.audit(tx, actor, {
    objectKind: "absence",
    objectId: id,
    action: "create",
    changes: {
      employee_id: [null, body.employeeId],
      from: [null, from.toISOString()],
      to: [null, to?.toISOString() ?? null],
      substitute_id: [null, body.substituteId],
    },
  });
  await told(crm, tx, body.employeeId);
  if (from <= now) await startOne(crm, tx, id);
  else {
    const standIn = await standInOf(tx, { employeeId: body.employeeId, namedId: body.substituteId }, from);
    await tx`UPDATE absence SET stand_in_id = ${standIn} WHERE id = ${id}`;
  }
  return id;
}

/** The router learns that the employee's absences are others now. */
async function told(crm: Crm, tx: Tx, employeeId: Id): Promise<void> {
  await crm.enqueue(tx, [{ kind: "facts.changed", what: "employee", id: employeeId, at: crm.clock.now() }]);
}

async function startOne(crm: Crm, tx: Tx, id: Id): Promise<void> {
  await begin(crm, tx, (await lockAbsence(tx, null, id, "read")) as AbsenceRow);
}

/** Edits the period, the reason or the substitute (B8, "change of period"): longer moves nothing, shorter than now is the return. */
export async function changeAbsence(crm: Crm, tx: Tx, actor: Actor, absence: AbsenceRow, patch: z.infer<typeof AbsencePatch>): Promise<void> {
  if (absence.state !== "scheduled" && absence.state !== "active") throw new AppError("in_use", { state: absence.state });
  const now = new Date(crm.clock.now());
  if (patch.from !== undefined && absence.state === "active") throw new AppError("validation", { fields: { from: "begun" } });
  const from = patch.from === undefined ? absence.from_at : new Date(patch.from);
  const to = patch.to === undefined ? absence.to_at : patch.to === null ? null : new Date(patch.to);
  refuseBackwards(from, to);
  const substituteId = patch.substituteId === undefined ? absence.substitute_id : patch.substituteId;
  await refuseSubstitute(tx, absence.employee_id, substituteId);
  const next = { ...absence, from_at: from, to_at: to, substitute_id: substituteId, auto_return: patch.autoReturn ?? absence.auto_return };
  const reason = patch.reason === undefined ? absence.reason : patch.reason;
  await apart(
    () =>
      tx`UPDATE absence SET during = tstzrange(${from}, ${to}), reason = ${reason}, substitute_id = ${substituteId}, auto_return = ${next.auto_return} WHERE id = ${absence.id}`,
  );
  await crm.audit(tx, actor, {
    objectKind: "absence",
    objectId: absence.id,
    action: "edit",
    changes: {
      from: [absence.from_at.toISOString(), from.toISOString()],
      to: [absence.to_at?.toISOString() ?? null, to?.toISOString() ?? null],
      substitute_id: [absence.substitute_id, substituteId],
    },
  });
  await told(crm, tx, absence.employee_id);
  const standIn = await standInOf(tx, { employeeId: absence.employee_id, namedId: substituteId }, absence.state === "active" ? now : from);
  if (absence.state === "scheduled") {
    await tx`UPDATE absence SET stand_in_id = ${standIn} WHERE id = ${absence.id}`;
    if (from <= now) await startOne(crm, tx, absence.id);
  } else if (to !== null && to <= now) await end(crm, tx, next, now);
  else if (substituteId !== absence.substitute_id) await changeStandIn(crm, tx, next, standIn);
}

/** Back before the time. Throws in_use when the absence is not in force. */
export async function returnEarly(crm: Crm, tx: Tx, actor: Actor, absence: AbsenceRow): Promise<void> {
  if (absence.state !== "active") throw new AppError("in_use", { state: absence.state });
  await crm.audit(tx, actor, { objectKind: "absence", objectId: absence.id, action: "return", changes: { to: [absence.to_at?.toISOString() ?? null, "now"] } });
  await end(crm, tx, absence, new Date(crm.clock.now()));
}

/** Calls off an absence that has not begun. */
export async function cancelAbsence(crm: Crm, tx: Tx, actor: Actor, absence: AbsenceRow): Promise<void> {
  if (absence.state !== "scheduled") throw new AppError("in_use", { state: absence.state });
  await tx`UPDATE absence SET state = 'cancelled', stand_in_id = NULL WHERE id = ${absence.id}`;
  await crm.audit(tx, actor, { objectKind: "absence", objectId: absence.id, action: "cancel", changes: { state: ["scheduled", "cancelled"] } });
  await told(crm, tx, absence.employee_id);
}

/**
 * Carries out the beginnings and ends whose time has come, ends first: who is back can stand in again. Each absence has a transaction
 * of its own, so that one that fails holds up no other; throws the first failure after the last was tried.
 */
export async function runAbsences(crm: Crm): Promise<void> {
  const now = new Date(crm.clock.now());
  const due = await dueAbsences(crm.sql, now);
  const failures: unknown[] = [];
  for (const id of due) {
    try {
      await crm.sql.begin(async (tx) => {
        const absence = await lockAbsence(tx, null, id, "read");
        if (absence?.state === "scheduled" && absence.from_at <= now) await begin(crm, tx, absence);
        else if (absence?.state === "active" && absence.to_at !== null && absence.to_at <= now) await end(crm, tx, absence, absence.to_at);
      });
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
