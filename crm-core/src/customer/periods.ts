import type { CustomerHistory } from "@kommutator/contract/api/customer";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";

export type OwnerReason = "manual" | "lead_conversion" | "transfer" | "dismissal" | "lost_to_pool" | "merge" | "import";

/** A new owner period (C3, CB-07): exactly one responsible or none, every change with reason and dates; `note` in the words of whoever did it. */
export async function setOwner(
  tx: Tx,
  customerId: Id,
  employeeId: Id | null,
  reason: OwnerReason,
  by: Id | null,
  at: Date,
  note: string | null = null,
): Promise<void> {
  await endOwner(tx, customerId, at);
  await tx`
    INSERT INTO customer_owner_history (customer_id, employee_id, during, reason, changed_by, note)
    SELECT ${customerId}, ${employeeId}, tstzrange(greatest(${at}::timestamptz, max(upper(during))), NULL), ${reason}, ${by}, ${note} FROM customer_owner_history WHERE customer_id = ${customerId}`;
  await tx`UPDATE customer SET responsible_id = ${employeeId}, responsible_since = CASE WHEN ${employeeId}::uuid IS NULL THEN NULL ELSE ${at}::timestamptz END WHERE id = ${customerId}`;
}

/** The current period ends, never before it began: whoever answered for a card for a moment stays in its history. */
export async function endOwner(tx: Tx, customerId: Id, at: Date): Promise<void> {
  await tx`
    UPDATE customer_owner_history SET during = tstzrange(lower(during), greatest(${at}::timestamptz, lower(during) + interval '1 microsecond'))
    WHERE customer_id = ${customerId} AND upper_inf(during)`;
}

/** Which status the card has from now on (CB-05); the column itself is the caller's to write. */
export async function setStatusPeriod(tx: Tx, customerId: Id, statusId: Id | null, by: Id | null, at: Date): Promise<void> {
  await tx`
    UPDATE customer_status_history SET during = tstzrange(lower(during), greatest(${at}::timestamptz, lower(during) + interval '1 microsecond'))
    WHERE customer_id = ${customerId} AND upper_inf(during)`;
  await tx`
    INSERT INTO customer_status_history (customer_id, status_id, during, changed_by)
    SELECT ${customerId}, ${statusId}, tstzrange(greatest(${at}::timestamptz, max(upper(during))), NULL), ${by} FROM customer_status_history WHERE customer_id = ${customerId}`;
}

/** Who answered for a card and which status it had, newest first; periods of cards merged into it belong to those cards. */
export async function readHistory(tx: Query, customerId: Id): Promise<CustomerHistory> {
  const person = (alias: string) =>
    tx.unsafe(`CASE WHEN ${alias}.id IS NULL THEN NULL ELSE jsonb_build_object('id', ${alias}.id, 'name', ${alias}.full_name) END`);
  const owners = await tx<CustomerHistory["owners"]>`
    SELECT ${person("e")} AS employee, to_jsonb(lower(h.during)) AS "from", to_jsonb(upper(h.during)) AS "to", h.reason, h.note, ${person("b")} AS by
    FROM customer_owner_history h LEFT JOIN employee e ON e.id = h.employee_id LEFT JOIN employee b ON b.id = h.changed_by
    WHERE h.customer_id = ${customerId} AND NOT isempty(h.during) ORDER BY lower(h.during) DESC`;
  const statuses = await tx<CustomerHistory["statuses"]>`
    SELECT CASE WHEN s.id IS NULL THEN NULL ELSE jsonb_build_object('id', s.id, 'name', s.name, 'color', s.color) END AS status,
           to_jsonb(lower(h.during)) AS "from", to_jsonb(upper(h.during)) AS "to", ${person("b")} AS by
    FROM customer_status_history h LEFT JOIN customer_status s ON s.id = h.status_id LEFT JOIN employee b ON b.id = h.changed_by
    WHERE h.customer_id = ${customerId} AND NOT isempty(h.during) ORDER BY lower(h.during) DESC`;
  return { owners: [...owners], statuses: [...statuses] };
}
