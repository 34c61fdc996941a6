import { IdParams } from "@kommutator/contract/api/common";
import { ImportProfile, ImportProfileBody, ImportProfileQuery } from "@kommutator/contract/api/import";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, requireScope } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { change } from "../change.ts";
import type { Crm } from "../context.ts";
import { requireResponsible } from "./batch.ts";

/** GET/POST /import-profiles, DELETE /import-profiles/:id: mappings by the titles of columns, shared by all who import (IG-04). */
export function importProfileRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/import-profiles", { schema: { querystring: ImportProfileQuery, response: { 200: z.array(ImportProfile) } } }, async (request) => {
      requireScope(request, "import", "create");
      const { object } = request.query;
      return crm.sql<ImportProfile[]>`
        SELECT id, object, name, options, mapping FROM import_profile ${object === undefined ? crm.sql`` : crm.sql`WHERE object = ${object}`} ORDER BY name`;
    });

    app.post("/import-profiles", { schema: { body: ImportProfileBody, response: { 201: ImportProfile } } }, async (request, reply) => {
      const { principal } = requireScope(request, "import", "create");
      const { object, name, options, mapping } = request.body;
      const made = await change(crm, actorOf(request), async (tx) => {
        await requireResponsible(tx, options);
        // The same name again: the profile is written anew.
        const [row] = await tx<ImportProfile[]>`
          INSERT INTO import_profile ${tx({ object, name, options: tx.json(options), mapping: tx.json(mapping), created_by: principal.employeeId } as never)}
          ON CONFLICT (object, name) DO UPDATE SET options = excluded.options, mapping = excluded.mapping RETURNING id, object, name, options, mapping`;
        const profile = row as ImportProfile;
        await crm.audit(tx, actorOf(request), { objectKind: "import_profile", objectId: profile.id, action: "save", changes: { name: [null, name] } });
        return profile;
      });
      return reply.code(201).send(made);
    });

    app.delete("/import-profiles/:id", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      requireScope(request, "import", "create");
      const { id } = request.params;
      await change(crm, actorOf(request), async (tx) => {
        const [row] = await tx<{ name: string }[]>`DELETE FROM import_profile WHERE id = ${id} RETURNING name`;
        if (row === undefined) throw new AppError("not_found");
        await crm.audit(tx, actorOf(request), { objectKind: "import_profile", objectId: id, action: "delete", changes: { name: [row.name, null] } });
      });
      return reply.code(204).send(null);
    });
  };
}
