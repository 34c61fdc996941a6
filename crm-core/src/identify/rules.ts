import type { Identification } from "@kommutator/contract/identity";
import type { Id } from "@kommutator/contract/ids";

/** An owner of a contact point that bears the identity, already resolved to its survivor and not archived (spec B0, step 2). */
export interface Owner {
  pointId: Id;
  verified: boolean;
  shared: boolean;
  customerId: Id | null;
  contactId: Id | null;
  leadId: Id | null;
  /** Of a lead: may still become a customer (neither converted nor disqualified). */
  leadOpen: boolean;
  createdAt: Date;
  customerName: string | null;
  contactName: string | null;
  /** In which the contact is spoken to. */
  language: string | null;
  leadName: string | null;
  isVip: boolean;
  customerResponsibleId: Id | null;
  leadResponsibleId: Id | null;
}

export type Match =
  | { result: "new" }
  | { result: "known"; owner: Owner; contactId: Id | null; extraLeads: Id[]; rivals: Id[] }
  | { result: "lead"; owner: Owner; extraLeads: Id[] }
  | { result: "ambiguous"; candidates: Identification["candidates"]; contactId: Id | null; commonResponsibleId: Id | null; extraLeads: Id[] };

/**
 * Spec B0, step 3. Rows of one customer: known. Only leads: the newest open one, the rest are duplicates of it. A customer and a
 * lead: the customer. Several customers: the single verified and not shared one, otherwise ambiguous.
 */
export function match(owners: readonly Owner[]): Match {
  const leads = owners
    .filter((o) => o.leadId !== null)
    .sort((a, b) => Number(b.leadOpen) - Number(a.leadOpen) || b.createdAt.getTime() - a.createdAt.getTime());
  const parties = owners.filter((o) => o.leadId === null);
  if (parties.length === 0) {
    const [first, ...rest] = leads;
    return first === undefined ? { result: "new" } : { result: "lead", owner: first, extraLeads: ids(rest.map((l) => l.leadId)) };
  }
  const extraLeads = ids(leads.map((l) => l.leadId));
  const keys = new Set(parties.map(partyKey));
  if (keys.size === 1) return known(parties, parties, extraLeads);
  const proven = parties.filter((o) => o.verified && !o.shared);
  if (new Set(proven.map(partyKey)).size === 1) return known(proven, parties, extraLeads);
  const candidates = new Map<string, Identification["candidates"][number]>();
  for (const o of parties) {
    if (o.customerId === null) continue;
    const known = candidates.get(o.customerId);
    const name = [o.contactName, o.customerName].filter((n) => n !== null).join(", ");
    if (known === undefined || (known.contactId === null && o.contactId !== null))
      candidates.set(o.customerId, { customerId: o.customerId, contactId: o.contactId, name });
  }
  const contacts = new Set(parties.map((o) => o.contactId));
  const responsible = new Set(parties.map((o) => o.customerResponsibleId));
  const [onlyContact = null] = contacts;
  const [onlyResponsible = null] = responsible;
  return {
    result: "ambiguous",
    candidates: [...candidates.values()],
    contactId: contacts.size === 1 ? onlyContact : null,
    commonResponsibleId: responsible.size === 1 ? onlyResponsible : null,
    extraLeads,
  };
}

/** The row to show: verified before typed, a contact's before the company's; the contact is known when exactly one is meant. */
function known(chosen: readonly Owner[], all: readonly Owner[], extraLeads: Id[]): Match {
  const owner = [...chosen].sort((a, b) => Number(b.verified) - Number(a.verified) || Number(b.contactId !== null) - Number(a.contactId !== null))[0] as Owner;
  const contacts = new Set(ids(chosen.map((o) => o.contactId)));
  const [only = null] = contacts;
  return {
    result: "known",
    owner,
    contactId: contacts.size === 1 ? only : null,
    extraLeads,
    rivals: [...new Set(ids(all.filter((o) => partyKey(o) !== partyKey(owner)).map((o) => o.customerId)))],
  };
}

function partyKey(o: Owner): string {
  return o.customerId ?? `contact:${o.contactId}`;
}

function ids(list: readonly (Id | null)[]): Id[] {
  return list.filter((id) => id !== null);
}

/** What an equal identity of this kind says about being the same person (spec B14). */
export function duplicateScore(kind: string, shared: boolean): number {
  if (kind === "phone") return shared ? 0.1 : 0.7;
  return kind === "email" ? 0.85 : 0.95;
}
