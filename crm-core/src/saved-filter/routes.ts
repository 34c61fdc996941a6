import { IdParams } from "@kommutator/contract/api/common";
import { SavedFilter, SavedFilterBody, SavedFilterQuery, SavedFilters } from "@kommutator/contract/api/interaction";
import { AppError } from "@kommutator/contract/errors";
import { principalOf } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Crm } from "../context.ts";

/** So many filters of one list are enough for one person. */
const MAX_FILTERS = 100;

/** GET and POST /saved-filters, PUT and DELETE /saved-filters/:id: a person's own filters of a register (IA-13); nobody sees another's. */
export function savedFilterRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const { sql } = crm;

    app.get("/saved-filters", { schema: { querystring: SavedFilterQuery, response: { 200: SavedFilters } } }, async (request) => {
      const items = await sql<z.infer<typeof SavedFilter>[]>`
        SELECT id, list, name, filter FROM saved_filter WHERE employee_id = ${principalOf(request).employeeId} AND list = ${request.query.list} ORDER BY lower(name)`;
      return { items };
    });

    app.post("/saved-filters", { schema: { body: SavedFilterBody, response: { 201: SavedFilter } } }, async (request, reply) => {
      const me = principalOf(request).employeeId;
      const { list, name, filter } = request.body;
      const [row] = await unique(
        () => sql<z.infer<typeof SavedFilter>[]>`
          INSERT INTO saved_filter (employee_id, list, name, filter) SELECT ${me}, ${list}, ${name}, ${sql.json(filter)}
          WHERE (SELECT count(*) FROM saved_filter WHERE employee_id = ${me} AND list = ${list}) < ${MAX_FILTERS} RETURNING id, list, name, filter`,
      );
      if (row === undefined) throw new AppError("too_large", { maxFilters: MAX_FILTERS });
      return reply.code(201).send(row);
    });

    app.put("/saved-filters/:id", { schema: { params: IdParams, body: SavedFilterBody, response: { 200: SavedFilter } } }, async (request) => {
      const { list, name, filter } = request.body;
      const [row] = await unique(
        () => sql<z.infer<typeof SavedFilter>[]>`
          UPDATE saved_filter SET name = ${name}, filter = ${sql.json(filter)} WHERE id = ${request.params.id} AND list = ${list} AND employee_id = ${principalOf(request).employeeId}
          RETURNING id, list, name, filter`,
      );
      if (row === undefined) throw new AppError("not_found");
      return row;
    });

    app.delete("/saved-filters/:id", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      const rows = await sql`DELETE FROM saved_filter WHERE id = ${request.params.id} AND employee_id = ${principalOf(request).employeeId} RETURNING 1`;
      if (rows.length === 0) throw new AppError("not_found");
      return reply.code(204).send(null);
    });
  };
}

/** A second filter of the same name is refused by name. */
async function unique<T>(work: () => PromiseLike<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: string }).code === "23505") throw new AppError("duplicate", { fields: { name: "taken" } });
    throw error;
  }
}
