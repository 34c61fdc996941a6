import type { DispatchRuleView } from "@kommutator/contract/api/dispatch-rule";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { recordDelegations } from "../absence/delegate.ts";
import { takenUpBy } from "../absence/during.ts";
import type { Moved } from "../absence/objects.ts";
import { type Crm, systemActor } from "../context.ts";
import { attach, create } from "./attach.ts";
import { candidatesFor } from "./candidates.ts";
import { asTarget, handOver, managerOf, type Target, targetOf, waitingPlace } from "./dispatch.ts";
import type { InquiryRecord } from "./finish.ts";
import type { Person } from "./person.ts";
import { reject } from "./reject.ts";
import { type Arrival, firstRule } from "./rule-match.ts";
import { readRules } from "./rule-sql.ts";
import { settle } from "./settle.ts";
import { type PurposeRow, readPurpose } from "./sql.ts";

/**
 * What the rules do with inquiries that have just been made (RG-08). A rule that cannot act (its purpose was archived meanwhile) leaves the inquiry
 * for a human: whatever it began is taken back, and the reader goes on.
 */
export async function applyRules(crm: Crm, tx: Tx, inquiries: readonly { id: Id; dialogId: Id }[]): Promise<void> {
  const rules = await readRules(tx);
  if (rules.length === 0) return;
  for (const { id, dialogId } of inquiries) {
    const arrival = await arrivalOf(tx, dialogId);
    const { rule } = arrival === null ? { rule: null } : firstRule(rules, arrival);
    if (rule === null) continue;
    try {
      await tx.savepoint((inner) => act(crm, inner as unknown as Tx, rule, id));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      await crm.audit(tx, systemActor(rule.name), {
        objectKind: "inquiry",
        objectId: id,
        action: "rule_failed",
        changes: { rule: [null, rule.name], why: [null, error.code] },
      });
    }
  }
}

async function arrivalOf(tx: Tx, dialogId: Id): Promise<Arrival | null> {
  const [row] = await tx<Arrival[]>`
    SELECT d.channel_id AS "channelId", d.identity_value AS sender, d.identity_result AS identity,
           concat_ws(' ', d.subject, (SELECT string_agg(body, ' ') FROM (SELECT left(body, 5000) AS body FROM message WHERE dialog_id = d.id AND direction = 'in' ORDER BY seq LIMIT 5) m)) AS text
    FROM dialog d WHERE d.id = ${dialogId}`;
  return row ?? null;
}

async function act(crm: Crm, tx: Tx, rule: DispatchRuleView, inquiryId: Id): Promise<void> {
  const actor = systemActor(rule.name);
  const [inquiry] = await tx<InquiryRecord[]>`SELECT * FROM inquiry WHERE id = ${inquiryId} AND status = 'new' FOR UPDATE`;
  if (inquiry === undefined) return;
  await tx`UPDATE inquiry SET rule_id = ${rule.id} WHERE id = ${inquiryId}`;
  const purpose = rule.purposeId === null ? null : await readPurpose(tx, rule.purposeId);
  if (rule.purposeId !== null && purpose === null) throw new AppError("validation", { fields: { purposeId: "unknown" } });
  switch (rule.action) {
    case "suggest":
      await tx`UPDATE inquiry SET suggested_purpose_id = ${rule.purposeId} WHERE id = ${inquiryId}`;
      await crm.audit(tx, actor, {
        objectKind: "inquiry",
        objectId: inquiryId,
        action: "suggest",
        changes: { suggested_purpose_id: [inquiry.suggested_purpose_id, rule.purposeId] },
      });
      return;
    case "reject":
      await reject(crm, tx, actor, inquiry, { reason: rule.reason ?? rule.name, purposeId: rule.purposeId, ruleId: rule.id });
      // Nobody need wait for it: the dialog is closed too, with everything that was written.
      if (inquiry.dialog_id !== null) await crm.hooks?.closeDialog?.(tx, inquiry.dialog_id);
      return;
    case "create_interest":
      await receiveAutomatically(crm, tx, actor, inquiryId, rule.purposeId as Id, rule.id);
      return;
    case "assign": {
      const person = inquiry.dialog_id === null ? null : await personOf(tx, inquiry.dialog_id);
      const target =
        named(rule) ??
        (await targetOf(crm, tx, purpose as NonNullable<typeof purpose>, person ?? NOBODY, null)) ??
        (await waitingPlace(tx, inquiryId, purpose));
      if (target !== null) await give(crm, tx, actor, inquiry, target, { purpose, ruleId: rule.id, dialogToo: true });
    }
  }
}

