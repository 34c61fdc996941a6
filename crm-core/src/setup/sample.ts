import type { Principal } from "@kommutator/contract/access";
import type { SetupSampleResult } from "@kommutator/contract/api/auth";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { hashPassword, readablePassword } from "../access/password.ts";
import { writeAudit } from "../audit/write.ts";
import type { CrmDeps } from "../deps.ts";
import { type Foundation, layFoundation, openChannels } from "./company.ts";
import { oneId } from "./first-admin.ts";
import { insertSampleCustomers, insertSampleLeads } from "./sample-customers.ts";
import { SAMPLE_COMPANY, SAMPLE_DEPARTMENTS, SAMPLE_PEOPLE, type SampleDepartment } from "./sample-data.ts";

type Person = (typeof SAMPLE_PEOPLE)[number] & { id: Id; password: string };

async function insertPeople(tx: Tx, base: Foundation, departments: Record<SampleDepartment, Id>): Promise<Person[]> {
  const people: Person[] = [];
  const secrets = await Promise.all(
    SAMPLE_PEOPLE.map(async () => {
      const password = readablePassword(12);
      return { password, hash: await hashPassword(password) };
    }),
  );
  for (const [i, person] of SAMPLE_PEOPLE.entries()) {
    const { password, hash } = secrets[i] as { password: string; hash: string };
    const id = await oneId(tx`
      INSERT INTO employee (login, full_name, email, password_hash, locale, department_id, calendar_id, extension)
      VALUES (${person.login}, ${person.name}, ${`${person.login}@alatau-klimat.example`}, ${hash}, ${person.locale}, ${departments[person.department]}, ${base.alwaysCalendarId}, ${person.extension})
      RETURNING id`);
    await tx`INSERT INTO employee_role (employee_id, role_id) VALUES (${id}, ${base.roles[person.role] as Id})`;
    people.push({ ...person, id, password });
  }
  return people;
}

/**
 * "Load the sample company": two departments, six people with extensions and passwords (shown once, only hashes stay),
 * a queue, the site's chat, thirty customers with their history, leads. Throws setup_done the second time.
 */
export async function loadSample(deps: CrmDeps, who: { principal: Principal; actor: Actor }): Promise<z.infer<typeof SetupSampleResult>> {
  const now = deps.clock.now();
  const { people, chatId, channelIds } = await deps.sql.begin(async (tx) => {
    const base = await layFoundation(tx, who.principal, SAMPLE_COMPANY, true);
    const department = (name: string) => oneId(tx`INSERT INTO department (name, parent_id) VALUES (${name}, ${base.rootDepartmentId}) RETURNING id`);
    const departments = { sales: await department(SAMPLE_DEPARTMENTS.sales), service: await department(SAMPLE_DEPARTMENTS.service) };
    const people = await insertPeople(tx, base, departments);
    for (const person of people) {
      if (person.role === "supervisor") await tx`UPDATE department SET head_id = ${person.id} WHERE id = ${departments[person.department]}`;
    }
    const { queueId, chatId, channelIds } = await openChannels(deps, tx, base, { departmentId: departments.sales, memberIds: people.map((p) => p.id) });
    const byLogin = new Map(people.map((p) => [p.login, { id: p.id, departmentId: departments[p.department] }]));
    await insertSampleCustomers(tx, base.catalogues, byLogin, who.principal.employeeId, now);
    await insertSampleLeads(
      tx,
      base.catalogues,
      [...byLogin.values()].map((p) => p.id),
      now,
    );
    await writeAudit(tx, who.actor, { objectKind: "company", objectId: base.rootDepartmentId, action: "create", changes: { sample: true } });
    await deps.enqueue(tx, [
      ...[who.principal.employeeId, ...people.map((p) => p.id)].map((id) => ({ kind: "facts.changed" as const, what: "employee" as const, id, at: now })),
      { kind: "facts.changed", what: "calendar", id: base.alwaysCalendarId, at: now },
      { kind: "facts.changed", what: "queue", id: queueId, at: now },
    ]);
    return { people, chatId, channelIds };
  });
  deps.hooks?.onAccessChanged?.(null);
  await deps.hooks?.onChannelsCreated?.(channelIds);
  for (const p of people)
    await deps.hooks?.onEmployeeChanged?.({ employeeId: p.id, name: p.name, extension: p.extension, previousExtension: null, active: true });
  return {
    people: people.map(({ login, name, role, password }) => ({ login, name, role, password })),
    chatUrl: deps.hooks?.chatUrl?.(chatId) ?? `/chat/${chatId}`,
  };
}
