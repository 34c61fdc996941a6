import { type AccessAction, type Principal, scopeOf } from "@kommutator/contract/access";
import type { AbsenceView, Handover } from "@kommutator/contract/api/absence";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";
import { visible } from "../rights.ts";

export interface AbsenceRow {
  id: Id;
  employee_id: Id;
  kind: "planned" | "unplanned";
  reason: string | null;
  from_at: Date;
  to_at: Date | null;
  substitute_id: Id | null;
  stand_in_id: Id | null;
  auto_return: boolean;
  state: AbsenceView["state"];
  created_by: Id | null;
}

const columns = (tx: Query) =>
  tx`a.id, a.employee_id, a.kind, a.reason, lower(a.during) AS from_at, upper(a.during) AS to_at, a.substitute_id, a.stand_in_id, a.auto_return, a.state, a.created_by`;

/** One's own absences, and those of employees inside the scope of `employee <action>`. */
function absenceAllowed(tx: Query, principal: Principal, action: AccessAction) {
  const scope = scopeOf(principal, "employee", action);
  return tx`(a.employee_id = ${principal.employeeId} OR ${visible(tx, principal, scope, "a.employee_id")})`;
}

/** The absence, locked, when the principal may do this with it (`null`: without rights). */
export async function lockAbsence(tx: Tx, principal: Principal | null, id: Id, action: AccessAction): Promise<AbsenceRow | null> {
  const [row] = await tx<AbsenceRow[]>`
    SELECT ${columns(tx)} FROM absence a WHERE a.id = ${id} AND ${principal === null ? tx`true` : absenceAllowed(tx, principal, action)} FOR UPDATE`;
  return row ?? null;
}

/** Absences whose beginning or end has come and is not carried out yet: ends first, then by time. One may be both, and comes again. */
export async function dueAbsences(tx: Query, now: Date): Promise<Id[]> {
  const rows = await tx<{ id: Id }[]>`
    SELECT a.id FROM absence a
    WHERE (a.state = 'scheduled' AND lower(a.during) <= ${now}) OR (a.state = 'active' AND upper(a.during) <= ${now}) ORDER BY a.state = 'scheduled', lower(a.during), a.id`;
  return rows.map((r) => r.id);
}

/** Absences as the API shows them, newest first; `principal: null` reads without rights. */
export async function readAbsences(
  tx: Query,
  principal: Principal | null,
  filter: { id?: Id; employeeId?: Id | undefined; from?: Date | undefined; to?: Date | undefined; limit?: number },
): Promise<AbsenceView[]> {
  const ref = (alias: string) => tx.unsafe(`CASE WHEN ${alias}.id IS NOT NULL THEN jsonb_build_object('id', ${alias}.id, 'name', ${alias}.full_name) END`);
  return tx<AbsenceView[]>`
    SELECT a.id, ${ref("e")} AS employee, a.kind, a.reason, to_jsonb(lower(a.during)) AS "from", to_jsonb(upper(a.during)) AS "to", ${ref("s")} AS substitute, ${ref("i")} AS "standIn",
      a.state, a.auto_return AS "autoReturn",
      (SELECT jsonb_build_object('open', count(*) FILTER (WHERE g.outcome IS NULL), 'total', count(*)) FROM delegation g WHERE g.absence_id = a.id) AS delegated
    FROM absence a JOIN employee e ON e.id = a.employee_id LEFT JOIN employee s ON s.id = a.substitute_id LEFT JOIN employee i ON i.id = a.stand_in_id
    WHERE ${principal === null ? tx`true` : absenceAllowed(tx, principal, "read")} ${filter.id === undefined ? tx`` : tx`AND a.id = ${filter.id}`}
      ${filter.employeeId === undefined ? tx`` : tx`AND a.employee_id = ${filter.employeeId}`}
      AND a.during && tstzrange(${filter.from ?? null}, ${filter.to ?? null})
    ORDER BY lower(a.during) DESC, a.id LIMIT ${filter.limit ?? 500}`;
}

/** What was delegated, with its title and fate. What is still open and in the substitute's hands is preselected. */
export async function readHandover(tx: Query, absence: AbsenceView): Promise<Handover> {
  const rows = await tx<(Handover["items"][number] & { outcome: string | null })[]>`
    SELECT g.id, g.object_kind AS kind, g.object_id AS "objectId",
      coalesce(i.subject, w.title, CASE WHEN t.id IS NOT NULL THEN '#' || t.number || ' ' || t.title END, CASE WHEN cl.id IS NOT NULL THEN '#' || cl.number || ' ' || cl.title END, o.party_name, '') AS title,
      to_jsonb(coalesce(lower(i.planned), w.due_at, q.due_at, cl.due_at, t.expected_close::timestamptz)) AS "dueAt",
      CASE WHEN s.id IS NOT NULL THEN jsonb_build_object('id', s.id, 'name', s.full_name) END AS substitute, to_jsonb(g.delegated_at) AS "delegatedAt",
      coalesce(g.outcome, CASE WHEN o.closed_at IS NOT NULL AND g.object_kind = 'dialog' OR i.state IN ('done', 'failed') OR q.status IN ('processed', 'rejected') OR w.state IN ('done', 'rejected') OR t.status <> 'open' OR cl.status IN ('satisfied', 'not_satisfied') THEN 'done_by_substitute' WHEN i.state = 'cancelled' OR w.state = 'cancelled' THEN 'cancelled' END) AS outcome,
      false AS preselected
    FROM delegation g LEFT JOIN interaction i ON g.object_kind = 'interaction' AND i.id = g.object_id LEFT JOIN inquiry q ON g.object_kind = 'inquiry' AND q.id = g.object_id
    LEFT JOIN interest t ON g.object_kind = 'interest' AND t.id = g.object_id LEFT JOIN task w ON g.object_kind = 'task' AND w.id = g.object_id
    LEFT JOIN claim cl ON g.object_kind = 'claim' AND cl.id = g.object_id
    LEFT JOIN dialog_overview o ON o.id = CASE g.object_kind WHEN 'dialog' THEN g.object_id WHEN 'inquiry' THEN q.dialog_id END LEFT JOIN employee s ON s.id = g.substitute_id
    WHERE g.absence_id = ${absence.id} ORDER BY g.delegated_at, g.id`;
  const count = (...outcomes: string[]) => rows.filter((r) => r.outcome !== null && outcomes.includes(r.outcome)).length;
  return {
    absence,
    items: rows.map((r) => ({ ...r, preselected: r.outcome === null && absence.state === "returning" })),
    report: {
      delegated: rows.length,
      doneBySubstitute: count("done_by_substitute"),
      returned: count("returned"),
      kept: count("kept"),
      elsewhere: count("reassigned_elsewhere", "cancelled"),
    },
  };
}
