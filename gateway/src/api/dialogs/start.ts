import type { Principal } from "@kommutator/contract/access";
import { StartDialog, Started, StartOptions, StartQuery } from "@kommutator/contract/api/dialogs";
import type { ChannelKind, IdentityKind } from "@kommutator/contract/channel";
import { AppError } from "@kommutator/contract/errors";
import { requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import { refuseOpenVariables } from "@kommutator/crm-core/canned/render";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import { knownAbilities } from "../../inbound/abilities.ts";
import type { ApiDeps } from "../deps.ts";
import { requireDialog } from "./access.ts";
import { refuseForeignBlobs } from "./post.ts";
import { pointToWriteTo, reaches, refusalOf, startOptions } from "./start-options.ts";

/** The router assigns within milliseconds; the starter's screen opens the dialog next and must then see it. */
const ASSIGNED_WITHIN_MS = 1_000;

/** Writing first: GET /dialog-starts and POST /dialogs (right `dialog` create, and to read the card it goes to). */
export function startRoutes(deps: ApiDeps): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/dialog-starts", { schema: { querystring: StartQuery, response: { 200: StartOptions } } }, async (request) => {
      const { principal } = requireScope(request, "dialog", "create");
      return { items: await startOptions(deps, principal, request.query) };
    });

    app.post("/dialogs", { schema: { body: StartDialog, response: { 200: Started, 201: Started } } }, async (request, reply) => {
      const { principal } = requireScope(request, "dialog", "create");
      const { existed, ...started } = await start(deps, principal, request.body);
      if (!existed) await assigned(deps, started.dialogId, principal.employeeId);
      return reply.code(existed ? 200 : 201).send(started);
    });
  };
}

async function start(deps: ApiDeps, principal: Principal, body: z.infer<typeof StartDialog>): Promise<{ dialogId: Id; messageId: Id; existed: boolean }> {
  const point = await pointToWriteTo(deps, principal, body);
  const [channel] = await deps.sql<
    { id: Id; kind: ChannelKind }[]
  >`SELECT id, kind FROM channel WHERE id = ${body.channelId} AND enabled AND archived_at IS NULL`;
  if (channel === undefined) throw new AppError("not_found");
  if (point.scope !== "" && point.scope !== channel.id) throw new AppError("unsupported", { what: "unsupported" });
  const abilities = await knownAbilities(deps.supervisor, deps.sql, channel.id);
  if (!reaches({ ...channel, abilities }, point)) throw new AppError("unsupported", { what: "unsupported" });
  const refusal = refusalOf(point);
  if (refusal !== null) throw new AppError("unsupported", { what: refusal });
  const { clientKey, text, subject, attachments } = body;
  refuseOpenVariables(text, subject);
  const to = { kind: point.kind as IdentityKind, value: point.value, ...(point.contactPointId === null ? {} : { displayName: point.name }) };
  try {
    return await deps.sql.begin(async (tx) => {
      await refuseForeignBlobs(tx, principal, null, attachments);
      return deps.outbound.startDialog(tx, { clientKey, employeeId: principal.employeeId, channelId: channel.id, to, text, subject, attachments });
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "assigned_to_other") throw error;
    // Whose it is, only to whom may see the dialog.
    await requireDialog(deps.sql, principal, error.details["dialogId"] as Id, "read").catch(() => {
      throw new AppError("assigned_to_other");
    });
    throw error;
  }
}

async function assigned(deps: ApiDeps, dialogId: Id, employeeId: Id): Promise<void> {
  for (const end = Date.now() + ASSIGNED_WITHIN_MS; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 10))) {
    const [row] = await deps.sql`SELECT 1 FROM assignment WHERE dialog_id = ${dialogId} AND employee_id = ${employeeId} AND ended_at IS NULL`;
    if (row !== undefined) return;
  }
}
