import type { Principal } from "@kommutator/contract/access";
import type { DepartmentPastView, MembershipView } from "@kommutator/contract/api/admin";
import type { Db } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";
import { readDepartments } from "./department.ts";
import { readEmployees } from "./employee-sql.ts";

/** Where an employee belonged when, the latest first: facts stay with the department of their time (AD-04). Throws not_found. */
export async function membershipsOf(sql: Db, principal: Principal, id: Id): Promise<z.infer<typeof MembershipView>[]> {
  if ((await readEmployees(sql, principal, "read", id)).length === 0) throw new AppError("not_found");
  return sql<z.infer<typeof MembershipView>[]>`
    SELECT jsonb_build_object('id', d.id, 'name', d.name) AS department, to_json(lower(h.during)) AS "from", to_json(upper(h.during)) AS "to"
    FROM employee_department_history h JOIN department d ON d.id = h.department_id WHERE h.employee_id = ${id} ORDER BY h.during DESC`;
}

/** What a department was called, where it hung and who headed it, the latest first. Throws not_found. */
export async function pastOf(sql: Db, principal: Principal, id: Id): Promise<z.infer<typeof DepartmentPastView>[]> {
  if ((await readDepartments(sql, principal, "read", id)).length === 0) throw new AppError("not_found");
  return sql<z.infer<typeof DepartmentPastView>[]>`
    SELECT h.name, CASE WHEN p.id IS NOT NULL THEN jsonb_build_object('id', p.id, 'name', p.name) END AS parent,
           CASE WHEN e.id IS NOT NULL THEN jsonb_build_object('id', e.id, 'name', e.full_name) END AS head, to_json(lower(h.during)) AS "from", to_json(upper(h.during)) AS "to"
    FROM department_history h LEFT JOIN department p ON p.id = h.parent_id LEFT JOIN employee e ON e.id = h.head_id WHERE h.department_id = ${id} ORDER BY h.during DESC`;
}
