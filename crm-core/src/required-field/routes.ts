import { IdParams } from "@kommutator/contract/api/common";
import { RequiredRuleBody, RequiredRulePatch, RequiredRuleView, RuleCoverage, UnknownValueBody } from "@kommutator/contract/api/required-field";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { change } from "../change.ts";
import type { Crm } from "../context.ts";
import { coverage } from "./coverage.ts";
import { archiveRule, changeRule, createRule, readRules } from "./store.ts";
import { noteUnknown } from "./unknown.ts";

/** The rules of required-field control (AD-06) by the right to catalogues, the coverage of each, and "not known" said of a field. */
export function requiredFieldRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/required-fields", { schema: { response: { 200: z.array(RequiredRuleView) } } }, async (request) => {
      requireScope(request, "catalogue", "read");
      return readRules(crm.sql);
    });
    app.post("/required-fields", { schema: { body: RequiredRuleBody, response: { 201: RequiredRuleView } } }, async (request, reply) => {
      requireScope(request, "catalogue", "create");
      return reply.code(201).send(await change(crm, actorOf(request), (tx) => createRule(crm, tx, actorOf(request), request.body)));
    });
    app.patch("/required-fields/:id", { schema: { params: IdParams, body: RequiredRulePatch, response: { 200: RequiredRuleView } } }, async (request) => {
      requireScope(request, "catalogue", "edit");
      return change(crm, actorOf(request), (tx) => changeRule(crm, tx, actorOf(request), request.params.id, request.body));
    });
    app.delete("/required-fields/:id", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      requireScope(request, "catalogue", "delete");
      await change(crm, actorOf(request), (tx) => archiveRule(crm, tx, actorOf(request), request.params.id));
      return reply.code(204).send(null);
    });
    // Counts and names of every record: for whoever makes the rules, not for everybody who may read them.
    app.get("/required-fields/:id/coverage", { schema: { params: IdParams, response: { 200: RuleCoverage } } }, async (request) => {
      requireScope(request, "catalogue", "edit");
      const [rule] = await readRules(crm.sql, request.params.id);
      if (rule === undefined) throw new AppError("not_found");
      return coverage(crm, rule);
    });

    app.put("/unknown-values", { schema: { body: UnknownValueBody, response: { 204: z.null() } } }, async (request, reply) => {
      await change(crm, actorOf(request), (tx) => noteUnknown(crm, tx, { principal: principalOf(request), actor: actorOf(request) }, request.body));
      return reply.code(204).send(null);
    });
  };
}
