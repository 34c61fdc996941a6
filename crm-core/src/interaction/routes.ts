import { IdParams } from "@kommutator/contract/api/common";
import {
  CompleteBody,
  InteractionBody,
  InteractionPage,
  InteractionPatch,
  InteractionQuery,
  InteractionView,
  VersionBody,
} from "@kommutator/contract/api/interaction";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { differences } from "../audit/index.ts";
import { change, columnsOf, VersionConflict } from "../change.ts";
import type { Crm } from "../context.ts";
import { publishLoads } from "../load/index.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { allowed, found, handles, mayAssign } from "../rights.ts";
import { checkPatch, type InteractionRecord } from "./rules.ts";
import { listInteractions, readInteraction, type View } from "./sql.ts";
import { cancelInteraction, completeInteraction, createInteraction, type NewInteraction } from "./write.ts";

type Locked = InteractionRecord & {
  interest_id: Id | null;
  customer_id: Id | null;
  contact_id: Id | null;
  lead_id: Id | null;
  planned_from: Date | null;
  planned_to: Date | null;
};

/** GET and POST /interactions, PATCH /interactions/:id, POST /interactions/:id/complete and /cancel (IA-01). */
export function interactionRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/interactions", { schema: { querystring: InteractionQuery, response: { 200: InteractionPage } } }, async (request) => {
      const { principal } = requireScope(request, "interaction", "read");
      const { cursor, limit, ...filter } = request.query;
      return pageOf(await listInteractions(crm.sql, principal, { ...filter, cursor: decodeCursor(cursor), limit }), limit, (r) => r);
    });

    app.post("/interactions", { schema: { body: InteractionBody, response: { 201: InteractionView } } }, async (request, reply) => {
      requireScope(request, "interaction", "create");
      const view = await change(crm, actorOf(request), async (tx) => {
        await requireRelated(tx, request, request.body);
        return found(await readInteraction(tx, null, await createInteraction(crm, tx, actorOf(request), request.body)));
      });
      return reply.code(201).send(view);
    });

    app.patch("/interactions/:id", { schema: { params: IdParams, body: InteractionPatch, response: { 200: InteractionView } } }, async (request) =>
      edit(request, request.params.id, request.body.version, async (tx, item) => {
        const { body } = request;
        checkPatch(item, body, principalOf(request).employeeId, crm.clock.now());
        if (body.executorId !== undefined && body.executorId !== item.executor_id) await mayAssign(tx, principalOf(request), "interaction", body.executorId);
        const words = columnsOf(body, { subject: "subject", description: "description", result: "result", executorId: "executor_id" });
        const [before] = await tx`SELECT subject, description, result, executor_id FROM interaction WHERE id = ${item.id}`;
        const changes = differences({ ...before }, words);
        if (Object.keys(words).length > 0) await tx`UPDATE interaction SET ${tx(words)} WHERE id = ${item.id}`;
        if (body.plannedFrom !== undefined || body.minutes !== undefined) {
          const from = body.plannedFrom === undefined ? (item.planned_from as Date) : new Date(body.plannedFrom);
          const length = body.minutes === undefined ? (item.planned_to as Date).getTime() - (item.planned_from as Date).getTime() : body.minutes * 60_000;
          const moved = from.getTime() !== item.planned_from?.getTime();
          await tx`UPDATE interaction SET planned = tstzrange(${from}, ${new Date(from.getTime() + length)}), reschedule_count = reschedule_count + ${moved ? 1 : 0} WHERE id = ${item.id}`;
          Object.assign(changes, differences({ planned_from: item.planned_from }, { planned_from: from }));
        }
        await tx`UPDATE interaction SET version = version + 1 WHERE id = ${item.id}`;
        await crm.audit(tx, actorOf(request), { objectKind: "interaction", objectId: item.id, action: "edit", changes });
        if (item.state === "planned") await publishLoads(crm, tx, [item.executor_id, body.executorId ?? null]);
      }),
    );

    app.post("/interactions/:id/complete", { schema: { params: IdParams, body: CompleteBody, response: { 200: InteractionView } } }, async (request) =>
      edit(request, request.params.id, request.body.version, async (tx, item) => {
        const { next } = request.body;
        if (next !== null) {
          requireScope(request, "interaction", "create");
          const own = next.customerId === null && next.leadId === null && next.contactId === null && next.interestId === null;
          if (!own) await requireRelated(tx, request, next);
          else if (next.executorId !== null && next.executorId !== item.executor_id) await mayAssign(tx, principalOf(request), "interaction", next.executorId);
        }
        await completeInteraction(crm, tx, actorOf(request), item, request.body);
      }),
    );

    app.post("/interactions/:id/cancel", { schema: { params: IdParams, body: VersionBody, response: { 200: InteractionView } } }, async (request) =>
      edit(request, request.params.id, request.body.version, (tx, item) => cancelInteraction(crm, tx, actorOf(request), item)),
    );

    async function edit(request: Parameters<typeof principalOf>[0], id: Id, version: number, work: (tx: Tx, item: Locked) => Promise<void>): Promise<View> {
      const { principal } = requireScope(request, "interaction", "edit");
      return change(crm, actorOf(request), async (tx) => {
        const [item] = await tx<Locked[]>`
          SELECT i.*, lower(i.planned) AS planned_from, upper(i.planned) AS planned_to, upper(i.occurred) AS ended_at FROM interaction i
          WHERE i.id = ${id} AND ${allowed(tx, principal, "interaction", "edit", "i.executor_id")} FOR UPDATE`;
        if (item === undefined) throw new AppError((await readInteraction(tx, principal, id)) === null ? "not_found" : "forbidden");
        if (item.version !== version) throw new VersionConflict("interaction", id, await readInteraction(tx, null, id));
        await work(tx, item);
        return found(await readInteraction(tx, null, id));
      });
    }
  };
}

/** Whom and what a new Interaction names must be visible to the principal; giving it to somebody else needs the right to assign. */
async function requireRelated(tx: Tx, request: Parameters<typeof principalOf>[0], body: NewInteraction): Promise<void> {
  const principal = principalOf(request);
  if (body.executorId !== null) await mayAssign(tx, principal, "interaction", body.executorId);
  const checks = [
    body.customerId === null
      ? null
      : tx`SELECT 1 FROM customer c WHERE c.id = ${body.customerId} AND (${allowed(tx, principal, "customer", "read", "c.responsible_id")} OR ${handles(tx, principal, "customer_id", "c.id")})`,
    body.contactId === null
      ? null
      : tx`SELECT 1 FROM customer_contact cc JOIN customer c ON c.id = cc.customer_id WHERE cc.contact_id = ${body.contactId} AND (${allowed(tx, principal, "customer", "read", "c.responsible_id")} OR ${handles(tx, principal, "customer_id", "c.id")}) LIMIT 1`,
    body.leadId === null
      ? null
      : tx`SELECT 1 FROM lead l WHERE l.id = ${body.leadId} AND (${allowed(tx, principal, "lead", "read", "l.responsible_id")} OR ${handles(tx, principal, "lead_id", "l.id")})`,
    body.interestId === null
      ? null
      : tx`SELECT 1 FROM interest i WHERE i.id = ${body.interestId} AND (${allowed(tx, principal, "interest", "read", "i.responsible_id")} OR ${handles(tx, principal, "interest_id", "i.id")})`,
  ];
  for (const check of checks) if (check !== null && (await check).length === 0) throw new AppError("not_found");
}
