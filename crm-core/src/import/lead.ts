import type { Principal } from "@kommutator/contract/access";
import type { LeadBody } from "@kommutator/contract/api/lead";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { differences } from "../audit/index.ts";
import { insertPoints, pointsMade } from "../contact-point/sql.ts";
import type { Crm } from "../context.ts";
import { type MadeBy, overruled } from "../customer/write.ts";
import { requireDifferent } from "../duplicate/find.ts";
import { setDeadlines } from "../lead/deadline.ts";
import { asTyped } from "../lead/typed.ts";
import { checkRequired } from "../required-field/check.ts";
import { mayAssign } from "../rights.ts";

/**
 * A potential client out of a file (RG-09): whoever brings it in answers for it, unless somebody is named. Throws forbidden, required_fields,
 * duplicate (B14, unless `compared` already: a certain twin without the right to overrule it).
 */
export async function createLead(
  tx: Tx,
  crm: Crm,
  principal: Principal,
  actor: Actor,
  body: z.infer<typeof LeadBody>,
  { waived, compared }: Pick<MadeBy, "waived" | "compared">,
): Promise<Id> {
  const { contactName, companyName, contactPoints, differentReason } = body;
  const { country } = await crm.company(tx);
  const others = compared === true ? [] : await requireDifferent(tx, principal, asTyped(body), country, differentReason);
  const responsible_id = body.responsibleId ?? principal.employeeId;
  await mayAssign(tx, principal, "lead", responsible_id);
  const now = new Date(crm.clock.now());
  const values = {
    contact_name: contactName,
    company_name: companyName,
    note: body.note,
    source_id: body.sourceId,
    last_source_id: body.sourceId,
    last_source_at: body.sourceId === null ? null : now,
    responsible_id,
  };
  const [row] = await tx<{ id: Id }[]>`INSERT INTO lead ${tx({ ...values, created_at: now, created_by: principal.employeeId })} RETURNING id`;
  const { id } = row as { id: Id };
  const points = await insertPoints(tx, { lead_id: id }, contactPoints, country);
  await setDeadlines(tx, [id]);
  await checkRequired(tx, crm, principal, { object: "lead", moment: "create", row: { id }, waived });
  await crm.audit(tx, actor, [
    { objectKind: "lead", objectId: id, action: "create", changes: { ...differences({}, values), ...overruled(others, differentReason) } },
    ...pointsMade({ lead_id: id }, points),
  ]);
  return id;
}
