import type { Tx } from "@kommutator/contract/db";
import type { Id, Medium } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { RoutingInput } from "@kommutator/contract/routing-input";
import type { Crm } from "../context.ts";
import { asTarget, deadline, rememberDispatch } from "../inquiry/dispatch.ts";
import { queueOf } from "../inquiry/sql.ts";
import { publishLoads } from "../load/index.ts";
import { notify, settle } from "../notification/notify.ts";
import { departmentQueue } from "./stand-in.ts";

/**
 * The objects that change hands with an absence (B8): dialogs in hand, inquiries, planned Interactions and tasks change executor; Interests and claims
 * keep their responsible and get an acting substitute. Calls stay with whoever speaks; what is done is never rewritten.
 */
export type Kind = "dialog" | "inquiry" | "interaction" | "task" | "interest" | "claim";
/** Those that keep their responsible. */
export const ACTED: readonly Kind[] = ["interest", "claim"];
export interface Moved {
  kind: Kind;
  id: Id;
}
export interface Hands {
  from: Id;
  /** null: the queue of the department (dialogs and inquiries); Interactions and tasks then stay where they are. */
  to: Id | null;
  /** Who gave it out. */
  by: Id;
}

/** Open objects of an employee that are due before `until` (null: whatever their date) or have no date. */
export async function openObjects(tx: Tx, employeeId: Id, until: Date | null): Promise<Moved[]> {
  return tx<Moved[]>`
    SELECT 'dialog' AS kind, a.dialog_id AS id FROM assignment a JOIN dialog d ON d.id = a.dialog_id AND d.closed_at IS NULL
      WHERE a.employee_id = ${employeeId} AND a.ended_at IS NULL AND a.medium <> 'voice'
    UNION ALL SELECT 'inquiry', id FROM inquiry
      WHERE dispatched_to = ${employeeId} AND status IN ('new', 'in_wizard', 'dispatched') AND (${until}::timestamptz IS NULL OR due_at IS NULL OR due_at < ${until}::timestamptz)
    UNION ALL SELECT 'interaction', id FROM interaction
      WHERE executor_id = ${employeeId} AND state = 'planned' AND (${until}::timestamptz IS NULL OR lower(planned) < ${until}::timestamptz)
    UNION ALL SELECT 'task', id FROM task
      WHERE executor_id = ${employeeId} AND state IN ('new','accepted','in_work') AND (${until}::timestamptz IS NULL OR due_at IS NULL OR due_at < ${until}::timestamptz)
    UNION ALL SELECT 'interest', id FROM interest
      WHERE responsible_id = ${employeeId} AND status = 'open' AND (${until}::timestamptz IS NULL OR expected_close IS NULL OR expected_close < ${until}::timestamptz)
    UNION ALL SELECT 'claim', id FROM claim
      WHERE responsible_id = ${employeeId} AND status IN ('registered', 'in_work') AND (${until}::timestamptz IS NULL OR due_at IS NULL OR due_at < ${until}::timestamptz)`;
}

/** Puts objects into other hands where they are still in the first ones. Returns those that moved; Interests and claims always do (only who acts for them changes). */
export async function moveObjects(crm: Crm, tx: Tx, actor: Actor, objects: readonly Moved[], hands: Hands, action: "delegate" | "take_back"): Promise<Moved[]> {
  const moved = [
    ...(await moveDialogs(crm, tx, idsOf(objects, "dialog"), hands)).map((id) => ({ kind: "dialog" as const, id })),
    ...(await moveInquiries(crm, tx, actor, idsOf(objects, "inquiry"), hands)).map((id) => ({ kind: "inquiry" as const, id })),
    ...(await moveInteractions(crm, tx, idsOf(objects, "interaction"), hands)).map((id) => ({ kind: "interaction" as const, id })),
    ...(await moveTasks(crm, tx, idsOf(objects, "task"), hands, action === "delegate" ? hands.from : hands.by)).map((id) => ({ kind: "task" as const, id })),
    ...objects.filter((o) => ACTED.includes(o.kind)),
  ];
  for (const o of moved) {
    await crm.audit(tx, actor, {
      objectKind: o.kind,
      objectId: o.id,
      action,
      changes: { [ACTED.includes(o.kind) ? "acting_id" : "executor_id"]: [hands.from, hands.to] },
    });
  }
  return moved;
}

const idsOf = (objects: readonly Moved[], kind: Kind): Id[] => objects.filter((o) => o.kind === kind).map((o) => o.id);

