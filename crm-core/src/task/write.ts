import type { TASK_KINDS, TaskBody, TaskSubject } from "@kommutator/contract/api/task";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { passOn } from "../absence/during.ts";
import type { Crm } from "../context.ts";
import { joinChain } from "../interaction/chain.ts";
import { notify } from "../notification/notify.ts";

export interface NewTask extends Omit<z.input<typeof TaskBody>, "executorId"> {
  /** Whose work it is. */
  executorId: Id;
  kind?: (typeof TASK_KINDS)[number];
  /** One task for each key, however often it is asked for (a deferred field, a breach, a row of a report). */
  dedupKey?: string | null;
}

/**
 * Gives work to somebody, in the caller's transaction (BP-05): the task, its helpers, the chain of its subject, the notice to whoever is
 * to do it. `actor` is its author; the system's tasks have none. Returns the id, or null when the dedup key has a task already. Rights
 * to the subject are the caller's to check. Throws validation for an unknown executor, helper, parent or subject.
 */
export async function createTask(tx: Tx, crm: Crm, actor: Actor, task: NewTask): Promise<Id | null> {
  const now = new Date(crm.clock.now());
  const authorId = actor.kind === "employee" ? actor.id : null;
  const own = authorId === task.executorId;
  await requirePeople(tx, [task.executorId, ...(task.coExecutorIds ?? [])]);
  if (task.parentId != null) {
    const [parent] = await tx`SELECT 1 FROM task WHERE id = ${task.parentId}`;
    if (parent === undefined) throw new AppError("validation", { fields: { parentId: "unknown" } });
  }
  const about = task.subject == null ? {} : await related(tx, task.subject);
  const values = {
    kind: task.kind ?? (own ? "personal" : "errand"),
    title: task.title.trim(),
    description: task.description ?? null,
    author_id: authorId,
    executor_id: task.executorId,
    subject_kind: task.subject?.kind ?? null,
    ...about,
    priority: task.priority ?? 2,
    due_at: task.dueAt == null ? null : new Date(task.dueAt),
    controlled: task.controlled ?? false,
    state: own ? "accepted" : "new",
    accepted_at: own ? now : null,
    parent_id: task.parentId ?? null,
    dedup_key: task.dedupKey ?? null,
    created_at: now,
  };
  const [row] = await tx<{ id: Id }[]>`INSERT INTO task ${tx(values)} ON CONFLICT (dedup_key) DO NOTHING RETURNING id`;
  if (row === undefined) return null;
  const { id } = row;
  const helpers = [...new Set(task.coExecutorIds ?? [])].filter((h) => h !== task.executorId);
  if (helpers.length > 0) await tx`INSERT INTO task_participant (task_id, employee_id) SELECT ${id}, e FROM unnest(${helpers}::uuid[]) AS e`;
  await joinChain(tx, { kind: "task", id }, task.parentId != null ? { kind: "task", id: task.parentId } : (task.subject ?? null), now);
  await crm.audit(tx, actor, {
    objectKind: "task",
    objectId: id,
    action: "create",
    changes: { title: [null, values.title], executor_id: [null, task.executorId], due_at: [null, values.due_at?.toISOString() ?? null] },
  });
  for (const employeeId of [task.executorId, ...helpers])
    await tellNew(tx, crm, id, employeeId, { title: values.title, at: values.due_at?.toISOString() ?? null }, authorId);
  await passOn(crm, tx, "task", [id]);
  return id;
}

/** The notice "a task for you": once for each person, even when the task goes to and fro. */
export async function tellNew(tx: Tx, crm: Crm, id: Id, employeeId: Id, payload: Record<string, unknown>, byId: Id | null): Promise<void> {
  await notify(tx, crm, { employeeId, event: "task.new", object: "task", objectId: id, key: id, payload, byId });
}

/** Everybody named must work here. Throws validation. */
export async function requirePeople(tx: Tx, ids: readonly Id[]): Promise<void> {
  const wanted = [...new Set(ids)];
  const rows = await tx`SELECT 1 FROM employee WHERE id = ANY(${wanted}::uuid[]) AND state = 'active'`;
  if (rows.length !== wanted.length) throw new AppError("validation", { fields: { executorId: "unknown" } });
}

type Subject = z.infer<typeof TaskSubject>;

/** The columns of a subject: its own, and the cards and the Interest it belongs to, so that the task stands in their histories. */
async function related(tx: Tx, { kind, id }: Subject): Promise<Record<string, Id | null>> {
  const [row] = await tx<Record<string, Id | null>[]>`${SUBJECTS[kind](tx, id)}`;
  if (row === undefined) throw new AppError("validation", { fields: { subject: "unknown" } });
  return { ...row };
}

const SUBJECTS: Record<Subject["kind"], (tx: Tx, id: Id) => ReturnType<Tx>> = {
  customer: (tx, id) => tx`SELECT coalesce(merged_into_id, id) AS customer_id FROM customer WHERE id = ${id}` as never,
  contact: (tx, id) =>
    tx`SELECT h.id AS contact_id, (SELECT customer_id FROM customer_contact WHERE contact_id = h.id ORDER BY left_at NULLS FIRST, is_primary DESC LIMIT 1) AS customer_id
      FROM contact o JOIN contact h ON h.id = coalesce(o.merged_into_id, o.id) WHERE o.id = ${id}` as never,
  lead: (tx, id) =>
    tx`SELECT l.id AS lead_id, l.converted_customer_id AS customer_id FROM lead o JOIN lead l ON l.id = coalesce(o.merged_into_id, o.id) WHERE o.id = ${id}` as never,
  interest: (tx, id) => tx`SELECT id AS interest_id, customer_id, contact_id, lead_id FROM interest WHERE id = ${id}` as never,
  interaction: (tx, id) => tx`SELECT id AS interaction_id, customer_id, contact_id, lead_id, interest_id FROM interaction WHERE id = ${id}` as never,
  inquiry: (tx, id) =>
    tx`SELECT q.id AS inquiry_id, q.dialog_id, q.interest_id, p.customer_id, p.contact_id, p.lead_id FROM inquiry q LEFT JOIN dialog_party p ON p.dialog_id = q.dialog_id WHERE q.id = ${id}` as never,
  dialog: (tx, id) =>
    tx`SELECT d.id AS dialog_id, p.customer_id, p.contact_id, p.lead_id, p.interest_id FROM dialog d LEFT JOIN dialog_party p ON p.dialog_id = d.id WHERE d.id = ${id}` as never,
};
