import type { Principal } from "@kommutator/contract/access";
import type { CustomerGaps } from "@kommutator/contract/api/interest";
import type { RequiredFault } from "@kommutator/contract/api/required-field";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { insertPoints, pointsMade } from "../contact-point/sql.ts";
import type { Crm } from "../context.ts";
import { editCustomer, overruled, requireEdit } from "../customer/write.ts";
import { requireNoNewTwin } from "../duplicate/find.ts";
import { facetsOf } from "../duplicate/sql.ts";
import type { InterestRecord } from "./record.ts";

/**
 * Fills what a refused move or closing asked of the customer's card (B7: "form asks tax_id; entering a valid one moves it"), in the move's
 * transaction, by the right to edit that card and with all that holds there: duplicates, audit, its own required fields, whose faults go to
 * `lacking`. Throws not_found, forbidden, duplicate, and validation for an Interest that has no customer yet.
 */
export async function fillCustomer(
  crm: Crm,
  tx: Tx,
  principal: Principal,
  actor: Actor,
  interest: Pick<InterestRecord, "customer_id">,
  gaps: CustomerGaps,
  lacking: RequiredFault[],
): Promise<void> {
  const { phone, email, ...fields } = gaps;
  if (Object.values(gaps).every((value) => value === undefined)) return;
  const id = interest.customer_id;
  if (id === null) throw new AppError("validation", { fields: { customerId: "required" } });
  await requireEdit(tx, principal, id);
  const [card] = await tx<{ version: number }[]>`SELECT version FROM customer WHERE id = ${id} FOR UPDATE`;
  for (const [kind, value] of [["phone", phone] as const, ["email", email] as const])
    if (value !== undefined) await addPoint(crm, tx, principal, actor, id, kind, value);
  await editCustomer(tx, crm, principal, actor, id, { ...fields, version: card?.version ?? 0 }, lacking);
}

/** One more number or address of the card; one that it has already stays as it is. */
async function addPoint(crm: Crm, tx: Tx, principal: Principal, actor: Actor, customerId: Id, kind: "phone" | "email", value: string): Promise<void> {
  const before = (await facetsOf(tx, [customerId])).get(customerId);
  const point = { kind, value, label: null, isShared: false };
  const made = await insertPoints(tx, { customer_id: customerId }, [point], (await crm.company(tx)).country);
  if (made.length === 0) return;
  const why = overruled(await requireNoNewTwin(tx, principal, customerId, before, null), null);
  await crm.audit(
    tx,
    actor,
    pointsMade({ customer_id: customerId }, made).map((entry) => ({ ...entry, changes: { ...entry.changes, ...why } })),
  );
}
