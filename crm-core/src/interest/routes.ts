import { IdParams } from "@kommutator/contract/api/common";
import { InterestBody, InterestPage, InterestPatch, InterestQuery, InterestView } from "@kommutator/contract/api/interest";
import { WARNINGS_HEADER } from "@kommutator/contract/api/required-field";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { change } from "../change.ts";
import type { Crm } from "../context.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { linkInterest, requireDialog } from "../party/link.ts";
import { partyOf } from "../party/sql.ts";
import { allowed, found, handles, mayAssign } from "../rights.ts";
import { changeInterest } from "./change-interest.ts";
import { requireFields } from "./conditions.ts";
import { emitInterest } from "./emit.ts";
import { writeFields } from "./fields.ts";
import { suggestInterest } from "./from-dialog.ts";
import { judgeInterests } from "./judge.ts";
import { lightsOf } from "./lights.ts";
import { listInterests } from "./sql.ts";
import { readInterest } from "./view.ts";
import { createInterest } from "./write.ts";

/** GET and POST /interests, GET and PATCH /interests/:id (IN-01, RG-13). */
export function interestRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const { sql } = crm;

    app.get("/interests", { schema: { querystring: InterestQuery, response: { 200: InterestPage } } }, async (request) => {
      const { principal } = requireScope(request, "interest", "read");
      const { cursor, limit, ...filter } = request.query;
      const page = pageOf(await listInterests(sql, principal, { ...filter, cursor: decodeCursor(cursor), limit }), limit, (r) => r);
      const lights = await lightsOf(
        sql,
        page.items.map((r) => r.id),
        crm.clock.now(),
      );
      return { ...page, items: page.items.map((r) => ({ ...r, light: lights.get(r.id) ?? null })) };
    });

    app.get("/interests/:id", { schema: { params: IdParams, response: { 200: InterestView } } }, async (request) =>
      found(await readInterest(sql, principalOf(request), request.params.id, crm.clock.now())),
    );

    app.post("/interests", { schema: { body: InterestBody, response: { 201: InterestView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "interest", "create");
      const actor = actorOf(request);
      const view = await change(crm, actor, async (tx) => {
        const body = { ...request.body, responsibleId: request.body.responsibleId ?? principal.employeeId };
        await mayAssign(tx, principal, "interest", body.responsibleId);
        if (body.fromDialogId !== null) {
          // Prefilled from the dialog (RG-13): the person and where they came from.
          await requireDialog(tx, principal, body.fromDialogId);
          const party = await partyOf(tx, body.fromDialogId);
          if (body.customerId === null && body.leadId === null)
            Object.assign(body, {
              customerId: party?.customerId ?? null,
              leadId: party?.leadId ?? null,
              contactId: body.contactId ?? party?.contactId ?? null,
            });
          if (body.sourceId === null) body.sourceId = (await suggestInterest(tx, body.fromDialogId)).sourceId;
        }
        await requirePerson(tx, request, body);
        const { id } = await createInterest(crm, tx, actor, body, principal);
        if (body.fromDialogId !== null) await linkInterest(crm, tx, actor, body.fromDialogId, id);
        const warnings = await requireFields(crm, tx, principal, id, { moment: "create" });
        if (warnings.length > 0) reply.header(WARNINGS_HEADER, warnings.join(","));
        return found(await readInterest(tx, null, id, crm.clock.now()));
      });
      return reply.code(201).send(view);
    });

    app.patch("/interests/:id", { schema: { params: IdParams, body: InterestPatch, response: { 200: InterestView } } }, async (request, reply) => {
      const { version, ...fields } = request.body;
      return changeInterest(crm, { request, reply, id: request.params.id, version, right: ["interest", "edit"] }, async (tx, interest) => {
        if ((await writeFields(crm, tx, principalOf(request), actorOf(request), interest, fields)) === null) return [];
        await tx`UPDATE interest SET version = version + 1 WHERE id = ${interest.id}`;
        const warnings = await requireFields(crm, tx, principalOf(request), interest.id, { moment: "save" });
        await judgeInterests(crm, tx, interest.status === "open" ? [interest.id] : []);
        await emitInterest(crm, tx, interest.id, interest.status);
        return warnings;
      });
    });

    /** The person of a new Interest must be one that the principal may see; a lead that became a customer stands for it. */
    async function requirePerson(
      tx: Tx,
      request: Parameters<typeof principalOf>[0],
      body: { customerId: Id | null; leadId: Id | null; contactId: Id | null },
    ): Promise<void> {
      const principal = principalOf(request);
      if (body.customerId !== null) {
        const rows = await tx`
          SELECT 1 FROM customer c WHERE c.id = ${body.customerId} AND c.archived_at IS NULL
            AND (${allowed(tx, principal, "customer", "read", "c.responsible_id")} OR ${handles(tx, principal, "customer_id", "c.id")})
            AND (${body.contactId}::uuid IS NULL OR EXISTS (SELECT 1 FROM customer_contact WHERE customer_id = c.id AND contact_id = ${body.contactId}::uuid))`;
        if (rows.length === 0) throw new AppError("not_found");
      } else if (body.leadId !== null) {
        const [lead] = await tx<{ id: Id; converted_customer_id: Id | null; converted_contact_id: Id | null }[]>`
          SELECT l.id, l.converted_customer_id, l.converted_contact_id FROM lead o JOIN lead l ON l.id = coalesce(o.merged_into_id, o.id) WHERE o.id = ${body.leadId}
            AND (${allowed(tx, principal, "lead", "read", "l.responsible_id")} OR ${handles(tx, principal, "lead_id", "l.id")})`;
        if (lead === undefined) throw new AppError("not_found");
        Object.assign(body, { leadId: lead.id });
        if (lead.converted_customer_id !== null)
          Object.assign(body, { customerId: lead.converted_customer_id, contactId: body.contactId ?? lead.converted_contact_id });
      }
    }
  };
}
