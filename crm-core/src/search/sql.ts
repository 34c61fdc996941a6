import type { Principal } from "@kommutator/contract/access";
import { scopeOf } from "@kommutator/contract/access";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { visible } from "../rights.ts";
import { phoneFragment, variants } from "./fold.ts";

export interface Hit {
  kind: "customer" | "contact" | "lead";
  id: Id;
  customerId: Id | null;
  name: string;
  detail: string;
  responsible: { id: Id; name: string } | null;
}

/** Names that resemble the typed one at least so much (share of its trigrams found in a run of words). */
const SIMILARITY = 0.45;
const CONTACT_NAME = "coalesce(c.last_name,'') || ' ' || coalesce(c.first_name,'') || ' ' || coalesce(c.middle_name,'')";
const LEAD_NAME = "coalesce(l.contact_name,'') || ' ' || coalesce(l.company_name,'')";

interface Found {
  kind: "customer" | "contact" | "lead";
  id: Id;
  score: number;
  via: string | null;
}

/**
 * People and companies by name (with typos, in either script), code, any fragment of a phone from three digits on, or e-mail; best first.
 * Only what the principal may read is returned. Runs in a transaction because the similarity limit is set for it alone.
 */
export async function search(tx: Tx, principal: Principal, query: string, limit: number, only?: "customer" | "lead"): Promise<Hit[]> {
  const digits = phoneFragment(query);
  const found =
    digits !== null || query.includes("@")
      ? await byPoint(tx, principal, digits ?? query.trim().toLowerCase(), limit)
      : await byName(tx, principal, query, limit);
  const wanted = only === undefined ? found : found.filter((f) => f.kind === only || (only === "customer" && f.kind === "contact"));
  return hits(tx, wanted.slice(0, limit));
}

async function byPoint(tx: Tx, principal: Principal, fragment: string, limit: number): Promise<Found[]> {
  const pattern = `%${fragment.replace(/[\\%_]/g, "\\$&")}%`;
  return tx<Found[]>`
    SELECT CASE WHEN customer_id IS NOT NULL THEN 'customer' WHEN contact_id IS NOT NULL THEN 'contact' ELSE 'lead' END AS kind,
           coalesce(cp.customer_id, cp.contact_id, cp.lead_id) AS id, max(CASE WHEN cp.verified_at IS NULL THEN 0.9 ELSE 1 END)::float8 AS score, min(cp.value_norm) AS via
    FROM contact_point cp
    WHERE cp.archived_at IS NULL AND cp.value_norm LIKE ${pattern} AND ${readable(tx, principal)}
    GROUP BY cp.customer_id, cp.contact_id, cp.lead_id ORDER BY score DESC, 2 LIMIT ${limit}`;
}

/** The contact point's owner is readable: the customer, one of the contact's companies, or the lead. */
function readable(tx: Tx, principal: Principal) {
  const customers = scopeOf(principal, "customer", "read");
  const leads = scopeOf(principal, "lead", "read");
  return tx`(
    EXISTS (SELECT 1 FROM customer c WHERE c.id = cp.customer_id AND c.archived_at IS NULL AND ${visible(tx, principal, customers, "c.responsible_id")})
    OR EXISTS (SELECT 1 FROM contact h JOIN customer_contact cc ON cc.contact_id = h.id JOIN customer c ON c.id = cc.customer_id
               WHERE h.id = cp.contact_id AND h.archived_at IS NULL AND c.archived_at IS NULL AND ${visible(tx, principal, customers, "c.responsible_id")})
    OR EXISTS (SELECT 1 FROM lead l WHERE l.id = cp.lead_id AND l.status <> 'converted' AND ${visible(tx, principal, leads, "l.responsible_id")}))`;
}

