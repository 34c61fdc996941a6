import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { hashPassword } from "@kommutator/crm-core/access/password";
import { type Installed, installCatalogues, installRoles } from "@kommutator/crm-core/setup/install";

export interface SeededEmployee {
  id: Id;
  login: string;
  name: string;
  extension: string;
  /** Plain; the same for all, hashed once. */
  password: string;
  departmentId: Id;
}
export interface Company {
  departments: { a: Id; b: Id };
  calendars: { always: Id; office: Id };
  roles: { admin: Id; supervisor: Id; agent: Id };
  /** admin and head (supervisor of A) and three managers: aigul and bolat in A, dana in B. */
  employees: Record<"admin" | "head" | "aigul" | "bolat" | "dana", SeededEmployee>;
  /** Calendar "always", department A; aigul, bolat and dana are members for all media. */
  queueId: Id;
  catalogues: Installed;
}

const PASSWORD = "correct horse battery";
let passwordHash: Promise<string> | undefined;

const ALWAYS = Object.fromEntries(["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map((d) => [d, [["00:00", "24:00"]]]));
const OFFICE = Object.fromEntries(["mon", "tue", "wed", "thu", "fri"].map((d) => [d, [["09:00", "18:00"]]]));

/**
 * A small company in a fresh test database, its catalogues and roles made by the same code as the product's set-up.
 * Everybody's calendar is "always" and everybody has an extension (admin 101, head 102, aigul 103, bolat 104, dana 105).
 */
export async function seedCompany(sql: Db): Promise<Company> {
  passwordHash ??= hashPassword(PASSWORD);
  const hash = await passwordHash;
  return sql.begin(async (tx) => {
    await tx`INSERT INTO company (name, tz, country, currency) VALUES ('Kommutator Test', 'Asia/Almaty', 'KZ', 'KZT')`;
    const roles = await installRoles(tx, "en");
    const catalogues = await installCatalogues(tx, "en");
    const one = async (rows: Promise<{ id: Id }[]>): Promise<Id> => ((await rows)[0] as { id: Id }).id;
    const root = await one(tx`INSERT INTO department (name) VALUES ('Kommutator Test') RETURNING id`);
    const a = await one(tx`INSERT INTO department (name, parent_id) VALUES ('Department A', ${root}) RETURNING id`);
    const b = await one(tx`INSERT INTO department (name, parent_id) VALUES ('Department B', ${root}) RETURNING id`);
    const always = await one(tx`INSERT INTO working_calendar (name, tz, week) VALUES ('Always', 'Asia/Almaty', ${tx.json(ALWAYS)}) RETURNING id`);
    const office = await one(tx`INSERT INTO working_calendar (name, tz, week) VALUES ('Office', 'Asia/Almaty', ${tx.json(OFFICE)}) RETURNING id`);
    const employee = async (login: string, name: string, role: string, departmentId: Id, extension: string): Promise<SeededEmployee> => {
      const id = await one(tx`
        INSERT INTO employee (login, full_name, password_hash, locale, department_id, calendar_id, extension)
        VALUES (${login}, ${name}, ${hash}, 'en', ${departmentId}, ${always}, ${extension}) RETURNING id`);
      await tx`INSERT INTO employee_role (employee_id, role_id) VALUES (${id}, ${roles[role] as Id})`;
      return { id, login, name, extension, password: PASSWORD, departmentId };
    };
    const employees = {
      admin: await employee("admin", "Admin Adminov", "admin", root, "101"),
      head: await employee("head", "Serik Head", "supervisor", a, "102"),
      aigul: await employee("aigul", "Aigul Nurlanova", "agent", a, "103"),
      bolat: await employee("bolat", "Bolat Akhmetov", "agent", a, "104"),
      dana: await employee("dana", "Dana Kim", "agent", b, "105"),
    };
    await tx`UPDATE department SET head_id = ${employees.head.id} WHERE id = ${a}`;
    const queueId = await one(tx`INSERT INTO queue (name, department_id, calendar_id) VALUES ('General', ${a}, ${always}) RETURNING id`);
    for (const member of [employees.aigul, employees.bolat, employees.dana]) {
      await tx`INSERT INTO queue_member (queue_id, employee_id) VALUES (${queueId}, ${member.id})`;
    }
    return {
      departments: { a, b },
      calendars: { always, office },
      roles: roles as Company["roles"],
      employees,
      queueId,
      catalogues,
    };
  });
}
