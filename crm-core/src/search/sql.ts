import type { Principal } from "@kommutator/contract/access";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { byName } from "./by-name.ts";
import { byAddress, byPhone } from "./by-point.ts";
import { phoneFragments } from "./fragment.ts";
import { ownCards } from "./own.ts";
import { best, type CardKind, type Found, readable } from "./readable.ts";

export interface Hit {
  kind: CardKind;
  id: Id;
  customerId: Id | null;
  name: string;
  detail: string;
  responsible: { id: Id; name: string } | null;
}

const KINDS: Record<"customer" | "lead" | "all", CardKind[]> = { customer: ["customer", "contact"], lead: ["lead"], all: ["customer", "contact", "lead"] };
/** A company found so surely by its name brings its people along. */
const BRINGS_PEOPLE = 0.8;

/**
 * People and companies by name (with typos, in either script), code or tax number, any fragment of a phone from three digits on, e-mail, or
 * the company of a contact (CB-03, CB-04); best first. Only what the principal may read is returned. Needs a transaction, for which alone
 * the limits of likeness are set.
 */
export async function search(tx: Tx, principal: Principal, typed: string, limit: number, only?: "customer" | "lead"): Promise<Hit[]> {
  // PostgreSQL's text knows no NUL.
  const query = typed.replaceAll("\0", " ").trim();
  const kinds = KINDS[only ?? "all"];
  const fragments = phoneFragments(query);
  const found = await byNumber(tx, principal, query, kinds);
  const own = await ownCards(tx, principal, kinds);
  if (fragments.length > 0) found.push(...(await byPhone(tx, principal, fragments, limit, kinds, own)));
  else if (/\S[@.]|@\S/.test(query) && !/\s/.test(query.trim())) found.push(...(await byAddress(tx, principal, query, limit, kinds, own)));
  if (found.length < limit && !query.includes("@")) {
    // What has a number in its name comes after those who have it in a phone.
    const named = await byName(tx, principal, query, limit, kinds, own);
    found.push(...(fragments.length > 0 ? named.map((f) => ({ ...f, score: f.score * 0.8 })) : named));
    if (kinds.includes("contact")) found.push(...(await peopleOf(tx, principal, named, limit)));
  }
  return hits(tx, best(found).slice(0, limit));
}

/** A customer by the code (C000123, typed with or without zeros, in either script) or the tax number. */
async function byNumber(tx: Tx, principal: Principal, query: string, kinds: CardKind[]): Promise<Found[]> {
  const text = query.trim();
  if (!kinds.includes("customer") || text.includes(" ")) return [];
  const code = /^[cс]?0*(\d{1,9})$/i.exec(text)?.[1];
  const codes = [text.toUpperCase(), ...(code === undefined ? [] : [`C${code.padStart(6, "0")}`])];
  // Two questions, because an OR of a code and a tax number would use the index of neither.
  const rows = await tx<{ id: Id; exact: boolean }[]>`
    SELECT id, exact FROM (
      SELECT id, code = ${text.toUpperCase()} AS exact FROM customer WHERE code = ANY(${codes}::text[]) AND archived_at IS NULL
      UNION ALL SELECT id, true FROM customer WHERE tax_id = ${text} AND merged_into_id IS NULL AND archived_at IS NULL) c
    WHERE ${readable(tx, principal, "'customer'", "c.id")} LIMIT 5`;
  return rows.map((r) => ({ kind: "customer", id: r.id, score: r.exact ? 1.2 : 1.1, via: null }));
}

/** The people of the companies that were found by name, after everything else. */
async function peopleOf(tx: Tx, principal: Principal, named: Found[], limit: number): Promise<Found[]> {
  const companies = named.filter((f) => f.kind === "customer" && f.score >= BRINGS_PEOPLE * (named[0]?.score ?? 1));
  if (companies.length === 0 || named.length >= limit) return [];
  const rows = await tx<{ id: Id; company: Id }[]>`
    SELECT cc.contact_id AS id, cc.customer_id AS company FROM customer_contact cc
    WHERE cc.customer_id = ANY(${companies.map((f) => f.id)}::uuid[]) AND cc.left_at IS NULL AND ${readable(tx, principal, "'contact'", "cc.contact_id")}
    ORDER BY cc.is_primary DESC LIMIT ${limit}`;
  return rows.map((r) => ({ kind: "contact", id: r.id, score: 0.3 * (companies.find((c) => c.id === r.company)?.score ?? 0), via: null }));
}

/** Names and details of what was found, in the order found; a lead of whom a browser is all that is known has no name. */
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
    SELECT 'lead', l.id, NULL, coalesce(nullif(concat_ws(', ', l.contact_name, l.company_name), ''), (SELECT value_norm FROM contact_point WHERE lead_id = l.id AND archived_at IS NULL AND kind <> 'site_visitor' LIMIT 1), ''),
           coalesce(l.note, ''), ${ref(tx, "e")} FROM lead l LEFT JOIN employee e ON e.id = l.responsible_id WHERE l.id = ANY(${ids("lead")}::uuid[]) AND l.status <> 'merged'`;
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
