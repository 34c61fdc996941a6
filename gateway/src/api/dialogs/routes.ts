import type { Principal } from "@kommutator/contract/access";
import { IdParams } from "@kommutator/contract/api/common";
import { DialogDetail, DialogPage, DialogQuery, Message, MessageEdits, MessagePage, PostMessage, SettleBody } from "@kommutator/contract/api/dialogs";
import { AppError } from "@kommutator/contract/errors";
import { requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { ApiDeps } from "../deps.ts";
import type { Live } from "../live/server.ts";
import { requireDialog, requireDialogOfMessage } from "./access.ts";
import { readDetail } from "./detail.ts";
import { listDialogs } from "./list.ts";
import { pageMessages, readEdits, readMessages } from "./messages.ts";
import { postMessage } from "./post.ts";

const MessageQuery = z.object({ before: z.coerce.number().int().min(1).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) });
const FileParams = IdParams.extend({ pos: z.coerce.number().int().min(0).max(1_000) });
const DraftBody = z.object({ text: z.string().max(100_000) });

/** The dialogs of the workspace; `/dialogs/:id/why`, take and assign are routing's, card and reception the CRM's. */
export function dialogRoutes(deps: ApiDeps, live: Live): FastifyPluginAsync {
  const { sql } = deps;
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/dialogs", { schema: { querystring: DialogQuery, response: { 200: DialogPage } } }, async (request) =>
      listDialogs(sql, requireScope(request, "dialog", "read").principal, request.query),
    );

    app.get("/dialogs/:id", { schema: { params: IdParams, response: { 200: DialogDetail } } }, async (request) =>
      readDetail(deps, requireScope(request, "dialog", "read").principal, request.params.id),
    );

    app.get("/dialogs/:id/messages", { schema: { params: IdParams, querystring: MessageQuery, response: { 200: MessagePage } } }, async (request) => {
      await requireDialog(sql, requireScope(request, "dialog", "read").principal, request.params.id, "read");
      return pageMessages(sql, request.params.id, request.query.before ?? null, request.query.limit);
    });

    app.post("/dialogs/:id/messages", { schema: { params: IdParams, body: PostMessage, response: { 200: Message, 201: Message } } }, async (request, reply) => {
      const { message, existed } = await postMessage(deps, requireScope(request, "dialog", "read").principal, request.params.id, request.body);
      return reply.code(existed ? 200 : 201).send(message);
    });

    app.post("/dialogs/:id/close", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      const { principal } = requireScope(request, "dialog", "edit");
      await sql.begin(async (tx) => {
        const row = await requireDialog(tx, principal, request.params.id, "edit");
        if (row.closed_at !== null) throw new AppError("dialog_closed");
        await deps.dialogs.close(tx, request.params.id, principal.employeeId, "agent");
      });
      return reply.code(204).send(null);
    });

    app.post("/dialogs/:id/read", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      const { principal } = requireScope(request, "dialog", "read");
      await requireDialog(sql, principal, request.params.id, "read");
      await sql`
        INSERT INTO dialog_read (dialog_id, employee_id, seq) SELECT id, ${principal.employeeId}, next_seq - 1 FROM dialog WHERE id = ${request.params.id}
        ON CONFLICT (dialog_id, employee_id) DO UPDATE SET seq = greatest(dialog_read.seq, excluded.seq)`;
      live.refresh(request.params.id, principal.employeeId);
      return reply.code(204).send(null);
    });

    app.post("/dialogs/:id/typing", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      const { principal } = requireScope(request, "dialog", "edit");
      const row = await requireDialog(sql, principal, request.params.id, "edit");
      live.typing(row, principal);
      return reply.code(204).send(null);
    });

    app.put("/dialogs/:id/draft", { schema: { params: IdParams, body: DraftBody, response: { 204: z.null() } } }, async (request, reply) => {
      const { principal } = requireScope(request, "dialog", "read");
      const { id } = request.params;
      await requireDialog(sql, principal, id, "read");
      if (request.body.text === "") await sql`DELETE FROM draft WHERE dialog_id = ${id} AND employee_id = ${principal.employeeId}`;
      else
        await sql`
          INSERT INTO draft (dialog_id, employee_id, body) VALUES (${id}, ${principal.employeeId}, ${request.body.text})
          ON CONFLICT (dialog_id, employee_id) DO UPDATE SET body = excluded.body, updated_at = now()`;
      live.refresh(id, principal.employeeId);
      return reply.code(204).send(null);
    });

    app.get("/messages/:id/edits", { schema: { params: IdParams, response: { 200: MessageEdits } } }, async (request) => {
      await requireDialogOfMessage(sql, requireScope(request, "dialog", "read").principal, request.params.id, "read");
      return { items: await readEdits(sql, request.params.id) };
    });

    /** A decision about an unsent message: the assignee's, or of whoever may assign the dialog. */
    const decide = (principal: Principal, messageId: Id, act: (tx: Parameters<typeof deps.outbound.retry>[0]) => Promise<void>) =>
      sql.begin(async (tx) => {
        const row = await requireDialogOfMessage(tx, principal, messageId, "edit");
        if (row.assignee_id !== null && row.assignee_id !== principal.employeeId) await requireDialog(tx, principal, row.id, "assign");
        await act(tx);
        return (await readMessages(tx, [messageId]))[0] as Message;
      });

    app.post("/messages/:id/retry", { schema: { params: IdParams, response: { 200: Message } } }, async (request) =>
      decide(requireScope(request, "dialog", "edit").principal, request.params.id, (tx) => deps.outbound.retry(tx, request.params.id)),
    );

    app.post("/messages/:id/files/:pos/retry", { schema: { params: FileParams, response: { 200: Message } } }, async (request) =>
      decide(requireScope(request, "dialog", "edit").principal, request.params.id, (tx) => deps.outbound.retryFile(tx, request.params.id, request.params.pos)),
    );

    app.post("/messages/:id/settle", { schema: { params: IdParams, body: SettleBody, response: { 200: Message } } }, async (request) =>
      decide(requireScope(request, "dialog", "edit").principal, request.params.id, (tx) => deps.outbound.settle(tx, request.params.id, request.body.outcome)),
    );
  };
}