/** Whom the rule itself names. */
const named = (rule: DispatchRuleView): Target | null => asTarget(rule);

const NOBODY: Person = { customerId: null, contactId: null, leadId: null };

async function personOf(tx: Tx, dialogId: Id): Promise<Person | null> {
  const [person] = await tx<
    Person[]
  >`SELECT customer_id AS "customerId", contact_id AS "contactId", lead_id AS "leadId" FROM dialog_party WHERE dialog_id = ${dialogId}`;
  return person ?? null;
}

/**
 * Hands the matter and, `dialogToo`, its written dialog to the target; a call rings where the router sends it. In the stead of somebody absent whoever
 * stands in has both, written down for the list of what can be taken back; where nobody does the matter waits in a queue, and the dialog where it is.
 */
async function give(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  inquiry: InquiryRecord,
  target: Target,
  why: { purpose: PurposeRow | null; ruleId: Id | null; dialogToo: boolean },
): Promise<void> {
  const own = (await waitingPlace(tx, inquiry.id, why.purpose))?.queueId ?? null;
  const taken = target.employeeId === null ? { ...target, absence: null } : await takenUpBy(tx, target.employeeId, own, new Date(crm.clock.now()));
  const to = asTarget(taken);
  if (to === null) return;
  await handOver(crm, tx, actor, inquiry, to, { ...why, reason: null });
  const given: Moved[] = [{ kind: "inquiry", id: inquiry.id }];
  if (why.dialogToo && to.employeeId !== null && inquiry.dialog_id !== null && (await giveDialog(crm, tx, inquiry.dialog_id, to.employeeId)))
    given.push({ kind: "dialog", id: inquiry.dialog_id });
  if (taken.absence !== null) await recordDelegations(crm, tx, taken.absence, given, to.employeeId);
}

/** Gives a written dialog to an employee. Returns whether there was one to give. */
async function giveDialog(crm: Crm, tx: Tx, dialogId: Id, employeeId: Id): Promise<boolean> {
  const open = await tx`SELECT 1 FROM dialog WHERE id = ${dialogId} AND closed_at IS NULL AND medium <> 'voice'`;
  if (open.length > 0) await crm.enqueue(tx, [{ kind: "dialog.assign", dialogId, employeeId, by: employeeId, at: crm.clock.now() }]);
  return open.length > 0;
}

/**
 * Reception by rule, without a human (B1): one open Interest that suits is taken, none makes a new one for whom the purpose is dispatched to,
 * several leave the inquiry dispatched for a human. Where nobody would be responsible it waits in a queue: what is processed has an owner.
 */
async function receiveAutomatically(crm: Crm, tx: Tx, actor: Actor, inquiryId: Id, purposeId: Id, ruleId: Id | null): Promise<void> {
  const [inquiry] = await tx<InquiryRecord[]>`SELECT * FROM inquiry WHERE id = ${inquiryId} AND status IN ('new', 'in_wizard', 'dispatched') FOR UPDATE`;
  const purpose = await readPurpose(tx, purposeId);
  if (inquiry?.dialog_id == null || purpose === null) throw new AppError("not_found");
  const person = (await personOf(tx, inquiry.dialog_id)) ?? NOBODY;
  const target = await targetOf(crm, tx, purpose, person, null);
  const open = (await candidatesFor(crm, tx, { dialogId: inquiry.dialog_id, person, purposeId })).filter((c) => !c.recentlyLost);
  const [only] = open;
  // Into an Interest it comes to whoever manages that.
  const employeeId = (only === undefined ? null : await managerOf(tx, only.id)) ?? target?.employeeId ?? null;
  if (purpose.outcome !== "interest" || open.length > 1 || (person.customerId ?? person.leadId) === null || employeeId === null) {
    const place = target ?? (await waitingPlace(tx, inquiryId, purpose));
    if (place !== null) await give(crm, tx, actor, inquiry, place, { purpose, ruleId, dialogToo: false });
    return;
  }
  const interest =
    only === undefined
      ? await create(crm, tx, actor, inquiry.dialog_id, purpose, person, {
          title: null,
          interestKindId: null,
          parallelReason: null,
          responsibleId: employeeId,
          hasNext: true,
        })
      : await attach(crm, tx, actor, person, { interestId: only.id, reopen: false, inquiryId }, true);
  await settle(crm, tx, actor, inquiry, {
    purpose,
    person,
    interest,
    note: null,
    receiver: { employeeId },
    told: only === undefined ? null : employeeId,
    executorId: employeeId,
    next: null,
  });
}
