import { IdParams } from "@kommutator/contract/api/common";
import {
  FinishBody,
  FinishResult,
  InquiryDraftBody,
  InquiryPage,
  InquiryQuery,
  InquiryView,
  Reception,
  ReceptionQuery,
  RejectBody,
} from "@kommutator/contract/api/inquiry";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { change } from "../change.ts";
import type { Crm } from "../context.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { requireDialog } from "../party/link.ts";
import { found } from "../rights.ts";
import { finishInquiry, lockInquiry, reject } from "./finish.ts";
import { readReception, startReception } from "./reception.ts";
import { inquiryAllowed, listInquiries, readInquiry } from "./sql.ts";

/** GET /inquiries, GET /inquiries/:id, GET /dialogs/:id/reception, PUT /inquiries/:id/draft, POST /inquiries/:id/finish and /reject (RG-07 to RG-12). */
export function inquiryRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/inquiries", { schema: { querystring: InquiryQuery, response: { 200: InquiryPage } } }, async (request) => {
      const { principal } = requireScope(request, "inquiry", "read");
      const { status, origin, cursor, limit } = request.query;
      return pageOf(await listInquiries(crm.sql, principal, { status, origin, cursor: decodeCursor(cursor), limit }), limit, (r) => r);
    });

    app.get("/inquiries/:id", { schema: { params: IdParams, response: { 200: InquiryView } } }, async (request) =>
      found(await readInquiry(crm.sql, principalOf(request), request.params.id)),
    );

    app.get("/dialogs/:id/reception", { schema: { params: IdParams, querystring: ReceptionQuery, response: { 200: Reception } } }, async (request) => {
      const { principal } = requireScope(request, "inquiry", "edit");
      return change(crm, actorOf(request), async (tx) => {
        await requireDialog(tx, principal, request.params.id);
        const id = await startReception(crm, tx, principal, actorOf(request), request.params.id);
        return readReception(crm, tx, id, request.query.purposeId ?? null);
      });
    });

    app.put("/inquiries/:id/draft", { schema: { params: IdParams, body: InquiryDraftBody, response: { 200: InquiryView } } }, async (request) => {
      const { principal } = requireScope(request, "inquiry", "edit");
      const { draft, purposeId } = request.body;
      return change(crm, actorOf(request), async (tx) => {
        const rows = await tx`
          UPDATE inquiry q SET draft = ${tx.json(draft as never)} ${purposeId === undefined ? tx`` : tx`, purpose_id = ${purposeId}`}
          WHERE q.id = ${request.params.id} AND q.status IN ('new', 'in_wizard', 'dispatched') AND ${inquiryAllowed(tx, principal, "edit")} RETURNING id`;
        // A draft of a finished inquiry is of no use to anybody: the page hears what came of it.
        const view = found(await readInquiry(tx, principal, request.params.id));
        if (rows.length === 0) throw new AppError("already_taken", { by: view.processedBy });
        return view;
      });
    });

    app.post("/inquiries/:id/finish", { schema: { params: IdParams, body: FinishBody, response: { 200: FinishResult } } }, async (request) => {
      const { principal } = requireScope(request, "inquiry", "edit");
      return change(crm, actorOf(request), (tx) => finishInquiry(crm, tx, principal, actorOf(request), request.params.id, request.body));
    });

    app.post("/inquiries/:id/reject", { schema: { params: IdParams, body: RejectBody, response: { 200: InquiryView } } }, async (request) => {
      const { principal } = requireScope(request, "inquiry", "edit");
      const actor = actorOf(request);
      const { version, reason, blockIdentity } = request.body;
      return change(crm, actor, async (tx) => {
        const inquiry = await lockInquiry(tx, principal, request.params.id, version);
        await reject(crm, tx, actor, inquiry, { reason, purposeId: null });
        if (blockIdentity) {
          const [d] = await tx<{ kind: string; value: string | null }[]>`
            SELECT coalesce(q.identity_kind, d.identity_kind) AS kind, coalesce(q.identity_value, d.identity_value) AS value FROM inquiry q LEFT JOIN dialog d ON d.id = q.dialog_id WHERE q.id = ${inquiry.id}`;
          if (d?.value == null) throw new AppError("validation", { fields: { blockIdentity: "hidden" } });
          await tx`INSERT INTO exclusion (kind, value_norm, reason, created_by) VALUES (${d.kind}, ${d.value}, ${reason}, ${principal.employeeId}) ON CONFLICT DO NOTHING`;
          await crm.audit(tx, actor, { objectKind: "inquiry", objectId: inquiry.id, action: "block", changes: { identity: [null, `${d.kind} ${d.value}`] } });
        }
        return found(await readInquiry(tx, null, inquiry.id));
      });
    });
  };
}