/** Through the router, which owns assignments: whoever took one meanwhile keeps it. To nobody: to the queue of the department (B8), else where it came by. */
async function moveDialogs(crm: Crm, tx: Tx, ids: Id[], { from, to, by }: Hands): Promise<Id[]> {
  if (ids.length === 0) return [];
  const held = await tx<{ dialog_id: Id; queue_id: Id | null; medium: Medium }[]>`
    SELECT a.dialog_id, a.queue_id, a.medium FROM assignment a WHERE a.dialog_id = ANY(${ids}::uuid[]) AND a.employee_id = ${from} AND a.ended_at IS NULL AND a.medium <> 'voice' ORDER BY a.started_at`;
  const at = crm.clock.now();
  const inputs: RoutingInput[] = [];
  for (const h of held) {
    const queueId = to === null ? await departmentQueue(tx, from, h.queue_id, h.medium) : null;
    inputs.push({ kind: "dialog.assign", dialogId: h.dialog_id, employeeId: to, queueId, by, from, at });
  }
  await crm.enqueue(tx, inputs);
  if (held.length > 0 && crm.hooks?.note !== undefined) {
    const names = await tx<{ id: Id; name: string }[]>`SELECT id, full_name AS name FROM employee WHERE id = ${from} OR id = ${to}`;
    const nameOf = (id: Id | null) => names.find((n) => n.id === id)?.name ?? null;
    const code = to === null ? "delegated_queue" : "delegated";
    for (const h of held) await crm.hooks.note(tx, h.dialog_id, { code, params: { from: nameOf(from), to: nameOf(to) } });
  }
  return held.map((h) => h.dialog_id);
}

/** Each to the other person, else to the department's queue (B8): kept in its history of hand-overs, and told to whoever has it now; its deadline stays. */
async function moveInquiries(crm: Crm, tx: Tx, actor: Actor, ids: Id[], { from, to }: Hands): Promise<Id[]> {
  if (ids.length === 0) return [];
  const rows = await tx<Waiting[]>`
    SELECT q.id, q.dialog_id, q.dispatched_to, q.received_by, q.status, q.due_at, ${queueOf(tx)} AS queue_id FROM inquiry q
    WHERE q.id = ANY(${ids}::uuid[]) AND q.dispatched_to = ${from} AND q.status IN ('new', 'in_wizard', 'dispatched') FOR UPDATE OF q`;
  for (const q of rows) await giveInquiry(crm, tx, actor, q, to, to === null ? await departmentQueue(tx, from, q.queue_id) : null);
  return rows.map((q) => q.id);
}

interface Waiting {
  id: Id;
  dialog_id: Id | null;
  dispatched_to: Id | null;
  received_by: Id | null;
  status: string;
  due_at: Date | null;
  queue_id: Id | null;
}

/** To a person or a queue; to neither: it is new again, for whoever watches what nobody has. */
async function giveInquiry(crm: Crm, tx: Tx, actor: Actor, q: Waiting, employeeId: Id | null, queueId: Id | null): Promise<void> {
  const target = asTarget({ employeeId, queueId });
  const status = q.status === "in_wizard" ? q.status : target === null ? "new" : "dispatched";
  const due = q.due_at ?? (target === null ? null : await deadline(tx, target, null, crm.clock.now()));
  await tx`UPDATE inquiry SET dispatched_to = ${employeeId}, dispatch_queue_id = ${queueId}, status = ${status}, due_at = ${due}, version = version + 1 WHERE id = ${q.id}`;
  if (target !== null && due !== null) await rememberDispatch(crm, tx, actor, q, target, { purpose: null, ruleId: null, reason: null, due });
  await crm.emit(tx, [{ kind: "inquiry.changed" as const, dialogId: q.dialog_id, payload: { inquiryId: q.id, status, left: q.dispatched_to } }]);
}

/** What nobody stood in for and nobody has taken from the queue meanwhile comes back to its owner. */
export async function inquiriesFromQueue(crm: Crm, tx: Tx, actor: Actor, ids: Id[], to: Id): Promise<void> {
  const rows = await tx<Waiting[]>`
    SELECT q.id, q.dialog_id, q.dispatched_to, q.received_by, q.status, q.due_at, q.dispatch_queue_id AS queue_id FROM inquiry q
    WHERE q.id = ANY(${ids}::uuid[]) AND q.dispatched_to IS NULL AND q.status IN ('new', 'in_wizard', 'dispatched') FOR UPDATE`;
  for (const q of rows) await giveInquiry(crm, tx, actor, q, to, null);
}

async function moveInteractions(crm: Crm, tx: Tx, ids: Id[], { from, to }: Hands): Promise<Id[]> {
  if (ids.length === 0 || to === null) return [];
  const rows = await tx<{ id: Id }[]>`
    UPDATE interaction SET executor_id = ${to}, version = version + 1 WHERE id = ANY(${ids}::uuid[]) AND executor_id = ${from} AND state = 'planned' RETURNING id`;
  if (rows.length > 0) await publishLoads(crm, tx, [from, to]);
  // Whoever has it now is reminded of it; what the other was told lately is no longer theirs to do.
  for (const { id } of rows) await settle(tx, crm, id, ["interaction.soon", "interaction.overdue", "handover"]);
  return rows.map((r) => r.id);
}

