import { SearchQuery, SearchResult } from "@kommutator/contract/api/history";
import { AppError } from "@kommutator/contract/errors";
import { principalOf } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Crm } from "../context.ts";
import { search } from "./sql.ts";

/** GET /search?q=: people and companies by name, phone fragment, e-mail or code, as far as the rights reach. */
export function searchRoutes(crm: Crm): FastifyPluginAsync {
  return async (app) => {
    app.withTypeProvider<ZodTypeProvider>().get("/search", { schema: { querystring: SearchQuery, response: { 200: SearchResult } } }, async (request) => {
      const principal = principalOf(request);
      if (principal.permissions.customer?.read === undefined && principal.permissions.lead?.read === undefined) throw new AppError("forbidden");
      const { q, limit } = request.query;
      return { items: await crm.sql.begin("READ ONLY", (tx) => search(tx, principal, q, limit)) };
    });
  };
}
