import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { today } from "../load/rules.ts";

/** Whom a call is with, as far as it is known, and the Interest that it is known to be about. */
export interface CalledPerson {
  customerId: Id | null;
  contactId: Id | null;
  leadId: Id | null;
  interestId: Id | null;
}

/**
 * The call planned with this person for the day of `at`, locked; null for none (IA-04). A plan with the same contact fits, and one with the same
 * customer unless another human is meant. Where the call is known to be about one Interest, a plan about another is another matter. Of several:
 * the executor's own, then the same Interest's, then the earliest.
 */
export async function plannedCallOn(
  tx: Tx,
  typeId: Id,
  who: CalledPerson,
  executorId: Id | null,
  at: number,
  tz: string,
): Promise<{ id: Id; interestId: Id | null; executorId: Id | null } | null> {
  const day = today(at, tz);
  const [row] = await tx<{ id: Id; interestId: Id | null; executorId: Id | null }[]>`
    SELECT id, interest_id AS "interestId", executor_id AS "executorId" FROM interaction
    WHERE state = 'planned' AND type_id = ${typeId} AND lower(planned) >= ${new Date(day.start)} AND lower(planned) < ${new Date(day.end)}
      AND (contact_id = ${who.contactId}::uuid
        OR (customer_id = ${who.customerId}::uuid AND (${who.contactId}::uuid IS NULL OR contact_id IS NULL))
        OR (${who.customerId}::uuid IS NULL AND lead_id = ${who.leadId}::uuid))
      AND (${who.interestId}::uuid IS NULL OR interest_id IS NULL OR interest_id = ${who.interestId}::uuid)
    ORDER BY executor_id IS NOT DISTINCT FROM ${executorId}::uuid DESC, interest_id IS NOT DISTINCT FROM ${who.interestId}::uuid DESC, lower(planned) LIMIT 1 FOR UPDATE`;
  return row ?? null;
}
