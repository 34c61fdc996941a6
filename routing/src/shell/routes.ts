import { within } from "@kommutator/contract/access";
import { AsideInput, AsideOutcome, AsideParams } from "@kommutator/contract/api/aside";
import { IdParams } from "@kommutator/contract/api/common";
import { PresenceLog, PresenceLogQuery } from "@kommutator/contract/api/presence-log";
import {
  AssignBody,
  AssignedMany,
  AssignManyBody,
  Board,
  Presence,
  PresenceBody,
  TransferBody,
  TransferTargets,
  TransferTargetsQuery,
  WrapupBody,
} from "@kommutator/contract/api/routing";
import { WhatIf, WhatIfBody, WhyStory } from "@kommutator/contract/api/routing-explain";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { EmitEvents, EnqueueRouting, Identify, WriteAudit } from "@kommutator/contract/ports";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { dismissAside, readAside, retryAside } from "./aside.ts";
import { assignMany } from "./assign-many.ts";
import { readBoard } from "./board.ts";
import { type ActDeps, acceptOffer, assignDialog, mustSee, rejectOffer, takeDialog } from "./dialog-acts.ts";
import { plainPresence, presenceOf } from "./presence.ts";
import { readPresenceLog } from "./presence-log.ts";
import { settingsRoutes } from "./settings-routes.ts";
import { readTargets, transferDialog } from "./transfer.ts";
import { whatIf } from "./what-if.ts";
import { readWhy } from "./why.ts";

const NoContent = { 204: z.null() };

export interface RouteDeps extends ActDeps {
  audit: WriteAudit;
  emit: EmitEvents;
  enqueue: EnqueueRouting;
  /** Who calls, for the rehearsal; without it everybody is new. */
  identify?: Identify["identify"] | undefined;
}

/** Routes for offers, presence, the board, settings and explanations; mounted under /api/v1. */
export function routingRoutes(deps: RouteDeps): FastifyPluginAsync {
  const { sql, clock, submit } = deps;
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.post("/offers/:id/accept", { schema: { params: IdParams, response: NoContent } }, async (request, reply) => {
      await acceptOffer(deps, principalOf(request), request.params.id);
      return reply.code(204).send(null);
    });
    app.post("/offers/:id/reject", { schema: { params: IdParams, response: NoContent } }, async (request, reply) => {
      await rejectOffer(deps, principalOf(request), request.params.id);
      return reply.code(204).send(null);
    });
    app.post("/dialogs/:id/take", { schema: { params: IdParams, response: NoContent } }, async (request, reply) => {
      const { principal } = requireScope(request, "dialog", "edit");
      await takeDialog(deps, principal, actorOf(request), request.params.id);
      return reply.code(204).send(null);
    });
    app.post("/dialogs/:id/assign", { schema: { params: IdParams, body: AssignBody, response: NoContent } }, async (request, reply) => {
      const { principal } = requireScope(request, "dialog", "edit");
      await assignDialog(deps, principal, actorOf(request), request.params.id, request.body.employeeId);
      return reply.code(204).send(null);
    });
    app.post("/dialogs/:id/transfer", { schema: { params: IdParams, body: TransferBody, response: NoContent } }, async (request, reply) => {
      const { principal } = requireScope(request, "dialog", "edit");
      await transferDialog(deps, principal, actorOf(request), request.params.id, request.body);
      return reply.code(204).send(null);
    });
    app.get("/transfer-targets", { schema: { querystring: TransferTargetsQuery, response: { 200: TransferTargets } } }, async (request) => {
      const { principal } = requireScope(request, "dialog", "edit");
      return readTargets(sql, principal.employeeId, request.query);
    });
    app.post("/dialogs/assign-many", { schema: { body: AssignManyBody, response: { 200: AssignedMany } } }, async (request) => {
      const { principal } = requireScope(request, "dialog", "assign");
      return assignMany(deps, principal, actorOf(request), request.body, request.body.employeeId);
    });
    app.get("/dialogs/:id/why", { schema: { params: IdParams, response: { 200: WhyStory } } }, async (request) => {
      const { principal } = requireScope(request, "dialog", "read");
      await mustSee(sql, principal, request.params.id);
      return readWhy(sql, request.params.id, clock.now());
    });
    app.post("/routing/what-if", { schema: { body: WhatIfBody, response: { 200: WhatIf } } }, async (request) => {
      const { principal } = requireScope(request, "queue", "edit");
      return whatIf({ sql, now: () => clock.now(), identify: deps.identify }, principal, request.body);
    });

    app.get("/presence/me", { schema: { response: { 200: Presence } } }, async (request) =>
      plainPresence(await presenceOf(sql, principalOf(request).employeeId)),
    );
    app.put("/presence/me", { schema: { body: PresenceBody, response: { 200: Presence } } }, async (request) => {
      const { employeeId } = principalOf(request);
      await submit({ kind: "agent.intent", employeeId, ...request.body, by: employeeId, at: clock.now() });
      return plainPresence(await presenceOf(sql, employeeId));
    });
    app.post("/presence/me/wrapup", { schema: { body: WrapupBody, response: { 200: Presence } } }, async (request) => {
      const { employeeId } = principalOf(request);
      await submit({ kind: "agent.wrapup", employeeId, action: request.body.action, at: clock.now() });
      return plainPresence(await presenceOf(sql, employeeId));
    });
    app.put("/presence/:id", { schema: { params: IdParams, body: PresenceBody, response: { 200: Presence } } }, async (request) => {
      const { principal, scope } = requireScope(request, "employee", "assign");
      const employeeId = request.params.id;
      const before = await presenceOf(sql, employeeId);
      if (!within(principal, scope, { employeeId, departmentId: before.departmentId })) throw new AppError("not_found");
      // Whoever is sent on a break by somebody else is told why.
      if (request.body.intent !== "available" && !request.body.reason) throw new AppError("validation", { fields: { reason: "required" } });
      await submit({ kind: "agent.intent", employeeId, ...request.body, by: principal.employeeId, at: clock.now() }, async (tx) =>
        deps.audit(tx, actorOf(request), {
          objectKind: "employee",
          objectId: employeeId,
          action: "presence",
          changes: { intent: { from: before.intent, to: request.body.intent }, reason: request.body.reason },
        }),
      );
      return plainPresence(await presenceOf(sql, employeeId));
    });

    app.get("/presence-log", { schema: { querystring: PresenceLogQuery, response: { 200: PresenceLog } } }, async (request) => {
      const { principal, scope } = requireScope(request, "board", "read");
      return readPresenceLog(sql, principal, scope, request.query, clock.now());
    });

    app.get("/board", { schema: { response: { 200: Board } } }, async (request) => {
      const { principal, scope } = requireScope(request, "board", "read");
      return readBoard(sql, principal, scope, clock.now());
    });

    app.get("/routing/aside", { schema: { response: { 200: z.array(AsideInput) } } }, async (request) => {
      requireScope(request, "channel", "edit");
      return readAside(sql);
    });
    app.post("/routing/aside/:inputId/retry", { schema: { params: AsideParams, response: { 200: AsideOutcome } } }, async (request) => {
      requireScope(request, "channel", "edit");
      return { outcome: await retryAside(deps, actorOf(request), request.params.inputId) };
    });
    app.delete("/routing/aside/:inputId", { schema: { params: AsideParams, response: NoContent } }, async (request, reply) => {
      requireScope(request, "channel", "edit");
      await dismissAside(deps, actorOf(request), request.params.inputId);
      return reply.code(204).send(null);
    });

    await app.register(settingsRoutes(deps));
  };
}
