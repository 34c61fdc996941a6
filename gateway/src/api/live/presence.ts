import type { Presence } from "@kommutator/contract/api/routing";
import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";

/** Presence of employees as the screens show it, with the department for the rights. */
export async function readPresence(sql: Db, employeeIds: Id[]): Promise<{ presence: Presence; departmentId: Id }[]> {
  if (employeeIds.length === 0) return [];
  const rows = await sql<
    {
      id: Id;
      department_id: Id;
      max_dialogs: number;
      intent: Presence["intent"];
      reason: string | null;
      online: boolean;
      phone_reachable: boolean;
      state: Presence["state"];
      state_since: Date;
      wrapup_until: Date | null;
      open_dialogs: number;
      on_call: boolean;
    }[]
  >`
    SELECT e.id, e.department_id, e.max_dialogs, p.intent, p.reason, p.online, p.phone_reachable, p.state, p.state_since, p.wrapup_until,
           (SELECT count(*) FROM assignment a WHERE a.employee_id = e.id AND a.ended_at IS NULL AND a.medium <> 'voice')::int AS open_dialogs,
           EXISTS (SELECT 1 FROM assignment a WHERE a.employee_id = e.id AND a.ended_at IS NULL AND a.medium = 'voice') AS on_call
    FROM presence p JOIN employee e ON e.id = p.employee_id WHERE e.id = ANY(${employeeIds}::uuid[])`;
  return rows.map((r) => ({
    departmentId: r.department_id,
    presence: {
      employeeId: r.id,
      intent: r.intent,
      reason: r.reason,
      online: r.online,
      phoneReachable: r.phone_reachable,
      state: r.state,
      stateSince: r.state_since.toISOString(),
      openDialogs: r.open_dialogs,
      maxDialogs: r.max_dialogs,
      onCall: r.on_call,
      wrapupUntil: r.wrapup_until?.toISOString() ?? null,
    },
  }));
}
