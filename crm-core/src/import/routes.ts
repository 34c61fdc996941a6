import { scopeOf } from "@kommutator/contract/access";
import { IdParams, PageQuery } from "@kommutator/contract/api/common";
import {
  IMPORT_FIELDS,
  ImportAction,
  type ImportMapping,
  type ImportObject,
  ImportOptions,
  ImportPage,
  ImportPatch,
  ImportReportQuery,
  ImportRowPage,
  ImportRowQuery,
  ImportUploadQuery,
  ImportView,
} from "@kommutator/contract/api/import";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { differences } from "../audit/index.ts";
import { change } from "../change.ts";
import type { Crm } from "../context.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { found } from "../rights.ts";
import { listBatches, lockBatch, readBatch, requireObject, requireResponsible } from "./batch.ts";
import { encodingOf, formatOf, headOf, separatorOf } from "./detect.ts";
import { suggestMapping } from "./fields.ts";
import { FILE_BYTES, UnreadableFile } from "./limits.ts";
import { readColumns } from "./read.ts";
import { report } from "./report.ts";
import { readRowPage } from "./rows.ts";

/** Steps of a person: which right, from which states, to which. */
const STEPS = {
  check: { action: "create", from: ["draft", "checked"], to: "checking" },
  run: { action: "create", from: ["checked"], to: "running" },
  stop: { action: "create", from: ["checking", "running"], to: "checked" },
  undo: { action: "delete", from: ["done", "checked"], to: "undoing" },
} as const;

/** /imports: a file with many cards from upload to undo (IG-04). The work itself is the job's. */
export function importRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const { sql } = crm;
    app.addContentTypeParser("application/octet-stream", { parseAs: "buffer", bodyLimit: FILE_BYTES }, (_request, body, done) => done(null, body));

    app.post("/imports", { bodyLimit: FILE_BYTES, schema: { querystring: ImportUploadQuery, response: { 201: ImportView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "import", "create");
      const { object, name } = request.query;
      requireObject(principal, object);
      const file = request.body;
      if (!Buffer.isBuffer(file) || file.length === 0) throw new AppError("validation", { fields: { file: "empty" } });
      const format = readable(() => formatOf(file));
      const encoding = format === "csv" ? encodingOf(file) : "utf-8";
      const options = ImportOptions.parse(format === "csv" ? { encoding, separator: separatorOf(headOf(file, encoding)) } : {});
      const columns = await columnsOf(file, format, options);
      const mapping = suggestMapping(
        object,
        columns.columns.map((c) => c.title),
      );
      const view = await change(crm, actorOf(request), async (tx) => {
        const values = {
          object,
          file_name: name,
          file,
          format,
          created_by: principal.employeeId,
          options: tx.json(options),
          columns: tx.json(columns as never),
          mapping: tx.json(mapping),
        };
        const [row] = await tx<{ id: Id }[]>`INSERT INTO import_batch ${tx(values as never)} RETURNING id`;
        const { id } = row as { id: Id };
        await crm.audit(tx, actorOf(request), {
          objectKind: "import",
          objectId: id,
          action: "create",
          changes: { object: [null, object], file_name: [null, name] },
        });
        return found(await readBatch(tx, null, id));
      });
      return reply.code(201).send(view);
    });

    app.get("/imports", { schema: { querystring: PageQuery, response: { 200: ImportPage } } }, async (request) => {
      const { principal } = requireScope(request, "import", "read");
      const { cursor, limit } = request.query;
      return pageOf(await listBatches(sql, principal, decodeCursor(cursor), limit), limit, (r) => r);
    });

    app.get("/imports/:id", { schema: { params: IdParams, response: { 200: ImportView } } }, async (request) =>
      found(await readBatch(sql, requireScope(request, "import", "read").principal, request.params.id)),
    );

    app.patch("/imports/:id", { schema: { params: IdParams, body: ImportPatch, response: { 200: ImportView } } }, async (request) => {
      const { principal } = requireScope(request, "import", "create");
      const { id } = request.params;
      return change(crm, actorOf(request), async (tx) => {
        const batch = await lockBatch(tx, principal, "create", id, request.body.version, ["draft", "checked"]);
        if (batch.state === "checked") await requireUntouched(tx, id);
        const options = { ...batch.options, ...request.body.options } as ImportOptions;
        if (options.letIncomplete && scopeOf(principal, "import", "edit") === null)
          throw new AppError("validation", { fields: { letIncomplete: "forbidden" } });
        if (request.body.options?.responsibleId !== undefined) await requireResponsible(tx, options);
        let { columns } = batch;
        let mapping = request.body.mapping ?? batch.mapping;
        if ((["encoding", "separator", "sheet", "header"] as const).some((key) => options[key] !== batch.options[key])) {
          const [row] = await tx<{ file: Buffer }[]>`SELECT file FROM import_batch WHERE id = ${id}`;
          columns = await columnsOf(row?.file ?? Buffer.alloc(0), batch.format, options);
          mapping =
            request.body.mapping ??
            suggestMapping(
              batch.object,
              columns.columns.map((c) => c.title),
            );
        }
        requireFields(batch.object, mapping, columns.columns.length);
        await tx`
          UPDATE import_batch SET options = ${tx.json(options)}, columns = ${tx.json(columns as never)}, mapping = ${tx.json(mapping)}, state = 'draft', total = 0, version = version + 1
          WHERE id = ${id}`;
        await tx`DELETE FROM import_row WHERE batch_id = ${id}`;
        const changes = differences({ ...batch.options, mapping: batch.mapping }, { ...options, mapping });
        if (Object.keys(changes).length > 0) await crm.audit(tx, actorOf(request), { objectKind: "import", objectId: id, action: "edit", changes });
        return found(await readBatch(tx, null, id));
      });
    });

    for (const [step, { action, from, to }] of Object.entries(STEPS)) {
      app.post(`/imports/:id/${step}`, { schema: { params: IdParams, body: ImportAction, response: { 200: ImportView } } }, async (request) => {
        const { principal } = requireScope(request, "import", action);
        const { id } = request.params;
        return change(crm, actorOf(request), async (tx) => {
          const batch = await lockBatch(tx, principal, action, id, request.body.version, from);
          requireObject(principal, batch.object);
          if (step === "check") {
            await requireUntouched(tx, id);
            requireEnough(batch.object, batch.mapping);
            await tx`DELETE FROM import_row WHERE batch_id = ${id}`;
          }
          // A dry run that was stopped knows too little to be brought in.
          const state = step === "stop" && batch.state === "checking" ? "draft" : to;
          await tx`
            UPDATE import_batch SET state = ${state}, version = version + 1, fault = NULL, finished_at = NULL,
              total = ${step === "check" || state === "draft" ? 0 : batch.total}, started_at = CASE WHEN ${step} = 'run' THEN coalesce(started_at, now()) ELSE started_at END
            WHERE id = ${id}`;
          await crm.audit(tx, actorOf(request), { objectKind: "import", objectId: id, action: step, changes: {} });
          return found(await readBatch(tx, null, id));
        });
      });
    }

    app.get("/imports/:id/rows", { schema: { params: IdParams, querystring: ImportRowQuery, response: { 200: ImportRowPage } } }, async (request) => {
      const { principal } = requireScope(request, "import", "read");
      const { id } = request.params;
      found(await readBatch(sql, principal, id));
      const { state, limit, cursor } = request.query;
      const from = cursor === undefined ? 0 : Number(cursor);
      if (!Number.isSafeInteger(from)) throw new AppError("validation", { fields: { cursor: "invalid" } });
      const rows = await readRowPage(sql, principal, id, { state, from, limit });
      const items = rows.slice(0, limit);
      return { items, nextCursor: rows.length > limit ? String(items.at(-1)?.n) : null };
    });

    app.get("/imports/:id/report", { schema: { params: IdParams, querystring: ImportReportQuery, response: { 200: z.any() } } }, async (request, reply) => {
      const principal = principalOf(request);
      requireScope(request, "import", "read");
      const batch = found(await readBatch(sql, principal, request.params.id));
      return report(crm, principal, batch, request.query.format, reply);
    });
  };
}

