import { IdParams } from "@kommutator/contract/api/common";
import { DispatchRuleBody, DispatchRuleList, DispatchRulePatch, DispatchRuleView, RuleOrderBody } from "@kommutator/contract/api/dispatch-rule";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { differences } from "../audit/index.ts";
import { change, columnsOf } from "../change.ts";
import type { Crm } from "../context.ts";
import { found } from "../rights.ts";
import { readRules } from "./rule-sql.ts";

const COLUMNS = {
  name: "name",
  enabled: "enabled",
  channelId: "channel_id",
  senders: "senders",
  words: "words",
  identities: "identities",
  action: "action",
  purposeId: "purpose_id",
  employeeId: "employee_id",
  queueId: "queue_id",
  reason: "reason",
};

/** GET/POST /dispatch-rules, PATCH/DELETE /dispatch-rules/:id, PUT /dispatch-rules/order (RG-08). Who may edit channels may say what happens to what comes by them. */
export function dispatchRuleRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const one = async (tx: Tx, id: Id) => found((await readRules(tx)).find((r) => r.id === id));

    app.get("/dispatch-rules", { schema: { response: { 200: DispatchRuleList } } }, async (request) => {
      requireScope(request, "channel", "read");
      return readRules(crm.sql);
    });

    app.post("/dispatch-rules", { schema: { body: DispatchRuleBody, response: { 201: DispatchRuleView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "channel", "edit");
      const actor = actorOf(request);
      const view = await change(crm, actor, async (tx) => {
        await check(tx, request.body);
        const values = columnsOf(request.body, COLUMNS);
        const [row] = await tx<{ id: Id }[]>`
          INSERT INTO dispatch_rule ${tx({ ...values, created_by: principal.employeeId })} RETURNING id`;
        const { id } = row as { id: Id };
        await tx`UPDATE dispatch_rule SET pos = (SELECT coalesce(max(pos), 0) + 1 FROM dispatch_rule WHERE id <> ${id}) WHERE id = ${id}`;
        await crm.audit(tx, actor, { objectKind: "dispatch_rule", objectId: id, action: "create", changes: differences({}, values) });
        return one(tx, id);
      });
      return reply.code(201).send(view);
    });

    app.put("/dispatch-rules/order", { schema: { body: RuleOrderBody, response: { 200: DispatchRuleList } } }, async (request) => {
      requireScope(request, "channel", "edit");
      const { ids } = request.body;
      return change(crm, actorOf(request), async (tx) => {
        const rules = await readRules(tx);
        if (new Set(ids).size !== ids.length || rules.length !== ids.length || rules.some((r) => !ids.includes(r.id)))
          throw new AppError("validation", { fields: { ids: "incomplete" } });
        await tx`UPDATE dispatch_rule SET pos = array_position(${ids}::uuid[], id) WHERE id = ANY(${ids}::uuid[])`;
        for (const rule of rules) {
          const pos = ids.indexOf(rule.id) + 1;
          if (pos !== rule.pos)
            await crm.audit(tx, actorOf(request), { objectKind: "dispatch_rule", objectId: rule.id, action: "order", changes: { pos: [rule.pos, pos] } });
        }
        return readRules(tx);
      });
    });

    app.patch("/dispatch-rules/:id", { schema: { params: IdParams, body: DispatchRulePatch, response: { 200: DispatchRuleView } } }, async (request) => {
      requireScope(request, "channel", "edit");
      const { id } = request.params;
      const { version, ...body } = request.body;
      return change(crm, actorOf(request), async (tx) => {
        const [before] = await tx<Record<string, unknown>[]>`SELECT * FROM dispatch_rule WHERE id = ${id} AND archived_at IS NULL FOR UPDATE`;
        const current = await one(tx, id);
        if (found(before)["version"] !== version) throw new AppError("version_conflict", { current });
        await check(tx, {
          action: body.action ?? current.action,
          channelId: body.channelId === undefined ? current.channelId : body.channelId,
          purposeId: body.purposeId === undefined ? current.purposeId : body.purposeId,
          employeeId: body.employeeId === undefined ? current.employeeId : body.employeeId,
          queueId: body.queueId === undefined ? current.queueId : body.queueId,
          reason: body.reason === undefined ? current.reason : body.reason,
        });
        const after = columnsOf(body, COLUMNS);
        const changes = differences(before as Record<string, unknown>, after);
        if (Object.keys(changes).length > 0) {
          await tx`UPDATE dispatch_rule SET ${tx({ ...after, version: version + 1 })} WHERE id = ${id}`;
          await crm.audit(tx, actorOf(request), { objectKind: "dispatch_rule", objectId: id, action: "edit", changes });
        }
        return one(tx, id);
      });
    });

    // What it did stays explained by it: archived, never deleted.
    app.delete("/dispatch-rules/:id", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      requireScope(request, "channel", "edit");
      await change(crm, actorOf(request), async (tx) => {
        const rows =
          await tx`UPDATE dispatch_rule SET archived_at = ${new Date(crm.clock.now())} WHERE id = ${request.params.id} AND archived_at IS NULL RETURNING 1`;
        if (rows.length === 0) throw new AppError("not_found");
        await crm.audit(tx, actorOf(request), { objectKind: "dispatch_rule", objectId: request.params.id, action: "archive", changes: {} });
      });
      return reply.code(204).send(null);
    });
  };
}

type Rule = Pick<DispatchRuleView, "action" | "purposeId" | "employeeId" | "queueId" | "reason" | "channelId">;

/** An action needs what it acts with, and that must exist. Throws validation naming every fault. */
async function check(tx: Tx, rule: Rule): Promise<void> {
  const fields: Record<string, string> = {};
  if (rule.action === "reject" && !rule.reason) fields["reason"] = "required";
  if ((rule.action === "suggest" || rule.action === "create_interest") && rule.purposeId === null) fields["purposeId"] = "required";
  if (rule.action === "assign" && rule.purposeId === null && rule.employeeId === null && rule.queueId === null) fields["employeeId"] = "required";
  if (rule.employeeId !== null && rule.queueId !== null) fields["queueId"] = "one_of_two";
  const known = async (name: string, id: Id | null, rows: () => PromiseLike<readonly unknown[]>) => {
    if (id !== null && (await rows()).length === 0) fields[name] = "unknown";
  };
  await known("channelId", rule.channelId, () => tx`SELECT 1 FROM channel WHERE id = ${rule.channelId} AND archived_at IS NULL`);
  await known("purposeId", rule.purposeId, () => tx`SELECT 1 FROM inquiry_purpose WHERE id = ${rule.purposeId} AND archived_at IS NULL`);
  await known("employeeId", rule.employeeId, () => tx`SELECT 1 FROM employee WHERE id = ${rule.employeeId} AND state = 'active'`);
  await known("queueId", rule.queueId, () => tx`SELECT 1 FROM queue WHERE id = ${rule.queueId} AND archived_at IS NULL`);
  if (rule.action === "create_interest" && rule.purposeId !== null && fields["purposeId"] === undefined) {
    const rows = await tx`SELECT 1 FROM inquiry_purpose WHERE id = ${rule.purposeId} AND outcome = 'interest' AND interest_kind_id IS NOT NULL`;
    if (rows.length === 0) fields["purposeId"] = "not_interest";
  }
  if (Object.keys(fields).length > 0) throw new AppError("validation", { fields });
}
