import type { Principal } from "@kommutator/contract/access";
import type { StageField } from "@kommutator/contract/api/interest";
import type { RequiredFault } from "@kommutator/contract/api/required-field";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Crm } from "../context.ts";
import { checkRequired, refuseLacking } from "../required-field/check.ts";
import type { InterestRecord } from "./record.ts";
import type { Met } from "./rules.ts";

const COLUMN: Record<StageField, keyof InterestRecord> = {
  responsibleId: "responsible_id",
  amount: "amount",
  expectedClose: "expected_close",
  contactId: "contact_id",
  customerId: "customer_id",
  purposeId: "purpose_id",
  sourceId: "source_id",
};

/** What an Interest has of what its stages ask for: filled fields, and types of Interactions done since each stage was first entered. */
export async function metOf(tx: Tx, interest: InterestRecord): Promise<Met> {
  const rows = await tx<{ stage_id: Id; type_id: Id }[]>`
    SELECT DISTINCT v.stage_id, x.type_id
    FROM (SELECT stage_id, coalesce(min(lower(during)), '-infinity') AS since FROM interest_stage_history WHERE interest_id = ${interest.id} AND reversed_at IS NULL GROUP BY stage_id) v
    JOIN interaction x ON x.interest_id = ${interest.id} AND x.state = 'done' AND upper(x.occurred) >= v.since`;
  const actions = new Map<Id, Set<Id>>();
  for (const { stage_id, type_id } of rows) actions.set(stage_id, (actions.get(stage_id) ?? new Set()).add(type_id));
  const fields = (Object.keys(COLUMN) as StageField[]).filter((f) => interest[COLUMN[f]] !== null);
  return { fields: new Set(fields), actions };
}

/** The conditions of winning that are not ticked yet. */
export async function conditionsLeft(tx: Tx, interest: InterestRecord): Promise<{ id: Id; name: string }[]> {
  return tx<{ id: Id; name: string }[]>`
    SELECT c.id, c.name FROM check_item c WHERE c.kind_id = ${interest.kind_id} AND c.stage_id IS NULL AND c.archived_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM interest_check k WHERE k.interest_id = ${interest.id} AND k.item_id = c.id) ORDER BY c.pos`;
}

/**
 * Every field that a write still lacks in one answer: those of its stage (`missing`, asked for by `stageId`) and those of the rules of
 * required fields at this moment (AD-06), on the row as it is written. Throws required_fields; returns what is only warned of.
 */
export async function requireFields(
  crm: Crm,
  tx: Tx,
  principal: Principal | null,
  interestId: Id,
  asked: { moment: "create" | "save" | "stage" | "close"; leftStageId?: Id | null; missing?: readonly StageField[]; lacking?: RequiredFault[] | undefined },
): Promise<string[]> {
  const { moment, leftStageId = null, missing = [] } = asked;
  const lacking = asked.lacking ?? [];
  for (const field of missing)
    lacking.push({ object: "interest", objectId: interestId, field, rule: leftStageId as Id, message: null, value: null, allowUnknown: false });
  const warnings = await checkRequired(tx, crm, principal, { object: "interest", moment, row: { id: interestId }, leftStageId, lacking });
  if (asked.lacking === undefined) refuseLacking(lacking);
  return warnings;
}