/** What cannot be read is told beside the file. */
function told(error: unknown): never {
  if (error instanceof UnreadableFile) throw new AppError("validation", { fields: { file: error.code } });
  throw error;
}
function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    return told(error);
  }
}
/** Titles and samples. */
const columnsOf = (file: Uint8Array, format: "csv" | "xlsx", options: ImportOptions): ReturnType<typeof readColumns> =>
  readColumns(file, format, options).catch(told);

/** Every mapped column exists and every field is one of the object's. */
function requireFields(object: ImportObject, mapping: ImportMapping, width: number): void {
  const fields: readonly string[] = IMPORT_FIELDS[object];
  const wrong = Object.entries(mapping).filter(([column, field]) => Number(column) >= width || !fields.includes(field));
  if (wrong.length > 0) throw new AppError("validation", { fields: Object.fromEntries(wrong.map(([column]) => [`mapping.${column}`, "invalid"])) });
}

/** Without these no row could become a card. */
function requireEnough(object: ImportObject, mapping: ImportMapping): void {
  const mapped = new Set(Object.values(mapping));
  const any = (...fields: string[]) => fields.some((field) => mapped.has(field));
  const missing =
    object === "customer"
      ? !any("name") && "name"
      : object === "lead"
        ? !any("phone", "email") && "phone"
        : !any("company")
          ? "company"
          : !any("lastName", "firstName", "fullName") && "lastName";
  if (missing !== false) throw new AppError("validation", { fields: { [missing]: "required" } });
}

/** Once rows were brought in, the file is no draft any more. */
async function requireUntouched(tx: Parameters<typeof readBatch>[0], id: Id): Promise<void> {
  const rows = await tx`SELECT 1 FROM import_row WHERE batch_id = ${id} AND state IN ('created','filled') LIMIT 1`;
  if (rows.length > 0) throw new AppError("validation", { fields: { state: "begun" } });
}
