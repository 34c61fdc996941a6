import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { type Moved, setRows } from "./moved.ts";

type Owner = { customer_id?: Id; contact_id?: Id; lead_id?: Id };
const NOBODY = { customer_id: null, contact_id: null, lead_id: null };

interface Twin {
  id: Id;
  archived_at: string;
  verified_at: string | null;
  verified_how: string | null;
  kept: Id;
  kept_verified_at: string | null;
  kept_verified_how: string | null;
  kept_shared: boolean;
}

/**
 * Contact points pass from one owner to another (C4.4, C6.4). One that a holder has already is archived and hands its verification over to
 * the kept one (a shared one proves nothing, so it takes none); all others move, archived ones too, so that no history stays behind.
 */
export async function movePoints(tx: Tx, from: Owner, to: Owner, holders: readonly Owner[]): Promise<Moved[]> {
  const [[column, id]] = Object.entries(from) as [[string, Id]];
  const steps: (Moved | null)[] = [];
  const held = holders.map((h) => Object.entries(h)[0] as [string, Id]).map(([c, v]) => tx`k.${tx(c)} = ${v}`);
  const twins = await tx<Twin[]>`
    SELECT DISTINCT ON (p.id) p.id, to_jsonb(now())#>>'{}' AS archived_at, to_jsonb(p.verified_at)#>>'{}' AS verified_at, p.verified_how, k.id AS kept,
           to_jsonb(k.verified_at)#>>'{}' AS kept_verified_at, k.verified_how AS kept_verified_how, k.is_shared AS kept_shared
    FROM contact_point p JOIN contact_point k ON k.kind = p.kind AND k.scope = p.scope AND k.value_norm = p.value_norm AND k.archived_at IS NULL
    WHERE p.${tx(column)} = ${id} AND p.archived_at IS NULL AND (${held.reduce((all, next) => tx`${all} OR ${next}`)})
    ORDER BY p.id, k.verified_at IS NULL, k.id`;
  for (const t of twins) {
    steps.push(await setRows(tx, { table: "contact_point", key: "id", keys: [t.id], before: { archived_at: null }, after: { archived_at: t.archived_at } }));
    if (t.verified_at === null || t.kept_verified_at !== null || t.kept_shared) continue;
    const before = { verified_at: null, verified_how: t.kept_verified_how };
    steps.push(
      await setRows(tx, {
        table: "contact_point",
        key: "id",
        keys: [t.kept],
        before,
        after: { verified_at: t.verified_at, verified_how: t.kept_verified_how ?? t.verified_how },
      }),
    );
  }
  const rows = await tx<{ id: Id }[]>`SELECT id FROM contact_point WHERE ${tx(column)} = ${id} FOR UPDATE`;
  steps.push(
    await setRows(tx, { table: "contact_point", key: "id", keys: rows.map((r) => r.id), before: { ...NOBODY, ...from }, after: { ...NOBODY, ...to } }),
  );
  return steps.filter((s) => s !== null);
}