/** Helpers stay; whose turn it was to help the first one need not help themselves. What was begun goes on where it stands. */
async function moveTasks(crm: Crm, tx: Tx, ids: Id[], { from, to }: Hands, byId: Id): Promise<Id[]> {
  if (ids.length === 0 || to === null) return [];
  const rows = await tx<{ id: Id; title: string; due_at: Date | null }[]>`
    UPDATE task SET executor_id = ${to}, version = version + 1 WHERE id = ANY(${ids}::uuid[]) AND executor_id = ${from} AND state IN ('new','accepted','in_work') RETURNING id, title, due_at`;
  if (rows.length === 0) return [];
  await tx`DELETE FROM task_participant WHERE task_id = ANY(${rows.map((r) => r.id)}::uuid[]) AND employee_id = ${to} AND role = 'co_executor'`;
  for (const { id, title, due_at } of rows) {
    await settle(tx, crm, id, ["task.new", "task.overdue"]);
    const payload = { title, at: due_at?.toISOString() ?? null };
    await notify(tx, crm, { employeeId: to, event: "task.new", object: "task", objectId: id, key: id, payload, byId });
  }
  return rows.map((r) => r.id);
}

/** What has become of a delegated object, seen from the original's return. */
export type Fate = "held" | "done_by_substitute" | "cancelled" | "returned" | "reassigned_elsewhere";

/** The fates of delegated objects; `held`: still open and in the substitute's hands (or in nobody's), so it can be taken back. */
export async function fatesOf(tx: Tx, absenceId: Id): Promise<{ id: Id; fate: Fate }[]> {
  return tx<{ id: Id; fate: Fate }[]>`
    SELECT g.id, CASE
      WHEN g.object_kind = 'dialog' THEN CASE WHEN d.closed_at IS NOT NULL THEN 'done_by_substitute' WHEN a.employee_id = g.original_id THEN 'returned'
        WHEN a.employee_id IS NULL OR a.employee_id = g.substitute_id THEN 'held' ELSE 'reassigned_elsewhere' END
      WHEN g.object_kind = 'inquiry' THEN CASE WHEN q.status IN ('processed', 'rejected') THEN 'done_by_substitute' WHEN q.dispatched_to = g.original_id THEN 'returned'
        WHEN q.dispatched_to IS NULL OR q.dispatched_to = g.substitute_id THEN 'held' ELSE 'reassigned_elsewhere' END
      WHEN g.object_kind = 'interaction' THEN CASE WHEN i.state = 'cancelled' THEN 'cancelled' WHEN i.state <> 'planned' THEN 'done_by_substitute' WHEN i.executor_id = g.original_id THEN 'returned'
        WHEN i.executor_id = g.substitute_id THEN 'held' ELSE 'reassigned_elsewhere' END
      WHEN g.object_kind = 'task' THEN CASE WHEN w.state = 'cancelled' THEN 'cancelled' WHEN w.state IN ('done', 'rejected') THEN 'done_by_substitute' WHEN w.executor_id = g.original_id THEN 'returned'
        WHEN w.executor_id = g.substitute_id THEN 'held' ELSE 'reassigned_elsewhere' END
      WHEN g.object_kind = 'claim' THEN CASE WHEN cl.status IN ('satisfied', 'not_satisfied') THEN 'done_by_substitute' WHEN cl.responsible_id = g.original_id THEN 'held' ELSE 'reassigned_elsewhere' END
      ELSE CASE WHEN t.status <> 'open' THEN 'done_by_substitute' WHEN t.responsible_id = g.original_id THEN 'held' ELSE 'reassigned_elsewhere' END END AS fate
    FROM delegation g LEFT JOIN dialog d ON g.object_kind = 'dialog' AND d.id = g.object_id LEFT JOIN assignment a ON a.dialog_id = d.id AND a.ended_at IS NULL
    LEFT JOIN inquiry q ON g.object_kind = 'inquiry' AND q.id = g.object_id LEFT JOIN interaction i ON g.object_kind = 'interaction' AND i.id = g.object_id
    LEFT JOIN interest t ON g.object_kind = 'interest' AND t.id = g.object_id LEFT JOIN task w ON g.object_kind = 'task' AND w.id = g.object_id
    LEFT JOIN claim cl ON g.object_kind = 'claim' AND cl.id = g.object_id
    WHERE g.absence_id = ${absenceId} AND g.outcome IS NULL`;
}
