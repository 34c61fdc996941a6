import type { RequiredObject } from "@kommutator/contract/api/required-field";
import type { Tx } from "@kommutator/contract/db";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";
import type { Rule } from "./rules.ts";

/** Columns of required_field_rule under the names of `Rule`. */
export function ruleColumns(tx: Query) {
  return tx`r.id, r.object, r.field, r.moment, r.condition, r.stage_id AS "stageId", r.severity, r.defer_hours AS "deferHours", r.validator, r.allow_unknown AS "allowUnknown", r.message`;
}

/** The rules of an object that are switched on and hold for this employee's roles. */
export async function liveRules(tx: Tx, object: RequiredObject, employeeId: Id): Promise<Rule[]> {
  return tx<Rule[]>`
    SELECT ${ruleColumns(tx)} FROM required_field_rule r
    WHERE r.object = ${object} AND r.enabled AND r.archived_at IS NULL
      AND (r.roles IS NULL OR r.roles && ARRAY(SELECT role_id FROM employee_role WHERE employee_id = ${employeeId}))
    ORDER BY r.id`;
}

/** Of which fields "unknown" was said about the record, and until when its deferrals let it through. */
export async function saidUnknown(tx: Query, objectId: Id): Promise<{ unknown: Set<string>; dueAt: Map<Id, EpochMs> }> {
  const [row] = await tx<{ fields: string[]; due: Record<Id, number> }[]>`
    SELECT ARRAY(SELECT field FROM unknown_value WHERE object_id = ${objectId}) AS fields,
           coalesce((SELECT jsonb_object_agg(rule_id, extract(epoch FROM due_at) * 1000) FROM required_field_deferral WHERE object_id = ${objectId}), '{}') AS due`;
  return { unknown: new Set(row?.fields), dueAt: new Map(Object.entries(row?.due ?? {})) };
}

/** Keeps the reasons why fields are not known. */
export async function sayUnknown(tx: Tx, employeeId: Id, object: RequiredObject, objectId: Id, reasons: Record<string, string>): Promise<void> {
  const rows = Object.entries(reasons).map(([field, reason]) => ({ object, object_id: objectId, field, reason, said_by: employeeId }));
  if (rows.length === 0) return;
  await tx`INSERT INTO unknown_value ${tx(rows)} ON CONFLICT (object_id, field) DO UPDATE SET reason = excluded.reason, said_by = excluded.said_by, said_at = now()`;
}

/** Begins a deferral; one that has begun keeps its time. */
export async function rememberDeferral(tx: Tx, ruleId: Id, objectId: Id, dueAt: Date, now: Date): Promise<void> {
  await tx`INSERT INTO required_field_deferral (rule_id, object_id, due_at, created_at) VALUES (${ruleId}, ${objectId}, ${dueAt}, ${now}) ON CONFLICT DO NOTHING`;
}

/** Marks a record that was let through with these fields missing; none missing takes the mark away. */
export async function markIncomplete(tx: Tx, employeeId: Id, object: RequiredObject, objectId: Id, fields: string[]): Promise<void> {
  if (fields.length === 0) await tx`DELETE FROM incomplete_record WHERE object_id = ${objectId}`;
  else
    await tx`
      INSERT INTO incomplete_record (object, object_id, fields, marked_by) VALUES (${object}, ${objectId}, ${fields}, ${employeeId})
      ON CONFLICT (object_id) DO UPDATE SET fields = excluded.fields, marked_at = now(), marked_by = excluded.marked_by`;
}
