import type { Presence } from "@kommutator/contract/api/routing";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id, Medium } from "@kommutator/contract/ids";

interface Row {
  id: Id;
  name: string;
  department_id: Id;
  department_name: string;
  max_dialogs: number;
  intent: Presence["intent"] | null;
  reason: string | null;
  online: boolean | null;
  phone_reachable: boolean | null;
  phone_expected: boolean;
  ready: Medium[] | null;
  state: Presence["state"] | null;
  state_since: Date | null;
  created_at: Date;
  wrapup_until: Date | null;
  dialogs: Id[];
  open_dialogs: number;
  on_call: boolean;
}

export interface AgentPresence extends Presence {
  name: string;
  departmentId: Id;
  departmentName: string;
  activeDialogIds: Id[];
}

/** A condition: is there a channel that telephones are made by? */
export const houseHasTelephony = (sql: Db | Tx) => sql`EXISTS (SELECT 1 FROM channel WHERE kind = 'asterisk-ari' AND enabled AND archived_at IS NULL)`;

/** Presence of the employees asked for, or of all active ones (`"all"`), as the router last decided it. */
export async function readPresence(sql: Db | Tx, ids: readonly Id[] | "all"): Promise<AgentPresence[]> {
  const rows = await sql<Row[]>`
    SELECT e.id, e.full_name AS name, e.department_id, d.name AS department_name, e.max_dialogs, e.created_at, p.intent, p.reason, p.online, p.phone_reachable, p.state, p.state_since, p.wrapup_until, p.ready,
      ${houseHasTelephony(sql)} AND EXISTS (SELECT 1 FROM queue_member m JOIN queue q ON q.id = m.queue_id WHERE m.employee_id = e.id AND 'voice' = ANY(m.media) AND q.archived_at IS NULL) AS phone_expected,
      coalesce(a.dialogs, '{}') AS dialogs, coalesce(a.open_dialogs, 0)::int AS open_dialogs, coalesce(a.on_call, false) OR coalesce(p.direct_call, false) AS on_call
    FROM employee e JOIN department d ON d.id = e.department_id LEFT JOIN presence p ON p.employee_id = e.id
    LEFT JOIN LATERAL (SELECT array_agg(dialog_id ORDER BY started_at) AS dialogs, count(*) FILTER (WHERE medium <> 'voice') AS open_dialogs, bool_or(medium = 'voice') AS on_call
      FROM assignment WHERE employee_id = e.id AND ended_at IS NULL) a ON true
    WHERE ${ids === "all" ? sql`e.state = 'active'` : sql`e.id = ANY(${ids as Id[]}::uuid[])`} ORDER BY e.full_name, e.id`;
  return rows.map((r) => ({
    employeeId: r.id,
    intent: r.intent ?? "logged_out",
    reason: r.reason,
    online: r.online ?? false,
    phoneReachable: r.phone_reachable ?? false,
    phoneExpected: r.phone_expected,
    ready: r.ready ?? [],
    state: r.state ?? "offline",
    stateSince: (r.state_since ?? r.created_at).toISOString(),
    openDialogs: r.open_dialogs,
    maxDialogs: r.max_dialogs,
    onCall: r.on_call,
    wrapupUntil: r.wrapup_until?.toISOString() ?? null,
    name: r.name,
    departmentId: r.department_id,
    departmentName: r.department_name,
    activeDialogIds: r.dialogs,
  }));
}

export async function presenceOf(sql: Db | Tx, employeeId: Id): Promise<AgentPresence> {
  const [row] = await readPresence(sql, [employeeId]);
  if (row === undefined) throw new AppError("not_found");
  return row;
}

/** Without the names that only lists of people want. */
export function plainPresence(p: AgentPresence): Presence {
  const { name: _n, departmentId: _d, departmentName: _dn, activeDialogIds: _a, ...presence } = p;
  return presence;
}
