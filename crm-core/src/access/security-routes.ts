import { PasswordProof, RecoveryCodes, SecondFactorConfirm, SecondFactorOffer, Security } from "@kommutator/contract/api/auth";
import { IdParams } from "@kommutator/contract/api/common";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { writeAudit } from "../audit/write.ts";
import type { CrmDeps } from "../deps.ts";
import { confirmSecondFactor, dropSecondFactor, offerSecondFactor, requirePassword } from "./second-factor.ts";
import { readSessions, revokeSessions } from "./session.ts";

/** So many tries a minute: a password or a code may be guessed here too. */
const GUESSES = { rateLimit: { max: 10, timeWindow: 60_000 } } as object;

/** The own account's safety: second factor and sessions (AD-01). */
export function securityRoutes(deps: CrmDeps): FastifyPluginAsync {
  const { sql, clock } = deps;
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/me/security", { schema: { response: { 200: Security } } }, async (request) => {
      const { employeeId, sessionId } = principalOf(request);
      const [row] = await sql<{ since: Date | null; left: number }[]>`
        SELECT totp_since AS since, (SELECT count(*) FROM recovery_code c WHERE c.employee_id = e.id AND c.used_at IS NULL)::int AS left FROM employee e WHERE id = ${employeeId}`;
      return {
        secondFactorSince: row?.since?.toISOString() ?? null,
        recoveryCodesLeft: row?.left ?? 0,
        sessions: await readSessions(sql, employeeId, sessionId, clock.now()),
      };
    });

    app.post("/me/second-factor", { config: GUESSES, schema: { body: PasswordProof, response: { 200: SecondFactorOffer } } }, async (request) => {
      const { employeeId, login } = principalOf(request);
      await requirePassword(sql, employeeId, request.body.password);
      return offerSecondFactor(deps, { id: employeeId, login });
    });
    app.post("/me/second-factor/confirm", { config: GUESSES, schema: { body: SecondFactorConfirm, response: { 200: RecoveryCodes } } }, async (request) =>
      confirmSecondFactor(deps, actorOf(request), principalOf(request).employeeId, request.body.code),
    );
    app.post("/me/second-factor/off", { config: GUESSES, schema: { body: PasswordProof, response: { 204: z.null() } } }, async (request, reply) => {
      const { employeeId } = principalOf(request);
      await requirePassword(sql, employeeId, request.body.password);
      await sql.begin((tx) => dropSecondFactor(tx, actorOf(request), employeeId));
      return reply.code(204).send(null);
    });

    app.delete("/me/sessions/:id", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      const { employeeId } = principalOf(request);
      const { id } = request.params;
      await sql.begin(async (tx) => {
        // Somebody else's session answers like none.
        const mine = await tx`SELECT 1 FROM session WHERE id = ${id} AND employee_id = ${employeeId} AND revoked_at IS NULL`;
        if (mine.length === 0) throw new AppError("not_found");
        await revokeSessions(tx, { sessionId: id }, clock.now());
        await writeAudit(tx, actorOf(request), { objectKind: "employee", objectId: employeeId, action: "sessions", changes: { ended: [1, 0] } });
      });
      deps.hooks?.onSessionsEnded?.(employeeId, [id], "logout");
      return reply.code(204).send(null);
    });
    app.post("/me/sessions/end-others", { schema: { response: { 204: z.null() } } }, async (request, reply) => {
      const { employeeId, sessionId } = principalOf(request);
      const ended = await sql.begin(async (tx) => {
        const ids = await revokeSessions(tx, { employeeId, except: sessionId }, clock.now());
        await writeAudit(tx, actorOf(request), { objectKind: "employee", objectId: employeeId, action: "sessions", changes: { ended: [ids.length, 0] } });
        return ids;
      });
      deps.hooks?.onSessionsEnded?.(employeeId, ended, "logout");
      return reply.code(204).send(null);
    });
  };
}
