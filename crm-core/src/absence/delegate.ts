import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { type Crm, systemActor } from "../context.ts";
import { settle as settleNotices } from "../notification/notify.ts";
import { ACTED, fatesOf, inquiriesFromQueue, type Kind, type Moved, moveObjects, openObjects } from "./objects.ts";
import type { AbsenceRow } from "./sql.ts";
import { standInOf } from "./stand-in.ts";

const ACTOR = systemActor("absences");

async function factsChanged(crm: Crm, tx: Tx, employeeId: Id): Promise<void> {
  await crm.enqueue(tx, [{ kind: "facts.changed", what: "employee", id: employeeId, at: crm.clock.now() }]);
}

/** The absence begins: whoever stands in is chosen, and what is open and due within it goes to them (B8, moment "start"). */
export async function begin(crm: Crm, tx: Tx, absence: AbsenceRow): Promise<void> {
  const now = new Date(crm.clock.now());
  const standIn = await standInOf(tx, { employeeId: absence.employee_id, namedId: absence.substitute_id }, now);
  await tx`UPDATE absence SET state = 'active', stand_in_id = ${standIn} WHERE id = ${absence.id}`;
  await crm.audit(tx, ACTOR, {
    objectKind: "absence",
    objectId: absence.id,
    action: "begin",
    changes: { state: [absence.state, "active"], stand_in_id: [null, standIn] },
  });
  const objects = await openObjects(tx, absence.employee_id, absence.to_at);
  await delegate(crm, tx, absence, objects, standIn);
  await factsChanged(crm, tx, absence.employee_id);
}

/**
 * Gives objects of the absent person to the substitute and keeps what was given. What they held in somebody else's stead keeps its
 * one delegation, under the next substitute, so that it goes back to its owner directly.
 */
async function delegate(crm: Crm, tx: Tx, absence: AbsenceRow, objects: readonly Moved[], to: Id | null): Promise<void> {
  const by = absence.created_by ?? absence.employee_id;
  // Whose turn it would be is whose it is: nothing is delegated to its own owner.
  const mine = await tx<{ object_kind: Kind; object_id: Id; original_id: Id }[]>`
    SELECT object_kind, object_id, original_id FROM delegation WHERE substitute_id = ${absence.employee_id} AND outcome IS NULL`;
  const stead = new Map(mine.map((m) => [`${m.object_kind} ${m.object_id}`, m.original_id]));
  const isStead = (o: Moved) => stead.has(`${o.kind} ${o.id}`);
  const acting = mine.filter((m) => ACTED.includes(m.object_kind)).map((m): Moved => ({ kind: m.object_kind, id: m.object_id }));
  const moved = await moveObjects(
    crm,
    tx,
    ACTOR,
    [...objects.filter((o) => !acting.some((a) => a.id === o.id)), ...acting],
    { from: absence.employee_id, to, by },
    "delegate",
  );
  for (const o of moved.filter(isStead)) {
    const backWithOwner = stead.get(`${o.kind} ${o.id}`) === to;
    await (backWithOwner
      ? tx`UPDATE delegation SET outcome = 'returned', resolved_at = ${new Date(crm.clock.now())} WHERE object_kind = ${o.kind} AND object_id = ${o.id} AND outcome IS NULL`
      : tx`UPDATE delegation SET substitute_id = ${to} WHERE object_kind = ${o.kind} AND object_id = ${o.id} AND outcome IS NULL`);
  }
  await recordDelegations(
    crm,
    tx,
    absence,
    moved.filter((o) => !isStead(o)),
    to,
  );
}

/** Rows of what went from the absent person to the substitute; what is delegated already stays as it is. */
export async function recordDelegations(
  crm: Crm,
  tx: Tx,
  absence: Pick<AbsenceRow, "id" | "employee_id">,
  objects: readonly Moved[],
  substituteId: Id | null,
): Promise<void> {
  if (objects.length === 0) return;
  const rows = objects.map((o) => ({ kind: o.kind, object: o.id }));
  await tx`
    INSERT INTO delegation (absence_id, object_kind, object_id, original_id, substitute_id, delegated_at)
    SELECT ${absence.id}, r.kind, r.object, ${absence.employee_id}, ${substituteId}, ${new Date(crm.clock.now())} FROM jsonb_to_recordset(${tx.json(rows)}) AS r(kind text, object uuid)
    ON CONFLICT DO NOTHING`;
}

/** Another person stands in from now on: what the first one still holds goes over. */
export async function changeStandIn(crm: Crm, tx: Tx, absence: AbsenceRow, to: Id | null): Promise<void> {
  const from = absence.stand_in_id;
  if (from === to) return;
  await tx`UPDATE absence SET stand_in_id = ${to} WHERE id = ${absence.id}`;
  const held = await tx<{ kind: Kind; id: Id }[]>`
    SELECT object_kind AS kind, object_id AS id FROM delegation WHERE absence_id = ${absence.id} AND outcome IS NULL AND substitute_id IS NOT DISTINCT FROM ${from}`;
  if (from === null || held.length === 0) return;
  const moved = await moveObjects(crm, tx, ACTOR, held, { from, to, by: absence.created_by ?? absence.employee_id }, "delegate");
  for (const o of moved)
    await tx`UPDATE delegation SET substitute_id = ${to} WHERE absence_id = ${absence.id} AND object_kind = ${o.kind} AND object_id = ${o.id} AND outcome IS NULL`;
}

