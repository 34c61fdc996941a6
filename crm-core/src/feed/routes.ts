import type { Principal } from "@kommutator/contract/access";
import { IdParams } from "@kommutator/contract/api/common";
import { FeedItem, FeedPage, FeedQuery } from "@kommutator/contract/api/history";
import { together } from "@kommutator/contract/db";
import { principalOf } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import type { Crm } from "../context.ts";
import { requireObject } from "../object-rights.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { allowed, found, handles } from "../rights.ts";
import { GROUP_KINDS } from "./groups.ts";
import { readFeed, type Subject } from "./sql.ts";

/** GET /customers/:id/feed, /leads/:id/feed and /contacts/:id/feed: the history, whatever the channel (IA-06). */
export function feedRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const { sql } = crm;

    app.get("/customers/:id/feed", { schema: { params: IdParams, querystring: FeedQuery, response: { 200: FeedPage } } }, async (request) => {
      const principal = principalOf(request);
      const [card] = await sql<{ id: Id; merged: Id[] }[]>`
        SELECT c.id, array(SELECT id FROM customer WHERE merged_into_id = c.id) AS merged FROM customer o JOIN customer c ON c.id = coalesce(o.merged_into_id, o.id)
        WHERE o.id = ${request.params.id} AND (${allowed(sql, principal, "customer", "read", "c.responsible_id")} OR ${handles(sql, principal, "customer_id", "c.id")})`;
      const { id, merged } = found(card);
      return feed(principal, { column: "customer_id", ids: [id, ...merged] }, request.query);
    });

    app.get("/leads/:id/feed", { schema: { params: IdParams, querystring: FeedQuery, response: { 200: FeedPage } } }, async (request) => {
      const principal = principalOf(request);
      const [lead] = await sql<{ id: Id; merged: Id[] }[]>`
        SELECT l.id, array(SELECT id FROM lead WHERE merged_into_id = l.id) AS merged FROM lead o JOIN lead l ON l.id = coalesce(o.merged_into_id, o.id)
        WHERE o.id = ${request.params.id} AND (${allowed(sql, principal, "lead", "read", "l.responsible_id")} OR ${handles(sql, principal, "lead_id", "l.id")})`;
      const { id, merged } = found(lead);
      return feed(principal, { column: "lead_id", ids: [id, ...merged] }, request.query);
    });

    app.get("/contacts/:id/feed", { schema: { params: IdParams, querystring: FeedQuery, response: { 200: FeedPage } } }, async (request) => {
      const principal = principalOf(request);
      const [human] = await sql<{ id: Id; merged: Id[] }[]>`
        SELECT h.id, array(SELECT id FROM contact WHERE merged_into_id = h.id) AS merged FROM contact o JOIN contact h ON h.id = coalesce(o.merged_into_id, o.id) WHERE o.id = ${request.params.id}`;
      const { id, merged } = found(human);
      await requireObject(sql, principal, { kind: "contact", id }, "read");
      return feed(principal, { column: "contact_id", ids: [id, ...merged] }, request.query);
    });

    async function feed(principal: Principal, subject: Subject, query: z.infer<typeof FeedQuery>) {
      const group = query.group ?? null;
      const named = query.kind?.split(",") ?? FeedItem.shape.kind.options;
      const kinds = FeedItem.shape.kind.options.filter((kind) => named.includes(kind) && (group === null || GROUP_KINDS[group].includes(kind)));
      const filter = {
        kinds,
        group,
        typeId: query.typeId ?? null,
        employeeId: query.employeeId ?? null,
        interestId: query.interestId ?? null,
        cursor: decodeCursor(query.cursor),
        limit: query.limit,
      };
      const rows = await sql.begin("READ ONLY", async (tx) => {
        // A dozen sources take 30 ms to plan and 2 ms to read; the database would plan every page anew for its cursor.
        const generic = tx`SELECT set_config('plan_cache_mode', 'force_generic_plan', true)`.execute();
        const [, page] = await together([generic, readFeed(tx, principal, subject, filter)]);
        return page;
      });
      return pageOf(rows, query.limit, (r) => r);
    }
  };
}
