import type { Id } from "@kommutator/contract/ids";
import type { Crm, Query } from "../context.ts";
import type { Lookups } from "./body.ts";

/** Catalogues and people by the names under which files may have them. Names that two people share mean nobody. */
export async function readLookups(crm: Crm, tx: Query): Promise<Lookups> {
  const map = (rows: { id: Id; name: string | null }[]) => {
    const found = new Map<string, Id>();
    const several = new Set<string>();
    for (const { id, name } of rows) {
      const key = name?.trim().toLowerCase() ?? "";
      if (found.has(key) && found.get(key) !== id) several.add(key);
      if (key !== "") found.set(key, id);
    }
    for (const key of several) found.delete(key);
    return found;
  };
  type Rows = { id: Id; name: string | null }[];
  return {
    country: (await crm.company(tx)).country.trim(),
    status: map(
      await tx<Rows>`SELECT id, name FROM customer_status WHERE archived_at IS NULL UNION ALL SELECT id, code FROM customer_status WHERE archived_at IS NULL`,
    ),
    region: map(await tx<Rows>`SELECT id, name FROM region UNION ALL SELECT id, code FROM region`),
    industry: map(await tx<Rows>`SELECT id, name FROM industry UNION ALL SELECT id, code FROM industry`),
    source: map(await tx<Rows>`SELECT id, name FROM lead_source WHERE archived_at IS NULL`),
    responsible: map(
      await tx<Rows>`SELECT id, full_name AS name FROM employee WHERE state = 'active' UNION ALL SELECT id, login::text FROM employee WHERE state = 'active'`,
    ),
  };
}
