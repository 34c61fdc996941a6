import { type AccessAction, type Principal, scopeOf } from "@kommutator/contract/access";
import type { DepartmentBody, DepartmentPatch, DepartmentView } from "@kommutator/contract/api/admin";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { differences, writeAudit } from "../audit/write.ts";
import type { CrmDeps } from "../deps.ts";
import { namingConflicts } from "./conflicts.ts";

type View = z.infer<typeof DepartmentView>;
/** All changes of the tree go one after another: two moves at once could otherwise make a cycle together. */
const TREE_LOCK = 7_206_502;

/** Departments inside the scope. */
export async function readDepartments(sql: Db | Tx, principal: Principal, action: AccessAction, id: Id | null = null): Promise<View[]> {
  const scope = scopeOf(principal, "department", action);
  if (scope === null) return [];
  const ids = scope === "subtree" ? principal.subtreeIds : [principal.departmentId];
  return sql<View[]>`
    SELECT d.id, d.name, d.parent_id AS "parentId", d.head_id AS "headId", d.day_norm_points AS "dayNormPoints", d.version,
           (SELECT count(*) FROM employee e WHERE e.department_id = d.id AND e.state <> 'dismissed')::int AS employees
    FROM department d WHERE d.archived_at IS NULL ${scope === "all" ? sql`` : sql`AND d.id = ANY(${ids}::uuid[])`} ${id === null ? sql`` : sql`AND d.id = ${id}`}
    ORDER BY d.name, d.id`;
}

/** A head works here: neither dismissed nor suspended. */
async function requireActive(tx: Tx, headId: Id): Promise<void> {
  const rows = await tx`SELECT 1 FROM employee WHERE id = ${headId} AND state = 'active'`;
  if (rows.length === 0) throw new AppError("validation", { fields: { headId: "unknown" } });
}

async function refuseCycle(tx: Tx, id: Id, parentId: Id): Promise<void> {
  const [cycle] = await tx`
    WITH RECURSIVE up AS (SELECT id, parent_id FROM department WHERE id = ${parentId} UNION SELECT d.id, d.parent_id FROM department d JOIN up ON d.id = up.parent_id)
    SELECT 1 FROM up WHERE id = ${id}`;
  if (cycle !== undefined) throw new AppError("validation", { fields: { parentId: "cycle" } });
}

/** Whose place in the tree or norm changed: the engine reads them again. */
async function factsChanged(deps: CrmDeps, tx: Tx, departmentId: Id): Promise<void> {
  const people = await tx<{ id: Id }[]>`
    WITH RECURSIVE tree AS (SELECT id FROM department WHERE id = ${departmentId} UNION SELECT d.id FROM department d JOIN tree ON d.parent_id = tree.id)
    SELECT e.id FROM employee e JOIN tree ON e.department_id = tree.id WHERE e.state <> 'dismissed'`;
  const at = deps.clock.now();
  if (people.length > 0)
    await deps.enqueue(
      tx,
      people.map(({ id }) => ({ kind: "facts.changed", what: "employee", id, at })),
    );
}

/** A new department. A parent outside the scope answers like one that does not exist. */
export async function createDepartment(deps: CrmDeps, who: { principal: Principal; actor: Actor }, body: z.infer<typeof DepartmentBody>): Promise<View> {
  const view = await namingConflicts(() =>
    deps.sql.begin(async (tx) => {
      await tx`SELECT pg_advisory_xact_lock(${TREE_LOCK})`;
      if (scopeOf(who.principal, "department", "create") !== "all" && (body.parentId === null || !who.principal.subtreeIds.includes(body.parentId)))
        throw new AppError("not_found");
      if (body.headId !== null) await requireActive(tx, body.headId);
      const [row] = await tx<{ id: Id }[]>`
        INSERT INTO department (name, parent_id, head_id, day_norm_points) VALUES (${body.name}, ${body.parentId}, ${body.headId}, ${body.dayNormPoints}) RETURNING id`;
      const { id } = row as { id: Id };
      await writeAudit(tx, who.actor, { objectKind: "department", objectId: id, action: "create", changes: body });
      return { id, ...body, employees: 0, version: 0 };
    }),
  );
  deps.hooks?.onAccessChanged?.(null);
  return view;
}

/** Renames, moves, gives a head or a norm. The tree stays without cycles. */
export async function changeDepartment(
  deps: CrmDeps,
  who: { principal: Principal; actor: Actor },
  id: Id,
  patch: z.infer<typeof DepartmentPatch>,
): Promise<View> {
  const after = await namingConflicts(() =>
    deps.sql.begin(async (tx) => {
      await tx`SELECT pg_advisory_xact_lock(${TREE_LOCK})`;
      const [before] = await readDepartments(tx, who.principal, "edit", id);
      if (before === undefined) throw new AppError("not_found");
      if (before.version !== patch.version) throw new AppError("version_conflict", { current: before });
      const { version: _, ...wanted } = patch;
      const next = { ...before, ...Object.fromEntries(Object.entries(wanted).filter(([, v]) => v !== undefined)) } as View;
      if (next.headId !== null && next.headId !== before.headId) await requireActive(tx, next.headId);
      if (next.parentId !== before.parentId && scopeOf(who.principal, "department", "edit") !== "all") {
        // Nobody moves a department out of, or under, what they do not see.
        if (next.parentId === null || !who.principal.subtreeIds.includes(next.parentId)) throw new AppError("not_found");
      }
      if (next.parentId !== null && next.parentId !== before.parentId) await refuseCycle(tx, id, next.parentId);
      await tx`
        UPDATE department SET name = ${next.name}, parent_id = ${next.parentId}, head_id = ${next.headId}, day_norm_points = ${next.dayNormPoints}, version = version + 1 WHERE id = ${id}`;
      await writeAudit(tx, who.actor, { objectKind: "department", objectId: id, action: "edit", changes: differences(before, next) });
      await factsChanged(deps, tx, id);
      return { ...next, version: before.version + 1 };
    }),
  );
  deps.hooks?.onAccessChanged?.(null);
  return after;
}

/** Puts away a department without people, departments below it and queues. Throws in_use with the counts. */
export async function archiveDepartment(deps: CrmDeps, who: { principal: Principal; actor: Actor }, id: Id): Promise<void> {
  await deps.sql.begin(async (tx) => {
    await tx`SELECT pg_advisory_xact_lock(${TREE_LOCK})`;
    const [before] = await readDepartments(tx, who.principal, "delete", id);
    if (before === undefined) throw new AppError("not_found");
    const [uses] = await tx<{ people: number; departments: number; queues: number }[]>`
      SELECT (SELECT count(*) FROM employee WHERE department_id = ${id} AND state <> 'dismissed')::int AS people,
             (SELECT count(*) FROM department WHERE parent_id = ${id} AND archived_at IS NULL)::int AS departments,
             (SELECT count(*) FROM queue WHERE department_id = ${id} AND archived_at IS NULL)::int AS queues`;
    const counts = Object.fromEntries(Object.entries(uses ?? {}).filter(([, n]) => n > 0));
    if (Object.keys(counts).length > 0) throw new AppError("in_use", { counts });
    await tx`UPDATE department SET archived_at = ${new Date(deps.clock.now())}, head_id = NULL, version = version + 1 WHERE id = ${id}`;
    await writeAudit(tx, who.actor, { objectKind: "department", objectId: id, action: "archive", changes: { name: [before.name, null] } });
  });
  deps.hooks?.onAccessChanged?.(null);
}
