import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { passOn } from "../absence/during.ts";
import type { Crm } from "../context.ts";
import { joinChain } from "../interaction/chain.ts";
import { createTask } from "../task/write.ts";
import type { Person } from "./person.ts";
import type { PurposeRow } from "./sql.ts";

/**
 * Outcome `claim` (B1): a claim of the person instead of an Interest, with a task for whoever is to answer it, until its deadline. The caller may be
 * known as a lead only: the claim moves with the lead. Returns the claim's id.
 */
export async function createClaim(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  inquiry: { id: Id; dialog_id: Id | null },
  claim: { purpose: PurposeRow; person: Person; note: string | null; responsibleId: Id; due: Date },
): Promise<Id> {
  const values = {
    customer_id: claim.person.customerId,
    lead_id: claim.person.leadId,
    contact_id: claim.person.contactId,
    dialog_id: inquiry.dialog_id,
    title: claim.note?.trim().split("\n")[0]?.slice(0, 200) || claim.purpose.name,
    description: claim.note?.trim() || claim.purpose.name,
    responsible_id: claim.responsibleId,
    registered_at: new Date(crm.clock.now()),
    due_at: claim.due,
  };
  const [row] = await tx<{ id: Id; number: number }[]>`INSERT INTO claim ${tx(values)} RETURNING id, number`;
  const { id, number } = row as { id: Id; number: number };
  await crm.audit(tx, actor, {
    objectKind: "claim",
    objectId: id,
    action: "create",
    changes: { title: [null, values.title], responsible_id: [null, claim.responsibleId] },
  });
  // Claim and task stand in the chain of the inquiry (IA-05).
  await joinChain(tx, { kind: "claim", id }, { kind: "inquiry", id: inquiry.id }, values.registered_at);
  await giveTask(crm, tx, actor, inquiry.id, { ...claim, title: `${claim.purpose.name} #${number}: ${values.title}` });
  await passOn(crm, tx, "claim", [id]);
  return id;
}

/** Outcome `service_task`: work for whoever the purpose names, until its deadline. */
export async function giveTask(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  inquiryId: Id,
  task: { title: string; note: string | null; responsibleId: Id; due: Date },
): Promise<void> {
  await createTask(tx, crm, actor, {
    title: task.title.slice(0, 300),
    description: task.note,
    executorId: task.responsibleId,
    dueAt: task.due.toISOString(),
    subject: { kind: "inquiry", id: inquiryId },
    dedupKey: `inquiry ${inquiryId}`,
  });
}
