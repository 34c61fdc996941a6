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
  if (interests.length + customers.length > 0) await unstick(tx, at, interests, customers);
  if (customers.length > 0)
    await tx`UPDATE customer SET last_touch_at = greatest(last_touch_at, ${at}) WHERE id = ANY(${customers}::uuid[]) AND (last_touch_at IS NULL OR last_touch_at < ${at})`;
}

/** A touch ends "nobody was in touch" at once (B10); the watch says when it may come again. */
async function unstick(tx: Tx, at: Date, interests: Id[], customers: Id[]): Promise<void> {
  await tx`
    WITH touched AS (
      SELECT i.id FROM interest i JOIN interest_flag f ON f.interest_id = i.id AND f.flag = 'stuck' AND f.clause = 'no_touch' AND f.cleared_at IS NULL AND f.raised_at <= ${at}
      WHERE i.status = 'open' AND (i.id = ANY(${interests}::uuid[]) OR i.customer_id = ANY(${customers}::uuid[]))),
    fallen AS (UPDATE interest_flag f SET cleared_at = ${at} FROM touched WHERE f.interest_id = touched.id AND f.flag = 'stuck' AND f.cleared_at IS NULL)
    UPDATE interest i SET judge_at = ${at} FROM touched WHERE i.id = touched.id`;
}
