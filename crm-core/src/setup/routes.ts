import { SetupCompany, SetupSampleResult, SetupState } from "@kommutator/contract/api/auth";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, requireScope } from "@kommutator/contract/http";
import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { CrmDeps } from "../deps.ts";
import { setupCompany, setupState } from "./company.ts";
import { loadSample } from "./sample.ts";

/** GET /setup (public), POST /setup/company and /setup/sample (whoever may edit roles in the whole house, once). */
export function setupRoutes(deps: CrmDeps): FastifyPluginAsync {
  const founder = (request: FastifyRequest) => {
    const { principal, scope } = requireScope(request, "role", "edit");
    if (scope !== "all") throw new AppError("forbidden");
    return { principal, actor: actorOf(request) };
  };
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get("/setup", { config: { public: true }, schema: { response: { 200: SetupState } } }, async () => setupState(deps.sql));
    app.post("/setup/company", { schema: { body: SetupCompany, response: { 204: z.null() } } }, async (request, reply) => {
      await setupCompany(deps, founder(request), request.body);
      return reply.code(204).send(null);
    });
    app.post("/setup/sample", { schema: { response: { 200: SetupSampleResult } } }, async (request) => loadSample(deps, founder(request)));
  };
}
