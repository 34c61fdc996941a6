import type { FastifyPluginAsync } from "fastify";
import { accessRoutes } from "./access/index.ts";
import { auditRoutes } from "./audit/index.ts";
import type { Crm } from "./context.ts";
import { organisationRoutes } from "./organisation/index.ts";
import { setupRoutes } from "./setup/index.ts";

/** Every slice's routes in one plugin. */
export function crmRoutes(crm: Crm): FastifyPluginAsync {
  return async (app) => {
    for (const routes of [accessRoutes, organisationRoutes, auditRoutes, setupRoutes]) await app.register(routes(crm));
  };
}
