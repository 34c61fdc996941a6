import { IdParams } from "@kommutator/contract/api/common";
import { ContactPoint, ContactPointBody, ContactPointPatch } from "@kommutator/contract/api/contact-point";
import { WARNINGS_HEADER } from "@kommutator/contract/api/required-field";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { differences } from "../audit/index.ts";
import { change, VersionConflict } from "../change.ts";
import type { Crm } from "../context.ts";
import { overruled } from "../customer/write.ts";
import { requireNoNewTwin } from "../duplicate/find.ts";
import { facetsOf } from "../duplicate/sql.ts";
import { emitContactChanged, emitPartyChanged } from "../party/sql.ts";
import { checkRequired } from "../required-field/check.ts";
import { found } from "../rights.ts";
import { insertPoints, lockPoint, mayEditOwner, ownerOf, pointsGone, pointsMade, readPoint, requireAnotherPoint, verifiedElsewhere } from "./sql.ts";

/** POST /contact-points, PATCH and DELETE /contact-points/:id, by the right to edit the card that owns the point. */
export function contactPointRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.post("/contact-points", { schema: { body: ContactPointBody, response: { 201: ContactPoint } } }, async (request, reply) => {
      const principal = principalOf(request);
      const { customerId, contactId, leadId, differentReason, ...point } = request.body;
      const owners = [
        customerId === null ? null : { customer_id: customerId },
        contactId === null ? null : { contact_id: contactId },
        leadId === null ? null : { lead_id: leadId },
      ];
      const [owner, ...more] = owners.filter((o) => o !== null);
      if (owner === undefined || more.length > 0) throw new AppError("validation", { fields: { customerId: "one_owner" } });
      const made = await change(crm, actorOf(request), async (tx) => {
        if (!(await mayEditOwner(tx, principal, { customer_id: customerId, contact_id: contactId, lead_id: leadId }))) throw new AppError("not_found");
        const card = customerId ?? contactId ?? (leadId as Id);
        const before = (await facetsOf(tx, [card])).get(card);
        const [row] = await insertPoints(tx, owner, [point], (await crm.company(tx)).country);
        if (row === undefined) throw new AppError("duplicate");
        const others = await requireNoNewTwin(tx, principal, card, before, differentReason);
        const made = await readPoint(tx, row.id);
        const why = overruled(others, differentReason);
        await crm.audit(
          tx,
          actorOf(request),
          pointsMade(owner, [row]).map((entry) => ({ ...entry, changes: { ...entry.changes, ...why } })),
        );
        await tell(crm, tx, ownerOf({ customer_id: customerId, contact_id: contactId, lead_id: leadId }));
        return made;
      });
      return reply.code(201).send(made);
    });

    app.patch("/contact-points/:id", { schema: { params: IdParams, body: ContactPointPatch, response: { 200: ContactPoint } } }, async (request) => {
      const principal = principalOf(request);
      const { label, isShared, verified, differentReason = null, version } = request.body;
      return change(crm, actorOf(request), async (tx) => {
        const point = found(await lockPoint(tx, principal, request.params.id));
        if (point.version !== version) throw new VersionConflict("contact_point", point.id, await readPoint(tx, point.id));
        const shared = isShared ?? point.is_shared;
        const next = {
          label: label === undefined ? point.label : label,
          is_shared: shared,
          // Who shares a number proves nothing with it: marking it shared takes the verification back.
          verified_at: shared ? null : verified === undefined ? point.verified_at : verified ? (point.verified_at ?? new Date(crm.clock.now())) : null,
        };
        if (verified === true && shared) throw new AppError("validation", { fields: { verified: "shared" } });
        if (next.verified_at !== null && (await verifiedElsewhere(tx, point))) throw new AppError("contact_point_taken");
        const card = ownerOf(point).id;
        const before = (await facetsOf(tx, [card])).get(card);
        await tx`UPDATE contact_point SET ${tx(next)}, verified_how = CASE WHEN ${next.verified_at}::timestamptz IS NULL THEN NULL ELSE coalesce(verified_how, 'manual') END WHERE id = ${point.id}`;
        const others = point.is_shared && !shared ? await requireNoNewTwin(tx, principal, card, before, differentReason) : [];
        await crm.audit(tx, actorOf(request), {
          objectKind: "contact_point",
          objectId: point.id,
          action: "edit",
          changes: { ...differences({ ...point }, next), ...overruled(others, differentReason) },
        });
        await tell(crm, tx, ownerOf(point));
        return readPoint(tx, point.id);
      });
    });

    app.delete("/contact-points/:id", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      const principal = principalOf(request);
      await change(crm, actorOf(request), async (tx) => {
        const point = found(await lockPoint(tx, principal, request.params.id));
        await requireAnotherPoint(tx, point);
        await tx`UPDATE contact_point SET archived_at = ${new Date(crm.clock.now())} WHERE id = ${point.id}`;
        await crm.audit(tx, actorOf(request), pointsGone([{ id: point.id, value: point.value_norm }]));
        // The last number may be one that a rule asks for (AD-06).
        const { object, id } = ownerOf(point);
        const warnings = await checkRequired(tx, crm, principal, { object, moment: "save", row: { id }, fields: ["phone", "email", "contactPoint"] });
        if (warnings.length > 0) reply.header(WARNINGS_HEADER, warnings.join(","));
        await tell(crm, tx, { object, id });
      });
      return reply.code(204).send(null);
    });
  };
}

/** Whoever has the card open in a dialog sees the change. */
async function tell(crm: Crm, tx: Tx, { object, id }: ReturnType<typeof ownerOf>): Promise<void> {
  if (object === "contact") await emitContactChanged(crm, tx, id);
  else await emitPartyChanged(crm, tx, object === "customer" ? { customerId: id } : { leadId: id });
}
