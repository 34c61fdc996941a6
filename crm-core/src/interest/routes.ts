import type { AccessAction } from "@kommutator/contract/access";
import { IdParams } from "@kommutator/contract/api/common";
import { VersionBody } from "@kommutator/contract/api/interaction";
import { CloseBody, InterestBody, InterestPage, InterestPatch, InterestQuery, InterestView, StageBody } from "@kommutator/contract/api/interest";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { differences } from "../audit/index.ts";
import { change, columnsOf, lockVersion } from "../change.ts";
import type { Crm } from "../context.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { linkInterest, requireDialog } from "../party/link.ts";
import { partyOf } from "../party/sql.ts";
import { allowed, found, handles, mayAssign } from "../rights.ts";
import { listInterests, readInterest } from "./sql.ts";
import { closeInterest, createInterest, emitInterest, type InterestRecord, moveStage, reopenInterest } from "./write.ts";

const COLUMNS = {
  title: "title",
  responsibleId: "responsible_id",
  amount: "amount",
  currency: "currency",
  expectedClose: "expected_close",
  contactId: "contact_id",
};

/** GET and POST /interests, GET and PATCH /interests/:id, POST /interests/:id/stage, /close, /reopen (IN-01, IN-02, RG-13). */
export function interestRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const { sql } = crm;

    app.get("/interests", { schema: { querystring: InterestQuery, response: { 200: InterestPage } } }, async (request) => {
      const { principal } = requireScope(request, "interest", "read");
      const { cursor, limit, ...filter } = request.query;
      return pageOf(await listInterests(sql, principal, { ...filter, cursor: decodeCursor(cursor), limit }), limit, (r) => r);
    });

    app.get("/interests/:id", { schema: { params: IdParams, response: { 200: InterestView } } }, async (request) =>
      found(await readInterest(sql, principalOf(request), request.params.id)),
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
          if (body.sourceId === null) {
            const [source] = await tx<{ id: Id | null }[]>`
              SELECT coalesce(n.source_id, c.source_id) AS id FROM dialog d JOIN channel c ON c.id = d.channel_id LEFT JOIN line n ON n.id = d.line_id WHERE d.id = ${body.fromDialogId}`;
            body.sourceId = source?.id ?? null;
          }
        }
        await requirePerson(tx, request, body);
        const { id } = await createInterest(crm, tx, actor, body);
        if (body.fromDialogId !== null) await linkInterest(crm, tx, actor, body.fromDialogId, id);
        return found(await readInterest(tx, null, id));
      });
      return reply.code(201).send(view);
    });

    app.patch("/interests/:id", { schema: { params: IdParams, body: InterestPatch, response: { 200: InterestView } } }, async (request) =>
      edit(request, request.params.id, request.body.version, "edit", async (tx, interest) => {
        const { body } = request;
        const [before] =
          await tx`SELECT title, responsible_id, amount, currency::text, expected_close::text, contact_id FROM interest WHERE id = ${interest.id}`;
        const after = columnsOf(body, COLUMNS);
        if (body.responsibleId !== undefined && body.responsibleId !== interest.responsible_id)
          await mayAssign(tx, principalOf(request), "interest", body.responsibleId);
        if (after["amount"] === null) after["currency"] = null;
        else if (after["amount"] !== undefined && after["currency"] == null) after["currency"] = before?.["currency"] ?? (await crm.company(tx)).currency;
        const changes = differences({ ...before }, after);
        if (Object.keys(changes).length === 0) return;
        await tx`UPDATE interest SET ${tx({ ...after, last_activity_at: new Date(crm.clock.now()), version: interest.version + 1 })} WHERE id = ${interest.id}`;
        if ("responsible_id" in changes)
          await tx`UPDATE interest SET department_id = (SELECT department_id FROM employee WHERE id = interest.responsible_id) WHERE id = ${interest.id}`;
        await crm.audit(tx, actorOf(request), { objectKind: "interest", objectId: interest.id, action: "edit", changes });
        await emitInterest(crm, tx, interest.id, interest.status);
      }),
    );

    app.post("/interests/:id/stage", { schema: { params: IdParams, body: StageBody, response: { 200: InterestView } } }, async (request) =>
      edit(request, request.params.id, request.body.version, "edit", (tx, interest) =>
        moveStage(crm, tx, actorOf(request), interest, request.body.stageId, request.body.reason),
      ),
    );

    app.post("/interests/:id/close", { schema: { params: IdParams, body: CloseBody, response: { 200: InterestView } } }, async (request) =>
      // To cancel is a right of its own (IN-02).
      edit(request, request.params.id, request.body.version, request.body.status === "cancelled" ? "delete" : "edit", (tx, interest) =>
        closeInterest(crm, tx, actorOf(request), interest, request.body),
      ),
    );

    app.post("/interests/:id/reopen", { schema: { params: IdParams, body: VersionBody, response: { 200: InterestView } } }, async (request) =>
      edit(request, request.params.id, request.body.version, "edit", (tx, interest) => reopenInterest(crm, tx, actorOf(request), interest)),
    );

    /** One change of one Interest: right, lock, version, work, the row as it is then. */
    async function edit(
      request: Parameters<typeof principalOf>[0],
      id: Id,
      version: number,
      action: AccessAction,
      work: (tx: Tx, interest: InterestRecord) => Promise<void>,
    ): Promise<InterestView> {
      const principal = principalOf(request);
      return change(crm, actorOf(request), async (tx) => {
        const rows = await tx`SELECT 1 FROM interest i WHERE i.id = ${id} AND ${allowed(tx, principal, "interest", action, "i.responsible_id")}`;
        if (rows.length === 0) throw new AppError((await readInterest(tx, principal, id)) === null ? "not_found" : "forbidden");
        const interest = await lockVersion<InterestRecord>(tx, "interest", id, version, () => readInterest(tx, null, id));
        await work(tx, interest);
        return found(await readInterest(tx, null, id));
      });
    }

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
        const [lead] = await tx<{ converted_customer_id: Id | null; converted_contact_id: Id | null }[]>`
          SELECT converted_customer_id, converted_contact_id FROM lead l WHERE l.id = ${body.leadId}
            AND (${allowed(tx, principal, "lead", "read", "l.responsible_id")} OR ${handles(tx, principal, "lead_id", "l.id")})`;
        if (lead === undefined) throw new AppError("not_found");
        if (lead.converted_customer_id !== null)
          Object.assign(body, { customerId: lead.converted_customer_id, contactId: body.contactId ?? lead.converted_contact_id });
      }
    }
  };
}
