import { REQUIRED_FIELDS, type RequiredRuleBody, type RequiredRulePatch, type RequiredRuleView } from "@kommutator/contract/api/required-field";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { differences } from "../audit/index.ts";
import { VersionConflict } from "../change.ts";
import type { Crm, Query } from "../context.ts";
import { ruleColumns } from "./sql.ts";

type Body = z.output<typeof RequiredRuleBody>;

/** The rules of the house, by object and moment. */
export async function readRules(tx: Query, id: Id | null = null): Promise<RequiredRuleView[]> {
  return tx<RequiredRuleView[]>`
    SELECT ${ruleColumns(tx)}, r.roles AS "roleIds", r.enabled, r.version FROM required_field_rule r
    WHERE r.archived_at IS NULL ${id === null ? tx`` : tx`AND r.id = ${id}`} ORDER BY r.object, r.moment, r.field, r.id`;
}

/** Every fault of a rule at once: fields, moments and conditions are those of its object; hours belong to "defer", stages to stage moments. */
export function ruleFaults(rule: Body): Record<string, string> {
  const of = REQUIRED_FIELDS[rule.object];
  const has = (list: readonly string[], value: string) => list.includes(value);
  const stage = rule.moment === "stage_enter" || rule.moment === "stage_leave";
  return {
    ...(has(of.fields, rule.field) ? {} : { field: "unknown" }),
    ...(has(of.moments, rule.moment) ? {} : { moment: "not_of_object" }),
    ...(Object.keys(rule.condition).every((key) => has(of.conditions, key)) ? {} : { condition: "unknown" }),
    ...((rule.severity === "defer") === (rule.deferHours !== null) ? {} : { deferHours: rule.severity === "defer" ? "required" : "not_deferred" }),
    ...(rule.stageId === null || stage ? {} : { stageId: "not_of_moment" }),
  };
}

function columns(tx: Tx, rule: Body) {
  return {
    object: rule.object,
    field: rule.field,
    moment: rule.moment,
    condition: tx.json(rule.condition),
    stage_id: rule.stageId,
    severity: rule.severity,
    defer_hours: rule.deferHours,
    roles: rule.roleIds,
    validator: rule.validator,
    allow_unknown: rule.allowUnknown,
    message: rule.message,
    enabled: rule.enabled,
  };
}

async function requireKnown(tx: Tx, rule: Body): Promise<void> {
  const faults = ruleFaults(rule);
  const roles = rule.roleIds === null ? [] : await tx`SELECT 1 FROM role WHERE id = ANY(${rule.roleIds}::uuid[])`;
  if (rule.roleIds !== null && roles.length !== new Set(rule.roleIds).size) faults["roleIds"] = "unknown";
  if (rule.stageId !== null && (await tx`SELECT 1 FROM stage WHERE id = ${rule.stageId}`).length === 0) faults["stageId"] = "unknown";
  if (Object.keys(faults).length > 0) throw new AppError("validation", { fields: faults });
}

/** A new rule. It concerns writes from now on: existing records stay as they are (B7). Throws validation naming every fault. */
export async function createRule(crm: Crm, tx: Tx, actor: Actor, body: Body): Promise<RequiredRuleView> {
  await requireKnown(tx, body);
  const [row] = await tx<{ id: Id }[]>`INSERT INTO required_field_rule ${tx(columns(tx, body))} RETURNING id`;
  const { id } = row as { id: Id };
  await crm.audit(tx, actor, { objectKind: "required_field_rule", objectId: id, action: "create", changes: differences({}, body) });
  return (await readRules(tx, id))[0] as RequiredRuleView;
}

/** Changes a rule; a deferral that has begun keeps its time. Throws version_conflict with the rule as it is. */
export async function changeRule(crm: Crm, tx: Tx, actor: Actor, id: Id, patch: z.output<typeof RequiredRulePatch>): Promise<RequiredRuleView> {
  const before = await lockRule(tx, id);
  const { version, ...fields } = patch;
  if (before.version !== version) throw new VersionConflict("required_field_rule", id, before);
  const { id: _, version: __, ...rule } = before;
  const next: Body = { ...rule, ...(Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== undefined)) as Partial<Body>) };
  if (next.severity !== "defer") next.deferHours = null;
  await requireKnown(tx, next);
  await tx`UPDATE required_field_rule SET ${tx(columns(tx, next))}, version = version + 1 WHERE id = ${id}`;
  await crm.audit(tx, actor, { objectKind: "required_field_rule", objectId: id, action: "edit", changes: differences(rule, next) });
  return (await readRules(tx, id))[0] as RequiredRuleView;
}

/** Puts a rule away; the marks and deferrals that it made stay in the history. */
export async function archiveRule(crm: Crm, tx: Tx, actor: Actor, id: Id): Promise<void> {
  await lockRule(tx, id);
  await tx`UPDATE required_field_rule SET archived_at = now(), version = version + 1 WHERE id = ${id}`;
  await crm.audit(tx, actor, { objectKind: "required_field_rule", objectId: id, action: "archive", changes: {} });
}

async function lockRule(tx: Tx, id: Id): Promise<RequiredRuleView> {
  await tx`SELECT 1 FROM required_field_rule WHERE id = ${id} FOR UPDATE`;
  const [rule] = await readRules(tx, id);
  if (rule === undefined) throw new AppError("not_found");
  return rule;
}
