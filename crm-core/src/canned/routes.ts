import { type AccessAction, type Principal, scopeOf } from "@kommutator/contract/access";
import { CannedAnswer, CannedBody, CannedList, CannedPatch, CannedQuery, RenderBody, Rendered } from "@kommutator/contract/api/canned";
import { IdParams } from "@kommutator/contract/api/common";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { differences } from "../audit/index.ts";
import { change, columnsOf, lockVersion } from "../change.ts";
import type { Crm } from "../context.ts";
import { requireDialog } from "../party/link.ts";
import { found } from "../rights.ts";
import { render } from "./render.ts";
import { listCanned, listFolders, readCanned } from "./sql.ts";
import { valuesFor } from "./values.ts";

const COLUMNS = { title: "title", shortcut: "shortcut", body: "body", folder: "folder", tags: "tags" };
type Target = { scope: CannedAnswer["scope"]; departmentId: Id | null };

/** Canned answers (XA-05). Personal ones are their writer's alone and need no right of their own; shared ones need the right `canned` over whom they are for. */
export function cannedRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const { sql } = crm;

    app.get("/canned-answers", { schema: { querystring: CannedQuery, response: { 200: CannedList } } }, async (request) => {
      const principal = writer(request);
      const [items, folders] = await Promise.all([listCanned(sql, principal, request.query), listFolders(sql, principal)]);
      return { items, folders };
    });

    app.post("/canned-answers", { schema: { body: CannedBody, response: { 201: CannedAnswer } } }, async (request, reply) => {
      const principal = writer(request);
      const { body } = request;
      const made = await change(crm, actorOf(request), (tx) =>
        unique(async () => {
          await requireTarget(tx, principal, "create", body);
          const values = { ...columnsOf(body, COLUMNS), ...ownerOf(principal, body) };
          const [row] = await tx<{ id: Id }[]>`
            INSERT INTO canned_answer ${tx({ ...values, created_by: principal.employeeId, changed_at: new Date(crm.clock.now()) })} RETURNING id`;
          const { id } = row as { id: Id };
          await crm.audit(tx, actorOf(request), { objectKind: "canned_answer", objectId: id, action: "create", changes: differences({}, values) });
          return found(await readCanned(tx, principal, id));
        }),
      );
      return reply.code(201).send(made);
    });

    app.patch("/canned-answers/:id", { schema: { params: IdParams, body: CannedPatch, response: { 200: CannedAnswer } } }, async (request) => {
      const principal = writer(request);
      const { id } = request.params;
      const { body } = request;
      return change(crm, actorOf(request), (tx) =>
        unique(async () => {
          const current = await editable(tx, principal, id, "edit");
          const before = await lockVersion<Record<string, unknown> & { version: number }>(tx, "canned_answer", id, body.version, () =>
            readCanned(tx, principal, id),
          );
          const old: Target = { scope: current.scope, departmentId: current.department?.id ?? null };
          const scope = body.scope ?? old.scope;
          const target: Target = {
            scope,
            departmentId: body.departmentId !== undefined ? body.departmentId : scope === "department" ? old.departmentId : null,
          };
          const moved = target.scope !== old.scope || target.departmentId !== old.departmentId;
          if (moved) await requireTarget(tx, principal, "create", target);
          const after = { ...columnsOf(body, COLUMNS), ...(moved ? ownerOf(principal, target) : {}) };
          const changes = differences(before, after);
          if (Object.keys(changes).length > 0) {
            await tx`UPDATE canned_answer SET ${tx({ ...after, version: before.version + 1, changed_at: new Date(crm.clock.now()) })} WHERE id = ${id}`;
            await crm.audit(tx, actorOf(request), { objectKind: "canned_answer", objectId: id, action: "edit", changes });
          }
          return found(await readCanned(tx, principal, id));
        }),
      );
    });

    app.delete("/canned-answers/:id", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      const principal = writer(request);
      const { id } = request.params;
      await change(crm, actorOf(request), async (tx) => {
        const { title } = await editable(tx, principal, id, "delete");
        await tx`UPDATE canned_answer SET archived_at = ${new Date(crm.clock.now())}, version = version + 1 WHERE id = ${id}`;
        await crm.audit(tx, actorOf(request), { objectKind: "canned_answer", objectId: id, action: "archive", changes: { title: [title, null] } });
      });
      return reply.code(204).send(null);
    });

    app.post("/canned-answers/:id/render", { schema: { params: IdParams, body: RenderBody, response: { 200: Rendered } } }, async (request) => {
      const principal = writer(request);
      const { dialogId } = request.body;
      return sql.begin(async (tx) => {
        const answer = found(await readCanned(tx, principal, request.params.id));
        if (dialogId !== null) await requireDialog(tx, principal, dialogId, "read");
        const values = await valuesFor(crm, tx, principal, dialogId);
        await tx`UPDATE canned_answer SET uses = uses + 1, last_used_at = ${new Date(crm.clock.now())} WHERE id = ${answer.id}`;
        return render(answer.body, values);
      });
    });
  };
}

/** Whoever works with dialogs or keeps the shared answers; to others they are of no use. */
function writer(request: FastifyRequest): Principal {
  const principal = principalOf(request);
  if (scopeOf(principal, "dialog", "read") === null && scopeOf(principal, "canned", "read") === null) throw new AppError("forbidden");
  return principal;
}

/** The answer, locked, when the principal may do this with it: not_found when it may not even be seen, forbidden otherwise. */
async function editable(tx: Tx, principal: Principal, id: Id, action: "edit" | "delete"): Promise<CannedAnswer> {
  await tx`SELECT 1 FROM canned_answer WHERE id = ${id} FOR UPDATE`;
  const answer = found(await readCanned(tx, principal, id));
  if (answer.scope !== "personal") await requireTarget(tx, principal, action, { scope: answer.scope, departmentId: answer.department?.id ?? null });
  return answer;
}

/** May answers for these people be written (changed, deleted)? Throws validation (department missing or needless) or forbidden. */
async function requireTarget(tx: Tx, principal: Principal, action: AccessAction, target: Target): Promise<void> {
  if ((target.scope === "department") !== (target.departmentId !== null))
    throw new AppError("validation", { fields: { departmentId: "with_scope_department" } });
  if (target.scope === "personal") return;
  const scope = scopeOf(principal, "canned", action);
  if (scope === null || scope === "own") throw new AppError("forbidden");
  if (target.departmentId === null) {
    if (scope !== "all") throw new AppError("forbidden");
    return;
  }
  const mine = scope === "department" ? [principal.departmentId] : principal.subtreeIds;
  if (scope !== "all" && !mine.includes(target.departmentId)) throw new AppError("forbidden");
  const known = await tx`SELECT 1 FROM department WHERE id = ${target.departmentId} AND archived_at IS NULL`;
  if (known.length === 0) throw new AppError("validation", { fields: { departmentId: "unknown" } });
}

function ownerOf(principal: Principal, target: Target): { owner_id: Id | null; department_id: Id | null } {
  return { owner_id: target.scope === "personal" ? principal.employeeId : null, department_id: target.departmentId };
}

/** The shortcut is taken among the answers for the same people. */
async function unique<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: string }).code === "23505") throw new AppError("duplicate", { fields: { shortcut: "taken" } });
    throw error;
  }
}
