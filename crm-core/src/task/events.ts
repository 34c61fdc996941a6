import type { Principal } from "@kommutator/contract/access";
import type { TaskDetail } from "@kommutator/contract/api/task";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import type { Crm, Query } from "../context.ts";
import { joinChain, joinIfFree, partFrom } from "../interaction/chain.ts";
import { AT, interactionAllowed } from "../interaction/sql.ts";
import { mayDo } from "../object-rights.ts";
import { taskAllowed } from "./rights.ts";

/** SQL: ids of the tasks of an event, made on it or linked with it later (IA-20). `event` is an SQL expression for its id. */
export const tasksOf = (tx: Query, event: ReturnType<Query>) =>
  tx`(SELECT mt.id FROM task mt WHERE mt.interaction_id = ${event} UNION ALL SELECT te.task_id FROM task_event te WHERE te.interaction_id = ${event})`;

/** The events of a task in order of time, so far as the principal sees them. */
export async function eventsOf(tx: Query, p: Principal, taskId: Id): Promise<z.infer<typeof TaskDetail>["events"]> {
  return tx<z.infer<typeof TaskDetail>["events"]>`
    SELECT i.id, i.subject, to_jsonb(${tx.unsafe(AT)}) AS at, i.state FROM interaction i
    WHERE i.id IN (SELECT interaction_id FROM task WHERE id = ${taskId} UNION ALL SELECT interaction_id FROM task_event WHERE task_id = ${taskId}) AND ${interactionAllowed(tx, p)}
    ORDER BY ${tx.unsafe(AT)}, i.id LIMIT 200`;
}

/** Throws forbidden unless the principal, who sees both, may change the task or the event: either end is enough to link them. */
export async function mayLink(tx: Tx, p: Principal, taskId: Id, interactionId: Id): Promise<void> {
  const own = await tx`SELECT 1 FROM task t WHERE t.id = ${taskId} AND ${taskAllowed(tx, p, "edit")}`;
  if (own.length === 0 && !(await mayDo(tx, p, { kind: "interaction", id: interactionId }, "edit"))) throw new AppError("forbidden");
}

/**
 * Links a task with an event (IA-20): each lists the other, and whichever stands in no chain yet joins the other's (IA-05). `chained`: the
 * event has joined the task's chain already. Linked once, a second time changes nothing.
 */
export async function linkEvent(crm: Crm, tx: Tx, actor: Actor, taskId: Id, interactionId: Id, chained = false): Promise<void> {
  const made = await tx`SELECT 1 FROM task WHERE id = ${taskId} AND interaction_id = ${interactionId}`;
  if (made.length > 0) return;
  const now = new Date(crm.clock.now());
  const rows = await tx`
    INSERT INTO task_event (task_id, interaction_id, linked_by, linked_at) VALUES (${taskId}, ${interactionId}, ${actor.kind === "employee" ? actor.id : null}, ${now})
    ON CONFLICT DO NOTHING RETURNING 1`;
  if (rows.length === 0) return;
  const came = chained ? "interaction" : ((await joinIfFree(tx, { kind: "task", id: taskId }, { kind: "interaction", id: interactionId }, now))?.kind ?? null);
  await tx`UPDATE task_event SET came = ${came} WHERE task_id = ${taskId} AND interaction_id = ${interactionId}`;
  await written(crm, tx, actor, taskId, interactionId, "link");
}

/**
 * Takes the link off. A task made on the event goes on about the Interest, or the card, that the event is about. Whichever end stands in the
 * chain because of the link leaves it. Returns whether there was one.
 */
export async function unlinkEvent(crm: Crm, tx: Tx, actor: Actor, taskId: Id, interactionId: Id): Promise<boolean> {
  const [linked] = await tx<{ came: string | null }[]>`DELETE FROM task_event WHERE task_id = ${taskId} AND interaction_id = ${interactionId} RETURNING came`;
  const made = await tx`
    UPDATE task SET interaction_id = NULL, subject_kind = CASE WHEN subject_kind <> 'interaction' THEN subject_kind WHEN interest_id IS NOT NULL THEN 'interest'
      WHEN customer_id IS NOT NULL THEN 'customer' WHEN lead_id IS NOT NULL THEN 'lead' WHEN contact_id IS NOT NULL THEN 'contact' END
    WHERE id = ${taskId} AND interaction_id = ${interactionId} RETURNING 1`;
  if (linked === undefined && made.length === 0) return false;
  const [task, event] = [
    { kind: "task", id: taskId },
    { kind: "interaction", id: interactionId },
  ];
  if (made.length > 0 || linked?.came === "task") await partFrom(tx, task, event);
  else if (linked?.came === "interaction") await partFrom(tx, event, task);
  await written(crm, tx, actor, taskId, interactionId, "unlink");
  return true;
}

/** Another subject of an event (IA-05). About a task it is linked with that one too, so that both sides say the same; with what it was about before no more. */
export async function setSubject(crm: Crm, tx: Tx, actor: Actor, interactionId: Id, about: { kind: string; id: Id }): Promise<void> {
  await tx`SELECT 1 FROM interaction WHERE id = ${interactionId} FOR UPDATE`;
  // The tasks before the chains' lock, which whoever holds a task waits for.
  const before = tx`SELECT task_id FROM task_event WHERE interaction_id = ${interactionId} AND came = 'interaction'`;
  await tx`SELECT 1 FROM task WHERE id = ${about.kind === "task" ? about.id : null}::uuid OR id IN (${before}) ORDER BY id FOR UPDATE`;
  await endSubject(crm, tx, actor, interactionId);
  await joinChain(tx, { kind: "interaction", id: interactionId }, about, new Date(crm.clock.now()));
  if (about.kind === "task") await linkEvent(crm, tx, actor, about.id, interactionId, true);
}

/** Takes the links off by which the event came into a task's chain. */
export async function endSubject(crm: Crm, tx: Tx, actor: Actor, interactionId: Id): Promise<void> {
  const links = await tx<{ task_id: Id }[]>`SELECT task_id FROM task_event WHERE interaction_id = ${interactionId} AND came = 'interaction'`;
  for (const { task_id } of links) await unlinkEvent(crm, tx, actor, task_id, interactionId);
}

async function written(crm: Crm, tx: Tx, actor: Actor, taskId: Id, interactionId: Id, action: "link" | "unlink"): Promise<void> {
  const pair = (id: Id): [Id | null, Id | null] => (action === "link" ? [null, id] : [id, null]);
  await tx`UPDATE task SET version = version + 1 WHERE id = ${taskId}`;
  await crm.audit(tx, actor, [
    { objectKind: "task", objectId: taskId, action, changes: { interaction_id: pair(interactionId) } },
    { objectKind: "interaction", objectId: interactionId, action, changes: { task_id: pair(taskId) } },
  ]);
}
