import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { statement } from "@kommutator/contract/statement";
import { auditOfChanged } from "../audit/write.ts";
import type { Query } from "../context.ts";
import { type People, peopleOf } from "./people.ts";
import type { Owner } from "./rules.ts";

export interface Key {
  kind: string;
  scope: string;
  value: string;
}

/** `people`: whose concern the person is when this card alone holds the identity. */
export type OwnerWithPeople = Owner & { people: People | null };

/** Serialises everything that may create a card for these identities, until the transaction ends; in one order, so that two batches cannot block each other. */
export async function lockIdentities(tx: Tx, keys: readonly Key[]): Promise<void> {
  const names = keys.map((k) => `identity ${k.kind} ${k.scope} ${k.value}`);
  await tx`
    SELECT pg_advisory_xact_lock(h) FROM (SELECT DISTINCT hashtextextended(name, 0) AS h FROM unnest(${names}::text[]) AS n(name) ORDER BY 1) locks`.execute();
}

/** What is known of an identity: the cards that hold it, and whether it is one that creates nothing. */
export interface Found {
  owners: OwnerWithPeople[];
  excluded: boolean;
}

/**
 * What is known of each identity, with whose concern the people behind it are: mostly all there is to ask, in one round trip. `before`: the
 * dialog that each one's goes on from, if any.
 */
export async function lookUp(tx: Query, keys: readonly Key[], now: Date, before: readonly (Id | null)[]): Promise<Found[]> {
  const goesOn = before.some((id) => id !== null);
  const rows = await statement<(OwnerWithPeople & { n: number; excluded: boolean })[]>(tx, (sql) => {
    const party = {
      customerId: sql`o."customerId"`,
      contactId: sql`o."contactId"`,
      leadId: sql`o."leadId"`,
      own: sql`coalesce(o."customerResponsibleId", o."leadResponsibleId")`,
    };
    return sql`
      SELECT q.n, EXISTS (SELECT FROM exclusion x WHERE x.kind = q.kind AND x.value_norm = q.value) AS excluded, o.*,
        CASE WHEN o."pointId" IS NOT NULL THEN (SELECT to_jsonb(p) FROM (${peopleOf(sql, party, now, goesOn ? sql`(${before}::uuid[])[q.n]` : null)}) p) END AS people
      FROM ${identities(sql, keys)} LEFT JOIN LATERAL (${owner(sql)}) o ON true`;
  });
  const found: Found[] = keys.map(() => ({ owners: [], excluded: false }));
  for (const { n, excluded, ...owner } of rows) {
    const one = found[n - 1] as Found;
    one.excluded = excluded;
    if (owner.pointId !== null) one.owners.push(owner);
  }
  return found;
}

/** The owners of each identity: survivors of merges, archived ones dropped, whoever left a company no longer stands for it. */
export async function findOwners(tx: Query, keys: readonly Key[]): Promise<Owner[][]> {
  const rows = await tx<(Owner & { n: number })[]>`${ownersOf(tx, keys)}`;
  const owners: Owner[][] = keys.map(() => []);
  for (const { n, ...owner } of rows) owners[n - 1]?.push(owner);
  return owners;
}

/**
 * The query of findOwners, apart so that a test can ask for its plan: for each identity one index look-up in contact_point,
 * then primary keys only. Lateral, so that the plan of one is the plan of many.
 */
export function ownersOf(tx: Query, keys: readonly Key[]) {
  return tx`
    SELECT q.n, o.* FROM ${identities(tx, keys)} CROSS JOIN LATERAL (${owner(tx)}) o`;
}

const identities = (tx: Query, keys: readonly Key[]) =>
  tx`unnest(${keys.map((k) => k.kind)}::text[], ${keys.map((k) => k.scope)}::text[], ${keys.map((k) => k.value)}::text[]) WITH ORDINALITY AS q(kind, scope, value, n)`;

