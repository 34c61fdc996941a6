import { IdParams } from "@kommutator/contract/api/common";
import { AnswersBody, LeadAnswers, LeadQuestionBody, LeadQuestionList, LeadQuestionPatch, LeadQuestionView } from "@kommutator/contract/api/lead";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { differences } from "../audit/index.ts";
import { change } from "../change.ts";
import type { Crm, Query } from "../context.ts";
import { found } from "../rights.ts";
import { requireLead } from "./edit.ts";
import { readLead } from "./sql.ts";

/** The checklist of a lead: questions in use in their order, and answered ones that went out of use. */
async function checklist(tx: Query, leadId: Id): Promise<LeadAnswers> {
  return tx<LeadAnswers>`
    SELECT q.id, q.name, q.pos, q.required, a.answer, CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END AS by, to_jsonb(a.at) AS at
    FROM lead_question q LEFT JOIN lead_answer a ON a.question_id = q.id AND a.lead_id = ${leadId} LEFT JOIN employee e ON e.id = a.by_id
    WHERE q.archived_at IS NULL OR a.answer IS NOT NULL ORDER BY q.pos, q.name`;
}

/** GET/POST /lead-questions, PATCH/DELETE /lead-questions/:id, GET/PUT /leads/:id/answers (RG-15). */
export function leadQuestionRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const list = (tx: Query) => tx<LeadQuestionView[]>`SELECT id, name, pos, required FROM lead_question WHERE archived_at IS NULL ORDER BY pos, name`;

    app.get("/lead-questions", { schema: { response: { 200: LeadQuestionList } } }, async (request) => {
      requireScope(request, "lead", "read");
      return list(crm.sql);
    });

    app.post("/lead-questions", { schema: { body: LeadQuestionBody, response: { 201: LeadQuestionView } } }, async (request, reply) => {
      requireScope(request, "catalogue", "create");
      const view = await change(crm, actorOf(request), async (tx) => {
        const [row] = await tx<LeadQuestionView[]>`INSERT INTO lead_question ${tx(request.body)} RETURNING id, name, pos, required`;
        const made = row as LeadQuestionView;
        await crm.audit(tx, actorOf(request), { objectKind: "lead_question", objectId: made.id, action: "create", changes: differences({}, request.body) });
        return made;
      });
      return reply.code(201).send(view);
    });

    app.patch("/lead-questions/:id", { schema: { params: IdParams, body: LeadQuestionPatch, response: { 200: LeadQuestionView } } }, async (request) => {
      requireScope(request, "catalogue", "edit");
      return change(crm, actorOf(request), (tx) => alter(tx, request.params.id, request.body, actorOf(request)));
    });

    app.delete("/lead-questions/:id", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      requireScope(request, "catalogue", "delete");
      await change(crm, actorOf(request), (tx) => alter(tx, request.params.id, { archived_at: new Date(crm.clock.now()) }, actorOf(request)));
      return reply.code(204).send(null);
    });

    async function alter(tx: Tx, id: Id, after: Record<string, unknown>, actor: ReturnType<typeof actorOf>): Promise<LeadQuestionView> {
      const [before] = await tx<Record<string, unknown>[]>`SELECT * FROM lead_question WHERE id = ${id} AND archived_at IS NULL FOR UPDATE`;
      const changes = differences(found(before), after);
      if (Object.keys(changes).length > 0) {
        await tx`UPDATE lead_question SET ${tx(after)} WHERE id = ${id}`;
        await crm.audit(tx, actor, { objectKind: "lead_question", objectId: id, action: "archived_at" in after ? "archive" : "edit", changes });
      }
      const [row] = await tx<LeadQuestionView[]>`SELECT id, name, pos, required FROM lead_question WHERE id = ${id}`;
      return row as LeadQuestionView;
    }

    app.get("/leads/:id/answers", { schema: { params: IdParams, response: { 200: LeadAnswers } } }, async (request) => {
      found(await readLead(crm.sql, principalOf(request), request.params.id, crm.clock.now()));
      return checklist(crm.sql, request.params.id);
    });

    app.put("/leads/:id/answers", { schema: { params: IdParams, body: AnswersBody, response: { 200: LeadAnswers } } }, async (request) => {
      const { principal } = requireScope(request, "lead", "edit");
      const { id } = request.params;
      return change(crm, actorOf(request), async (tx) => {
        await requireLead(crm, tx, principal, id);
        const before = await checklist(tx, id);
        const changes: Record<string, [unknown, unknown]> = {};
        for (const { questionId, answer } of request.body.answers) {
          const question = before.find((q) => q.id === questionId);
          if (question === undefined) throw new AppError("validation", { fields: { answers: "unknown" } });
          if ((question.answer ?? "") === answer) continue;
          changes[question.name] = [question.answer, answer === "" ? null : answer];
          if (answer === "") await tx`DELETE FROM lead_answer WHERE lead_id = ${id} AND question_id = ${questionId}`;
          else
            await tx`
              INSERT INTO lead_answer (lead_id, question_id, answer, by_id, at) VALUES (${id}, ${questionId}, ${answer}, ${principal.employeeId}, ${new Date(crm.clock.now())})
              ON CONFLICT (lead_id, question_id) DO UPDATE SET answer = excluded.answer, by_id = excluded.by_id, at = excluded.at`;
        }
        if (Object.keys(changes).length > 0) await crm.audit(tx, actorOf(request), { objectKind: "lead", objectId: id, action: "answers", changes });
        return checklist(tx, id);
      });
    });
  };
}
