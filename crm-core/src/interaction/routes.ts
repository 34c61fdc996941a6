import { IdParams } from "@kommutator/contract/api/common";
import {
  Chain,
  ChainQuery,
  CompleteBody,
  InteractionBody,
  InteractionCount,
  InteractionDetail,
  InteractionFilter,
  InteractionPage,
  InteractionPatch,
  InteractionQuery,
  InteractionView,
  InWork,
  InWorkQuery,
  VersionBody,
} from "@kommutator/contract/api/interaction";
import { WARNINGS_HEADER } from "@kommutator/contract/api/required-field";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { change, VersionConflict } from "../change.ts";
import type { Crm } from "../context.ts";
import { requireObject } from "../object-rights.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { checkRequired } from "../required-field/check.ts";
import { allowed, found, mayAssign } from "../rights.ts";
import { readChain } from "./chain-list.ts";
import { readDetail } from "./detail.ts";
import { editInteraction } from "./edit.ts";
import { readInWork } from "./in-work.ts";
import { requireRelated } from "./related.ts";
import type { Locked } from "./rules.ts";
import { countInteractions, listInteractions, readInteraction, type View } from "./sql.ts";
import { cancelInteraction, completeInteraction, createInteraction } from "./write.ts";

/** The register, the event card and its actions (IA-01, IA-13, IA-14, IA-21); chains (IA-05). */
export function interactionRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const { sql } = crm;
    const now = () => crm.clock.now();

    app.get("/interactions", { schema: { querystring: InteractionQuery, response: { 200: InteractionPage } } }, async (request) => {
      const { principal } = requireScope(request, "interaction", "read");
      const { cursor, limit, ...filter } = request.query;
      return pageOf(await listInteractions(sql, principal, { ...filter, cursor: decodeCursor(cursor), limit }, now()), limit, (r) => r);
    });

    app.get("/interactions/count", { schema: { querystring: InteractionFilter, response: { 200: InteractionCount } } }, async (request) => {
      const { principal } = requireScope(request, "interaction", "read");
      return { count: await countInteractions(sql, principal, request.query, now()) };
    });

    app.get("/interactions/in-work", { schema: { querystring: InWorkQuery, response: { 200: InWork } } }, async (request) => {
      const { principal } = requireScope(request, "interaction", "read");
      return readInWork(crm, principal, request.query);
    });

    app.get("/interactions/:id", { schema: { params: IdParams, response: { 200: InteractionDetail } } }, async (request) => {
      const { principal } = requireScope(request, "interaction", "read");
      return found(await readDetail(sql, principal, request.params.id, now()));
    });

    app.get("/chain", { schema: { querystring: ChainQuery, response: { 200: Chain } } }, async (request) => {
      const principal = principalOf(request);
      const { object, objectId } = request.query;
      await requireObject(sql, principal, { kind: object, id: objectId }, "read");
      return { items: await readChain(sql, principal, { kind: object, id: objectId }) };
    });

    app.post("/interactions", { schema: { body: InteractionBody, response: { 201: InteractionView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "interaction", "create");
      const view = await change(crm, actorOf(request), async (tx) => {
        await requireRelated(tx, principal, request.body);
        const id = await createInteraction(crm, tx, actorOf(request), request.body);
        await required(request, reply, tx, id, "create");
        return found(await readInteraction(tx, null, id, now()));
      });
      return reply.code(201).send(view);
    });

    app.patch("/interactions/:id", { schema: { params: IdParams, body: InteractionPatch, response: { 200: InteractionView } } }, async (request, reply) =>
      edit(request, request.params.id, request.body.version, async (tx, item) => {
        const { body } = request;
        const principal = principalOf(request);
        if (body.executorId !== undefined && body.executorId !== item.executor_id) await mayAssign(tx, principal, "interaction", body.executorId);
        if (body.interestId != null) await requireObject(tx, principal, { kind: "interest", id: body.interestId }, "read");
        if (body.about != null) await requireObject(tx, principal, body.about, "read");
        await editInteraction(crm, tx, actorOf(request), item, body);
        await required(request, reply, tx, item.id, "save");
      }),
    );

    app.post("/interactions/:id/complete", { schema: { params: IdParams, body: CompleteBody, response: { 200: InteractionView } } }, async (request, reply) =>
      edit(request, request.params.id, request.body.version, async (tx, item) => {
        const { next } = request.body;
        const principal = principalOf(request);
        if (next !== null) {
          requireScope(request, "interaction", "create");
          // What the next step takes over from this one needs no right of its own; another executor does.
          const executorId = next.executorId === item.executor_id ? null : next.executorId;
          await requireRelated(tx, principal, { ...next, executorId });
        }
        const nextId = await completeInteraction(crm, tx, actorOf(request), item, request.body);
        await required(request, reply, tx, item.id, "close");
        if (nextId !== null) await required(request, reply, tx, nextId, "create");
      }),
    );

    app.post("/interactions/:id/cancel", { schema: { params: IdParams, body: VersionBody, response: { 200: InteractionView } } }, async (request) =>
      edit(request, request.params.id, request.body.version, (tx, item) => cancelInteraction(crm, tx, actorOf(request), item)),
    );

    /** Required fields, as on every path (AD-06); what is only warned of is told in the header. */
    async function required(request: FastifyRequest, reply: FastifyReply, tx: Tx, id: Id, moment: "create" | "save" | "close"): Promise<void> {
      const warned = await checkRequired(tx, crm, principalOf(request), { object: "interaction", moment, row: { id } });
      if (warned.length > 0) reply.header(WARNINGS_HEADER, warned.join(","));
    }

    async function edit(request: FastifyRequest, id: Id, version: number, work: (tx: Tx, item: Locked) => Promise<void>): Promise<View> {
      const { principal } = requireScope(request, "interaction", "edit");
      return change(crm, actorOf(request), async (tx) => {
        const [item] = await tx<Locked[]>`
          SELECT i.*, lower(i.planned) AS planned_from, upper(i.planned) AS planned_to, greatest(upper(i.occurred), i.closed_at) AS ended_at FROM interaction i
          WHERE i.id = ${id} AND ${allowed(tx, principal, "interaction", "edit", "i.executor_id")} FOR UPDATE`;
        if (item === undefined) throw new AppError((await readInteraction(tx, principal, id, now())) === null ? "not_found" : "forbidden");
        if (item.version !== version) throw new VersionConflict("interaction", id, await readInteraction(tx, null, id, now()));
        await work(tx, item);
        return found(await readInteraction(tx, null, id, now()));
      });
    }
  };
}
