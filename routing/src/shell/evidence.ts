import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";

interface EntryRow {
  id: Id;
  queue_id: Id;
  queue_name: string;
  priority: number;
  identity_result: string;
  rung: string;
  /** When this stay began; `enqueued_at` is the place it counts from. */
  began_at: Date;
  enqueued_at: Date;
  ended_at: Date | null;
  outcome: string | null;
  /** Of an open stay: how many stand before it, and how many stand there at all. */
  before: number;
  waiting: number;
}
export interface DecisionRow {
  entry_id: Id;
  at: Date;
  rung: string;
  chosen_id: Id | null;
  reason: { code: string; load?: number; from?: Id; on?: string };
  best: { employeeId: Id; load: number }[];
  refusals: Record<string, number>;
}
interface OfferRow {
  id: Id;
  entry_id: Id;
  employee_id: Id;
  by_id: Id | null;
  rung: string;
  state: string;
  cause: string | null;
  created_at: Date;
  ended_at: Date | null;
}
interface HopRow {
  employee_id: Id | null;
  target: string | null;
  cause: string | null;
  started_at: Date;
  answered_at: Date | null;
  ended_at: Date | null;
}
interface AssignmentRow {
  employee_id: Id;
  started_at: Date;
  ended_at: Date | null;
  end_reason: string | null;
}

/** Every row that says how a dialog was routed, and the names of the people in them; each list oldest first. Reads only. */
export async function readEvidence(sql: Db, dialogId: Id) {
  const [entries, decisions, offers, hops, assignments] = await Promise.all([
    sql<EntryRow[]>`
      SELECT e.id, e.queue_id, q.name AS queue_name, e.priority, e.identity_result, e.rung, e.enqueued_at, e.ended_at, e.outcome,
        coalesce((SELECT min(d.at) FROM decision d WHERE d.entry_id = e.id AND d.dialog_id = e.dialog_id), e.enqueued_at) AS began_at, w.before, w.waiting
      FROM entry e JOIN queue q ON q.id = e.queue_id
      LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE (o.enqueued_at - o.priority * q.priority_step_s * interval '1 second', o.id) < (e.enqueued_at - e.priority * q.priority_step_s * interval '1 second', e.id))::int AS before,
          count(*)::int AS waiting
        FROM entry o WHERE e.ended_at IS NULL AND o.ended_at IS NULL AND o.queue_id = e.queue_id AND o.medium = e.medium) w ON true
      WHERE e.dialog_id = ${dialogId} ORDER BY began_at, e.id`,
    sql<DecisionRow[]>`SELECT entry_id, at, rung, chosen_id, reason, best, refusals FROM decision WHERE dialog_id = ${dialogId} ORDER BY at, state_version, id`,
    sql<
      OfferRow[]
    >`SELECT id, entry_id, employee_id, by_id, rung, state, cause, created_at, ended_at FROM offer WHERE dialog_id = ${dialogId} ORDER BY created_at, id`,
    sql<HopRow[]>`
      SELECT l.employee_id, l.target, l.cause, l.started_at, l.answered_at, l.ended_at FROM call k JOIN call_leg l ON l.call_id = k.id
      WHERE k.dialog_id = ${dialogId} AND l.party <> 'customer' AND l.offer_id IS NULL ORDER BY l.started_at, l.id`,
    sql<AssignmentRow[]>`SELECT employee_id, started_at, ended_at, end_reason FROM assignment WHERE dialog_id = ${dialogId} ORDER BY started_at, id`,
  ]);
  const ids = new Set<Id>();
  for (const d of decisions) for (const id of [d.chosen_id, d.reason.from ?? null, ...d.best.map((b) => b.employeeId)]) if (id !== null) ids.add(id);
  for (const o of offers) for (const id of [o.employee_id, o.by_id]) if (id !== null) ids.add(id);
  for (const { employee_id: id } of [...hops, ...assignments]) if (id !== null) ids.add(id);
  const people = await sql<{ id: Id; name: string }[]>`SELECT id, full_name AS name FROM employee WHERE id = ANY(${[...ids]}::uuid[])`;
  return { entries, decisions, offers, hops, assignments, people };
}
