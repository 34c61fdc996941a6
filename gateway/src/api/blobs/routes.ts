import { IdParams } from "@kommutator/contract/api/common";
import { UploadedBlob } from "@kommutator/contract/api/dialogs";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import { writeAudit } from "@kommutator/crm-core/audit/write";
import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { shownAs } from "../../media/file-type.ts";
import type { ApiDeps } from "../deps.ts";
import { requireBlob } from "./access.ts";
import { disposition, parseRange } from "./range.ts";

/** Design 12.7: outbound files above it are refused in the composer, and here. */
export const MAX_UPLOAD_BYTES = 25 * 1024 * 1024;
/** A player asks for many ranges: those within so long of the first are one listening. */
const ONE_LISTENING_MS = 600_000;

/** The one file of the form, in hand before any transaction begins: a slow upload must not hold a connection. */
async function readFile(request: FastifyRequest): Promise<{ bytes: Buffer; filename: string; mimetype: string }> {
  try {
    const part = await request.file({ limits: { fileSize: MAX_UPLOAD_BYTES } });
    if (part === undefined || part.fieldname !== "file") throw new AppError("validation", { fields: { file: "missing" } });
    return { bytes: await part.toBuffer(), filename: part.filename, mimetype: part.mimetype };
  } catch (error) {
    if (error instanceof AppError || (error as { code?: string }).code?.startsWith("FST_") === true) throw error;
    // The form's parser says in plain errors that the form is cut off or none.
    throw new AppError("validation", { reason: "multipart" });
  }
}

/** POST /blobs (multipart, field `file`) and GET /blobs/:id. */
export function blobRoutes(deps: ApiDeps): FastifyPluginAsync {
  const { sql } = deps;

  async function auditListening(request: FastifyRequest, blobId: Id): Promise<void> {
    const actor = actorOf(request);
    await sql.begin(async (tx) => {
      const since = new Date(deps.clock.now() - ONE_LISTENING_MS);
      const [lately] = await tx`
        SELECT 1 FROM audit_log WHERE object_kind = 'recording' AND object_id = ${blobId} AND actor_id = ${actor.id} AND action = 'listen' AND at > ${since}`;
      if (lately === undefined) await writeAudit(tx, actor, { objectKind: "recording", objectId: blobId, action: "listen", changes: {} });
    });
  }

  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.post(
      "/blobs",
      { bodyLimit: MAX_UPLOAD_BYTES + 64 * 1024, schema: { consumes: ["multipart/form-data"], response: { 201: UploadedBlob } } },
      async (request, reply) => {
        const { principal } = requireScope(request, "dialog", "edit");
        if (!request.isMultipart()) throw new AppError("validation", { reason: "multipart" });
        const { bytes, filename, mimetype } = await readFile(request);
        const name = (filename || "file").replace(/^.*[\\/]/, "").slice(0, 250);
        const mime = /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(mimetype) ? mimetype : "application/octet-stream";
        const blob = await sql.begin((tx) => deps.blobs.put(tx, bytes, { name, mime, createdBy: principal.employeeId, maxBytes: MAX_UPLOAD_BYTES }));
        return reply.code(201).send({ blobId: blob.id, name: blob.name, mime: blob.mime, bytes: blob.bytes });
      },
    );

    app.get("/blobs/:id", { schema: { params: IdParams, querystring: z.object({ name: z.string().max(250).optional() }) } }, async (request, reply) => {
      const principal = principalOf(request);
      const { id } = request.params;
      const { use } = await requireBlob(sql, principal, id);
      const stored = await sql.begin(async (tx) => {
        const [row] = await tx<{ name: string; mime: string }[]>`SELECT name, mime FROM blob WHERE id = ${id}`;
        const bytes = await deps.blobs.read(tx, id);
        return row === undefined || bytes === null ? null : { ...row, bytes };
      });
      if (stored === null) throw new AppError("not_found");
      // Shown in a page only what its own bytes say to be a picture, sound or film; the rest no browser opens or guesses.
      const shown = use === "recording" && stored.mime.startsWith("audio/") ? stored.mime : shownAs(stored.mime, stored.bytes);
      reply
        .header("x-content-type-options", "nosniff")
        .header("content-security-policy", "sandbox; default-src 'none'")
        .header("cache-control", "private, no-store")
        .header("accept-ranges", "bytes")
        .header("content-disposition", disposition(shown === null ? "attachment" : "inline", request.query.name ?? stored.name))
        .type(shown ?? "application/octet-stream");
      if (use === "recording") await auditListening(request, id);
      const range = parseRange(request.headers.range, stored.bytes.byteLength);
      if (range === "unsatisfiable") return reply.code(416).header("content-range", `bytes */${stored.bytes.byteLength}`).send();
      if (range === null) return reply.send(Buffer.from(stored.bytes.buffer, stored.bytes.byteOffset, stored.bytes.byteLength));
      reply.code(206).header("content-range", `bytes ${range.from}-${range.to}/${stored.bytes.byteLength}`);
      return reply.send(Buffer.from(stored.bytes.subarray(range.from, range.to + 1)));
    });
  };
}
