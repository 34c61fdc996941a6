import { CatalogueBodies, type CatalogueName, Catalogues } from "@kommutator/contract/api/catalogue";
import { Id, patchOf } from "@kommutator/contract/api/common";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { differences } from "../audit/index.ts";
import { change, columnsOf } from "../change.ts";
import type { Crm } from "../context.ts";
import { readCatalogues, TABLES } from "./sql.ts";

const STATES = ["planned", "done", "failed", "cancelled"];

/** GET /catalogues for everybody who is logged in; POST, PATCH and DELETE (archive) /catalogues/:name[/:id] by right. */
export function catalogueRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/catalogues", { schema: { response: { 200: Catalogues } } }, async (request) => {
      // Every form needs them, whatever else one may do.
      principalOf(request);
      return readCatalogues(crm.sql);
    });

    for (const name of Object.keys(CatalogueBodies) as CatalogueName[]) {
      const { table, columns, archived } = TABLES[name];
      const body = CatalogueBodies[name] as z.ZodObject;

      app.post(`/catalogues/${name}`, { schema: { body, response: { 201: z.object({ id: Id }) } } }, async (request, reply) => {
        requireScope(request, "catalogue", "create");
        const values = columnsOf(request.body as Record<string, unknown>, columns);
        const id = await change(crm, actorOf(request), (tx) =>
          unique(async () => {
            const [row] = await tx<{ id: string }[]>`INSERT INTO ${tx(table)} ${tx(values)} RETURNING id`;
            const { id } = row as { id: string };
            if (name === "interaction-types") await addStatuses(tx, id);
            await crm.audit(tx, actorOf(request), { objectKind: table, objectId: id, action: "create", changes: differences({}, values) });
            return id;
          }),
        );
        return reply.code(201).send({ id });
      });

      app.patch(
        `/catalogues/${name}/:id`,
        { schema: { params: z.object({ id: Id }), body: patchOf(body), response: { 204: z.null() } } },
        async (request, reply) => {
          requireScope(request, "catalogue", "edit");
          const values = columnsOf(request.body as Record<string, unknown>, columns);
          await change(crm, actorOf(request), (tx) =>
            unique(async () => {
              const [before] = await tx`SELECT * FROM ${tx(table)} WHERE id = ${request.params.id} FOR UPDATE`;
              if (before === undefined) throw new AppError("not_found");
              const changes = differences({ ...before }, values);
              if (Object.keys(changes).length === 0) return;
              await tx`UPDATE ${tx(table)} SET ${tx(values)} WHERE id = ${request.params.id}`;
              await crm.audit(tx, actorOf(request), { objectKind: table, objectId: request.params.id, action: "edit", changes });
            }),
          );
          return reply.code(204).send(null);
        },
      );

      // What was used is archived, never deleted; regions and industries without a use may go.
      app.delete(`/catalogues/${name}/:id`, { schema: { params: z.object({ id: Id }), response: { 204: z.null() } } }, async (request, reply) => {
        requireScope(request, "catalogue", "delete");
        const { id } = request.params;
        await change(crm, actorOf(request), async (tx) => {
          if (name === "stages") {
            const [used] = await tx`SELECT 1 FROM interest WHERE stage_id = ${id} AND status = 'open' LIMIT 1`;
            if (used !== undefined) throw new AppError("in_use");
          }
          const rows = archived
            ? await tx`UPDATE ${tx(table)} SET archived_at = now() WHERE id = ${id} AND archived_at IS NULL RETURNING id`
            : await tx`DELETE FROM ${tx(table)} WHERE id = ${id} RETURNING id`.catch((error: { code?: string }) => {
                throw error.code === "23503" ? new AppError("in_use") : error;
              });
          if (rows.length === 0) throw new AppError("not_found");
          await crm.audit(tx, actorOf(request), { objectKind: table, objectId: id, action: archived ? "archive" : "delete", changes: {} });
        });
        return reply.code(204).send(null);
      });
    }
  };
}

/** A new type works at once: it has a status of each state (IA-02). */
async function addStatuses(tx: Tx, typeId: string): Promise<void> {
  await tx`
    INSERT INTO interaction_status (type_id, code, name, state)
    SELECT ${typeId}, s.state, coalesce((SELECT name FROM interaction_status WHERE code = s.state ORDER BY type_id LIMIT 1), s.state), s.state FROM unnest(${STATES}::text[]) AS s(state)`;
  await tx`UPDATE interaction_type SET default_status_id = (SELECT id FROM interaction_status WHERE type_id = ${typeId} AND state = 'done') WHERE id = ${typeId}`;
}

/** Unique codes and names, positions and foreign keys in the words of the errors' registry. */
async function unique<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === "23505") throw new AppError("duplicate");
    if (code === "23503") throw new AppError("validation", { fields: { id: "unknown" } });
    throw error;
  }
}
