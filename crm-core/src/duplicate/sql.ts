import type { Principal } from "@kommutator/contract/access";
import { scopeOf } from "@kommutator/contract/access";
import type { DuplicateCard, DuplicateRef } from "@kommutator/contract/api/duplicate";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";
import type { Query } from "../context.ts";
import { visible } from "../rights.ts";
import { nameKey } from "../search/key.ts";
import { corporateDomain, type Facets } from "./rules.ts";

export interface CardId {
  card: DuplicateCard;
  id: Id;
}
type Ref = z.infer<typeof DuplicateRef>;
/** So many cards with one identity or name are looked at; more say that the identity is a house's, not a person's. */
const MOST = 60;

/** Facets of cards, by id; cards that are archived, merged or converted are missing. Companies' people count by their domain only. */
export async function facetsOf(tx: Query, ids: readonly Id[]): Promise<Map<Id, Facets & CardId>> {
  const points = (where: string) =>
    tx.unsafe(`coalesce((SELECT jsonb_agg(jsonb_build_object('kind', p.kind, 'scope', p.scope, 'value', p.value_norm, 'shared', p.is_shared) ORDER BY p.kind, p.value_norm)
      FROM contact_point p WHERE ${where} AND p.archived_at IS NULL), '[]')`);
  const rows = await tx<(Facets & CardId & { emails: string[] })[]>`
    SELECT 'customer' AS card, c.id, array_remove(ARRAY[c.name, c.legal_name], NULL) AS names, c.tax_id AS "taxId", NULL AS "birthDate", c.region_id AS "regionId", ${points("p.customer_id = c.id")} AS points,
      CASE WHEN c.kind = 'company' THEN coalesce((SELECT jsonb_agg(DISTINCT p.value_norm) FROM customer_contact cc JOIN contact_point p ON p.contact_id = cc.contact_id AND p.kind = 'email' AND p.archived_at IS NULL
        WHERE cc.customer_id = c.id AND cc.left_at IS NULL), '[]') ELSE '[]' END AS emails
    FROM customer c WHERE c.id = ANY(${ids}::uuid[]) AND c.archived_at IS NULL
    UNION ALL
    SELECT 'contact', h.id, ARRAY[concat_ws(' ', h.last_name, h.first_name, h.middle_name)], NULL, h.birth_date::text, NULL, ${points("p.contact_id = h.id")}, '[]'
    FROM contact h WHERE h.id = ANY(${ids}::uuid[]) AND h.archived_at IS NULL
    UNION ALL
    SELECT 'lead', l.id, array_remove(ARRAY[l.contact_name, l.company_name], NULL), NULL, NULL, NULL, ${points("p.lead_id = l.id")}, '[]'
    FROM lead l WHERE l.id = ANY(${ids}::uuid[]) AND l.status NOT IN ('converted', 'merged')`;
  return new Map(rows.map(({ emails, ...row }) => [row.id, { ...row, domains: emails.map(corporateDomain).filter((d) => d !== null) }]));
}

/** Cards (any kind) that share an identity, the tax number, a corporate domain or much of the name with the given facets. */
export async function blocks(tx: Query, given: Facets): Promise<{ identity: Id[]; domain: Id[]; name: Id[] }> {
  const values = given.points.map((p) => ({ kind: p.kind, value: p.value }));
  const identity = await tx<{ id: Id }[]>`
    SELECT DISTINCT coalesce(p.customer_id, p.contact_id, p.lead_id) AS id FROM jsonb_to_recordset(${tx.json(values)}) AS g(kind text, value text)
    JOIN LATERAL (SELECT * FROM contact_point p WHERE p.kind = g.kind AND p.value_norm = g.value AND p.archived_at IS NULL LIMIT ${MOST}) p ON true
    UNION SELECT id FROM customer WHERE tax_id = ${given.taxId} AND archived_at IS NULL`;
  const domains = [...new Set(given.points.filter((p) => p.kind === "email").map((p) => corporateDomain(p.value)))].filter((d) => d !== null);
  const domain = await tx<{ id: Id }[]>`
    SELECT DISTINCT coalesce(p.customer_id, cc.customer_id) AS id FROM unnest(${domains}::text[]) AS d(domain)
    JOIN LATERAL (SELECT * FROM contact_point p WHERE p.kind = 'email' AND p.archived_at IS NULL AND split_part(p.value_norm, '@', 2) = d.domain AND p.lead_id IS NULL LIMIT ${MOST}) p ON true
    LEFT JOIN customer_contact cc ON cc.contact_id = p.contact_id AND cc.left_at IS NULL WHERE coalesce(p.customer_id, cc.customer_id) IS NOT NULL`;
  const words = [...new Set(given.names.flatMap((n) => nameKey(n).split(" ")))].filter((w) => w.length >= 3);
  const name = await tx<{ id: Id }[]>`
    SELECT n.card_id AS id FROM (SELECT w.card_id FROM unnest(${words}::text[]) AS g(word) JOIN LATERAL (SELECT card_id FROM name_word w WHERE w.word = g.word LIMIT ${MOST * 10}) w ON true) n
    GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ${MOST}`;
  const ids = (rows: readonly { id: Id }[]) => rows.map((r) => r.id);
  return { identity: ids(identity), domain: ids(domain), name: ids(name) };
}