/** Writes down what became of delegated objects without a word being said: done, given to a third person, already back. */
export async function settle(crm: Crm, tx: Tx, absenceId: Id): Promise<void> {
  const over = (await fatesOf(tx, absenceId)).filter((f) => f.fate !== "held");
  for (const f of over) await tx`UPDATE delegation SET outcome = ${f.fate}, resolved_at = ${new Date(crm.clock.now())} WHERE id = ${f.id}`;
}

/** The absence is over (its end has come, or the person is back before): state `returning`, with the list of what can be taken back. */
export async function end(crm: Crm, tx: Tx, absence: AbsenceRow, at: Date): Promise<void> {
  await tx`UPDATE absence SET state = 'returning', during = tstzrange(lower(during), greatest(least(coalesce(upper(during), 'infinity'), ${at}), lower(during) + interval '1 ms')) WHERE id = ${absence.id}`;
  await crm.audit(tx, ACTOR, { objectKind: "absence", objectId: absence.id, action: "end", changes: { state: [absence.state, "returning"] } });
  await settle(crm, tx, absence.id);
  await factsChanged(crm, tx, absence.employee_id);
  if (absence.auto_return) await takeBack(crm, tx, ACTOR, absence, "all", []);
  else await closeWhenSettled(crm, tx, ACTOR, absence);
}

/** Takes delegated objects back (those still with the substitute), leaves others with them; closes the absence when nothing is left to decide. */
export async function takeBack(crm: Crm, tx: Tx, actor: Actor, absence: AbsenceRow, take: "all" | readonly Id[], keep: readonly Id[]): Promise<void> {
  await settle(crm, tx, absence.id);
  const now = new Date(crm.clock.now());
  const open = await tx<{ id: Id; kind: Kind; object_id: Id; substitute_id: Id | null }[]>`
    SELECT id, object_kind AS kind, object_id, substitute_id FROM delegation WHERE absence_id = ${absence.id} AND outcome IS NULL ORDER BY delegated_at, id FOR UPDATE`;
  const wanted = take === "all" ? open.filter((o) => !keep.includes(o.id)) : open.filter((o) => take.includes(o.id));
  const by = actor.id ?? absence.employee_id;
  for (const substituteId of new Set(wanted.map((o) => o.substitute_id))) {
    const objects = wanted.filter((o) => o.substitute_id === substituteId).map((o): Moved => ({ kind: o.kind, id: o.object_id }));
    await (substituteId === null
      ? takeFromQueue(crm, tx, actor, objects, absence.employee_id, by)
      : moveObjects(crm, tx, actor, objects, { from: substituteId, to: absence.employee_id, by }, "take_back"));
  }
  const done = async (ids: Id[], outcome: "returned" | "kept") => {
    if (ids.length > 0) await tx`UPDATE delegation SET outcome = ${outcome}, resolved_at = ${now}, resolved_by = ${actor.id} WHERE id = ANY(${ids}::uuid[])`;
  };
  await done(
    wanted.map((o) => o.id),
    "returned",
  );
  await done(
    open.filter((o) => keep.includes(o.id) && !wanted.includes(o)).map((o) => o.id),
    "kept",
  );
  await closeWhenSettled(crm, tx, actor, absence);
}

/** What nobody stood in for waits in a queue: the dialogs are taken from there, inquiries dispatched again. */
async function takeFromQueue(crm: Crm, tx: Tx, actor: Actor, objects: readonly Moved[], to: Id, by: Id): Promise<void> {
  const ids = (kind: Kind) => objects.filter((o) => o.kind === kind).map((o) => o.id);
  await crm.enqueue(
    tx,
    ids("dialog").map((dialogId) => ({ kind: "dialog.assign" as const, dialogId, employeeId: to, by, from: null, at: crm.clock.now() })),
  );
  await inquiriesFromQueue(crm, tx, actor, ids("inquiry"), to);
}

async function closeWhenSettled(crm: Crm, tx: Tx, actor: Actor, absence: AbsenceRow): Promise<void> {
  const closed = await tx`
    UPDATE absence a SET state = 'closed', stand_in_id = NULL WHERE id = ${absence.id} AND state = 'returning'
      AND NOT EXISTS (SELECT 1 FROM delegation g WHERE g.absence_id = a.id AND g.outcome IS NULL) RETURNING 1`;
  if (closed.length === 0) return;
  await settleNotices(tx, crm, absence.id, ["hand_back"]);
  await crm.audit(tx, actor, { objectKind: "absence", objectId: absence.id, action: "close", changes: { state: ["returning", "closed"] } });
}
