import { createHash } from "node:crypto";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Crm } from "../context.ts";
import { type Facets, levelOf, scoreOf, signalsOf } from "./rules.ts";
import { type CardId, facetsOf, linkedPairs } from "./sql.ts";

const BATCH = 500;
/** More cards than this with one identity: a house's number that nobody marked as shared. */
const MOST = 20;
/** No transaction that changes cards lives longer. */
const OVERLAP_MINUTES = 10;
const NIGHT = { from: 1, to: 5 };
const SETTLED = { customer: 2, contact: 1, lead: 0 };

/** What the signal fields of two cards are: "not a duplicate" holds while this stays the same. */
export function fingerprint(a: Facets, b: Facets): string {
  const one = (f: Facets) => JSON.stringify([f.names, f.taxId, f.birthDate, f.regionId, f.points]);
  return createHash("sha256")
    .update([one(a), one(b)].sort().join("\n"))
    .digest("hex")
    .slice(0, 32);
}

/** Once a night by the company's clock, what has changed since the last time; on other occasions it does nothing. */
export async function scanAtNight(crm: Crm): Promise<void> {
  const now = new Date(crm.clock.now());
  const { tz } = await crm.company(crm.sql);
  const [at] = await crm.sql<{ hour: number; night: string }[]>`
    SELECT extract(hour FROM ${now}::timestamptz AT TIME ZONE ${tz})::int AS hour, (${now}::timestamptz AT TIME ZONE ${tz})::date::text AS night`;
  if (at === undefined || at.hour < NIGHT.from || at.hour >= NIGHT.to) return;
  const [done] = await crm.sql`SELECT 1 FROM duplicate_scan WHERE night = ${at.night}`;
  if (done === undefined) await scanDuplicates(crm, at.night);
}

/** Compares all cards changed since the last scan with those that share an identity or a domain and a word of the name with them. */
export async function scanDuplicates(crm: Crm, night: string): Promise<{ cards: number; pairs: number }> {
  // By the database's clock, which stamps the rows; whoever was still writing when the last scan began is looked at again.
  const [clock] = await crm.sql<{ until: Date; since: Date | null }[]>`
    SELECT now() AS until, (SELECT max(changed_until) FROM duplicate_scan) - ${OVERLAP_MINUTES} * interval '1 minute' AS since`;
  const { until, since } = clock as NonNullable<typeof clock>;
  let after = "00000000-0000-0000-0000-000000000000";
  let cards = 0;
  let pairs = 0;
  for (;;) {
    const ids = await changedCards(crm, since, after);
    if (ids.length === 0) break;
    after = ids[ids.length - 1] as Id;
    cards += ids.length;
    pairs += await crm.sql.begin((tx) => scanBatch(tx, ids));
  }
  await crm.sql`
    INSERT INTO duplicate_scan (night, changed_since, changed_until, cards, pairs, finished_at) VALUES (${night}, ${since}, ${until}, ${cards}, ${pairs}, ${new Date(crm.clock.now())})
    ON CONFLICT (night) DO UPDATE SET changed_until = excluded.changed_until, cards = duplicate_scan.cards + excluded.cards, pairs = duplicate_scan.pairs + excluded.pairs, finished_at = excluded.finished_at`;
  return { cards, pairs };
}

/** Ids of living cards made, changed, or whose points were, in order of ids; without `since` all. */
async function changedCards(crm: Crm, since: Date | null, after: Id): Promise<Id[]> {
  const { sql } = crm;
  const changed =
    since === null
      ? sql`true`
      : sql`(x.created_at >= ${since} OR x.id IN (
          SELECT object_id FROM audit_log WHERE at >= ${since} AND object_kind IN ('customer','contact','lead')
          UNION SELECT coalesce(p.customer_id, p.contact_id, p.lead_id) FROM contact_point p
            WHERE p.created_at >= ${since} OR p.id IN (SELECT object_id FROM audit_log WHERE at >= ${since} AND object_kind = 'contact_point')))`;
  const rows = await sql<{ id: Id }[]>`
    SELECT x.id FROM (SELECT id, created_at FROM customer WHERE archived_at IS NULL UNION ALL SELECT id, created_at FROM contact WHERE archived_at IS NULL
      UNION ALL SELECT id, created_at FROM lead WHERE status NOT IN ('converted', 'merged')) x WHERE x.id > ${after} AND ${changed} ORDER BY x.id LIMIT ${BATCH}`;
  return rows.map((r) => r.id);
}

