import type { Principal } from "@kommutator/contract/access";
import type { Tx } from "@kommutator/contract/db";
import { literal } from "./fragment.ts";
import type { OwnCards } from "./own.ts";
import { best, type CardKind, type Found, readable } from "./readable.ts";

const KIND = "CASE WHEN cp.customer_id IS NOT NULL THEN 'customer' WHEN cp.contact_id IS NOT NULL THEN 'contact' ELSE 'lead' END";
const CARD = "coalesce(cp.customer_id, cp.contact_id, cp.lead_id)";

/**
 * Cards with a phone that has one of the digit runs (CB-04): those that end with it first, then those that begin with it, then any other.
 * Ends and beginnings have indexes of their own, so that "701" does not look through the half million numbers that have it somewhere.
 */
export async function byPhone(tx: Tx, principal: Principal, fragments: string[], limit: number, kinds: CardKind[], own: OwnCards | null): Promise<Found[]> {
  await tx`SELECT set_config('plan_cache_mode', 'force_custom_plan', true)`;
  const found: Found[] = [];
  if (own !== null) {
    for (const digits of fragments)
      found.push(
        ...(await ownPoints(
          tx,
          own,
          digits,
          (v) => (v.endsWith(digits) ? 1 : v.startsWith(`+${digits}`) || v.startsWith(`short:${digits}`) ? 0.95 : 0.9),
          limit,
        )),
      );
    return best(found);
  }
  for (const digits of fragments) {
    const tail = `${[...digits].reverse().join("")}%`;
    found.push(...(await points(tx, principal, tx`cp.kind = 'phone' AND reverse(cp.value_norm) LIKE ${tail}`, 1, limit, kinds)));
    for (const start of [`+${digits}%`, `short:${digits}%`]) found.push(...(await points(tx, principal, tx`cp.value_norm LIKE ${start}`, 0.95, limit, kinds)));
  }
  for (const digits of fragments) {
    if (best(found).length >= limit) break;
    found.push(...(await points(tx, principal, tx`cp.value_norm LIKE ${`%${digits}%`}`, 0.9, limit, kinds)));
  }
  return best(found);
}

/** Cards with an e-mail address or another written identity that has the text: at its beginning first, then anywhere. */
export async function byAddress(tx: Tx, principal: Principal, text: string, limit: number, kinds: CardKind[], own: OwnCards | null): Promise<Found[]> {
  await tx`SELECT set_config('plan_cache_mode', 'force_custom_plan', true)`;
  const typed = text.trim().toLowerCase();
  if (own !== null) return ownPoints(tx, own, typed, (v) => (v.startsWith(typed) ? 1 : 0.9), limit);
  const part = literal(typed);
  const found = await points(tx, principal, tx`cp.value_norm LIKE ${`${part}%`}`, 1, limit, kinds);
  if (found.length < limit) found.push(...(await points(tx, principal, tx`cp.value_norm LIKE ${`%${part}%`}`, 0.9, limit, kinds)));
  return best(found);
}

async function points(tx: Tx, principal: Principal, condition: ReturnType<Tx>, score: number, limit: number, kinds: CardKind[]): Promise<Found[]> {
  const [kind, card] = [tx.unsafe(KIND), tx.unsafe(CARD)];
  const rows = await tx<(Omit<Found, "score"> & { verified: boolean })[]>`
    SELECT ${kind} AS kind, ${card} AS id, cp.value_norm AS via, cp.verified_at IS NOT NULL AS verified FROM contact_point cp
    WHERE cp.archived_at IS NULL AND cp.kind <> 'site_visitor' AND ${condition} AND ${kind} = ANY(${kinds}::text[]) AND ${readable(tx, principal, KIND, CARD)} LIMIT ${limit * 3}`;
  return rows.map(({ verified, ...row }) => ({ ...row, score: verified ? score : score - 0.02 }));
}

/** The points of one's own few cards that have the text, the best first: reading all of them is less than asking about others' cards. */
async function ownPoints(tx: Tx, own: OwnCards, text: string, score: (value: string) => number, limit: number): Promise<Found[]> {
  const of = (kind: CardKind) => tx`
    SELECT ${kind} AS kind, mine.id, cp.value_norm AS via, cp.verified_at IS NOT NULL AS verified FROM unnest(${own.kinds[kind]}::uuid[]) AS mine(id)
    JOIN contact_point cp ON cp.${tx.unsafe(kind)}_id = mine.id AND cp.archived_at IS NULL AND cp.kind <> 'site_visitor' AND strpos(cp.value_norm, ${text}) > 0`;
  const rows = await tx<(Omit<Found, "score"> & { verified: boolean })[]>`${of("customer")} UNION ALL ${of("contact")} UNION ALL ${of("lead")}`;
  const found = rows.map(({ verified, ...row }) => ({ ...row, score: score(row.via ?? "") - (verified ? 0 : 0.02) }));
  return best(found).slice(0, limit * 3);
}
