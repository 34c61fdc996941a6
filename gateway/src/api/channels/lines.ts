import { IdParams } from "@kommutator/contract/api/common";
import { LineBody, LinePatch, LineView } from "@kommutator/contract/api/line";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import { isCountry, normaliseValue } from "@kommutator/contract/phone";
import { differences, writeAudit } from "@kommutator/crm-core/audit/write";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { ApiDeps } from "../deps.ts";
import { adapterOf } from "./change.ts";

/** Lines of voice channels (RG-07, RG-16): what a call to this number of ours brings along. Whoever may change channels sets them up; a change is there at the next call. */
export function lineRoutes(deps: ApiDeps): FastifyPluginAsync {
  const { sql } = deps;
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/channels/:id/lines", { schema: { params: IdParams, response: { 200: z.array(LineView) } } }, async (request) => {
      requireScope(request, "channel", "read");
      await kindOf(sql, request.params.id);
      return readLines(sql, { channelId: request.params.id });
    });

    app.post("/channels/:id/lines", { schema: { params: IdParams, body: LineBody, response: { 201: LineView } } }, async (request, reply) => {
      requireScope(request, "channel", "edit");
      const { id: channelId } = request.params;
      const { medium } = await adapterOf(deps, await kindOf(sql, channelId));
      if (medium !== "voice") throw new AppError("unsupported");
      const { keys, ...body } = request.body;
      const view = await known(
        sql.begin(async (tx) => {
          const row = rowOf({ ...body, number: await numberOf(tx, body.number, body.country), keys });
          const [made] = await tx<{ id: Id }[]>`INSERT INTO line ${tx({ channel_id: channelId, ...row })} RETURNING id`;
          const { id } = made as { id: Id };
          await writeKeys(tx, id, keys);
          await writeAudit(tx, actorOf(request), {
            objectKind: "line",
            objectId: id,
            action: "create",
            changes: differences({}, { ...row, ...fieldsOf(keys) }),
          });
          return requireLine(tx, id);
        }),
      );
      return reply.code(201).send(view);
    });

    app.patch("/lines/:id", { schema: { params: IdParams, body: LinePatch, response: { 200: LineView } } }, async (request) => {
      requireScope(request, "channel", "edit");
      const { id } = request.params;
      const { version, ...patch } = request.body;
      return known(
        sql.begin(async (tx) => {
          await tx`SELECT id FROM line WHERE id = ${id} FOR NO KEY UPDATE`;
          const before = await requireLine(tx, id);
          if (before.version !== version) throw new AppError("version_conflict", { current: before });
          // A missing field is missing in what zod parsed, too.
          const next: LineBody = { ...before, ...(patch as Partial<LineBody>), keys: patch.keys ?? before.keys };
          const row = rowOf({ ...next, number: await numberOf(tx, next.number, next.country) });
          const was = rowOf({ ...before, number: await numberOf(tx, before.number, before.country) });
          await tx`UPDATE line SET ${tx(row)}, version = version + 1 WHERE id = ${id}`;
          if (patch.keys !== undefined) await writeKeys(tx, id, patch.keys);
          const none = Object.fromEntries(Object.keys(fieldsOf(before.keys)).map((field) => [field, null]));
          const changes = differences({ ...was, ...fieldsOf(before.keys) }, { ...row, ...none, ...fieldsOf(next.keys) });
          await writeAudit(tx, actorOf(request), { objectKind: "line", objectId: id, action: "edit", changes });
          return requireLine(tx, id);
        }),
      );
    });

    app.delete("/lines/:id", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      requireScope(request, "channel", "edit");
      const { id } = request.params;
      await sql.begin(async (tx) => {
        const { number } = await requireLine(tx, id);
        // Its calls and dialogs still say on which line they came; the number is free for a new one.
        await tx`UPDATE line SET archived_at = now(), version = version + 1 WHERE id = ${id}`;
        await writeAudit(tx, actorOf(request), { objectKind: "line", objectId: id, action: "archive", changes: { number: [number, null] } });
      });
      return reply.code(204).send(null);
    });
  };
}

/** The kind of a channel in use. */
async function kindOf(sql: Db, id: Id): Promise<string> {
  const [row] = await sql<{ kind: string }[]>`SELECT kind FROM channel WHERE id = ${id} AND archived_at IS NULL`;
  if (row === undefined) throw new AppError("not_found");
  return row.kind;
}

async function readLines(sql: Db | Tx, of: { channelId: Id } | { id: Id }): Promise<LineView[]> {
  return sql<LineView[]>`
    SELECT n.id, n.channel_id AS "channelId", regexp_replace(n.number, '^short:', '') AS number, n.queue_id AS "queueId", n.purpose_id AS "purposeId", n.source_id AS "sourceId", n.country,
      coalesce((SELECT jsonb_agg(jsonb_build_object('key', k.key, 'purposeId', k.purpose_id) ORDER BY k.key) FROM line_key k WHERE k.line_id = n.id), '[]') AS keys, n.version
    FROM line n JOIN channel c ON c.id = n.channel_id AND c.archived_at IS NULL
    WHERE n.archived_at IS NULL AND ${"id" in of ? sql`n.id = ${of.id}` : sql`n.channel_id = ${of.channelId}`} ORDER BY n.number, n.id`;
}

async function requireLine(tx: Tx, id: Id): Promise<LineView> {
  const [line] = await readLines(tx, { id });
  if (line === undefined) throw new AppError("not_found");
  return line;
}

/** As calls name it: ingest compares by the same rule. Throws `validation`. */
async function numberOf(tx: Tx, typed: string, country: string | null): Promise<string> {
  if (country !== null && !isCountry(country)) throw new AppError("validation", { fields: { country: "unknown" } });
  const [company] = await tx<{ country: string }[]>`SELECT country FROM company`;
  const number = normaliseValue("phone", typed, country ?? company?.country ?? "", true);
  if (number === null) throw new AppError("validation", { fields: { number: "format" } });
  return number;
}

const rowOf = (line: LineBody) => ({
  number: line.number,
  queue_id: line.queueId,
  purpose_id: line.purposeId,
  source_id: line.sourceId,
  country: line.country,
});
/** Each key of the menu is a field of its own in the journal. */
const fieldsOf = (keys: LineBody["keys"]): Record<string, Id> => Object.fromEntries(keys.map((k) => [`line_key_${k.key}`, k.purposeId]));

async function writeKeys(tx: Tx, lineId: Id, keys: LineBody["keys"]): Promise<void> {
  await tx`DELETE FROM line_key WHERE line_id = ${lineId}`;
  if (keys.length > 0) await tx`INSERT INTO line_key ${tx(keys.map((k) => ({ line_id: lineId, key: k.key, purpose_id: k.purposeId })))}`;
}

const FIELD_OF: Record<string, string> = {
  line_number_uq: "number",
  line_key_pkey: "keys",
  line_key_purpose_id_fkey: "keys",
  line_queue_id_fkey: "queueId",
  line_purpose_id_fkey: "purposeId",
  line_source_id_fkey: "sourceId",
};

/** A number or key that is there twice, and a queue, purpose or source that is not there, in words. */
async function known<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, constraint_name: constraint = "" } = error as { code?: string; constraint_name?: string };
    const field = FIELD_OF[constraint];
    if (field === undefined) throw error;
    if (code === "23505") throw new AppError("duplicate", { field });
    throw new AppError("validation", { fields: { [field]: "unknown" } });
  }
}
