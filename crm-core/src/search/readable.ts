import type { Principal } from "@kommutator/contract/access";
import { scopeOf } from "@kommutator/contract/access";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { visible } from "../rights.ts";

export type CardKind = "customer" | "contact" | "lead";

/** A card that was found: how well (0 to 1.2), and the number or address through which. */
export interface Found {
  kind: CardKind;
  id: Id;
  score: number;
  via: string | null;
}

/** SQL condition: the card (two SQL expressions: kind and id) lives and may be read: the customer, one of the contact's companies, the lead. */
export function readable(tx: Tx, principal: Principal, kind: string, id: string) {
  const customers = scopeOf(principal, "customer", "read");
  const leads = scopeOf(principal, "lead", "read");
  const [k, card] = [tx.unsafe(kind), tx.unsafe(id)];
  return tx`CASE ${k}
    WHEN 'customer' THEN EXISTS (SELECT 1 FROM customer rc WHERE rc.id = ${card} AND rc.archived_at IS NULL AND ${visible(tx, principal, customers, "rc.responsible_id")})
    WHEN 'contact' THEN EXISTS (SELECT 1 FROM contact rh JOIN customer_contact rl ON rl.contact_id = rh.id JOIN customer rc ON rc.id = rl.customer_id
      WHERE rh.id = ${card} AND rh.archived_at IS NULL AND rc.archived_at IS NULL AND ${visible(tx, principal, customers, "rc.responsible_id")})
    ELSE EXISTS (SELECT 1 FROM lead rl WHERE rl.id = ${card} AND rl.status NOT IN ('converted', 'merged') AND ${visible(tx, principal, leads, "rl.responsible_id")}) END`;
}

/** Each card once, with its best score, best first. */
export function best(found: Found[]): Found[] {
  const cards = new Map<string, Found>();
  for (const each of found) {
    const known = cards.get(`${each.kind} ${each.id}`);
    if (known === undefined || known.score < each.score) cards.set(`${each.kind} ${each.id}`, each);
  }
  return [...cards.values()].sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}
