import { IdParams } from "@kommutator/contract/api/common";
import { ConvertBody, ConvertResult, DisqualifyBody, LeadBody, LeadPage, LeadPatch, LeadQuery, LeadView, ReopenBody } from "@kommutator/contract/api/lead";
import { WARNINGS_HEADER } from "@kommutator/contract/api/required-field";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { differences } from "../audit/index.ts";
import { change, columnsOf } from "../change.ts";
import { insertPoints, pointsMade } from "../contact-point/sql.ts";
import type { Crm } from "../context.ts";
import { overruled } from "../customer/write.ts";
import { requireDifferent } from "../duplicate/find.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { checkRequired } from "../required-field/check.ts";
import { found, mayAssign } from "../rights.ts";
import { LIKELIEST, searchedPage } from "../search/page.ts";
import { prepareList } from "../search/seen.ts";
import { search } from "../search/sql.ts";
import { convertLead } from "./convert.ts";
import { setDeadlines } from "./deadline.ts";
import { disqualifyLead, editLead, reopenLead } from "./edit.ts";
import { listLeads, readLead } from "./sql.ts";
import { asTyped } from "./typed.ts";

/** GET and POST /leads, GET and PATCH /leads/:id, POST /leads/:id/convert, /disqualify, /reopen (RG-09, RG-14, RG-15). */
export function leadRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const { sql } = crm;
    const view = async (tx: Tx, id: Id) => found(await readLead(tx, null, id, crm.clock.now()));

    app.get("/leads", { schema: { querystring: LeadQuery, response: { 200: LeadPage } } }, async (request) => {
      const { principal } = requireScope(request, "lead", "read");
      const { q, limit, cursor, ...filter } = request.query;
      const now = crm.clock.now();
      return sql.begin("READ ONLY", async (tx) => {
        const seen = await prepareList(tx, principal, "lead");
        if (q === undefined || q.trim() === "") return pageOf(await listLeads(tx, seen, filter, { cursor: decodeCursor(cursor), limit, now }), limit, (r) => r);
        return searchedPage(
          tx,
          seen,
          q,
          "lead",
          { cursor, limit },
          async () => (await search(tx, principal, q, LIKELIEST, "lead")).map((hit) => hit.id),
          ({ only, ...page }) => listLeads(tx, seen, { ...filter, only }, { ...page, now }),
        );
      });
    });

    app.post("/leads", { schema: { body: LeadBody, response: { 201: LeadView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "lead", "create");
      const { body } = request;
      if (body.contactPoints.length === 0 && !body.noContact) throw new AppError("contact_point_required");
      const responsibleId = body.responsibleId ?? principal.employeeId;
      const made = await change(crm, actorOf(request), async (tx) => {
        await mayAssign(tx, principal, "lead", responsibleId);
        const { country } = await crm.company(tx);
        const others = await requireDifferent(tx, principal, asTyped(body), country, body.differentReason);
        const now = new Date(crm.clock.now());
        const values = {
          ...columnsOf(body, { contactName: "contact_name", companyName: "company_name", note: "note", sourceId: "source_id", noContact: "no_contact" }),
          responsible_id: responsibleId,
          due_at: body.dueAt === null ? null : new Date(body.dueAt),
          last_source_id: body.sourceId,
          last_source_at: body.sourceId === null ? null : now,
        };
        const [row] = await tx<{ id: Id }[]>`INSERT INTO lead ${tx({ ...values, created_at: now, created_by: principal.employeeId })} RETURNING id`;
        const { id } = row as { id: Id };
        const points = await insertPoints(tx, { lead_id: id }, body.contactPoints, country);
        await setDeadlines(tx, [id]);
        warn(reply, await checkRequired(tx, crm, principal, { object: "lead", moment: "create", row: { id } }));
        const changes = { ...differences({}, values), ...overruled(others, body.differentReason) };
        await crm.audit(tx, actorOf(request), [{ objectKind: "lead", objectId: id, action: "create", changes }, ...pointsMade({ lead_id: id }, points)]);
        return view(tx, id);
      });
      return reply.code(201).send(made);
    });

    app.get("/leads/:id", { schema: { params: IdParams, response: { 200: LeadView } } }, async (request) =>
      found(await readLead(sql, principalOf(request), request.params.id, crm.clock.now())),
    );

    app.patch("/leads/:id", { schema: { params: IdParams, body: LeadPatch, response: { 200: LeadView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "lead", "edit");
      return change(crm, actorOf(request), async (tx) => {
        warn(reply, await editLead(crm, tx, principal, actorOf(request), request.params.id, request.body));
        return view(tx, request.params.id);
      });
    });

    app.post("/leads/:id/disqualify", { schema: { params: IdParams, body: DisqualifyBody, response: { 200: LeadView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "lead", "edit");
      return change(crm, actorOf(request), async (tx) => {
        warn(reply, await disqualifyLead(crm, tx, principal, actorOf(request), request.params.id, request.body));
        return view(tx, request.params.id);
      });
    });

    app.post("/leads/:id/reopen", { schema: { params: IdParams, body: ReopenBody, response: { 200: LeadView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "lead", "edit");
      return change(crm, actorOf(request), async (tx) => {
        warn(reply, await reopenLead(crm, tx, principal, actorOf(request), request.params.id, request.body.version));
        return view(tx, request.params.id);
      });
    });

    app.post("/leads/:id/convert", { schema: { params: IdParams, body: ConvertBody, response: { 200: ConvertResult } } }, async (request, reply) => {
      requireScope(request, "lead", "edit");
      const { principal } = requireScope(request, "customer", "create");
      const warned: string[] = [];
      const converted = await change(crm, actorOf(request), (tx) => convertLead(crm, tx, principal, actorOf(request), request.params.id, request.body, warned));
      warn(reply, warned);
      return converted;
    });
  };
}

/** Fields that are only warned of, or asked for later (B7). */
function warn(reply: FastifyReply, fields: readonly string[]): void {
  if (fields.length > 0) reply.header(WARNINGS_HEADER, fields.join(","));
}