/** The owners of the identity `q`. */
const owner = (tx: Query) => tx`
    WITH point AS MATERIALIZED (
      SELECT id, customer_id, contact_id, lead_id, verified_at IS NOT NULL AS verified, is_shared, created_at
      FROM contact_point WHERE kind = q.kind AND value_norm = q.value AND scope = q.scope AND archived_at IS NULL
    ), person AS (
      SELECT p.*, c.id AS person_id, concat_ws(' ', c.last_name, c.first_name, c.middle_name) AS person_name, c.language
      FROM point p JOIN contact o ON o.id = p.contact_id JOIN contact c ON c.id = coalesce(o.merged_into_id, o.id) AND c.archived_at IS NULL
    ), party AS (
      SELECT id, verified, is_shared, created_at, customer_id, NULL::uuid AS person_id, NULL AS person_name, NULL AS language FROM point WHERE customer_id IS NOT NULL
      UNION ALL
      SELECT h.id, h.verified, h.is_shared, h.created_at, cc.customer_id, h.person_id, h.person_name, h.language
      FROM person h LEFT JOIN customer_contact cc ON cc.contact_id = h.person_id AND cc.left_at IS NULL
    )
    SELECT p.id AS "pointId", p.verified, p.is_shared AS shared, c.id AS "customerId", p.person_id AS "contactId", NULL::uuid AS "leadId", false AS "leadOpen", p.created_at AS "createdAt",
           c.name AS "customerName", p.person_name AS "contactName", p.language, NULL AS "leadName", coalesce(c.is_vip, false) AS "isVip",
           c.responsible_id AS "customerResponsibleId", NULL::uuid AS "leadResponsibleId"
    FROM party p LEFT JOIN customer o ON o.id = p.customer_id LEFT JOIN customer c ON c.id = coalesce(o.merged_into_id, o.id) AND c.archived_at IS NULL
    WHERE c.id IS NOT NULL OR (p.customer_id IS NULL AND p.person_id IS NOT NULL)
    UNION ALL
    SELECT p.id, p.verified, p.is_shared, NULL, NULL, l.id, l.status IN ('new', 'in_work', 'qualified'), l.created_at,
           NULL, NULL, NULL, nullif(concat_ws(', ', l.contact_name, l.company_name), ''), false, NULL, l.responsible_id
    FROM point p JOIN lead l ON l.id = p.lead_id WHERE l.status <> 'converted'`;

export interface NewLead {
  leadId: Id;
  pointId: Id;
  key: Key;
  raw: string;
  name: string | null;
  channelId: Id;
}

/** Leads with their verified contact points, in one statement; the source is the channel's. */
export async function insertLeadsWithPoints(tx: Tx, leads: readonly NewLead[], verifiedHow: string | null, now: Date): Promise<void> {
  const rows = leads.map((l) => ({ lead_id: l.leadId, point_id: l.pointId, ...l.key, raw: l.raw, name: l.name, channel_id: l.channelId }));
  await tx`
    WITH made AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${tx.json(rows)}) AS r(lead_id uuid, point_id uuid, kind text, scope text, value text, raw text, name text, channel_id uuid)
    ), new_lead AS (
      INSERT INTO lead (id, contact_name, source_id, created_at) SELECT m.lead_id, m.name, c.source_id, ${now} FROM made m LEFT JOIN channel c ON c.id = m.channel_id
    )
    INSERT INTO contact_point (id, lead_id, kind, scope, value_raw, value_norm, verified_at, verified_how)
    SELECT point_id, lead_id, kind, scope, raw, value, ${verifiedHow === null ? null : now}, ${verifiedHow} FROM made`.execute();
}

/** Marks a point as proven, with its audit row (`label` did it), unless another card already holds the identity verified (C2: it exists once). */
export async function verifyPoint(tx: Tx, pointId: Id, how: string, now: Date, label: string): Promise<void> {
  await tx`
    WITH changed AS (
      UPDATE contact_point p SET verified_at = ${now}, verified_how = ${how} WHERE id = ${pointId} AND verified_at IS NULL AND NOT is_shared
        AND NOT EXISTS (SELECT 1 FROM contact_point o WHERE o.kind = p.kind AND o.scope = p.scope AND o.value_norm = p.value_norm AND o.verified_at IS NOT NULL AND NOT o.is_shared AND o.archived_at IS NULL)
      RETURNING id)
    ${auditOfChanged(tx, label, { objectKind: "contact_point", action: "verify", changes: { verified_how: [null, how] } })}`.execute();
}

/** Remembers that two cards may be one person; a decision taken earlier stays. */
export async function insertDuplicatePairs(
  tx: Tx,
  pairs: { kind: "customer" | "contact" | "lead"; a: Id; b: Id; score: number; signals: object }[],
): Promise<void> {
  if (pairs.length === 0) return;
  const rows = pairs
    .filter((p) => p.a !== p.b)
    .map(({ kind, a, b, score, signals }) => {
      const [first, second] = [a, b].sort();
      return { kind, a: first, b: second, score, signals };
    });
  await tx`
    INSERT INTO duplicate_candidate (object_kind, a_id, b_id, score, signals)
    SELECT p.kind, p.a, p.b, p.score, p.signals FROM jsonb_to_recordset(${tx.json(rows as never)}) AS p(kind text, a uuid, b uuid, score numeric, signals jsonb)
    ON CONFLICT DO NOTHING`.execute();
}
