import { IdParams } from "@kommutator/contract/api/common";
import { MergeBody, MergeList, MergeListQuery, MergePreview, MergePreviewQuery, MergeResult, MergeUndone } from "@kommutator/contract/api/merge";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { change } from "../change.ts";
import type { Crm } from "../context.ts";
import { readCard, requireBoth, rightsOf } from "./cards.ts";
import { mergeCards } from "./merge.ts";
import { listMerges, previewMerge } from "./preview.ts";
import { undoMerge } from "./undo.ts";

/** GET /merges/preview, POST /merges, GET /merges (of one card), POST /merges/:id/undo (CB-13). */
export function mergeRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const { sql } = crm;

    app.get("/merges/preview", { schema: { querystring: MergePreviewQuery, response: { 200: MergePreview } } }, async (request) => {
      const { card, a, b } = request.query;
      const { principal } = requireScope(request, rightsOf(card), "assign");
      await requireBoth(sql, principal, card, [a, b]);
      return previewMerge(sql, card, [a, b]);
    });

    app.post("/merges", { schema: { body: MergeBody, response: { 200: MergeResult } } }, async (request) => {
      const { principal } = requireScope(request, rightsOf(request.body.card), "assign");
      return change(crm, actorOf(request), (tx) => mergeCards(crm, tx, principal, actorOf(request), request.body));
    });

    app.get("/merges", { schema: { querystring: MergeListQuery, response: { 200: MergeList } } }, async (request) => {
      const { card, id } = request.query;
      const principal = principalOf(request);
      const seen = await readCard(sql, principal, card, id);
      if (seen === null) throw new AppError("not_found");
      return { items: await listMerges(sql, card, seen.id) };
    });

    app.post("/merges/:id/undo", { schema: { params: IdParams, response: { 200: MergeUndone } } }, async (request) => {
      // Which card it was says the log; undoing asks for the rights to that one.
      return change(crm, actorOf(request), (tx) => undoMerge(crm, tx, principalOf(request), actorOf(request), request.params.id));
    });
  };
}
