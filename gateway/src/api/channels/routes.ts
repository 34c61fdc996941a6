import {
  ChannelBody,
  ChannelErrorView,
  ChannelHeard,
  ChannelHeardQuery,
  ChannelKindView,
  ChannelListening,
  ChannelPatch,
  ChannelTest,
  ChannelTestBody,
  ChannelTestTargets,
  ChannelView,
  TranscriptLine,
} from "@kommutator/contract/api/admin";
import { IdParams, Id as IdSchema } from "@kommutator/contract/api/common";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import { writeAudit } from "@kommutator/crm-core/audit/write";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { isRetriable, listFailed, retryFailed } from "../../inbound/error-list.ts";
import type { ApiDeps } from "../deps.ts";
import { adapterOf, archiveChannel, changeChannel, channelView, createChannel } from "./change.ts";
import { beginListening, heardSince } from "./listening.ts";
import { testChannel, testTargets } from "./trial.ts";
import { readChannels } from "./views.ts";

const TRANSCRIPT_LINES = 200;
const EventParams = z.object({ id: IdSchema, eventId: z.coerce.number().int().positive() });

/** Settings of channels (right `channel`), their error lists, transcripts and tests. Secrets are written, never read back. */
export function channelRoutes(deps: ApiDeps, onChanged: () => Promise<void>): FastifyPluginAsync {
  const { sql } = deps;
  const requireChannel = async (id: Id) => {
    const [row] = await readChannels(sql, id);
    if (row === undefined) throw new AppError("not_found");
    return row;
  };
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/channels/kinds", { schema: { response: { 200: z.array(ChannelKindView) } } }, async (request) => {
      requireScope(request, "channel", "read");
      const kinds = Object.keys(deps.registry);
      return Promise.all(
        kinds.map(async (kind) => {
          const { medium, fields } = await adapterOf(deps, kind);
          return { kind, medium, fields };
        }),
      );
    });

    app.get("/channels", { schema: { response: { 200: z.array(ChannelView) } } }, async (request) => {
      requireScope(request, "channel", "read");
      const rows = await readChannels(sql);
      return Promise.all(rows.map(async (row) => channelView(deps, row, (await adapterOf(deps, row.kind)).fields)));
    });

    app.post("/channels", { schema: { body: ChannelBody, response: { 201: ChannelView } } }, async (request, reply) => {
      requireScope(request, "channel", "create");
      const view = await createChannel(deps, actorOf(request), request.body);
      await onChanged();
      return reply.code(201).send(view);
    });

    app.patch("/channels/:id", { schema: { params: IdParams, body: ChannelPatch, response: { 200: ChannelView } } }, async (request) => {
      requireScope(request, "channel", "edit");
      const view = await changeChannel(deps, actorOf(request), request.params.id, request.body);
      await onChanged();
      return view;
    });

    app.delete("/channels/:id", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      requireScope(request, "channel", "delete");
      await archiveChannel(deps, actorOf(request), request.params.id);
      await onChanged();
      return reply.code(204).send(null);
    });

    app.post("/channels/:id/test", { schema: { params: IdParams, body: ChannelTestBody, response: { 200: ChannelTest } } }, async (request) => {
      requireScope(request, "channel", "edit");
      return testChannel(deps, actorOf(request), await requireChannel(request.params.id), request.body ?? {});
    });

    app.get("/channels/:id/test-targets", { schema: { params: IdParams, response: { 200: ChannelTestTargets } } }, async (request) => {
      requireScope(request, "channel", "edit");
      return testTargets(deps, await requireChannel(request.params.id));
    });

    app.post("/channels/:id/listening", { schema: { params: IdParams, response: { 200: ChannelListening } } }, async (request) => {
      requireScope(request, "channel", "edit");
      await requireChannel(request.params.id);
      return beginListening(sql, actorOf(request), request.params.id);
    });

    app.get("/channels/:id/listening", { schema: { params: IdParams, querystring: ChannelHeardQuery, response: { 200: ChannelHeard } } }, async (request) => {
      requireScope(request, "channel", "edit");
      await requireChannel(request.params.id);
      return heardSince(sql, request.params.id, request.query.after);
    });

    app.get("/channels/:id/errors", { schema: { params: IdParams, response: { 200: z.array(ChannelErrorView) } } }, async (request) => {
      requireScope(request, "channel", "edit");
      await requireChannel(request.params.id);
      const failed = await sql.begin((tx) => listFailed(tx, request.params.id));
      return failed.map((f) => ({
        id: f.id,
        kind: f.kind,
        eventKey: f.eventKey,
        receivedAt: f.receivedAt.toISOString(),
        attempts: f.attempts,
        error: f.error ?? "",
        payload: f.event,
        retriable: isRetriable(f),
      }));
    });

    app.post("/channels/:id/errors/:eventId/retry", { schema: { params: EventParams, response: { 204: z.null() } } }, async (request, reply) => {
      requireScope(request, "channel", "edit");
      const { id, eventId } = request.params;
      const found = await sql.begin(async (tx) => {
        const found = await retryFailed(tx, id, eventId);
        if (found) await writeAudit(tx, actorOf(request), { objectKind: "channel", objectId: id, action: "retry-event", changes: { eventId } });
        return found;
      });
      if (!found) throw new AppError("not_found");
      deps.wakeIngest?.();
      return reply.code(204).send(null);
    });

    app.get("/channels/:id/transcript", { schema: { params: IdParams, response: { 200: z.array(TranscriptLine) } } }, async (request) => {
      requireScope(request, "channel", "edit");
      await requireChannel(request.params.id);
      const lines = await sql<{ at: Date; direction: "in" | "out"; summary: string; detail: unknown }[]>`
        SELECT at, direction, summary, detail FROM transcript WHERE channel_id = ${request.params.id} ORDER BY id DESC LIMIT ${TRANSCRIPT_LINES}`;
      return lines.map((l) => ({ ...l, at: l.at.toISOString() }));
    });
  };
}
