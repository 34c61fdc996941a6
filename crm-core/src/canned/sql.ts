import type { AccessAction, Principal } from "@kommutator/contract/access";
import { scopeOf } from "@kommutator/contract/access";
import type { CannedAnswer } from "@kommutator/contract/api/canned";
import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";
import { variants } from "../search/fold.ts";
import { unknownVariables } from "./render.ts";

/** A shared answer `a` is within the scope of the right `canned`: those of all need `all`, those of a department a scope with it inside. */
function inScope(tx: Query, principal: Principal, action: AccessAction) {
  const scope = scopeOf(principal, "canned", action);
  if (scope === null || scope === "own") return tx`false`;
  if (scope === "all") return tx`a.owner_id IS NULL`;
  const departments = scope === "department" ? [principal.departmentId] : principal.subtreeIds;
  return tx`a.department_id = ANY(${departments}::uuid[])`;
}

/** Who sees `a`: its writer when it is personal; everybody when it is for all; the department's people and those below it; who may manage it. */
function seen(tx: Query, principal: Principal) {
  return tx`(a.owner_id = ${principal.employeeId} OR (a.owner_id IS NULL AND a.department_id IS NULL) OR a.department_id IN (
    WITH RECURSIVE up AS (
      SELECT id, parent_id FROM department WHERE id = ${principal.departmentId}
      UNION SELECT d.id, d.parent_id FROM department d JOIN up ON d.id = up.parent_id
    ) SELECT id FROM up) OR ${inScope(tx, principal, "read")})`;
}

function select(tx: Query, principal: Principal) {
  return tx`
    SELECT a.id, CASE WHEN a.owner_id IS NOT NULL THEN 'personal' WHEN a.department_id IS NOT NULL THEN 'department' ELSE 'all' END AS scope,
           CASE WHEN d.id IS NOT NULL THEN jsonb_build_object('id', d.id, 'name', d.name) END AS department, a.title, a.shortcut, a.body, a.folder, a.tags, a.uses,
           to_jsonb(a.last_used_at) AS "lastUsedAt", jsonb_build_object('id', e.id, 'name', e.full_name) AS "createdBy", to_jsonb(a.changed_at) AS "changedAt",
           (a.owner_id = ${principal.employeeId} OR ${inScope(tx, principal, "edit")}) IS TRUE AS "mayEdit", a.version
    FROM canned_answer a JOIN employee e ON e.id = a.created_by LEFT JOIN department d ON d.id = a.department_id`;
}

/**
 * The answers that the principal sees, best first. A typed word is looked for as it is and in the other script (as names are): whole
 * shortcut, beginning of the shortcut, of the title, of a word in it, then anywhere in title, tags and text; of equals the own and the most used.
 */
export async function listCanned(
  tx: Query,
  principal: Principal,
  f: { q?: string | undefined; scope?: CannedAnswer["scope"] | undefined; folder?: string | undefined; limit: number },
): Promise<CannedAnswer[]> {
  const words = f.q === undefined ? [] : variants(f.q);
  const like = (prefix: string, suffix: string) => words.map((w) => `${prefix}${w.replace(/[\\%_]/g, "\\$&")}${suffix}`);
  const title = tx`fold_name(a.title)`;
  const shortcut = tx`fold_name(coalesce(a.shortcut, ''))`;
  const rank =
    words.length === 0
      ? tx`CASE WHEN true THEN 0 END`
      : tx`CASE WHEN ${shortcut} = ANY(${words}::text[]) THEN 0 WHEN ${shortcut} LIKE ANY(${like("", "%")}::text[]) THEN 1 WHEN ${title} LIKE ANY(${like("", "%")}::text[]) THEN 2
          WHEN ${title} LIKE ANY(${like("% ", "%")}::text[]) THEN 3 WHEN ${title} LIKE ANY(${like("%", "%")}::text[]) OR ${shortcut} LIKE ANY(${like("%", "%")}::text[]) THEN 4
          WHEN fold_name(array_to_string(a.tags, ' ')) LIKE ANY(${like("%", "%")}::text[]) THEN 5 WHEN fold_name(a.body) LIKE ANY(${like("%", "%")}::text[]) THEN 6 END`;
  const owner = { personal: tx`a.owner_id IS NOT NULL`, department: tx`a.department_id IS NOT NULL`, all: tx`a.owner_id IS NULL AND a.department_id IS NULL` };
  const rows = await tx<Omit<CannedAnswer, "unknown">[]>`
    ${select(tx, principal)} WHERE a.archived_at IS NULL AND ${seen(tx, principal)} AND ${rank} IS NOT NULL
      ${f.scope === undefined ? tx`` : tx`AND ${owner[f.scope]}`} ${f.folder === undefined ? tx`` : tx`AND a.folder = ${f.folder}`}
    ORDER BY ${rank}, a.owner_id IS NULL, a.uses DESC, a.title, a.id LIMIT ${f.limit}`;
  return rows.map(withUnknown);
}

/** null: not there, or not for this principal. */
export async function readCanned(tx: Query, principal: Principal, id: Id): Promise<CannedAnswer | null> {
  const [row] = await tx<Omit<CannedAnswer, "unknown">[]>`${select(tx, principal)} WHERE a.id = ${id} AND a.archived_at IS NULL AND ${seen(tx, principal)}`;
  return row === undefined ? null : withUnknown(row);
}

function withUnknown(row: Omit<CannedAnswer, "unknown">): CannedAnswer {
  return { ...row, unknown: unknownVariables(row.body) };
}

/** The folders of what the principal sees. */
export async function listFolders(tx: Query, principal: Principal): Promise<string[]> {
  const rows = await tx<{ folder: string }[]>`
    SELECT DISTINCT a.folder FROM canned_answer a WHERE a.folder IS NOT NULL AND a.archived_at IS NULL AND ${seen(tx, principal)} ORDER BY 1`;
  return rows.map((r) => r.folder);
}
