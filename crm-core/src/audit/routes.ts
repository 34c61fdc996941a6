import { AuditView } from "@kommutator/contract/api/admin";
import { Id, Page, PageQuery } from "@kommutator/contract/api/common";
import { requireScope } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { CrmDeps } from "../deps.ts";

const Query = PageQuery.extend({ objectKind: z.string().max(50).optional(), objectId: Id.optional() });

/** GET /audit: newest first. Below scope `all` one sees what the own people did. */
export function auditRoutes(deps: CrmDeps): FastifyPluginAsync {
  return async (app) => {
    app.withTypeProvider<ZodTypeProvider>().get("/audit", { schema: { querystring: Query, response: { 200: Page(AuditView) } } }, async (request) => {
      const { principal, scope } = requireScope(request, "audit", "read");
      const { sql } = deps;
      const { objectKind, objectId, limit } = request.query;
      const before = request.query.cursor === undefined ? null : Number(request.query.cursor);
      const departments = scope === "department" ? [principal.departmentId] : principal.subtreeIds;
      const visible =
        scope === "all"
          ? sql`true`
          : scope === "own"
            ? sql`actor_id = ${principal.employeeId}`
            : sql`(actor_id = ${principal.employeeId} OR actor_id IN (SELECT id FROM employee WHERE department_id = ANY(${departments}::uuid[])))`;
      const rows = await sql<
        { id: number; at: Date; actor_label: string; action: string; object_kind: string; object_id: string; changes: Record<string, unknown> }[]
      >`
        SELECT id, at, actor_label, action, object_kind, object_id, changes FROM audit_log
        WHERE ${visible}
          ${objectKind === undefined ? sql`` : sql`AND object_kind = ${objectKind}`}
          ${objectId === undefined ? sql`` : sql`AND object_id = ${objectId}`}
          ${before !== null && Number.isSafeInteger(before) ? sql`AND id < ${before}` : sql``}
        ORDER BY id DESC LIMIT ${limit + 1}`;
      const items = rows.slice(0, limit).map((r) => ({
        id: r.id,
        at: r.at.toISOString(),
        actor: r.actor_label,
        action: r.action,
        objectKind: r.object_kind,
        objectId: r.object_id,
        changes: r.changes,
      }));
      return { items, nextCursor: rows.length > limit ? String(items.at(-1)?.id) : null };
    });
  };
}
