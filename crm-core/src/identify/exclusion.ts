import { ExclusionBody, ExclusionKey, ExclusionList, ExclusionQuery, ExclusionView } from "@kommutator/contract/api/dispatch-rule";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, requireScope } from "@kommutator/contract/http";
import { normaliseIdentity } from "@kommutator/contract/phone";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { change } from "../change.ts";
import type { Crm, Query } from "../context.ts";

/** The list has no ids of its own: its audit bears this one, and the identity. */
const LIST_ID = "00000000-0000-4000-8000-000000000002";

/** GET, POST and DELETE /exclusions: blocked identities and test lines, which make no card and no inquiry (RG-03). */
export function exclusionRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const read = (tx: Query, limit = 1000) => tx<ExclusionView[]>`
      SELECT x.kind, x.value_norm AS value, x.reason, CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END AS by, to_jsonb(x.created_at) AS "createdAt"
      FROM exclusion x LEFT JOIN employee e ON e.id = x.created_by ORDER BY x.created_at DESC, x.value_norm LIMIT ${limit}`;

    app.get("/exclusions", { schema: { querystring: ExclusionQuery, response: { 200: ExclusionList } } }, async (request) => {
      requireScope(request, "channel", "read");
      return read(crm.sql, request.query.limit);
    });

    app.post("/exclusions", { schema: { body: ExclusionBody, response: { 201: ExclusionView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "channel", "edit");
      const { kind, reason } = request.body;
      const view = await change(crm, actorOf(request), async (tx) => {
        const { value } = normaliseIdentity({ kind, value: request.body.value }, (await crm.company(tx)).country);
        if (value === null) throw new AppError("validation", { fields: { value: "invalid" } });
        const made = await tx`
          INSERT INTO exclusion (kind, value_norm, reason, created_by) VALUES (${kind}, ${value}, ${reason}, ${principal.employeeId}) ON CONFLICT DO NOTHING RETURNING 1`;
        if (made.length === 0) throw new AppError("duplicate");
        await crm.audit(tx, actorOf(request), {
          objectKind: "exclusion",
          objectId: LIST_ID,
          action: "create",
          changes: { identity: [null, `${kind} ${value}`], reason: [null, reason] },
        });
        return (await read(tx)).find((x) => x.kind === kind && x.value === value) as ExclusionView;
      });
      return reply.code(201).send(view);
    });

    app.delete("/exclusions", { schema: { querystring: ExclusionKey, response: { 204: z.null() } } }, async (request, reply) => {
      requireScope(request, "channel", "edit");
      const { kind, value } = request.query;
      await change(crm, actorOf(request), async (tx) => {
        const gone = await tx`DELETE FROM exclusion WHERE kind = ${kind} AND value_norm = ${value} RETURNING 1`;
        if (gone.length === 0) throw new AppError("not_found");
        await crm.audit(tx, actorOf(request), {
          objectKind: "exclusion",
          objectId: LIST_ID,
          action: "delete",
          changes: { identity: [`${kind} ${value}`, null] },
        });
      });
      return reply.code(204).send(null);
    });
  };
}
