import { scopeOf } from "@kommutator/contract/access";
import { IdParams } from "@kommutator/contract/api/common";
import { UploadedBlob } from "@kommutator/contract/api/dialogs";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import { writeAudit } from "@kommutator/crm-core/audit/write";
import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { shownAs } from "../../media/file-type.ts";
import type { WrittenBlob } from "../../ports.ts";
import type { ApiDeps } from "../deps.ts";
import { previewOf, requireBlob } from "./access.ts";
import { disposition, parseRange } from "./range.ts";

/** The largest file of any channel (Telegram, Viber, VK: 50 MB); each channel's own limit is refused by the composer, and when it is sent. */
export const MAX_UPLOAD_BYTES = 50 * 1024 * 1024;
/** Whoever may write to somebody, or change an object that files hang on, may upload; what becomes of the upload has its own rights. */
const UPLOADED_FOR = ["dialog", "customer", "lead", "interest", "interaction", "task", "inquiry"] as const;
/** A player asks for many ranges: those within so long of the first are one listening. */
const ONE_LISTENING_MS = 600_000;

/** `preview`: the small picture of the file, where there is one, in place of the file. */
const BlobQuery = z.object({ name: z.string().max(250).optional(), preview: z.literal("").optional() });

/** The one file of the form, on disk before any transaction begins: a slow upload holds neither a connection nor memory. */
async function keepFile(request: FastifyRequest, blobs: ApiDeps["blobs"]): Promise<{ written: WrittenBlob; filename: string; mimetype: string }> {
  try {
    // One more than may be, so that the store meets the end of a file of just the right size.
    const part = await request.file({ limits: { fileSize: MAX_UPLOAD_BYTES + 1 } });
    if (part === undefined || part.fieldname !== "file") throw new AppError("validation", { fields: { file: "missing" } });
    return { written: await blobs.write(part.file, MAX_UPLOAD_BYTES), filename: part.filename, mimetype: part.mimetype };
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
        const principal = principalOf(request);
        if (!UPLOADED_FOR.some((object) => scopeOf(principal, object, "edit") !== null)) throw new AppError("forbidden");
        if (!request.isMultipart()) throw new AppError("validation", { reason: "multipart" });
        const { written, filename, mimetype } = await keepFile(request, deps.blobs);
        const name = (filename || "file").replace(/^.*[\\/]/, "").slice(0, 250);
        const mime = /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(mimetype) ? mimetype : "application/octet-stream";
        const blob = await sql.begin((tx) => deps.blobs.record(tx, written, { name, mime, createdBy: principal.employeeId }));
        return reply.code(201).send({ blobId: blob.id, name: blob.name, mime: blob.mime, bytes: blob.bytes });
      },
    );

    app.get("/blobs/:id", { schema: { params: IdParams, querystring: BlobQuery } }, async (request, reply) => {
      const principal = principalOf(request);
      const { id } = request.params;
      const { use } = await requireBlob(sql, principal, id);
      const small = request.query.preview === undefined ? null : await previewOf(sql, id);
      const stored = await sql.begin((tx) => deps.blobs.open(tx, small ?? id));
      if (stored === null) throw new AppError("not_found");
      const { name, mime, bytes } = stored.blob;
      // Shown in a page only what its own bytes say to be a picture, sound or film; the rest no browser opens or guesses.
      const shown = use === "recording" && mime.startsWith("audio/") ? mime : shownAs(mime, stored.head);
      reply
        .header("x-content-type-options", "nosniff")
        .header("content-security-policy", "sandbox; default-src 'none'")
        .header("cache-control", "private, no-store")
        .header("accept-ranges", "bytes")
        .header("content-disposition", disposition(shown === null ? "attachment" : "inline", request.query.name ?? name))
        .type(shown ?? "application/octet-stream");
      if (use === "recording") await auditListening(request, id);
      const range = parseRange(request.headers.range, bytes);
      if (range === "unsatisfiable") return reply.code(416).header("content-range", `bytes */${bytes}`).send();
      if (range === null) return reply.header("content-length", bytes).send(stored.stream());
      reply.code(206).header("content-range", `bytes ${range.from}-${range.to}/${bytes}`);
      return reply.header("content-length", range.to - range.from + 1).send(stored.stream(range));
    });
  };
}
