import type { FastifyRequest } from "fastify";
import type { Principal } from "./access.ts";
import { type AccessAction, type AccessObject, type Scope, scopeOf } from "./access.ts";
import { AppError } from "./errors.ts";
import type { Actor } from "./ports.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set by the gateway's session hook; null on public routes. */
    principal: Principal | null;
  }
  interface FastifyContextConfig {
    /** Routes are refused by default; `public: true` opens one without a login. */
    public?: boolean;
  }
}

/** The principal, or 401. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new AppError("unauthenticated");
  return request.principal;
}

/** The scope for this action, or 403 (for whole classes of objects; single foreign rows answer not_found). */
export function requireScope(request: FastifyRequest, object: AccessObject, action: AccessAction): { principal: Principal; scope: Scope } {
  const principal = principalOf(request);
  const scope = scopeOf(principal, object, action);
  if (scope === null) throw new AppError("forbidden");
  return { principal, scope };
}

export function actorOf(request: FastifyRequest): Actor {
  const p = principalOf(request);
  return { kind: "employee", id: p.employeeId, label: p.name, requestId: request.id };
}
