import { within } from "@kommutator/contract/access";
import { IdParams } from "@kommutator/contract/api/common";
import { Why } from "@kommutator/contract/api/dialogs";
import { AssignBody, Board, Presence, PresenceBody, QueueBody, QueueMembersBody, QueueView, WrapupBody } from "@kommutator/contract/api/routing";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { WriteAudit } from "@kommutator/contract/ports";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { readBoard } from "./board.ts";
import { type ActDeps, acceptOffer, assignDialog, mustSee, rejectOffer, takeDialog } from "./dialog-acts.ts";
import { type AgentPresence, presenceOf } from "./presence.ts";
import { changeQueue, createQueue, readQueues, setMembers } from "./queues.ts";
import { readWhy } from "./why.ts";

const NoContent = { 204: z.null() };

/** Routes for offers, presence, the board, queues and explanations; mounted under /api/v1. */
export function routingRoutes(deps: ActDeps & { audit: WriteAudit }): FastifyPluginAsync {
  const { sql, clock, submit } = deps;
  const queues = { sql, audit: deps.audit, now: () => clock.now() };
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
    app.get("/dialogs/:id/why", { schema: { params: IdParams, response: { 200: Why } } }, async (request) => {
      const { principal } = requireScope(request, "dialog", "read");
      await mustSee(sql, principal, request.params.id);
      return readWhy(sql, request.params.id);
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

    app.get("/board", { schema: { response: { 200: Board } } }, async (request) => {
      const { principal, scope } = requireScope(request, "board", "read");
      return readBoard(sql, principal, scope, clock.now());
    });

    app.get("/queues", { schema: { response: { 200: z.array(QueueView) } } }, async (request) =>
      readQueues(sql, requireScope(request, "queue", "read").principal, "read"),
    );
    app.post("/queues", { schema: { body: QueueBody, response: { 201: QueueView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "queue", "create");
      return reply.code(201).send(await createQueue(queues, { principal, actor: actorOf(request) }, request.body));
    });
    app.patch("/queues/:id", { schema: { params: IdParams, body: QueuePatch, response: { 200: QueueView } } }, async (request) => {
      const { principal } = requireScope(request, "queue", "edit");
      return changeQueue(queues, { principal, actor: actorOf(request) }, request.params.id, request.body);
    });
    app.put("/queues/:id/members", { schema: { params: IdParams, body: QueueMembersBody, response: { 200: QueueView } } }, async (request) => {
      const { principal } = requireScope(request, "queue", "edit");
      return setMembers(queues, { principal, actor: actorOf(request) }, request.params.id, request.body.members);
    });
  };
}

/** Every setting may be left out; none is defaulted. */
const QueuePatch = z.object({
  ...(Object.fromEntries(Object.entries(QueueBody.shape).map(([k, s]) => [k, (s instanceof z.ZodDefault ? s.unwrap() : s).optional()])) as unknown as {
    [K in keyof typeof QueueBody.shape]: z.ZodOptional<z.ZodType<z.infer<typeof QueueBody>[K]>>;
  }),
  version: z.number().int(),
});

function plainPresence(p: AgentPresence): Presence {
  const { name: _n, departmentId: _d, departmentName: _dn, activeDialogIds: _a, ...presence } = p;
  return presence;
}
