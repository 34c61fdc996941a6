import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { type Crm, type Query, systemActor } from "../context.ts";
import { recordDelegations } from "./delegate.ts";
import { ACTED, type Kind, moveObjects } from "./objects.ts";
import { departmentQueue, findSubstitute } from "./stand-in.ts";

const ACTOR = systemActor("absences");

/** Whose turn it is, whether it is open still, and when it is due. */
const WORK = {
  inquiry: (tx: Query) => ({ holder: tx`o.dispatched_to`, open: tx`o.status = 'dispatched'`, due: tx`NULL::timestamptz` }),
  interaction: (tx: Query) => ({ holder: tx`o.executor_id`, open: tx`o.state = 'planned'`, due: tx`lower(o.planned)` }),
  task: (tx: Query) => ({ holder: tx`o.executor_id`, open: tx`o.state IN ('new','accepted','in_work')`, due: tx`o.due_at` }),
  interest: (tx: Query) => ({ holder: tx`o.responsible_id`, open: tx`o.status = 'open'`, due: tx`o.expected_close::timestamptz` }),
  claim: (tx: Query) => ({ holder: tx`o.responsible_id`, open: tx`o.status IN ('registered', 'in_work')`, due: tx`o.due_at` }),
} satisfies Partial<Record<Kind, unknown>>;

/** Whose a matter is at this moment; `absence`: in whose stead, to be written down with what is given. */
export interface InStead {
  employeeId: Id | null;
  queueId: Id | null;
  absence: { id: Id; employee_id: Id } | null;
}

/**
 * Who takes up at this moment what is meant for an employee (RG-06, B8): the employee, of one who is away whoever stands in, else the queue of
 * the department. Neither: nobody has it. `ownQueueId`: the queue that the matter came by.
 */
export async function takenUpBy(tx: Query, employeeId: Id, ownQueueId: Id | null, now: Date): Promise<InStead> {
  const [absence] = await tx<{ id: Id; employee_id: Id }[]>`
    SELECT id, employee_id FROM absence WHERE employee_id = ${employeeId} AND during @> ${now}::timestamptz AND state IN ('scheduled', 'active')`;
  if (absence === undefined) return { employeeId, queueId: null, absence: null };
  const { substituteId } = await findSubstitute(tx, employeeId, now);
  return { employeeId: substituteId, queueId: substituteId === null ? await departmentQueue(tx, employeeId, ownQueueId) : null, absence };
}

/**
 * What was given to somebody absent goes to who stands in and is written down, for the list of what can be taken back (B8, "during"). What is
 * due after the return stays, and so does everything when nobody stands in and there is no queue for it. In the caller's transaction.
 */
export async function passOn(crm: Crm, tx: Tx, kind: keyof typeof WORK, ids: readonly Id[]): Promise<void> {
  if (ids.length === 0) return;
  const now = new Date(crm.clock.now());
  const { holder, open, due } = WORK[kind](tx);
  // Those that stay with their responsible are looked at again with each of their changes; one who acts for them is enough.
  const fresh = ACTED.includes(kind)
    ? tx`AND NOT EXISTS (SELECT 1 FROM delegation g WHERE g.object_kind = ${kind} AND g.object_id = o.id AND (g.outcome IS NULL OR g.absence_id = x.id))`
    : tx``;
  const rows = await tx<{ absence_id: Id; absent_id: Id; created_by: Id | null; id: Id }[]>`
    SELECT x.id AS absence_id, x.employee_id AS absent_id, x.created_by, o.id FROM ${tx(kind)} o JOIN absence x ON x.employee_id = ${holder} AND x.state = 'active'
    WHERE o.id = ANY(${[...new Set(ids)]}::uuid[]) AND ${open} AND (${due} IS NULL OR upper(x.during) IS NULL OR ${due} < upper(x.during)) ${fresh} FOR UPDATE OF o`;
  for (const r of rows) {
    const { substituteId } = await findSubstitute(tx, r.absent_id, now);
    const hands = { from: r.absent_id, to: substituteId, by: r.created_by ?? r.absent_id };
    const moved = await moveObjects(crm, tx, ACTOR, [{ kind, id: r.id }], hands, "delegate");
    await recordDelegations(crm, tx, { id: r.absence_id, employee_id: r.absent_id }, moved, substituteId);
  }
}
