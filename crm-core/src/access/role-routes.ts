import { RoleBody, RolePatch, RoleView } from "@kommutator/contract/api/admin";
import { IdParams } from "@kommutator/contract/api/common";
import { actorOf, requireScope } from "@kommutator/contract/http";
import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { CrmDeps } from "../deps.ts";
import { changeRole, createRole, deleteRole, readRoles } from "./roles.ts";

/** GET and POST /roles, PATCH and DELETE /roles/:id (AD-02). */
export function roleRoutes(deps: CrmDeps): FastifyPluginAsync {
  const who = (request: FastifyRequest, action: "create" | "edit" | "delete") => ({
    principal: requireScope(request, "role", action).principal,
    actor: actorOf(request),
  });
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get("/roles", { schema: { response: { 200: z.array(RoleView) } } }, async (request) => {
      requireScope(request, "role", "read");
      return readRoles(deps.sql);
    });
    app.post("/roles", { schema: { body: RoleBody, response: { 201: RoleView } } }, async (request, reply) =>
      reply.code(201).send(await createRole(deps, who(request, "create"), request.body)),
    );
    app.patch("/roles/:id", { schema: { params: IdParams, body: RolePatch, response: { 200: RoleView } } }, async (request) =>
      changeRole(deps, who(request, "edit"), request.params.id, request.body),
    );
    app.delete("/roles/:id", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      await deleteRole(deps, who(request, "delete"), request.params.id);
      return reply.code(204).send(null);
    });
  };
}
