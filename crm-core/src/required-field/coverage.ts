import type { RuleCoverage } from "@kommutator/contract/api/required-field";
import { localDate } from "@kommutator/contract/working-time";
import type { z } from "zod";
import type { Crm } from "../context.ts";
import { selectRecords } from "./fields.ts";
import { type CheckedRecord, concerns, type Rule } from "./rules.ts";
import { isGood } from "./validators.ts";

const BATCH = 5000;
const EXAMPLES = 20;

/**
 * How many living records a rule concerns and how many would fail it now (AD-06): switching a rule on touches no record, so this is how one
 * sees what it will mean. Judged by the very code that judges writes. Of stages: Interests that stand in the rule's stage.
 */
export async function coverage(crm: Crm, rule: Rule): Promise<z.infer<typeof RuleCoverage>> {
  const { columns, from, living, name } = selectRecords(rule.object, [rule]);
  const company = await crm.company(crm.sql);
  const place = { country: company.country.trim(), today: localDate(crm.clock.now(), company.tz) };
  const answer: z.infer<typeof RuleCoverage> = { concerned: 0, failing: 0, unknown: 0, deferred: 0, examples: [] };
  const rows = crm.sql
    .unsafe<(CheckedRecord & { name: string; unknown: boolean; deferred: boolean })[]>(
      `SELECT ${columns}, ${name} AS name,
         EXISTS (SELECT 1 FROM unknown_value u WHERE u.object_id = t.id AND u.field = $1) AS unknown,
         EXISTS (SELECT 1 FROM required_field_deferral d WHERE d.object_id = t.id AND d.rule_id = $2 AND d.due_at > $3) AS deferred
       FROM ${from} WHERE ${living}`,
      [rule.field, rule.id, new Date(crm.clock.now())],
    )
    .cursor(BATCH);
  for await (const batch of rows) {
    for (const record of batch) {
      if (!concerns(rule, record, record.stageId)) continue;
      answer.concerned++;
      if (isGood(record.values[rule.field], rule.validator, place)) continue;
      if (rule.allowUnknown && record.unknown) {
        answer.unknown++;
        continue;
      }
      answer.failing++;
      if (record.deferred) answer.deferred++;
      if (answer.examples.length < EXAMPLES) answer.examples.push({ id: record.id, name: record.name });
    }
  }
  return answer;
}
