import {
  DuplicateCheckBody,
  DuplicateCheckResult,
  DuplicateDecision,
  DuplicatePage,
  type DuplicatePair,
  DuplicateQuery,
} from "@kommutator/contract/api/duplicate";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { change } from "../change.ts";
import type { Crm } from "../context.ts";
import { decodeCursor, encodeCursor } from "../page.ts";
import { findDuplicates, mayDiffer } from "./find.ts";
import { CERTAIN, levelOf, PROBABLE } from "./rules.ts";
import { fingerprint } from "./scan.ts";
import { facetsOf, refsOf } from "./sql.ts";

interface PairRow {
  a_id: Id;
  b_id: Id;
  score: number;
  signals: DuplicatePair["signals"] | Record<string, unknown>;
  found_at: string;
}
/** Pairs come in the order of their score; the cursor's number is that score in thousandths. */
const READ = 200;

/** POST /duplicates/check while typing, GET /duplicates (the page of pairs), POST /duplicates/decide (CB-12, B14). */
export function duplicateRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const { sql } = crm;

    app.post("/duplicates/check", { schema: { body: DuplicateCheckBody, response: { 200: DuplicateCheckResult } } }, async (request) => {
      const { principal } = requireScope(request, request.body.card === "lead" ? "lead" : "customer", "read");
      return findDuplicates(sql, principal, request.body, (await crm.company(sql)).country);
    });

    app.get("/duplicates", { schema: { querystring: DuplicateQuery, response: { 200: DuplicatePage } } }, async (request) => {
      const { principal } = requireScope(request, "customer", "read");
      const { card, level, limit } = request.query;
      let cursor = decodeCursor(request.query.cursor);
      const items: DuplicatePair[] = [];
      let nextCursor: string | null = null;
      // Both cards must be readable; a page is filled from as many rows as that takes.
      for (;;) {
        const rows = await sql<PairRow[]>`
          SELECT a_id, b_id, score::float8 AS score, signals, to_jsonb(found_at)#>>'{}' AS found_at FROM duplicate_candidate
          WHERE decision = 'open' AND score >= ${level === "certain" ? CERTAIN : PROBABLE} ${level === "probable" ? sql`AND score < ${CERTAIN}` : sql``} ${card === undefined ? sql`` : sql`AND object_kind = ${card}`}
            ${cursor === null ? sql`` : sql`AND (score, a_id::text || b_id::text) < (${cursor.at / 1000}::numeric, ${cursor.id})`}
          ORDER BY score DESC, a_id::text || b_id::text DESC LIMIT ${READ}`;
        const refs = await refsOf(sql, principal, [...new Set(rows.flatMap((r) => [r.a_id, r.b_id]))]);
        for (const r of rows) {
          cursor = { at: Math.round(r.score * 1000), id: `${r.a_id}${r.b_id}` };
          const [a, b] = [refs.get(r.a_id), refs.get(r.b_id)];
          const found = levelOf(r.score);
          if (a === undefined || b === undefined || found === null) continue;
          items.push({ a, b, score: r.score, level: found, signals: Array.isArray(r.signals) ? r.signals : [], foundAt: r.found_at });
          if (items.length === limit) break;
        }
        if (items.length === limit) nextCursor = cursor === null ? null : encodeCursor(cursor);
        if (items.length === limit || rows.length < READ) break;
      }
      return { items, nextCursor };
    });

    app.post("/duplicates/decide", { schema: { body: DuplicateDecision, response: { 204: z.null() } } }, async (request, reply) => {
      const { principal } = requireScope(request, "customer", "assign");
      const { aId, bId, reason } = request.body;
      await change(crm, actorOf(request), async (tx) => {
        const refs = await refsOf(tx, principal, [aId, bId]);
        if (refs.size < 2 || !mayDiffer(principal)) throw new AppError("not_found");
        const facets = await facetsOf(tx, [aId, bId]);
        const [a, b] = [facets.get(aId), facets.get(bId)];
        if (a === undefined || b === undefined) throw new AppError("not_found");
        const rows = await tx<{ object_kind: string }[]>`
          UPDATE duplicate_candidate SET decision = 'not_duplicate', decided_by = ${principal.employeeId}, decided_at = ${new Date(crm.clock.now())}, reason = ${reason}, fingerprint = ${fingerprint(a, b)}
          WHERE a_id = least(${aId}::uuid, ${bId}::uuid) AND b_id = greatest(${aId}::uuid, ${bId}::uuid) AND decision = 'open' RETURNING object_kind`;
        if (rows.length === 0) throw new AppError("not_found");
        await crm.audit(
          tx,
          actorOf(request),
          [a, b].map((one, i) => ({
            objectKind: one.card,
            objectId: one.id,
            action: "not_duplicate",
            changes: { of: [null, i === 0 ? bId : aId], reason: [null, reason] },
          })),
        );
      });
      return reply.code(204).send(null);
    });
  };
}
