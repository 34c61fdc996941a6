import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { type Moved, setRows } from "./moved.ts";

interface Link {
  other: Id;
  row: Record<string, unknown>;
  is_primary: boolean;
  left_at: string | null;
  position: string | null;
  mine: { is_primary: boolean; left_at: string | null; position: string | null } | null;
  primary_taken: boolean;
}

/**
 * Who works where, when one company or one human turns into another (CB-13): the links of both are united. A link that both have becomes
 * one: still there when either still is, primary when either was, with the position of the survivor's where it has one. Of two primary
 * contacts the survivor's stays.
 */
export async function moveLinks(tx: Tx, column: "customer_id" | "contact_id", loser: Id, survivor: Id): Promise<Moved[]> {
  const key = column === "customer_id" ? "contact_id" : "customer_id";
  const links = await tx<Link[]>`
    SELECT l.${tx(key)} AS other, to_jsonb(l) AS row, l.is_primary, l.left_at::text, l.position,
           CASE WHEN s.customer_id IS NOT NULL THEN jsonb_build_object('is_primary', s.is_primary, 'left_at', s.left_at, 'position', s.position) END AS mine,
           EXISTS (SELECT 1 FROM customer_contact p WHERE p.is_primary AND p.left_at IS NULL AND p.customer_id = CASE WHEN ${column} = 'customer_id' THEN ${survivor}::uuid ELSE l.customer_id END
             AND NOT (p.customer_id = l.customer_id AND p.contact_id = l.contact_id)) AS primary_taken
    FROM customer_contact l LEFT JOIN customer_contact s ON s.${tx(key)} = l.${tx(key)} AND s.${tx(column)} = ${survivor}
    WHERE l.${tx(column)} = ${loser} ORDER BY l.is_primary DESC, 1 FOR UPDATE OF l`;
  const steps: (Moved | null)[] = [];
  for (const l of links) {
    const step = { table: "customer_contact", key, keys: [l.other] };
    if (l.mine === null) {
      const primary = l.is_primary && !l.primary_taken;
      const before = { [column]: loser, is_primary: String(l.is_primary) };
      steps.push(await setRows(tx, { ...step, before, after: { [column]: survivor, is_primary: String(primary) } }));
      continue;
    }
    await tx`DELETE FROM customer_contact WHERE ${tx(column)} = ${loser} AND ${tx(key)} = ${l.other}`;
    steps.push({ do: "delete", ...step, row: l.row });
    const leftAt = l.mine.left_at !== null && l.left_at !== null ? l.mine.left_at : null;
    const after = {
      [column]: survivor,
      is_primary: String(l.mine.is_primary || (l.is_primary && !l.primary_taken && leftAt === null)),
      left_at: leftAt,
      position: l.mine.position ?? l.position,
    };
    const before = { [column]: survivor, is_primary: String(l.mine.is_primary), left_at: l.mine.left_at, position: l.mine.position };
    if (JSON.stringify(before) !== JSON.stringify(after)) steps.push(await setRows(tx, { ...step, before, after }));
  }
  return steps.filter((s) => s !== null);
}
