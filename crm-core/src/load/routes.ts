import { LoadMatrix, LoadMatrixPatch } from "@kommutator/contract/api/load-point";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { change } from "../change.ts";
import type { Crm } from "../context.ts";
import { changeMatrix, readMatrix } from "./matrix.ts";

/** GET and PUT /load-points: everybody reads the matrix (whoever plans sees what an item weighs), whoever may edit catalogues changes it (IA-09). */
export function loadPointRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/load-points", { schema: { response: { 200: LoadMatrix } } }, async (request) => {
      principalOf(request);
      return readMatrix(crm.sql);
    });

    app.put("/load-points", { schema: { body: LoadMatrixPatch, response: { 200: LoadMatrix } } }, async (request) => {
      requireScope(request, "catalogue", "edit");
      return change(crm, actorOf(request), (tx) => changeMatrix(crm, tx, actorOf(request), request.body));
    });
  };
}
