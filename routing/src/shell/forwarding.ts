import { type AccessAction, type Principal, scopeOf, within } from "@kommutator/contract/access";
import type { Forwarding, ForwardingBody } from "@kommutator/contract/api/skills";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";
import type { SettingsDeps, Who } from "./skills.ts";

/** A person's rules of forwarding (CC-18): one's own always, others' within the scope of `employee <action>`. Throws not_found. */
export async function readForwarding(sql: Db | Tx, principal: Principal, action: AccessAction, employeeId: Id): Promise<Forwarding> {
  const [person] = await sql<
    { id: Id; name: string; department_id: Id }[]
  >`SELECT id, full_name AS name, department_id FROM employee WHERE id = ${employeeId} AND state <> 'dismissed'`;
  if (person === undefined) throw new AppError("not_found");
  const may =
    person.id === principal.employeeId ||
    within(principal, scopeOf(principal, "employee", action), { employeeId: person.id, departmentId: person.department_id });
  if (!may) throw new AppError("not_found");
  const rules = await sql<{ on: Forwarding["rules"][number]["on"]; employee: { id: Id; name: string } | null; number: string | null }[]>`
    SELECT f."on", CASE WHEN e.id IS NOT NULL THEN jsonb_build_object('id', e.id, 'name', e.full_name) END AS employee, f.to_number AS number
    FROM forwarding f LEFT JOIN employee e ON e.id = f.to_employee_id WHERE f.employee_id = ${employeeId}
    ORDER BY array_position(ARRAY['always','busy','no_answer','absent','out_of_hours'], f."on")`;
  return {
    employee: { id: person.id, name: person.name },
    rules: rules.map((r) => ({ on: r.on, to: r.employee === null ? { number: r.number ?? "" } : { employee: r.employee } })),
  };
}

/**
 * Replaces a person's rules. Two who forward to each other are allowed: the router cuts the circle. An outside number needs the right to make
 * calls. Throws not_found, forbidden, validation (an unknown colleague, oneself).
 */
export async function setForwarding(deps: SettingsDeps, who: Who, employeeId: Id, rules: z.infer<typeof ForwardingBody>["rules"]): Promise<Forwarding> {
  return deps.sql.begin(async (tx) => {
    const before = await readForwarding(tx, who.principal, "assign", employeeId);
    if (rules.some((r) => r.toNumber !== undefined) && scopeOf(who.principal, "call", "create") === null) throw new AppError("forbidden");
    const people = rules.flatMap((r) => (r.toEmployeeId === undefined ? [] : [r.toEmployeeId]));
    if (people.includes(employeeId)) throw new AppError("validation", { fields: { toEmployeeId: "oneself" } });
    const known = await tx`SELECT 1 FROM employee WHERE id = ANY(${people}::uuid[]) AND state = 'active'`;
    if (known.length !== new Set(people).size) throw new AppError("validation", { fields: { toEmployeeId: "unknown" } });
    await tx`DELETE FROM forwarding WHERE employee_id = ${employeeId}`;
    if (rules.length > 0)
      await tx`INSERT INTO forwarding ${tx(rules.map((r) => ({ employee_id: employeeId, on: r.on, to_employee_id: r.toEmployeeId ?? null, to_number: r.toNumber ?? null })))}`;
    await deps.audit(tx, who.actor, { objectKind: "employee", objectId: employeeId, action: "forwarding", changes: { rules: [before.rules, rules] } });
    await deps.enqueue(tx, [{ kind: "facts.changed", what: "employee", id: employeeId, at: deps.now() }]);
    return readForwarding(tx, who.principal, "assign", employeeId);
  });
}