async function byName(tx: Tx, principal: Principal, query: string, limit: number): Promise<Found[]> {
  const customers = scopeOf(principal, "customer", "read");
  const leads = scopeOf(principal, "lead", "read");
  const spellings = variants(query);
  if (spellings.length === 0) return [];
  await tx`SELECT set_config('pg_trgm.word_similarity_threshold', ${String(SIMILARITY)}, true)`;
  const v = tx`(SELECT unnest(${spellings}::text[]) AS v) q`;
  const contactName = tx.unsafe(CONTACT_NAME);
  const leadName = tx.unsafe(LEAD_NAME);
  return tx<Found[]>`
    SELECT kind, id, max(score)::float8 AS score, NULL AS via FROM (
      (SELECT 'customer' AS kind, c.id, word_similarity(q.v, fold_name(c.name)) AS score FROM ${v} JOIN customer c ON fold_name(c.name) %> q.v
       WHERE c.archived_at IS NULL AND ${visible(tx, principal, customers, "c.responsible_id")} ORDER BY score DESC LIMIT ${limit * 2})
      UNION ALL
      (SELECT 'customer', c.id, 1.1 FROM customer c WHERE c.archived_at IS NULL AND (c.code = upper(${query.trim()}) OR c.tax_id = ${query.trim()}) AND ${visible(tx, principal, customers, "c.responsible_id")} LIMIT 5)
      UNION ALL
      (SELECT 'contact', c.id, word_similarity(q.v, fold_name(${contactName})) AS score FROM ${v} JOIN contact c ON fold_name(${contactName}) %> q.v
       WHERE c.archived_at IS NULL AND EXISTS (SELECT 1 FROM customer_contact cc JOIN customer k ON k.id = cc.customer_id
         WHERE cc.contact_id = c.id AND k.archived_at IS NULL AND ${visible(tx, principal, customers, "k.responsible_id")}) ORDER BY score DESC LIMIT ${limit * 2})
      UNION ALL
      (SELECT 'lead', l.id, word_similarity(q.v, fold_name(${leadName})) AS score FROM ${v} JOIN lead l ON fold_name(${leadName}) %> q.v
       WHERE l.status <> 'converted' AND ${visible(tx, principal, leads, "l.responsible_id")} ORDER BY score DESC LIMIT ${limit * 2})
    ) s GROUP BY kind, id ORDER BY score DESC, id LIMIT ${limit}`;
}

/** Names and details of what was found, in the order found. */
async function hits(tx: Tx, found: Found[]): Promise<Hit[]> {
  if (found.length === 0) return [];
  const ids = (kind: Found["kind"]) => found.filter((f) => f.kind === kind).map((f) => f.id);
  const rows = await tx<Hit[]>`
    SELECT 'customer' AS kind, c.id, c.id AS "customerId", c.name, c.code AS detail, ${ref(tx, "e")} AS responsible
    FROM customer c LEFT JOIN employee e ON e.id = c.responsible_id WHERE c.id = ANY(${ids("customer")}::uuid[])
    UNION ALL
    SELECT 'contact', c.id, k.id, concat_ws(' ', c.last_name, c.first_name, c.middle_name), coalesce(k.name, ''), ${ref(tx, "e")}
    FROM contact c LEFT JOIN LATERAL (SELECT cu.* FROM customer_contact cc JOIN customer cu ON cu.id = cc.customer_id AND cu.archived_at IS NULL
      WHERE cc.contact_id = c.id ORDER BY cc.left_at NULLS FIRST, cc.is_primary DESC LIMIT 1) k ON true
    LEFT JOIN employee e ON e.id = k.responsible_id WHERE c.id = ANY(${ids("contact")}::uuid[])
    UNION ALL
    SELECT 'lead', l.id, NULL, coalesce(nullif(concat_ws(', ', l.contact_name, l.company_name), ''), (SELECT value_norm FROM contact_point WHERE lead_id = l.id AND archived_at IS NULL LIMIT 1), ''),
           coalesce(l.note, ''), ${ref(tx, "e")} FROM lead l LEFT JOIN employee e ON e.id = l.responsible_id WHERE l.id = ANY(${ids("lead")}::uuid[])`;
  const by = new Map(rows.map((r) => [`${r.kind} ${r.id}`, r]));
  return found.flatMap((f) => {
    const row = by.get(`${f.kind} ${f.id}`);
    return row === undefined ? [] : [{ ...row, detail: [row.detail, f.via].filter((d) => d !== null && d !== "").join(" · ") }];
  });
}

/** SQL of an EmployeeRef (or null) of a joined employee. */
export function ref(tx: Tx, alias: string) {
  return tx.unsafe(`CASE WHEN ${alias}.id IS NULL THEN NULL ELSE jsonb_build_object('id', ${alias}.id, 'name', ${alias}.full_name) END`);
}
