import { type Principal, type Scope, scopeOf } from "@kommutator/contract/access";
import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";

/**
 * Whose a dialog is (AD-02). Own: assigned or offered to me; waiting in a queue of which I am a member; when closed, I
 * had it last; its inquiry was given to me or received by me, whosesoever the dialog is. Department and subtree: the assignee's department, or while nobody has it, the queue's (a queue of no
 * department is everybody's). `visibleDialogs` is the condition in SQL, `maySee` the same for a row in hand; a test keeps them equal.
 */
export interface Ownership {
  assignee_id: Id | null;
  offer_employee_id: Id | null;
  /** The assignee, or the last one when the dialog is closed. */
  owner_id: Id | null;
  owner_department_id: Id | null;
  /** The queue of the open entry, or of the channel. */
  vq_id: Id;
  vq_department_id: Id | null;
  /** Whose its inquiries are. */
  inquirer_ids: readonly Id[];
}

/** Whoever may read inquiries at all reads the talk that an own one came by. */
const readsInquiries = (principal: Principal): boolean => scopeOf(principal, "inquiry", "read") !== null;

/** FROM and joins that `visibleDialogs` and every dialog query need; aliases o, ch, vq, own, owner. */
export function dialogsFrom(sql: Db | Tx) {
  return sql`
    FROM dialog_overview o
    JOIN channel ch ON ch.id = o.channel_id
    JOIN queue vq ON vq.id = coalesce(o.queue_id, ch.queue_id)
    LEFT JOIN LATERAL (
      SELECT coalesce(o.assignee_id, (SELECT a.employee_id FROM assignment a WHERE a.dialog_id = o.id AND o.closed_at IS NOT NULL ORDER BY a.started_at DESC LIMIT 1)) AS id
    ) own ON true
    LEFT JOIN employee owner ON owner.id = own.id`;
}

export function visibleDialogs(sql: Db | Tx, principal: Principal, scope: Scope | null) {
  if (scope === null) return sql`false`;
  if (scope === "all") return sql`true`;
  const mine = sql`(own.id = ${principal.employeeId} OR o.offer_employee_id = ${principal.employeeId}
    OR (own.id IS NULL AND EXISTS (SELECT 1 FROM queue_member m WHERE m.queue_id = vq.id AND m.employee_id = ${principal.employeeId}))
    ${readsInquiries(principal) ? sql`OR EXISTS (SELECT 1 FROM inquiry iq WHERE iq.dialog_id = o.id AND coalesce(iq.dispatched_to, iq.received_by) = ${principal.employeeId})` : sql``})`;
  if (scope === "own") return mine;
  const departments = scope === "department" ? [principal.departmentId] : principal.subtreeIds;
  return sql`(${mine} OR owner.department_id = ANY(${departments}::uuid[])
    OR (own.id IS NULL AND (vq.department_id IS NULL OR vq.department_id = ANY(${departments}::uuid[]))))`;
}

/** The same in memory; `queueIds` are the queues of which the principal is a member. */
export function maySee(principal: Principal, scope: Scope | null, row: Ownership, queueIds: ReadonlySet<Id>): boolean {
  if (scope === null) return false;
  if (scope === "all") return true;
  if (row.owner_id === principal.employeeId || row.offer_employee_id === principal.employeeId) return true;
  if (row.owner_id === null && queueIds.has(row.vq_id)) return true;
  if (row.inquirer_ids.includes(principal.employeeId) && readsInquiries(principal)) return true;
  if (scope === "own") return false;
  const inside = (departmentId: Id) => (scope === "department" ? departmentId === principal.departmentId : principal.subtreeIds.includes(departmentId));
  if (row.owner_id !== null) return row.owner_department_id !== null && inside(row.owner_department_id);
  return row.vq_department_id === null || inside(row.vq_department_id);
}
