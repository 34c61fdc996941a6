import { IdParams } from "@kommutator/contract/api/common";
import {
  DispatchBody,
  DispatchHistory,
  FinishBody,
  FinishResult,
  InquiryDraftBody,
  InquiryPage,
  InquiryQuery,
  InquirySummary,
  InquiryView,
  ManualInquiryBody,
  Reception,
  ReceptionQuery,
  RejectBody,
  UndoBody,
} from "@kommutator/contract/api/inquiry";
import { WARNINGS_HEADER } from "@kommutator/contract/api/required-field";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { change } from "../change.ts";
import type { Crm } from "../context.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { requireDialog } from "../party/link.ts";
import { checkRequired } from "../required-field/check.ts";
import { found } from "../rights.ts";
import { handOver, mayReceive } from "./dispatch.ts";
import { finishInquiry, lockInquiry } from "./finish.ts";
import { resolvePerson } from "./person.ts";
import { readReception, startReception } from "./reception.ts";
import { blockIdentity, reject } from "./reject.ts";
import { dispatchesOf, inquiryAllowed, listInquiries, readInquiry, readPurpose } from "./sql.ts";
import { summarise } from "./summary.ts";
import { undoFinish } from "./undo.ts";

/** Inquiries: register, summary, reception, draft, finish, dispatch, reject, undo (RG-07 to RG-12). */
export function inquiryRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/inquiries", { schema: { querystring: InquiryQuery, response: { 200: InquiryPage } } }, async (request) => {
      const { principal } = requireScope(request, "inquiry", "read");
      const { cursor, limit, ...filter } = request.query;
      return pageOf(await listInquiries(crm.sql, principal, filter, { cursor: decodeCursor(cursor), limit, now: crm.clock.now() }), limit, (r) => r);
    });

    app.get("/inquiries/summary", { schema: { response: { 200: InquirySummary } } }, async (request) => {
      const { principal } = requireScope(request, "inquiry", "read");
      return summarise(crm.sql, principal, crm.clock.now());
    });

    app.post("/inquiries", { schema: { body: ManualInquiryBody, response: { 201: InquiryView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "inquiry", "create");
      const { purposeId } = request.body;
      const view = await change(crm, actorOf(request), async (tx) => {
        const purpose = purposeId === null ? null : await readPurpose(tx, purposeId);
        if (purposeId !== null && purpose === null) throw new AppError("validation", { fields: { purposeId: "unknown" } });
        const now = new Date(crm.clock.now());
        const values = { origin: "manual", status: "in_wizard", received_at: now, received_by: principal.employeeId, purpose_id: purposeId };
        const [row] = await tx<{ id: Id }[]>`INSERT INTO inquiry ${tx(values)} RETURNING id`;
        const { id } = row as { id: Id };
        await crm.audit(tx, actorOf(request), { objectKind: "inquiry", objectId: id, action: "create", changes: { origin: [null, "manual"] } });
        warned(reply, await checkRequired(tx, crm, principal, { object: "inquiry", moment: "create", row: { id } }));
        await crm.emit(tx, [{ kind: "inquiry.changed", dialogId: null, payload: { inquiryId: id, status: "in_wizard" } }]);
        return found(await readInquiry(tx, null, id));
      });
      return reply.code(201).send(view);
    });

    app.get("/inquiries/:id", { schema: { params: IdParams, response: { 200: InquiryView } } }, async (request) =>
      found(await readInquiry(crm.sql, principalOf(request), request.params.id)),
    );

    app.get("/inquiries/:id/dispatches", { schema: { params: IdParams, response: { 200: DispatchHistory } } }, async (request) => {
      found(await readInquiry(crm.sql, principalOf(request), request.params.id));
      return dispatchesOf(crm.sql, request.params.id);
    });

    app.get("/dialogs/:id/reception", { schema: { params: IdParams, querystring: ReceptionQuery, response: { 200: Reception } } }, async (request) => {
      const { principal } = requireScope(request, "inquiry", "edit");
      return change(crm, actorOf(request), async (tx) => {
        await requireDialog(tx, principal, request.params.id);
        const id = await startReception(crm, tx, principal, actorOf(request), request.params.id);
        return readReception(crm, tx, principal.employeeId, id, { purposeId: request.query.purposeId ?? null, person: null });
      });
    });

    // An inquiry without a dialog: whom it is about is what the agent has found so far.
    app.get("/inquiries/:id/reception", { schema: { params: IdParams, querystring: ReceptionQuery, response: { 200: Reception } } }, async (request) => {
      const { principal } = requireScope(request, "inquiry", "edit");
      const { purposeId = null, customerId, contactId = null, leadId } = request.query;
      return crm.sql.begin(async (tx) => {
        found(await readInquiry(tx, principal, request.params.id, "edit"));
        const who =
          customerId !== undefined ? ({ kind: "customer", customerId, contactId } as const) : leadId !== undefined ? ({ kind: "lead", leadId } as const) : null;
        const person = who === null ? null : await resolvePerson(crm, tx, principal, actorOf(request), null, who);
        return readReception(crm, tx, principal.employeeId, request.params.id, { purposeId, person });
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

    app.post("/inquiries/:id/finish", { schema: { params: IdParams, body: FinishBody, response: { 200: FinishResult } } }, async (request, reply) => {
      const { principal } = requireScope(request, "inquiry", "edit");
      return change(crm, actorOf(request), async (tx) => {
        const { warnings, ...result } = await finishInquiry(crm, tx, principal, actorOf(request), request.params.id, request.body);
        if (warnings.length > 0) reply.header(WARNINGS_HEADER, warnings.join(","));
        return result;
      });
    });

    app.post("/inquiries/:id/undo", { schema: { params: IdParams, body: UndoBody, response: { 200: InquiryView } } }, async (request) => {
      const { principal } = requireScope(request, "inquiry", "edit");
      return change(crm, actorOf(request), async (tx) => {
        await undoFinish(crm, tx, principal, actorOf(request), request.params.id, request.body.version);
        return found(await readInquiry(tx, null, request.params.id));
      });
    });

    app.post("/inquiries/:id/dispatch", { schema: { params: IdParams, body: DispatchBody, response: { 200: InquiryView } } }, async (request) => {
      const { principal } = requireScope(request, "inquiry", "edit");
      const { version, employeeId, queueId, purposeId, reason } = request.body;
      if ((employeeId === null) === (queueId === null)) throw new AppError("validation", { fields: { dispatchTo: "one_of_two" } });
      return change(crm, actorOf(request), async (tx) => {
        const inquiry = await lockInquiry(tx, principal, request.params.id, version);
        const to = await mayReceive(tx, { employeeId, queueId });
        const wanted = purposeId ?? inquiry.purpose_id ?? inquiry.suggested_purpose_id;
        const purpose = wanted === null ? null : await readPurpose(tx, wanted);
        if (purposeId !== null && purpose === null) throw new AppError("validation", { fields: { purposeId: "unknown" } });
        await handOver(crm, tx, actorOf(request), inquiry, to, { purpose, ruleId: null, reason });
        return found(await readInquiry(tx, null, request.params.id));
      });
    });

    app.post("/inquiries/:id/reject", { schema: { params: IdParams, body: RejectBody, response: { 200: InquiryView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "inquiry", "edit");
      const actor = actorOf(request);
      const { version, reason } = request.body;
      return change(crm, actor, async (tx) => {
        const inquiry = await lockInquiry(tx, principal, request.params.id, version);
        await reject(crm, tx, actor, inquiry, { reason, purposeId: null, ruleId: null });
        warned(reply, await checkRequired(tx, crm, principal, { object: "inquiry", moment: "close", row: { id: inquiry.id } }));
        if (request.body.blockIdentity) await blockIdentity(crm, tx, actor, inquiry.id, reason);
        return found(await readInquiry(tx, null, inquiry.id));
      });
    });
  };
}

/** What rules only warn of is told in the header (AD-06). */
function warned(reply: FastifyReply, fields: string[]): void {
  if (fields.length > 0) reply.header(WARNINGS_HEADER, fields.join(","));
}
