import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { normaliseValue } from "@kommutator/contract/phone";
import type { Owner as PointOwner } from "../contact-point/sql.ts";
import { type Crm, systemActor } from "../context.ts";
import { type PartyRow, partyOf } from "../party/sql.ts";
import { duplicateScore, type Owner } from "./rules.ts";
import { findOwners, insertDuplicatePairs, type Key, lockIdentities } from "./sql.ts";

const ACTOR = systemActor("proof");

/** The card that a detail about the dialog's person belongs to: the contact before the company before the lead; null when nobody is known. */
export function ownerOf(party: Pick<PartyRow, "customerId" | "contactId" | "leadId"> | null): PointOwner | null {
  if (party === null) return null;
  if (party.contactId !== null) return { contact_id: party.contactId };
  if (party.customerId !== null) return { customer_id: party.customerId };
  return party.leadId === null ? null : { lead_id: party.leadId };
}

/**
 * The provider vouches that a number is the writer's own (Identify.provePhone): a verified phone of the dialog's person. A number that
 * another card holds verified stays that card's: here it becomes a shared one, so that a call from it is still the holder's (B0), and the
 * two cards become a duplicate pair (B14). Cards that hold it unverified become pairs too. Unreadable numbers change nothing.
 */
export async function provePhone(crm: Crm, tx: Tx, dialogId: Id, proof: { phone: string; name?: string | undefined }): Promise<void> {
  const value = normaliseValue("phone", proof.phone, (await crm.company(tx)).country, true);
  const party = await partyOf(tx, dialogId);
  const owner = ownerOf(party);
  if (value === null || value.startsWith("short:") || party === null || owner === null) return;
  const key: Key = { kind: "phone", scope: "", value };
  await lockIdentities(tx, [key]);
  const others = ((await findOwners(tx, [key]))[0] ?? []).filter((o) => !same(o, party));
  const taken = others.some((o) => o.verified && !o.shared) || (await heldByCompany(tx, party, value));
  const id = await keepPoint(tx, owner, { value, raw: proof.phone.trim(), shared: taken, at: new Date(crm.clock.now()) });
  if (id !== null) {
    const changes = taken ? { value: [null, value], is_shared: [null, true] } : { value: [null, value], verified_how: [null, "shared_contact"] };
    await crm.audit(tx, ACTOR, { objectKind: "contact_point", objectId: id, action: taken ? "share" : "verify", changes });
  }
  await insertDuplicatePairs(
    tx,
    others.flatMap((o) => pairWith(o, party, value)),
  );
  await nameLead(crm, tx, party, proof.name);
  if (id === null) return;
  const { customerId, contactId, leadId, interestId } = party;
  await crm.emit(tx, [{ kind: "party.changed", dialogId, payload: { customerId, contactId, leadId, interestId } }]);
}

/** Is the owner the dialog's own person? A contact is compared as a contact, whatever company stands beside it. */
function same(owner: Owner, party: PartyRow): boolean {
  if (owner.leadId !== null) return owner.leadId === party.leadId;
  if (owner.contactId !== null && party.contactId !== null) return owner.contactId === party.contactId;
  return owner.customerId !== null && owner.customerId === party.customerId;
}

/** The company of the dialog's contact holds the number verified as its own: it exists verified once (C2), so the contact's is shared. */
async function heldByCompany(tx: Tx, party: PartyRow, value: string): Promise<boolean> {
  if (party.contactId === null || party.customerId === null) return false;
  const rows = await tx`
    SELECT 1 FROM contact_point WHERE kind = 'phone' AND scope = '' AND value_norm = ${value} AND customer_id = ${party.customerId}
      AND verified_at IS NOT NULL AND NOT is_shared AND archived_at IS NULL`;
  return rows.length > 0;
}

/** The person's point, new or the one that is there; null when nothing had to change. */
async function keepPoint(tx: Tx, owner: PointOwner, p: { value: string; raw: string; shared: boolean; at: Date }): Promise<Id | null> {
  const proven = p.shared ? { is_shared: true } : { verified_at: p.at, verified_how: "shared_contact" };
  const [column, id] = Object.entries(owner)[0] as [string, Id];
  const [row] = await tx<{ id: Id; verified_at: Date | null; is_shared: boolean }[]>`
    SELECT id, verified_at, is_shared FROM contact_point WHERE ${tx(column)} = ${id} AND kind = 'phone' AND scope = '' AND value_norm = ${p.value} AND archived_at IS NULL FOR UPDATE`;
  if (row === undefined) {
    const values = { ...owner, kind: "phone", value_raw: p.raw.slice(0, 300), value_norm: p.value, label: "mobile", ...proven };
    const [made] = await tx<{ id: Id }[]>`INSERT INTO contact_point ${tx(values)} RETURNING id`;
    return (made as { id: Id }).id;
  }
  // A switchboard stays one: whoever writes from it proves nothing about whose it is.
  if (row.verified_at !== null || row.is_shared) return null;
  await tx`UPDATE contact_point SET ${tx(proven)} WHERE id = ${row.id}`;
  return row.id;
}

/** Another card with the same number: perhaps the same person. */
function pairWith(other: Owner, party: PartyRow, value: string): { kind: "customer" | "contact" | "lead"; a: Id; b: Id; score: number; signals: object }[] {
  const score = duplicateScore("phone", false);
  const signals = { phone: value, proven: "shared_contact" };
  const pair = (kind: "customer" | "contact" | "lead", a: Id | null, b: Id | null) => (a === null || b === null ? [] : [{ kind, a, b, score, signals }]);
  const mine = party.customerId ?? party.contactId;
  if (other.leadId !== null) return pair("lead", mine ?? party.leadId, other.leadId);
  const theirs = other.customerId ?? other.contactId;
  if (mine === null) return pair("lead", theirs, party.leadId);
  if (other.contactId !== null && party.contactId !== null) return pair("contact", party.contactId, other.contactId);
  return pair("customer", party.customerId, other.customerId);
}

/** A lead without a name gets the one that came with its number. */
export async function nameLead(crm: Crm, tx: Tx, party: PartyRow, given: string | undefined): Promise<void> {
  const name = given?.trim().slice(0, 300);
  if (!name || party.customerId !== null || party.leadId === null) return;
  const named = await tx`UPDATE lead SET contact_name = ${name}, version = version + 1 WHERE id = ${party.leadId} AND contact_name IS NULL RETURNING id`;
  if (named.length > 0) await crm.audit(tx, ACTOR, { objectKind: "lead", objectId: party.leadId, action: "edit", changes: { contact_name: [null, name] } });
}
