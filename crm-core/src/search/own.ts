import type { Principal } from "@kommutator/contract/access";
import { scopeOf } from "@kommutator/contract/access";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { visible } from "../rights.ts";
import type { CardKind } from "./readable.ts";

/** The cards of somebody who has few, so that a search begins with them. */
export interface OwnCards {
  all: Id[];
  kinds: Record<CardKind, Id[]>;
}

/** So many cards are sooner looked through themselves than the thousands of others that have the same word. */
const FEW = 4000;

/**
 * The cards within the principal's scope when they are few; null when they are many, or everybody's. Without it a search in which nothing
 * of one's own is found would ask about the rights to every card that has the word: "ТОО" is in most companies' names.
 */
export async function ownCards(tx: Tx, principal: Principal, kinds: CardKind[]): Promise<OwnCards | null> {
  const customers = kinds.some((k) => k !== "lead") ? scopeOf(principal, "customer", "read") : null;
  const leads = kinds.includes("lead") ? scopeOf(principal, "lead", "read") : null;
  if (customers === "all" || leads === "all") return null;
  const owners = async (scope: typeof customers) =>
    scope === null ? [] : (await tx<{ id: Id }[]>`SELECT e.id FROM employee e WHERE ${visible(tx, principal, scope, "e.id")}`).map((e) => e.id);
  // Rows of nobody are everybody's from the department up.
  const nobody = (scope: typeof customers, column: string) => (scope === null || scope === "own" ? tx`false` : tx`${tx.unsafe(column)} IS NULL`);
  const [ofCustomers, ofLeads] = [await owners(customers), await owners(leads)];
  const mine = tx`(SELECT id FROM customer WHERE responsible_id = ANY(${ofCustomers}::uuid[]) AND archived_at IS NULL
    UNION ALL SELECT id FROM customer WHERE ${nobody(customers, "responsible_id")} AND archived_at IS NULL)`;
  const rows = await tx<{ kind: CardKind; ids: Id[] | null }[]>`
    SELECT kind, CASE WHEN sum(count(*)) OVER () <= ${FEW} THEN array_agg(DISTINCT id) END AS ids FROM (
      SELECT * FROM (
        SELECT 'customer' AS kind, id FROM ${mine} c
        UNION ALL SELECT 'contact', cc.contact_id FROM ${mine} c JOIN customer_contact cc ON cc.customer_id = c.id
        UNION ALL SELECT 'lead', id FROM lead WHERE responsible_id = ANY(${ofLeads}::uuid[]) AND status <> 'converted'
        UNION ALL SELECT 'lead', id FROM lead WHERE ${nobody(leads, "responsible_id")} AND status <> 'converted') every LIMIT ${FEW + 1}) m GROUP BY kind`;
  if (rows.some((r) => r.ids === null)) return null;
  const of = (kind: CardKind) => rows.find((r) => r.kind === kind)?.ids ?? [];
  const kindsOf = { customer: of("customer"), contact: of("contact"), lead: of("lead") };
  return { all: Object.values(kindsOf).flat(), kinds: kindsOf };
}
