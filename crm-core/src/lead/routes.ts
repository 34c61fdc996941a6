import { IdParams } from "@kommutator/contract/api/common";
import { ConvertBody, ConvertResult, LeadBody, LeadPage, LeadPatch, LeadQuery, LeadView } from "@kommutator/contract/api/lead";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { differences } from "../audit/index.ts";
import { change, columnsOf, lockVersion } from "../change.ts";
import { insertPoints } from "../contact-point/sql.ts";
import type { Crm } from "../context.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { emitPartyChanged } from "../party/sql.ts";
import { allowed, found, handles, mayAssign } from "../rights.ts";
import { search } from "../search/sql.ts";
import { convertLead } from "./convert.ts";
import { listLeads, readLead } from "./sql.ts";

const COLUMNS = { contactName: "contact_name", companyName: "company_name", note: "note", responsibleId: "responsible_id", status: "status" };

/** GET and POST /leads, GET and PATCH /leads/:id, POST /leads/:id/convert (RG-09, RG-14). */
export function leadRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const { sql } = crm;

    app.get("/leads", { schema: { querystring: LeadQuery, response: { 200: LeadPage } } }, async (request) => {
      const { principal } = requireScope(request, "lead", "read");
      const { q, status, responsibleId, limit } = request.query;
      if (q === undefined || q.trim() === "") {
        return pageOf(await listLeads(sql, principal, { status, responsibleId, cursor: decodeCursor(request.query.cursor), limit }), limit, (r) => r);
      }
      return sql.begin("READ ONLY", async (tx) => {
        const ids = (await search(tx, principal, q, limit, "lead")).map((h) => h.id);
        const rows = await listLeads(tx, principal, { status, responsibleId, ids, cursor: null, limit });
        return { items: rows.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id)), nextCursor: null };
      });
    });

    app.post("/leads", { schema: { body: LeadBody, response: { 201: LeadView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "lead", "create");
      const { body } = request;
      if (body.contactPoints.length === 0 && !body.noContact) throw new AppError("contact_point_required");
      const responsibleId = body.responsibleId ?? principal.employeeId;
      const view = await change(crm, actorOf(request), async (tx) => {
        await mayAssign(tx, principal, "lead", responsibleId);
        const values = {
          ...columnsOf(body, { contactName: "contact_name", companyName: "company_name", note: "note", sourceId: "source_id", noContact: "no_contact" }),
          responsible_id: responsibleId,
        };
        const [row] = await tx<{ id: Id }[]>`INSERT INTO lead ${tx({ ...values, created_by: principal.employeeId })} RETURNING id`;
        const { id } = row as { id: Id };
        await insertPoints(tx, { lead_id: id }, body.contactPoints, (await crm.company(tx)).country);
        await crm.audit(tx, actorOf(request), { objectKind: "lead", objectId: id, action: "create", changes: differences({}, values) });
        return found(await readLead(tx, null, id));
      });
      return reply.code(201).send(view);
    });

    app.get("/leads/:id", { schema: { params: IdParams, response: { 200: LeadView } } }, async (request) =>
      found(await readLead(sql, principalOf(request), request.params.id)),
    );

    app.patch("/leads/:id", { schema: { params: IdParams, body: LeadPatch, response: { 200: LeadView } } }, async (request) => {
      const { principal } = requireScope(request, "lead", "edit");
      const { id } = request.params;
      const { body } = request;
      return change(crm, actorOf(request), async (tx) => {
        const rows =
          await tx`SELECT 1 FROM lead l WHERE l.id = ${id} AND (${allowed(tx, principal, "lead", "edit", "l.responsible_id")} OR ${handles(tx, principal, "lead_id", "l.id")})`;
        if (rows.length === 0) throw new AppError((await readLead(tx, principal, id)) === null ? "not_found" : "forbidden");
        const before = await lockVersion<Record<string, unknown> & { version: number; status: string }>(tx, "lead", id, body.version, () =>
          readLead(tx, null, id),
        );
        if (before.status === "converted" || before.status === "disqualified") throw new AppError("validation", { fields: { status: before.status } });
        const after = columnsOf(body, COLUMNS);
        if (body.responsibleId !== undefined && body.responsibleId !== before["responsible_id"]) await mayAssign(tx, principal, "lead", body.responsibleId);
        const changes = differences(before, after);
        if (Object.keys(changes).length > 0) {
          await tx`UPDATE lead SET ${tx({ ...after, version: before.version + 1 })} WHERE id = ${id}`;
          await crm.audit(tx, actorOf(request), { objectKind: "lead", objectId: id, action: "edit", changes });
          await emitPartyChanged(crm, tx, { leadId: id });
        }
        return found(await readLead(tx, null, id));
      });
    });

    app.post("/leads/:id/convert", { schema: { params: IdParams, body: ConvertBody, response: { 200: ConvertResult } } }, async (request) => {
      requireScope(request, "lead", "edit");
      const { principal } = requireScope(request, "customer", "create");
      return change(crm, actorOf(request), (tx) => convertLead(crm, tx, principal, actorOf(request), request.params.id, request.body));
    });
  };
}
