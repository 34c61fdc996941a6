import { timingSafeEqual } from "node:crypto";
import { AppError } from "@kommutator/contract/errors";
import type { Clock, Db } from "@kommutator/contract/ports";
import { SESSION_COOKIE } from "@kommutator/crm-core/access/cookies";
import { resolveSession } from "@kommutator/crm-core/access/session";
import type { FastifyInstance } from "fastify";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.byteLength === y.byteLength && timingSafeEqual(x, y);
}

/**
 * Refused by default: a route without `config.public` needs a live session, and an unsafe method also the token of that
 * very session in `x-csrf-token` (double submit, bound to the session).
 */
export function addSessionHook(app: FastifyInstance, deps: { sql: Db; clock: Clock }): void {
  app.decorateRequest("principal", null);
  app.addHook("onRequest", async (request) => {
    if (request.is404 || request.routeOptions.config.public === true) return;
    const token = request.cookies[SESSION_COOKIE];
    const session = token === undefined ? null : await resolveSession(deps.sql, token, deps.clock.now());
    if (session === null) throw new AppError("unauthenticated");
    if (!SAFE.has(request.method)) {
      const sent = request.headers["x-csrf-token"];
      if (typeof sent !== "string" || !same(sent, session.csrfToken)) throw new AppError("csrf");
    }
    request.principal = session.principal;
  });
}
