import { LoginBody, Me, MePatch } from "@kommutator/contract/api/auth";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf } from "@kommutator/contract/http";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { differences, writeAudit } from "../audit/write.ts";
import type { CrmDeps } from "../deps.ts";
import { loginCookies, logoutCookies } from "./cookies.ts";
import { me } from "./me.ts";
import { hashPassword, verifyPassword } from "./password.ts";
import { findSessions } from "./principal.ts";
import { createSession, login, type NewSession, revokeSessions, SESSION_MAX_MS } from "./session.ts";

function begin(request: FastifyRequest, reply: FastifyReply, session: NewSession): void {
  reply.header("set-cookie", loginCookies(session.token, session.csrfToken, SESSION_MAX_MS / 1000, request.protocol === "https"));
}

const cameFrom = (request: FastifyRequest) => ({ userAgent: request.headers["user-agent"] ?? null, address: request.ip });

/** POST /login, POST /logout, GET and PATCH /me. */
export function accessRoutes(deps: CrmDeps): FastifyPluginAsync {
  const { sql, clock } = deps;
  const meOf = async (sessionId: string) => {
    const [session] = await findSessions(sql, { ids: [sessionId] }, new Date(clock.now()));
    if (session === undefined) throw new AppError("unauthenticated");
    return me(sql, session.principal);
  };
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.post(
      "/login",
      { config: { public: true, rateLimit: { max: 30, timeWindow: 60_000 } } as { public: true }, schema: { body: LoginBody, response: { 200: Me } } },
      async (request, reply) => {
        const session = await login(deps, request.body, cameFrom(request));
        begin(request, reply, session);
        return meOf(session.sessionId);
      },
    );

    app.post("/logout", { schema: { response: { 204: z.null() } } }, async (request, reply) => {
      const principal = principalOf(request);
      await revokeSessions(sql, { sessionId: principal.sessionId }, clock.now());
      deps.hooks?.onSessionsEnded?.(principal.employeeId, [principal.sessionId], "logout");
      reply.header("set-cookie", logoutCookies());
      return reply.code(204).send(null);
    });

    app.get("/me", { schema: { response: { 200: Me } } }, async (request) => me(sql, principalOf(request)));

    app.patch("/me", { schema: { body: MePatch, response: { 200: Me } } }, async (request, reply) => {
      const principal = principalOf(request);
      const { locale, password } = request.body;
      const [stored] = await sql<
        { password_hash: string | null; locale: string }[]
      >`SELECT password_hash, locale FROM employee WHERE id = ${principal.employeeId}`;
      if (password !== undefined && (stored?.password_hash == null || !(await verifyPassword(stored.password_hash, password.current)))) {
        throw new AppError("validation", { fields: { "password.current": "wrong" } });
      }
      const hash = password === undefined ? null : await hashPassword(password.next);
      const session = await sql.begin(async (tx) => {
        if (locale !== undefined && locale !== stored?.locale) {
          await tx`UPDATE employee SET locale = ${locale} WHERE id = ${principal.employeeId}`;
          await writeAudit(tx, actorOf(request), {
            objectKind: "employee",
            objectId: principal.employeeId,
            action: "edit",
            changes: differences({ locale: stored?.locale }, { locale }),
          });
        }
        if (hash === null) return null;
        // Every session ends with the password, this one too; the answer carries a new one.
        await tx`UPDATE employee SET password_hash = ${hash}, failed_logins = 0, locked_until = NULL WHERE id = ${principal.employeeId}`;
        await revokeSessions(tx, { employeeId: principal.employeeId }, clock.now());
        await writeAudit(tx, actorOf(request), { objectKind: "employee", objectId: principal.employeeId, action: "password", changes: {} });
        return createSession(tx, principal.employeeId, clock.now(), request.headers["user-agent"] ?? null, request.ip);
      });
      if (session === null) return me(sql, principal);
      deps.hooks?.onSessionsEnded?.(principal.employeeId, null, "password");
      begin(request, reply, session);
      return meOf(session.sessionId);
    });
  };
}
