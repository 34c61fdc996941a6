import { type AccessAction, type Principal, scopeOf, within } from "@kommutator/contract/access";
import type { EmployeeSkills, QueueSkillsBody, SkillView } from "@kommutator/contract/api/skills";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { Actor, EnqueueRouting, WriteAudit } from "@kommutator/contract/ports";
import type { z } from "zod";
import { readQueues } from "./queues.ts";

export interface SettingsDeps {
  sql: Db;
  audit: WriteAudit;
  enqueue: EnqueueRouting;
  now: () => EpochMs;
}
export interface Who {
  principal: Principal;
  actor: Actor;
}

/** The catalogue of skills with how many people have and queues ask for each. */
export async function readSkills(sql: Db | Tx, id: Id | null = null): Promise<SkillView[]> {
  return sql<SkillView[]>`
    SELECT s.id, s.name, s.language, (SELECT count(*) FROM employee_skill WHERE skill_id = s.id)::int AS employees, (SELECT count(*) FROM queue_skill WHERE skill_id = s.id)::int AS queues
    FROM skill s WHERE s.archived_at IS NULL ${id === null ? sql`` : sql`AND s.id = ${id}`} ORDER BY s.language, s.name, s.id`;
}

async function oneSkill(tx: Tx, id: Id): Promise<SkillView> {
  const [view] = await readSkills(tx, id);
  if (view === undefined) throw new AppError("not_found");
  return view;
}

async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: string }).code === "23505") throw new AppError("duplicate", { field: "name" });
    throw error;
  }
}

/** A new skill; the name of one that was given up brings that one back. Throws duplicate. */
export async function createSkill(deps: SettingsDeps, who: Who, body: { name: string; language: boolean }): Promise<SkillView> {
  return named(() =>
    deps.sql.begin(async (tx) => {
      const [row] = await tx<{ id: Id }[]>`
        INSERT INTO skill (name, language) VALUES (${body.name}, ${body.language})
        ON CONFLICT (name) DO UPDATE SET archived_at = NULL, language = excluded.language, version = skill.version + 1 WHERE skill.archived_at IS NOT NULL RETURNING id`;
      if (row === undefined) throw new AppError("duplicate", { field: "name" });
      await deps.audit(tx, who.actor, { objectKind: "skill", objectId: row.id, action: "create", changes: body });
      await tell(deps, tx, row.id);
      return oneSkill(tx, row.id);
    }),
  );
}

export async function changeSkill(
  deps: SettingsDeps,
  who: Who,
  id: Id,
  patch: { name?: string | undefined; language?: boolean | undefined },
): Promise<SkillView> {
  return named(() =>
    deps.sql.begin(async (tx) => {
      await tx`SELECT 1 FROM skill WHERE id = ${id} FOR UPDATE`;
      const before = await oneSkill(tx, id);
      await tx`UPDATE skill SET name = ${patch.name ?? before.name}, language = ${patch.language ?? before.language}, version = version + 1 WHERE id = ${id}`;
      const after = await oneSkill(tx, id);
      await deps.audit(tx, who.actor, {
        objectKind: "skill",
        objectId: id,
        action: "edit",
        changes: { name: [before.name, after.name], language: [before.language, after.language] },
      });
      await tell(deps, tx, id);
      return after;
    }),
  );
}

/** Gives a skill up. Throws in_use with the counts while people have it or queues ask for it. */
export async function removeSkill(deps: SettingsDeps, who: Who, id: Id): Promise<void> {
  await deps.sql.begin(async (tx) => {
    await tx`SELECT 1 FROM skill WHERE id = ${id} FOR UPDATE`;
    const { employees, queues, name } = await oneSkill(tx, id);
    if (employees + queues > 0) throw new AppError("in_use", { counts: { employees, queues } });
    await tx`UPDATE skill SET archived_at = to_timestamp(${deps.now() / 1000}::float8), version = version + 1 WHERE id = ${id}`;
    await deps.audit(tx, who.actor, { objectKind: "skill", objectId: id, action: "delete", changes: { name } });
    await tell(deps, tx, id);
  });
}

