import { CATALOGUE_NAMES, CatalogueBodies, CatalogueEntry, CatalogueOrder, Catalogues } from "@kommutator/contract/api/catalogue";
import { Id, patchOf } from "@kommutator/contract/api/common";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { change } from "../change.ts";
import type { Crm } from "../context.ts";
import { CATALOGUES } from "./registry.ts";
import { readCatalogues, readEntries } from "./sql.ts";
import { archiveEntry, changeEntry, createEntry, orderEntries, restoreEntry } from "./write.ts";

const Named = z.object({ name: z.enum(CATALOGUE_NAMES) });
const NamedId = Named.extend({ id: Id });

/** GET /catalogues for everybody who is logged in; the entries of each catalogue (AD-05) by the right to catalogues. */
export function catalogueRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/catalogues", { schema: { response: { 200: Catalogues } } }, async (request) => {
      // Every form needs them, whatever else one may do.
      const { employeeId } = principalOf(request);
      const [me] = await crm.sql<{ locale: string }[]>`SELECT locale FROM employee WHERE id = ${employeeId}`;
      return readCatalogues(crm.sql, me?.locale ?? "ru");
    });

    app.get("/catalogues/:name", { schema: { params: Named, response: { 200: z.array(CatalogueEntry) } } }, async (request) => {
      requireScope(request, "catalogue", "read");
      return readEntries(crm.sql, CATALOGUES[request.params.name]);
    });

    app.put("/catalogues/:name/order", { schema: { params: Named, body: CatalogueOrder, response: { 204: z.null() } } }, async (request, reply) => {
      requireScope(request, "catalogue", "edit");
      await change(crm, actorOf(request), (tx) => orderEntries(crm, tx, actorOf(request), CATALOGUES[request.params.name], request.body.ids));
      return reply.code(204).send(null);
    });

    app.post("/catalogues/:name/:id/restore", { schema: { params: NamedId, response: { 204: z.null() } } }, async (request, reply) => {
      requireScope(request, "catalogue", "edit");
      await change(crm, actorOf(request), (tx) => restoreEntry(crm, tx, actorOf(request), CATALOGUES[request.params.name], request.params.id));
      return reply.code(204).send(null);
    });

    // Each catalogue has bodies of its own, so each has its own routes.
    for (const name of CATALOGUE_NAMES) {
      const catalogue = CATALOGUES[name];
      const body = CatalogueBodies[name] as z.ZodObject;
      const patch = patchOf(body).extend({ version: z.number().int().optional() });

      app.post(`/catalogues/${name}`, { schema: { body, response: { 201: z.object({ id: Id }) } } }, async (request, reply) => {
        requireScope(request, "catalogue", "create");
        const id = await change(crm, actorOf(request), (tx) => createEntry(crm, tx, actorOf(request), catalogue, request.body as Record<string, unknown>));
        return reply.code(201).send({ id });
      });

      app.patch(`/catalogues/${name}/:id`, { schema: { params: z.object({ id: Id }), body: patch, response: { 204: z.null() } } }, async (request, reply) => {
        requireScope(request, "catalogue", "edit");
        const { version, ...fields } = request.body as Record<string, unknown> & { version?: number };
        await change(crm, actorOf(request), (tx) => changeEntry(crm, tx, actorOf(request), catalogue, request.params.id, fields, version));
        return reply.code(204).send(null);
      });

      app.delete(`/catalogues/${name}/:id`, { schema: { params: z.object({ id: Id }), response: { 204: z.null() } } }, async (request, reply) => {
        requireScope(request, "catalogue", "delete");
        await change(crm, actorOf(request), (tx) => archiveEntry(crm, tx, actorOf(request), catalogue, request.params.id));
        return reply.code(204).send(null);
      });
    }
  };
}
