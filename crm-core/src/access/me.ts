import type { Principal } from "@kommutator/contract/access";
import type { Me } from "@kommutator/contract/api/auth";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";

/** Who I am and what I may. */
export async function me(sql: Db | Tx, principal: Principal): Promise<Me> {
  const [row] = await sql<
    {
      extension: string | null;
      locale: Me["locale"];
      login: string;
      full_name: string;
      department_id: string;
      department: string;
      tz: string;
      roles: string[];
    }[]
  >`
    SELECT e.extension, e.locale, e.login::text AS login, e.full_name, e.department_id, d.name AS department, c.tz,
           coalesce((SELECT array_agg(r.code ORDER BY r.code) FROM employee_role er JOIN role r ON r.id = er.role_id WHERE er.employee_id = e.id), '{}') AS roles
    FROM employee e JOIN department d ON d.id = e.department_id JOIN working_calendar c ON c.id = e.calendar_id WHERE e.id = ${principal.employeeId}`;
  if (row === undefined) throw new AppError("unauthenticated");
  return {
    id: principal.employeeId,
    login: row.login,
    name: row.full_name,
    departmentId: row.department_id,
    departmentName: row.department,
    extension: row.extension,
    locale: row.locale,
    timezone: row.tz,
    roles: row.roles,
    permissions: principal.permissions,
  };
}
