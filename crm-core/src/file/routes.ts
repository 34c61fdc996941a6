import type { Principal } from "@kommutator/contract/access";
import { IdParams } from "@kommutator/contract/api/common";
import { FileBody, FileDetail, FileList, FilePatch, FileQuery, FileView, MAX_FILES_PER_OBJECT, VersionOf } from "@kommutator/contract/api/file";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { change, VersionConflict } from "../change.ts";
import type { Crm } from "../context.ts";
import { mayDo, requireObject } from "../object-rights.ts";
import { found } from "../rights.ts";
import { filesOf, objectsOf, readFile, versionsOf } from "./sql.ts";
import { addVersion, createFile, linkFile, unlinkFile } from "./write.ts";

/** Files on objects (DT-05): GET, POST /files, GET, PATCH /files/:id, POST /files/:id/versions, POST and DELETE /files/:id/links. */
export function fileRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/files", { schema: { querystring: FileQuery, response: { 200: FileList } } }, async (request) => {
      const { object, objectId } = request.query;
      await requireObject(crm.sql, principalOf(request), { kind: object, id: objectId }, "read");
      return { items: await filesOf(crm.sql, object, objectId, MAX_FILES_PER_OBJECT) };
    });

    app.post("/files", { schema: { body: FileBody, response: { 201: FileView } } }, async (request, reply) => {
      const principal = principalOf(request);
      const { body } = request;
      const view = await change(crm, actorOf(request), async (tx) => {
        await requireObject(tx, principal, { kind: body.object, id: body.objectId }, "edit");
        return found(await readFile(tx, null, await createFile(crm, tx, actorOf(request), principal, body)));
      });
      return reply.code(201).send(view);
    });

    app.get("/files/:id", { schema: { params: IdParams, response: { 200: FileDetail } } }, async (request) => {
      const principal = principalOf(request);
      const file = found(await readFile(crm.sql, principal, request.params.id));
      return { ...file, versions: await versionsOf(crm.sql, file.id), objects: await objectsOf(crm.sql, principal, file.id) };
    });

    app.patch("/files/:id", { schema: { params: IdParams, body: FilePatch, response: { 200: FileView } } }, async (request) =>
      edit(request, request.params.id, request.body.version, async (tx, file) => {
        const { name } = request.body;
        if (name === file.name) return;
        await tx`UPDATE file SET name = ${name}, version = version + 1 WHERE id = ${file.id}`;
        await crm.audit(tx, actorOf(request), { objectKind: "file", objectId: file.id, action: "edit", changes: { name: [file.name, name] } });
      }),
    );

    app.post("/files/:id/versions", { schema: { params: IdParams, body: VersionOf, response: { 200: FileView } } }, async (request) =>
      edit(request, request.params.id, request.body.version, (tx, file, principal) => addVersion(crm, tx, actorOf(request), principal, file.id, request.body)),
    );

    app.post("/files/:id/links", { schema: { params: IdParams, body: FileQuery, response: { 200: FileView } } }, async (request) => {
      const principal = principalOf(request);
      const { object, objectId } = request.body;
      return change(crm, actorOf(request), async (tx) => {
        const file = found(await readFile(tx, principal, request.params.id));
        await requireObject(tx, principal, { kind: object, id: objectId }, "edit");
        await linkFile(crm, tx, actorOf(request), principal, file.id, request.body);
        return file;
      });
    });

    app.delete("/files/:id/links", { schema: { params: IdParams, querystring: FileQuery, response: { 204: z.null() } } }, async (request, reply) => {
      const principal = principalOf(request);
      const { object, objectId } = request.query;
      await change(crm, actorOf(request), async (tx) => {
        found(await readFile(tx, principal, request.params.id));
        await requireObject(tx, principal, { kind: object, id: objectId }, "edit");
        if (!(await unlinkFile(crm, tx, actorOf(request), request.params.id, request.query))) throw new AppError("not_found");
      });
      return reply.code(204).send(null);
    });

    /** Whoever may change one of its objects may change a file. */
    async function edit(
      request: Parameters<typeof principalOf>[0],
      id: Id,
      version: number,
      work: (tx: Tx, file: FileView, principal: Principal) => Promise<void>,
    ): Promise<FileView> {
      const principal = principalOf(request);
      return change(crm, actorOf(request), async (tx) => {
        await tx`SELECT 1 FROM file WHERE id = ${id} FOR UPDATE`;
        const file = found(await readFile(tx, principal, id));
        const may = await Promise.all((await objectsOf(tx, principal, id)).map((o) => mayDo(tx, principal, { kind: o.object, id: o.objectId }, "edit")));
        if (!may.includes(true)) throw new AppError("forbidden");
        if (file.version !== version) throw new VersionConflict("file", id, file);
        await work(tx, file, principal);
        return found(await readFile(tx, null, id));
      });
    }
  };
}
