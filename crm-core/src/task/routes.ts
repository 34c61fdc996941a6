import type { Principal } from "@kommutator/contract/access";
import { IdParams } from "@kommutator/contract/api/common";
import {
  TaskAction,
  TaskActionParams,
  TaskBody,
  TaskCount,
  TaskDetail,
  TaskEventBody,
  TaskEventQuery,
  TaskFilter,
  TaskPage,
  TaskPatch,
  TaskQuery,
  TaskView,
} from "@kommutator/contract/api/task";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import { change, VersionConflict } from "../change.ts";
import type { Crm, Query } from "../context.ts";
import { requireObject } from "../object-rights.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { found, visible } from "../rights.ts";
import { actOnTask, editTask } from "./act.ts";
import { eventsOf, linkEvent, mayLink, unlinkEvent } from "./events.ts";
import { childTasks, countTasks, listTasks, readTask } from "./sql.ts";
import { createTask } from "./write.ts";

/** GET and POST /tasks, GET /tasks/count, GET and PATCH /tasks/:id, POST /tasks/:id/:action (BP-05), POST and DELETE /tasks/:id/events (IA-20). */
export function taskRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/tasks", { schema: { querystring: TaskQuery, response: { 200: TaskPage } } }, async (request) => {
      const { principal } = requireScope(request, "task", "read");
      const { cursor, limit, ...filter } = request.query;
      if (filter.object !== undefined && filter.objectId !== undefined)
        await requireObject(crm.sql, principal, { kind: filter.object, id: filter.objectId }, "read");
      return pageOf(await listTasks(crm.sql, principal, { ...filter, cursor: decodeCursor(cursor), limit }, crm.clock.now()), limit, (r) => r);
    });

    app.get("/tasks/count", { schema: { querystring: TaskFilter, response: { 200: TaskCount } } }, async (request) => {
      const { principal } = requireScope(request, "task", "read");
      return { count: await countTasks(crm.sql, principal, request.query, crm.clock.now()) };
    });

    app.post("/tasks", { schema: { body: TaskBody, response: { 201: TaskView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "task", "create");
      const { body } = request;
      const view = await change(crm, actorOf(request), async (tx) => {
        if (body.subject !== null) await requireObject(tx, principal, body.subject, "read");
        if (body.parentId !== null) await requireObject(tx, principal, { kind: "task", id: body.parentId }, "read");
        const executorId = body.executorId ?? principal.employeeId;
        await mayGive(tx, principal, [executorId, ...body.coExecutorIds]);
        const id = await createTask(tx, crm, actorOf(request), { ...body, executorId });
        return found(await readTask(tx, principal, id as Id, crm.clock.now()));
      });
      return reply.code(201).send(view);
    });

    app.get("/tasks/:id", { schema: { params: IdParams, response: { 200: TaskDetail } } }, async (request) => {
      const { principal } = requireScope(request, "task", "read");
      return detail(crm.sql, principal, found(await readTask(crm.sql, principal, request.params.id, crm.clock.now())));
    });

    app.post("/tasks/:id/events", { schema: { params: IdParams, body: TaskEventBody, response: { 200: TaskDetail } } }, async (request) =>
      withEvent(request, request.params.id, request.body, (tx, id, interactionId) => linkEvent(crm, tx, actorOf(request), id, interactionId)),
    );

    app.delete("/tasks/:id/events", { schema: { params: IdParams, querystring: TaskEventQuery, response: { 200: TaskDetail } } }, async (request) =>
      withEvent(request, request.params.id, request.query, async (tx, id, interactionId) => {
        if (!(await unlinkEvent(crm, tx, actorOf(request), id, interactionId))) throw new AppError("not_found");
      }),
    );

    app.patch("/tasks/:id", { schema: { params: IdParams, body: TaskPatch, response: { 200: TaskView } } }, async (request) => {
      const { body } = request;
      return edit(request, request.params.id, body.version, async (tx, task, principal) => {
        const people = [...(body.executorId == null || body.executorId === task.executor?.id ? [] : [body.executorId]), ...(body.coExecutorIds ?? [])];
        await mayGive(tx, principal, people);
        await editTask(crm, tx, actorOf(request), task, body);
      });
    });

    app.post("/tasks/:id/:action", { schema: { params: TaskActionParams, body: TaskAction, response: { 200: TaskView } } }, async (request) =>
      edit(request, request.params.id, request.body.version, (tx, task) => actOnTask(crm, tx, actorOf(request), task, request.params.action, request.body)),
    );

    async function detail(tx: Query, principal: Principal, task: TaskView): Promise<z.infer<typeof TaskDetail>> {
      return { ...task, children: await childTasks(tx, principal, task.id), events: await eventsOf(tx, principal, task.id) };
    }

    /** A change of the links between a task and an event, for whoever sees both and may change one of them. */
    async function withEvent(
      request: Parameters<typeof actorOf>[0],
      id: Id,
      { interactionId, version }: { interactionId: Id; version: number },
      work: (tx: Tx, id: Id, interactionId: Id) => Promise<void>,
    ): Promise<z.infer<typeof TaskDetail>> {
      const { principal } = requireScope(request, "task", "read");
      return change(crm, actorOf(request), async (tx) => {
        // The event before the task, as where an event gets another subject: two who link the same pair do not wait for one another in a circle.
        await tx`SELECT 1 FROM interaction WHERE id = ${interactionId} FOR KEY SHARE`;
        await tx`SELECT 1 FROM task WHERE id = ${id} FOR UPDATE`;
        const task = found(await readTask(tx, principal, id, crm.clock.now()));
        await requireObject(tx, principal, { kind: "interaction", id: interactionId }, "read");
        await mayLink(tx, principal, id, interactionId);
        if (task.version !== version) throw new VersionConflict("task", id, task);
        await work(tx, id, interactionId);
        return detail(tx, principal, found(await readTask(tx, principal, id, crm.clock.now())));
      });
    }

    /** A second writer gets the task as it is now; whoever may not see it, what a missing one gets. */
    async function edit(
      request: Parameters<typeof actorOf>[0],
      id: Id,
      version: number,
      work: (tx: Tx, task: TaskView, principal: Principal) => Promise<void>,
    ): Promise<TaskView> {
      const { principal } = requireScope(request, "task", "edit");
      return change(crm, actorOf(request), async (tx) => {
        await tx`SELECT 1 FROM task WHERE id = ${id} FOR UPDATE`;
        const task = found(await readTask(tx, principal, id, crm.clock.now()));
        if (task.version !== version) throw new VersionConflict("task", id, task);
        await work(tx, task, principal);
        // Whoever gave the task away may not see it any more; the answer is still theirs.
        const after = await readTask(tx, principal, id, crm.clock.now());
        return after ?? { ...task, actions: [], version: task.version + 1 };
      });
    }
  };
}

/** To whom one may give work: everybody within the scope of creating tasks. Others answer like strangers. */
async function mayGive(tx: Tx, principal: Principal, people: readonly Id[]): Promise<void> {
  const wanted = [...new Set(people)].filter((id) => id !== principal.employeeId);
  if (wanted.length === 0) return;
  const scope = principal.permissions.task?.create ?? null;
  const rows = await tx`SELECT 1 FROM employee e WHERE e.id = ANY(${wanted}::uuid[]) AND ${visible(tx, principal, scope, "e.id")}`;
  if (rows.length !== wanted.length) throw new AppError("not_found");
}