/**
 * Pairs worth a comparison. A shared identity, the same first letters and the same region do not make a pair without one of these: together
 * they reach 0.53 at most (B14), which is nothing, so they are not read. Equal tax numbers cannot stand on two living cards.
 */
async function scanBatch(tx: Tx, ids: Id[]): Promise<number> {
  const near = await tx<{ a: Id; b: Id }[]>`
    WITH mine AS (SELECT p.*, coalesce(p.customer_id, p.contact_id, p.lead_id) AS owner FROM contact_point p
      WHERE (p.customer_id = ANY(${ids}::uuid[]) OR p.contact_id = ANY(${ids}::uuid[]) OR p.lead_id = ANY(${ids}::uuid[])) AND p.archived_at IS NULL),
    equal AS (SELECT m.owner AS a, coalesce(q.customer_id, q.contact_id, q.lead_id) AS b FROM mine m
      JOIN LATERAL (SELECT * FROM contact_point q WHERE q.kind = m.kind AND q.value_norm = m.value_norm AND q.scope = m.scope AND q.archived_at IS NULL AND NOT q.is_shared LIMIT ${MOST + 1}) q ON true
      WHERE NOT m.is_shared),
    house AS (SELECT m.owner AS a, coalesce(q.customer_id, q.contact_id, q.lead_id) AS b FROM mine m
      JOIN LATERAL (SELECT * FROM contact_point q WHERE q.kind = 'email' AND q.archived_at IS NULL AND split_part(q.value_norm, '@', 2) = split_part(m.value_norm, '@', 2) LIMIT ${MOST * 5}) q ON true
      WHERE m.kind = 'email' AND EXISTS (SELECT 1 FROM name_word w JOIN name_word v ON v.word = w.word AND v.card_id = coalesce(q.customer_id, q.contact_id, q.lead_id) WHERE w.card_id = m.owner))
    SELECT DISTINCT least(a, b) AS a, greatest(a, b) AS b FROM (SELECT * FROM equal UNION ALL SELECT * FROM house) n WHERE a <> b`;
  if (near.length === 0) return 0;
  const involved = [...new Set(near.flatMap((n) => [n.a, n.b]))];
  const facets = await facetsOf(tx, involved);
  const linked = await linkedPairs(tx, involved);
  const rows = near.flatMap(({ a, b }) => {
    const [x, y] = [facets.get(a), facets.get(b)];
    if (x === undefined || y === undefined || linked.has(`${a} ${b}`)) return [];
    const signals = signalsOf(x, y);
    const score = scoreOf(signals);
    return levelOf(score) === null ? [] : [{ kind: pairKind(x, y), a, b, score, signals, fingerprint: fingerprint(x, y) }];
  });
  if (rows.length === 0) return 0;
  // A decision stays while nothing of what it was about has changed; a pair that ingest found gets its full score.
  const done = await tx`
    INSERT INTO duplicate_candidate AS d (object_kind, a_id, b_id, score, signals)
    SELECT kind, a, b, score, signals FROM jsonb_to_recordset(${tx.json(rows as never)}) AS r(kind text, a uuid, b uuid, score numeric, signals jsonb)
    ON CONFLICT (object_kind, a_id, b_id) DO UPDATE SET score = excluded.score, signals = excluded.signals WHERE d.decision = 'open' AND (d.score, d.signals) IS DISTINCT FROM (excluded.score, excluded.signals) RETURNING 1`;
  const again = await tx`
    UPDATE duplicate_candidate d SET decision = 'open', decided_by = NULL, decided_at = NULL, reason = NULL, fingerprint = NULL, score = r.score, signals = r.signals, found_at = now()
    FROM jsonb_to_recordset(${tx.json(rows as never)}) AS r(kind text, a uuid, b uuid, score numeric, signals jsonb, fingerprint text)
    WHERE d.object_kind = r.kind AND d.a_id = r.a AND d.b_id = r.b AND d.decision = 'not_duplicate' AND d.fingerprint IS DISTINCT FROM r.fingerprint RETURNING 1`;
  return done.length + again.length;
}

/** The kind under which a pair is kept: the less settled of the two. */
function pairKind(a: CardId, b: CardId): CardId["card"] {
  return SETTLED[a.card] <= SETTLED[b.card] ? a.card : b.card;
}
