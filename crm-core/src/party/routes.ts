import { IdParams } from "@kommutator/contract/api/common";
import { IncomingCard, PartyBody } from "@kommutator/contract/api/party";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import { identityScope } from "@kommutator/contract/phone";
import type { Actor } from "@kommutator/contract/ports";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import { differences } from "../audit/index.ts";
import { readCard } from "../card/sql.ts";
import { change } from "../change.ts";
import { type MadePoint, pointsMade } from "../contact-point/sql.ts";
import type { Crm } from "../context.ts";
import { ownerOf } from "../identify/proof.ts";
import { resolvePerson } from "../inquiry/person.ts";
import { found } from "../rights.ts";
import { emitParty, moveInteractions, requireDialog } from "./link.ts";
import { tellRouter } from "./router.ts";
import { partyOf } from "./sql.ts";

/** GET /dialogs/:id/card and PATCH /dialogs/:id/party: who it is with and what it is about, and putting that right (C5). */
export function partyRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/dialogs/:id/card", { schema: { params: IdParams, response: { 200: IncomingCard } } }, async (request) =>
      found(await readCard(crm.sql, principalOf(request), request.params.id)),
    );

    app.patch("/dialogs/:id/party", { schema: { params: IdParams, body: PartyBody, response: { 200: IncomingCard } } }, async (request) => {
      const { principal } = requireScope(request, "dialog", "edit");
      const { id } = request.params;
      const actor = actorOf(request);
      return change(crm, actor, async (tx) => {
        await requireDialog(tx, principal, id);
        await tx`INSERT INTO dialog_party (dialog_id) VALUES (${id}) ON CONFLICT DO NOTHING`;
        await tx`SELECT 1 FROM dialog_party WHERE dialog_id = ${id} FOR UPDATE`;
        const before = found(await partyOf(tx, id));
        const person = await choose(tx, request, before);
        const same = person.customerId === before.customerId && person.leadId === before.leadId;
        const interestId = request.body.interestId !== undefined ? request.body.interestId : same ? before.interestId : null;
        if (interestId !== null && interestId !== before.interestId) await requireInterestOf(tx, person, interestId);
        const after = { customer_id: person.customerId, contact_id: person.contactId, lead_id: person.leadId, interest_id: interestId };
        const changes = differences(
          { customer_id: before.customerId, contact_id: before.contactId, lead_id: before.leadId, interest_id: before.interestId },
          after,
        );
        if (Object.keys(changes).length > 0) {
          await tx`UPDATE dialog_party SET ${tx(after)}, version = version + 1 WHERE dialog_id = ${id}`;
          await moveInteractions(tx, id);
          await crm.audit(tx, actor, { objectKind: "dialog", objectId: id, action: "party", changes });
          await emitParty(crm, tx, id);
          if (!same || interestId !== before.interestId) await tellRouter(crm, tx, id, person);
        }
        if (request.body.verify) await verify(crm, tx, actor, id, person);
        return found(await readCard(tx, principal, id));
      });
    });

    /** The named person, checked like in the wizard; a customer chosen after a lead takes its place, and the other way round. */
    async function choose(
      tx: Tx,
      request: Parameters<typeof principalOf>[0] & { body: z.infer<typeof PartyBody>; params: { id: Id } },
      before: { customerId: Id | null; contactId: Id | null; leadId: Id | null },
    ) {
      const { customerId, contactId, leadId } = request.body;
      const principal = principalOf(request);
      if (customerId != null || (contactId !== undefined && customerId === undefined && before.customerId !== null)) {
        const id = customerId ?? (before.customerId as Id);
        const kept = contactId !== undefined ? contactId : id === before.customerId ? before.contactId : null;
        return resolvePerson(crm, tx, principal, actorOf(request), request.params.id, { kind: "customer", customerId: id, contactId: kept });
      }
      if (leadId != null) return resolvePerson(crm, tx, principal, actorOf(request), request.params.id, { kind: "lead", leadId });
      return {
        customerId: customerId === null ? null : before.customerId,
        contactId: customerId === null || contactId === null ? null : before.contactId,
        leadId: leadId === null ? null : before.leadId,
      };
    }
  };
}

async function requireInterestOf(tx: Tx, person: { customerId: Id | null; leadId: Id | null }, interestId: Id): Promise<void> {
  const rows = await tx`
    SELECT 1 FROM interest WHERE id = ${interestId} AND (customer_id = ${person.customerId}::uuid OR (${person.customerId}::uuid IS NULL AND lead_id = ${person.leadId}::uuid))`;
  if (rows.length === 0) throw new AppError("not_found");
}

/** A person confirmed that the number or address is this card's (C2); shared ones prove nothing, and another card's stays its own. */
async function verify(crm: Crm, tx: Tx, actor: Actor, dialogId: Id, person: { customerId: Id | null; contactId: Id | null; leadId: Id | null }): Promise<void> {
  const [d] = await tx<
    { identity_kind: string; identity_value: string | null; channel_id: Id }[]
  >`SELECT identity_kind, identity_value, channel_id FROM dialog WHERE id = ${dialogId}`;
  if (d?.identity_value == null) throw new AppError("validation", { fields: { verify: "hidden" } });
  const key = { kind: d.identity_kind, scope: identityScope(d.identity_kind, d.channel_id), value_norm: d.identity_value };
  const [holder] = await tx<{ id: Id }[]>`
    SELECT id FROM contact_point WHERE kind = ${key.kind} AND scope = ${key.scope} AND value_norm = ${key.value_norm} AND verified_at IS NOT NULL AND NOT is_shared AND archived_at IS NULL
      AND (customer_id, contact_id, lead_id) IS DISTINCT FROM (CASE WHEN ${person.contactId}::uuid IS NULL THEN ${person.customerId}::uuid END, ${person.contactId}::uuid, CASE WHEN ${person.customerId}::uuid IS NULL THEN ${person.leadId}::uuid END)`;
  if (holder !== undefined) throw new AppError("contact_point_taken");
  const owner = ownerOf(person);
  if (owner === null) throw new AppError("validation", { fields: { customerId: "required" } });
  const now = new Date(crm.clock.now());
  const made = await tx<MadePoint[]>`
    INSERT INTO contact_point ${tx({ ...owner, ...key, value_raw: key.value_norm })} ON CONFLICT DO NOTHING RETURNING id, kind, value_norm AS value`;
  const [column, id] = Object.entries(owner)[0] as [string, Id];
  const proven = await tx<{ id: Id }[]>`
    UPDATE contact_point SET verified_at = ${now}, verified_how = 'manual' WHERE kind = ${key.kind} AND scope = ${key.scope} AND value_norm = ${key.value_norm} AND ${tx(column)} = ${id}
      AND archived_at IS NULL AND NOT is_shared AND verified_at IS NULL RETURNING id`;
  await crm.audit(tx, actor, [
    ...pointsMade(owner, made),
    ...proven.map((point) => ({ objectKind: "contact_point", objectId: point.id, action: "verify", changes: { verified_how: [null, "manual"] } })),
  ]);
}
