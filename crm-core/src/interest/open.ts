import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";

/**
 * SQL expression: the only open Interest of the person in the row `p` (customer_id, contact_id, lead_id), or NULL. Those of another
 * contact of the same company do not count.
 */
export function onlyOpenInterest(tx: Query) {
  return tx`(SELECT (array_agg(i.id))[1] FROM interest i WHERE i.status = 'open' AND (
      (i.customer_id = p.customer_id AND (p.contact_id IS NULL OR i.contact_id IS NULL OR i.contact_id = p.contact_id))
      OR (p.customer_id IS NULL AND i.lead_id = p.lead_id)) HAVING count(*) = 1)`;
}

/** Something happened in these Interests and with these customers: the lists' "last activity" and "last touch". */
export async function touch(tx: Tx, at: Date, ids: { interestIds: (Id | null)[]; customerIds: (Id | null)[] }): Promise<void> {
  const interests = [...new Set(ids.interestIds.filter((id) => id !== null))].sort();
  const customers = [...new Set(ids.customerIds.filter((id) => id !== null))].sort();
  if (interests.length > 0)
    await tx`UPDATE interest SET last_activity_at = greatest(last_activity_at, ${at}) WHERE id = ANY(${interests}::uuid[]) AND last_activity_at < ${at}`;
  if (customers.length > 0)
    await tx`UPDATE customer SET last_touch_at = greatest(last_touch_at, ${at}) WHERE id = ANY(${customers}::uuid[]) AND (last_touch_at IS NULL OR last_touch_at < ${at})`;
}
