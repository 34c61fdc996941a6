import type { Tx } from "@kommutator/contract/db";
import type { Identification } from "@kommutator/contract/identity";
import type { Id } from "@kommutator/contract/ids";
import type { Crm, Query } from "../context.ts";

export interface PartyRow {
  dialogId: Id;
  customerId: Id | null;
  contactId: Id | null;
  leadId: Id | null;
  interestId: Id | null;
  candidates: Identification["candidates"];
}

/**
 * Who the dialogs are with, as identification found it. What the dialog is about (its Interest) is decided by people and by the
 * reception, so it stays, unless the person became another one.
 */
export async function setParties(tx: Tx, parties: readonly { dialogId: Id; who: Identification }[]): Promise<void> {
  if (parties.length === 0) return;
  const rows = parties.map(({ dialogId, who }) => ({
    dialog: dialogId,
    customer: who.customerId,
    contact: who.contactId,
    lead: who.leadId,
    candidates: who.candidates,
  }));
  await tx`
    INSERT INTO dialog_party (dialog_id, customer_id, contact_id, lead_id, candidates)
    SELECT dialog, customer, contact, lead, candidates FROM jsonb_to_recordset(${tx.json(rows)}) AS p(dialog uuid, customer uuid, contact uuid, lead uuid, candidates jsonb)
    ON CONFLICT (dialog_id) DO UPDATE SET customer_id = excluded.customer_id, contact_id = excluded.contact_id, lead_id = excluded.lead_id,
      candidates = excluded.candidates, version = dialog_party.version + 1,
      interest_id = CASE WHEN dialog_party.customer_id IS NOT DISTINCT FROM excluded.customer_id AND dialog_party.lead_id IS NOT DISTINCT FROM excluded.lead_id THEN dialog_party.interest_id END`.execute();
}

export async function partyOf(tx: Query, dialogId: Id): Promise<PartyRow | null> {
  const [row] = await tx<PartyRow[]>`
    SELECT dialog_id AS "dialogId", customer_id AS "customerId", contact_id AS "contactId", lead_id AS "leadId", interest_id AS "interestId", candidates
    FROM dialog_party WHERE dialog_id = ${dialogId}`;
  return row ?? null;
}

/** Open dialogs with this customer, lead or about this Interest: their screens must hear of a change. */
export async function openDialogsOf(tx: Query, about: { customerId?: Id; leadId?: Id; interestId?: Id }): Promise<PartyRow[]> {
  return tx<PartyRow[]>`
    SELECT p.dialog_id AS "dialogId", p.customer_id AS "customerId", p.contact_id AS "contactId", p.lead_id AS "leadId", p.interest_id AS "interestId", p.candidates
    FROM dialog_party p JOIN dialog d ON d.id = p.dialog_id
    WHERE d.closed_at IS NULL AND (p.customer_id = ${about.customerId ?? null}::uuid OR p.lead_id = ${about.leadId ?? null}::uuid OR p.interest_id = ${about.interestId ?? null}::uuid)
    ORDER BY p.dialog_id LIMIT 100`;
}

/** The same for a human: the cards of every company where they work show them. */
export async function emitContactChanged(crm: Crm, tx: Tx, contactId: Id): Promise<void> {
  const companies = await tx<{ id: Id }[]>`SELECT customer_id AS id FROM customer_contact WHERE contact_id = ${contactId} ORDER BY 1`;
  for (const { id } of companies) await emitPartyChanged(crm, tx, { customerId: id });
}

/** Screens of the open dialogs with this card read it again. */
export async function emitPartyChanged(crm: Crm, tx: Tx, about: { customerId?: Id; leadId?: Id; interestId?: Id }): Promise<void> {
  const dialogs = await openDialogsOf(tx, about);
  await crm.emit(
    tx,
    dialogs.map(({ dialogId, customerId, contactId, leadId, interestId }) => ({
      kind: "party.changed" as const,
      dialogId,
      payload: { customerId, contactId, leadId, interestId },
    })),
  );
}