/** Who has which skill, within the scope of `employee <action>`; people without any are listed too. */
export async function readEmployeeSkills(sql: Db | Tx, principal: Principal, action: AccessAction, id: Id | null = null): Promise<EmployeeSkills[]> {
  const scope = scopeOf(principal, "employee", action);
  const rows = await sql<{ id: Id; name: string; department_id: Id; skills: EmployeeSkills["skills"] }[]>`
    SELECT e.id, e.full_name AS name, e.department_id, coalesce((SELECT jsonb_agg(jsonb_build_object('skillId', x.skill_id, 'level', x.level) ORDER BY s.name)
      FROM employee_skill x JOIN skill s ON s.id = x.skill_id WHERE x.employee_id = e.id), '[]') AS skills
    FROM employee e WHERE e.state <> 'dismissed' ${id === null ? sql`` : sql`AND e.id = ${id}`} ORDER BY e.full_name, e.id`;
  return rows
    .filter((r) => within(principal, scope, { employeeId: r.id, departmentId: r.department_id }))
    .map(({ id, name, skills }) => ({ employee: { id, name }, skills }));
}

/** Replaces a person's skills. Throws not_found outside the scope, validation (unknown or repeated skill). */
export async function setEmployeeSkills(deps: SettingsDeps, who: Who, employeeId: Id, skills: EmployeeSkills["skills"]): Promise<EmployeeSkills> {
  return deps.sql.begin(async (tx) => {
    const [before] = await readEmployeeSkills(tx, who.principal, "assign", employeeId);
    if (before === undefined) throw new AppError("not_found");
    await requireSkills(
      tx,
      skills.map((s) => s.skillId),
    );
    await tx`DELETE FROM employee_skill WHERE employee_id = ${employeeId}`;
    if (skills.length > 0) await tx`INSERT INTO employee_skill ${tx(skills.map((s) => ({ employee_id: employeeId, skill_id: s.skillId, level: s.level })))}`;
    await deps.audit(tx, who.actor, { objectKind: "employee", objectId: employeeId, action: "skills", changes: { skills: [before.skills, skills] } });
    await deps.enqueue(tx, [{ kind: "facts.changed", what: "employee", id: employeeId, at: deps.now() }]);
    const [after] = await readEmployeeSkills(tx, who.principal, "assign", employeeId);
    return after as EmployeeSkills;
  });
}

/** Replaces what a queue asks for. It concerns the dialogs that come from now on. Throws not_found, validation. */
export async function setQueueSkills(deps: SettingsDeps, who: Who, queueId: Id, skills: z.infer<typeof QueueSkillsBody>["skills"]): Promise<void> {
  await deps.sql.begin(async (tx) => {
    const [before] = await readQueues(tx, who.principal, "edit", queueId);
    if (before === undefined) throw new AppError("not_found");
    await requireSkills(
      tx,
      skills.map((s) => s.skillId),
    );
    await tx`DELETE FROM queue_skill WHERE queue_id = ${queueId}`;
    if (skills.length > 0)
      await tx`INSERT INTO queue_skill ${tx(skills.map((s) => ({ queue_id: queueId, skill_id: s.skillId, level: s.level, relax_s: s.relaxS })))}`;
    await tx`UPDATE queue SET version = version + 1 WHERE id = ${queueId}`;
    await deps.audit(tx, who.actor, { objectKind: "queue", objectId: queueId, action: "skills", changes: { skills: [before.skills, skills] } });
    await deps.enqueue(tx, [{ kind: "facts.changed", what: "queue", id: queueId, at: deps.now() }]);
  });
}

async function requireSkills(tx: Tx, ids: Id[]): Promise<void> {
  if (new Set(ids).size !== ids.length) throw new AppError("validation", { fields: { skills: "repeated" } });
  const known = await tx`SELECT 1 FROM skill WHERE id = ANY(${ids}::uuid[]) AND archived_at IS NULL FOR SHARE`;
  if (known.length !== ids.length) throw new AppError("validation", { fields: { skills: "unknown" } });
}

async function tell(deps: SettingsDeps, tx: Tx, id: Id): Promise<void> {
  await deps.enqueue(tx, [{ kind: "facts.changed", what: "skill", id, at: deps.now() }]);
}
