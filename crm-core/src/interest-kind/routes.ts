import { IdParams } from "@kommutator/contract/api/common";
import {
  ArchiveStageBody,
  InterestKinds,
  InterestKindView,
  KindBody,
  KindPatch,
  StageDraft,
  StageOrder,
  StagePatch,
} from "@kommutator/contract/api/interest-kind";
import type { Tx } from "@kommutator/contract/db";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { change } from "../change.ts";
import type { Crm } from "../context.ts";
import { found } from "../rights.ts";
import { archiveKind, createKind, editKind } from "./kind.ts";
import { readKinds } from "./sql.ts";
import { addStage, archiveStage, editStage, orderStages, restoreStage } from "./stage.ts";

/** Kinds of Interests and their stages (IN-03 … IN-06): read by everybody who is logged in, changed by the right to catalogues. */
export function interestKindRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const response = { 200: InterestKindView };

    app.get("/interest-kinds", { schema: { response: { 200: InterestKinds } } }, async (request) => {
      return readKinds(crm.sql, principalOf(request));
    });
    app.post("/interest-kinds", { schema: { body: KindBody, response: { 201: InterestKindView } } }, async (request, reply) =>
      reply.code(201).send(await edit(request, "create", (tx) => createKind(crm, tx, actorOf(request), request.body))),
    );
    app.patch("/interest-kinds/:id", { schema: { params: IdParams, body: KindPatch, response } }, async (request) =>
      edit(request, "edit", async (tx) => {
        await editKind(crm, tx, actorOf(request), request.params.id, request.body);
        return request.params.id;
      }),
    );
    for (const [path, archived] of [
      ["archive", true],
      ["restore", false],
    ] as const)
      app.post(`/interest-kinds/:id/${path}`, { schema: { params: IdParams, response } }, async (request) =>
        edit(request, archived ? "delete" : "edit", async (tx) => {
          await archiveKind(crm, tx, actorOf(request), request.params.id, archived);
          return request.params.id;
        }),
      );
    app.post("/interest-kinds/:id/stages", { schema: { params: IdParams, body: StageDraft, response } }, async (request) =>
      edit(request, "create", async (tx) => {
        await addStage(crm, tx, actorOf(request), request.params.id, request.body);
        return request.params.id;
      }),
    );
    app.put("/interest-kinds/:id/order", { schema: { params: IdParams, body: StageOrder, response } }, async (request) =>
      edit(request, "edit", async (tx) => {
        await orderStages(crm, tx, actorOf(request), request.params.id, request.body);
        return request.params.id;
      }),
    );
    app.patch("/stages/:id", { schema: { params: IdParams, body: StagePatch, response } }, async (request) =>
      edit(request, "edit", (tx) => editStage(crm, tx, actorOf(request), request.params.id, request.body)),
    );
    app.post("/stages/:id/archive", { schema: { params: IdParams, body: ArchiveStageBody, response } }, async (request) =>
      edit(request, "delete", (tx) => archiveStage(crm, tx, actorOf(request), request.params.id, request.body.moveToId)),
    );
    app.post("/stages/:id/restore", { schema: { params: IdParams, response } }, async (request) =>
      edit(request, "edit", (tx) => restoreStage(crm, tx, actorOf(request), request.params.id)),
    );

    /** One change in one transaction; the answer is the whole kind as it is then. */
    async function edit(request: FastifyRequest, action: "create" | "edit" | "delete", work: (tx: Tx) => Promise<Id>): Promise<InterestKindView> {
      requireScope(request, "catalogue", action);
      return change(crm, actorOf(request), async (tx) => found((await readKinds(tx, null, await work(tx)))[0]));
    }
  };
}
