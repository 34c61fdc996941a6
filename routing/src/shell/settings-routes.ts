import { IdParams } from "@kommutator/contract/api/common";
import { EmergencyBody, EmergencyView } from "@kommutator/contract/api/emergency";
import { QueueBody, QueueMembersBody, QueueView } from "@kommutator/contract/api/routing";
import {
  EmployeeSkills,
  EmployeeSkillsBody,
  Forwarding,
  ForwardingBody,
  QueueSkillsBody,
  SkillBody,
  SkillPatch,
  SkillView,
} from "@kommutator/contract/api/skills";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { Clock, Db, EmitEvents, EnqueueRouting, WriteAudit } from "@kommutator/contract/ports";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { endSwitch, readEmergencies, throwSwitch } from "./emergency.ts";
import { readForwarding, setForwarding } from "./forwarding.ts";
import { changeQueue, createQueue, readQueues, setMembers } from "./queues.ts";
import { changeSkill, createSkill, readEmployeeSkills, readSkills, removeSkill, setEmployeeSkills, setQueueSkills } from "./skills.ts";

const NoContent = { 204: z.null() };

/** What routing is told to do: queues, skills, forwarding, and the emergency switch. Each change is audited and reaches the engine at once. */
export function settingsRoutes(deps: { sql: Db; clock: Clock; audit: WriteAudit; emit: EmitEvents; enqueue: EnqueueRouting }): FastifyPluginAsync {
  const { sql } = deps;
  const shared = { sql, audit: deps.audit, emit: deps.emit, enqueue: deps.enqueue, now: () => deps.clock.now() };
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/queues", { schema: { response: { 200: z.array(QueueView) } } }, async (request) =>
      readQueues(sql, requireScope(request, "queue", "read").principal, "read"),
    );
    app.post("/queues", { schema: { body: QueueBody, response: { 201: QueueView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "queue", "create");
      return reply.code(201).send(await createQueue(shared, { principal, actor: actorOf(request) }, request.body));
    });
    app.patch("/queues/:id", { schema: { params: IdParams, body: QueuePatch, response: { 200: QueueView } } }, async (request) => {
      const { principal } = requireScope(request, "queue", "edit");
      return changeQueue(shared, { principal, actor: actorOf(request) }, request.params.id, request.body);
    });
    app.put("/queues/:id/members", { schema: { params: IdParams, body: QueueMembersBody, response: { 200: QueueView } } }, async (request) => {
      const { principal } = requireScope(request, "queue", "edit");
      return setMembers(shared, { principal, actor: actorOf(request) }, request.params.id, request.body.members);
    });
    app.put("/queues/:id/skills", { schema: { params: IdParams, body: QueueSkillsBody, response: { 200: QueueView } } }, async (request) => {
      const { principal } = requireScope(request, "queue", "edit");
      await setQueueSkills(shared, { principal, actor: actorOf(request) }, request.params.id, request.body.skills);
      const [view] = await readQueues(sql, principal, "edit", request.params.id);
      if (view === undefined) throw new AppError("not_found");
      return view;
    });

    app.get("/skills", { schema: { response: { 200: z.array(SkillView) } } }, async (request) => {
      principalOf(request);
      return readSkills(sql);
    });
    app.post("/skills", { schema: { body: SkillBody, response: { 201: SkillView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "catalogue", "create");
      return reply.code(201).send(await createSkill(shared, { principal, actor: actorOf(request) }, request.body));
    });
    app.patch("/skills/:id", { schema: { params: IdParams, body: SkillPatch, response: { 200: SkillView } } }, async (request) => {
      const { principal } = requireScope(request, "catalogue", "edit");
      return changeSkill(shared, { principal, actor: actorOf(request) }, request.params.id, request.body);
    });
    app.delete("/skills/:id", { schema: { params: IdParams, response: NoContent } }, async (request, reply) => {
      const { principal } = requireScope(request, "catalogue", "delete");
      await removeSkill(shared, { principal, actor: actorOf(request) }, request.params.id);
      return reply.code(204).send(null);
    });
    app.get("/employee-skills", { schema: { response: { 200: z.array(EmployeeSkills) } } }, async (request) =>
      readEmployeeSkills(sql, requireScope(request, "employee", "read").principal, "read"),
    );
    app.put("/employees/:id/skills", { schema: { params: IdParams, body: EmployeeSkillsBody, response: { 200: EmployeeSkills } } }, async (request) => {
      const { principal } = requireScope(request, "employee", "assign");
      return setEmployeeSkills(shared, { principal, actor: actorOf(request) }, request.params.id, request.body.skills);
    });

    app.get("/employees/:id/forwarding", { schema: { params: IdParams, response: { 200: Forwarding } } }, async (request) =>
      readForwarding(sql, principalOf(request), "read", request.params.id),
    );
    app.put("/employees/:id/forwarding", { schema: { params: IdParams, body: ForwardingBody, response: { 200: Forwarding } } }, async (request) =>
      setForwarding(shared, { principal: principalOf(request), actor: actorOf(request) }, request.params.id, request.body.rules),
    );

    app.get("/emergency", { schema: { response: { 200: z.array(EmergencyView) } } }, async (request) => {
      principalOf(request);
      return readEmergencies(sql, deps.clock.now());
    });
    app.post("/emergency", { schema: { body: EmergencyBody, response: { 201: EmergencyView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "queue", "edit");
      return reply.code(201).send(await throwSwitch(shared, { principal, actor: actorOf(request) }, request.body));
    });
    app.delete("/emergency/:id", { schema: { params: IdParams, response: NoContent } }, async (request, reply) => {
      const { principal } = requireScope(request, "queue", "edit");
      await endSwitch(shared, { principal, actor: actorOf(request) }, request.params.id);
      return reply.code(204).send(null);
    });
  };
}

/** Every setting may be left out; none is defaulted. */
const QueuePatch = z.object({
  ...(Object.fromEntries(Object.entries(QueueBody.shape).map(([k, s]) => [k, (s instanceof z.ZodDefault ? s.unwrap() : s).optional()])) as unknown as {
    [K in keyof typeof QueueBody.shape]: z.ZodOptional<z.ZodType<z.infer<typeof QueueBody>[K]>>;
  }),
  version: z.number().int(),
});
