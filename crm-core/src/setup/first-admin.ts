import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { hashPassword, readablePassword } from "../access/password.ts";
import { writeAudit } from "../audit/write.ts";
import { installRoles } from "./roles-install.ts";

/** Around the clock, every day: what a new house starts with, so that nothing waits for a calendar that nobody filled in. */
export const ALWAYS = Object.fromEntries(["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map((day) => [day, [["00:00", "24:00"]]]));
/** Any number that nobody else uses: two nodes that start at once make one administrator. */
const FIRST_ADMIN_LOCK = 7_206_503;

/** The first id of the rows. */
export async function oneId(rows: PromiseLike<{ id: Id }[]>): Promise<Id> {
  const [row] = await rows;
  if (row === undefined) throw new Error("nothing was inserted");
  return row.id;
}

/**
 * On a database without anybody: makes the roles, a department, a calendar and the administrator `admin`. Returns the
 * password, to be shown once, or null when somebody is there already.
 */
export async function ensureFirstAdmin(sql: Db, options: { password?: string | undefined } = {}): Promise<string | null> {
  return sql.begin(async (tx: Tx) => {
    await tx`SELECT pg_advisory_xact_lock(${FIRST_ADMIN_LOCK})`;
    const [somebody] = await tx`SELECT 1 FROM employee LIMIT 1`;
    if (somebody !== undefined) return null;
    const password = options.password ?? readablePassword();
    const roles = await installRoles(tx, "ru");
    const departmentId = await oneId(tx`INSERT INTO department (name) VALUES ('Kommutator') RETURNING id`);
    const calendarId = await oneId(tx`INSERT INTO working_calendar (name, tz, week) VALUES ('24/7', 'Asia/Almaty', ${tx.json(ALWAYS)}) RETURNING id`);
    const id = await oneId(tx`
      INSERT INTO employee (login, full_name, password_hash, department_id, calendar_id, extension)
      VALUES ('admin', 'Администратор', ${await hashPassword(password)}, ${departmentId}, ${calendarId}, '100') RETURNING id`);
    await tx`INSERT INTO employee_role (employee_id, role_id) VALUES (${id}, ${roles["admin"] as Id})`;
    await writeAudit(
      tx,
      { kind: "system", id: null, label: "set-up" },
      { objectKind: "employee", objectId: id, action: "create", changes: { login: "admin" } },
    );
    return password;
  });
}