/** How cards are shown in lists of candidates (a visitor's browser is no name and no detail: a lead may have none); only those that the principal may read (null: all). */
export async function refsOf(tx: Query, principal: Principal | null, ids: readonly Id[]): Promise<Map<Id, Ref>> {
  const may = (object: "customer" | "lead", column: string) =>
    principal === null ? tx`true` : visible(tx, principal, scopeOf(principal, object, "read"), column);
  const who = tx.unsafe("CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END AS responsible");
  const points = (where: string) =>
    tx.unsafe(
      `(SELECT string_agg(v.value_norm, ', ') FROM (SELECT p.value_norm FROM contact_point p WHERE ${where} AND p.archived_at IS NULL AND p.kind <> 'site_visitor' ORDER BY p.kind DESC, p.created_at LIMIT 3) v)`,
    );
  const rows = await tx<Ref[]>`
    SELECT 'customer' AS card, c.id, c.id AS "customerId", c.name, concat_ws(' · ', c.code, c.tax_id, ${points("p.customer_id = c.id")}) AS detail, ${who}, to_jsonb(c.created_at) AS "createdAt"
    FROM customer c LEFT JOIN employee e ON e.id = c.responsible_id WHERE c.id = ANY(${ids}::uuid[]) AND c.archived_at IS NULL AND ${may("customer", "c.responsible_id")}
    UNION ALL
    SELECT 'contact', h.id, k.id, concat_ws(' ', h.last_name, h.first_name, h.middle_name), concat_ws(' · ', k.name, ${points("p.contact_id = h.id")}), ${who}, to_jsonb(h.created_at)
    FROM contact h JOIN LATERAL (SELECT c.* FROM customer_contact cc JOIN customer c ON c.id = cc.customer_id AND c.archived_at IS NULL
      WHERE cc.contact_id = h.id AND ${may("customer", "c.responsible_id")} ORDER BY cc.left_at NULLS FIRST, cc.is_primary DESC LIMIT 1) k ON true
    LEFT JOIN employee e ON e.id = k.responsible_id WHERE h.id = ANY(${ids}::uuid[]) AND h.archived_at IS NULL
    UNION ALL
    SELECT 'lead', l.id, NULL, coalesce(nullif(concat_ws(', ', l.contact_name, l.company_name), ''), ${points("p.lead_id = l.id")}, ''), concat_ws(' · ', ${points("p.lead_id = l.id")}, l.note), ${who}, to_jsonb(l.created_at)
    FROM lead l LEFT JOIN employee e ON e.id = l.responsible_id WHERE l.id = ANY(${ids}::uuid[]) AND l.status NOT IN ('converted', 'merged') AND ${may("lead", "l.responsible_id")}`;
  return new Map(rows.map((r) => [r.id, r]));
}

/** Which of the given pairs of a contact and a customer are one another's: a human and the own company are no twins. */
export async function linkedPairs(tx: Query, ids: readonly Id[]): Promise<Set<string>> {
  const rows = await tx<{ a: Id; b: Id }[]>`
    SELECT customer_id AS a, contact_id AS b FROM customer_contact WHERE customer_id = ANY(${ids}::uuid[]) AND contact_id = ANY(${ids}::uuid[])`;
  return new Set(rows.flatMap((r) => [`${r.a} ${r.b}`, `${r.b} ${r.a}`]));
}
