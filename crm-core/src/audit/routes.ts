import type { Principal, Scope } from "@kommutator/contract/access";
import { AuditQuery, type AuditRef, AuditView } from "@kommutator/contract/api/admin";
import { Page } from "@kommutator/contract/api/common";
import { OBJECT_KINDS, type ObjectKind } from "@kommutator/contract/api/task";
import type { Db } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import type { CrmDeps } from "../deps.ts";
import { mayDo } from "../object-rights.ts";
import { idsIn, readRefs } from "./refs.ts";

interface Row {
  id: number;
  at: Date;
  actor_label: string;
  actor_kind: AuditView["actorKind"];
  behalf_id: string | null;
  behalf_name: string | null;
  action: string;
  object_kind: string;
  object_id: string;
  changes: Record<string, unknown>;
}

/**
 * GET /audit: newest first (AD-09). Below scope `all` one sees what the own people did; of one card that one may read, everything that
 * anybody did to it. What was done to the numbers and addresses of a card belongs to the card.
 */
export function auditRoutes(deps: CrmDeps): FastifyPluginAsync {
  const { sql } = deps;
  return async (app) => {
    app.withTypeProvider<ZodTypeProvider>().get("/audit", { schema: { querystring: AuditQuery, response: { 200: Page(AuditView) } } }, async (request) => {
      const { principal, scope } = requireScope(request, "audit", "read");
      const { query } = request;
      const before = query.cursor === undefined ? null : Number(query.cursor);
      if (before !== null && !Number.isSafeInteger(before)) throw new AppError("validation", { fields: { cursor: "invalid" } });
      const given = <T>(value: T | undefined, condition: (value: T) => unknown) => (value === undefined ? sql`` : sql`AND ${condition(value) as never}`);
      const { objectKind, objectId } = query;
      const points = objectKind === undefined || objectId === undefined ? [] : await pointsOf(sql, objectKind, objectId);
      const rows = await sql<Row[]>`
        SELECT a.id, a.at, a.actor_label, a.actor_kind, b.id AS behalf_id, b.full_name AS behalf_name, a.action, a.object_kind, a.object_id, a.changes
        FROM audit_log a LEFT JOIN employee b ON b.id = a.on_behalf_of
        WHERE ${(await readsCard(sql, principal, query)) ? sql`true` : byOwnPeople(sql, principal, scope)}
          AND (${points.length === 0 ? sql`false` : sql`a.object_kind = 'contact_point' AND a.object_id = ANY(${points}::uuid[])`}
            OR (true ${given(objectKind, (v) => sql`a.object_kind = ${v}`)} ${given(objectId, (v) => sql`a.object_id = ${v}`)}))
          ${given(query.actorId, (v) => sql`a.actor_id = ${v}`)} ${given(query.actorKind, (v) => sql`a.actor_kind = ${v}`)}
          ${given(query.action, (v) => sql`a.action = ${v}`)} ${given(query.from, (v) => sql`a.at >= ${v}`)} ${given(query.to, (v) => sql`a.at < ${v}`)}
          ${before === null ? sql`` : sql`AND a.id < ${before}`}
        ORDER BY a.id DESC LIMIT ${query.limit + 1}`;
      const shown = rows.slice(0, query.limit);
      const refs = await readRefs(sql, principal, shown.flatMap(idsOf));
      const items = shown.map((row) => viewOf(row, refs));
      return { items, nextCursor: rows.length > query.limit ? String(items.at(-1)?.id) : null };
    });
  };
}

/** Is one card asked about, and may it be read? */
async function readsCard(sql: Db, principal: Principal, query: z.output<typeof AuditQuery>): Promise<boolean> {
  const kind = OBJECT_KINDS.find((k): k is ObjectKind => k === query.objectKind);
  if (kind === undefined || query.objectId === undefined) return false;
  return mayDo(sql, principal, { kind, id: query.objectId }, "read");
}

const HOLDERS: readonly string[] = ["customer", "contact", "lead"];

/** By what a card is reached, and was. */
async function pointsOf(sql: Db, kind: string, id: Id): Promise<Id[]> {
  if (!HOLDERS.includes(kind)) return [];
  const rows = await sql<{ id: Id }[]>`
    SELECT id FROM contact_point WHERE ${sql(`${kind}_id`)} = ${id} AND archived_at IS NULL
    UNION ALL SELECT id FROM contact_point WHERE coalesce(customer_id, contact_id, lead_id) = ${id} AND archived_at IS NOT NULL`;
  return rows.map((row) => row.id);
}

function byOwnPeople(sql: Db, principal: Principal, scope: Scope) {
  if (scope === "all") return sql`true`;
  if (scope === "own") return sql`a.actor_id = ${principal.employeeId}`;
  const departments = scope === "department" ? [principal.departmentId] : principal.subtreeIds;
  return sql`(a.actor_id = ${principal.employeeId} OR a.actor_id IN (SELECT id FROM employee WHERE department_id = ANY(${departments}::uuid[])))`;
}

const idsOf = (row: Row): Id[] => [row.object_id, ...idsIn(row.changes)];

function viewOf(r: Row, refs: ReadonlyMap<Id, AuditRef>): AuditView {
  return {
    id: r.id,
    at: r.at.toISOString(),
    actor: r.actor_label,
    actorKind: r.actor_kind,
    onBehalfOf: r.behalf_id === null ? null : { id: r.behalf_id, name: r.behalf_name ?? "" },
    action: r.action,
    objectKind: r.object_kind,
    objectId: r.object_id,
    changes: r.changes,
    refs: Object.fromEntries(
      idsOf(r).flatMap((id) => {
        const ref = refs.get(id);
        return ref === undefined ? [] : [[id, ref]];
      }),
    ),
  };
}
