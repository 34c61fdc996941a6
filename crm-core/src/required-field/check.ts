import type { Principal } from "@kommutator/contract/access";
import type { CheckMoment, RequiredFault, RequiredObject } from "@kommutator/contract/api/required-field";
import { FIELD_NAMES } from "@kommutator/contract/api/required-field-names";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { localDate } from "@kommutator/contract/working-time";
import type { Crm } from "../context.ts";
import { createTask } from "../task/write.ts";
import { readRecord } from "./fields.ts";
import { concerns, judge, momentsOf, nameOf, type Rule } from "./rules.ts";
import { liveRules, markIncomplete, rememberDeferral, saidUnknown, sayUnknown } from "./sql.ts";

const AUTOMATION: Actor = { kind: "automation", id: null, label: "required fields" };

/** What a write path asks about the record that it has just written. */
interface Check {
  object: RequiredObject;
  moment: CheckMoment;
  /** The written record; its other columns are read from the database, so that every path is judged by the same record. */
  row: { id: Id };
  /** moment "stage": the stage that the Interest has left. */
  leftStageId?: Id | null | undefined;
  /** Only rules of these fields: what is changed is a part of the record, and the rest of it is not for this path to ask about. */
  fields?: readonly string[] | undefined;
  /** "Not known", with reasons by field, said in the same request. */
  unknown?: Record<string, string> | undefined;
  /** Let through by right (an import): the record is marked incomplete instead of refused. */
  waived?: boolean | undefined;
  /** Where faults go instead of being thrown: the operation writes more records and refuses once, for all of them (`refuseLacking`). */
  lacking?: RequiredFault[] | undefined;
}

/**
 * Required-field control (spec AD-06, B7): to be called by every path that writes a record, AFTER the write and in its transaction, so that
 * rules judge the resulting record. Throws required_fields with details { fields: RequiredFault[] } naming all failing fields of blocking
 * rules (also of deferred ones past their time); the caller's transaction then rolls back. Returns the names (`object.field`) that are only
 * warned of or put off, for the header WARNINGS_HEADER. `principal` null is the house itself: facts that happened are never refused.
 */
export async function checkRequired(tx: Tx, crm: Crm, principal: Principal | null, check: Check): Promise<string[]> {
  if (principal === null) return [];
  const { object, row } = check;
  const rules = await liveRules(tx, object, principal.employeeId);
  if (rules.length === 0) return [];
  const record = await readRecord(tx, object, row.id, rules);
  if (record === null) throw new AppError("not_found");
  const moments = momentsOf(object, check.moment, record);
  const mine = rules.filter((r) => moments.includes(r.moment) && concerns(r, record, check.leftStageId ?? null) && (check.fields?.includes(r.field) ?? true));
  if (mine.length === 0) return [];

  const unknown = check.unknown ?? {};
  await sayUnknown(tx, principal.employeeId, object, row.id, unknown);
  const now = crm.clock.now();
  const company = await crm.company(tx);
  const verdict = judge(mine, record, {
    ...(await saidUnknown(tx, row.id)),
    place: { country: company.country.trim(), today: localDate(now, company.tz) },
    now,
  });
  if (verdict.faults.length > 0 && check.waived !== true) {
    if (check.lacking === undefined) throw new AppError("required_fields", { fields: verdict.faults });
    check.lacking.push(...verdict.faults);
  }
  // Only a whole look at the record takes the mark away.
  const missing = verdict.faults.map((f) => f.field);
  if (missing.length > 0 || (moments.includes("save") && check.fields === undefined)) await markIncomplete(tx, principal.employeeId, object, row.id, missing);
  for (const { rule, dueAt } of verdict.deferred) await defer(tx, crm, principal, row.id, rule, dueAt);
  return [...new Set([...verdict.warnings, ...verdict.deferred.map((d) => nameOf(d.rule)), ...verdict.faults.map((f) => `${f.object}.${f.field}`)])];
}

/** Refuses an operation that wrote several records with one answer naming the faults of all of them (B7); one field is one gap. */
export function refuseLacking(lacking: readonly RequiredFault[]): void {
  const fields = lacking.filter((f, n) => lacking.findIndex((g) => g.object === f.object && g.objectId === f.objectId && g.field === f.field) === n);
  if (fields.length > 0) throw new AppError("required_fields", { fields });
}

/** Several records that one operation wrote, judged together. Throws required_fields naming all that fails; returns the warnings. */
export async function checkTogether(tx: Tx, crm: Crm, principal: Principal | null, checks: readonly Omit<Check, "lacking">[]): Promise<string[]> {
  const lacking: RequiredFault[] = [];
  const warnings: string[] = [];
  for (const check of checks) warnings.push(...(await checkRequired(tx, crm, principal, { ...check, lacking })));
  refuseLacking(lacking);
  return [...new Set(warnings)];
}

/** The deferral begins, with a task for whoever saved the record (B7); one for each rule and record, however often it is saved meanwhile. */
async function defer(tx: Tx, crm: Crm, principal: Principal, objectId: Id, rule: Rule, dueAt: EpochMs): Promise<void> {
  await rememberDeferral(tx, rule.id, objectId, new Date(dueAt), new Date(crm.clock.now()));
  await createTask(tx, crm, AUTOMATION, {
    kind: "data_quality",
    title: await taskTitle(tx, principal.employeeId, rule),
    executorId: principal.employeeId,
    dueAt: new Date(dueAt).toISOString(),
    subject: { kind: rule.object, id: objectId },
    dedupKey: `required:${rule.id}:${objectId}`,
  });
}

const FILL_IN: Record<string, string> = { ru: "Заполнить", en: "Fill in", kk: "Толтыру", uk: "Заповнити" };

/** The task's words in the language of whoever gets it: the rule's own, or "Fill in: birthday". */
async function taskTitle(tx: Tx, employeeId: Id, rule: Rule): Promise<string> {
  const [row] = await tx<{ locale: "ru" | "en" | "kk" | "uk" }[]>`SELECT locale FROM employee WHERE id = ${employeeId}`;
  const locale = row?.locale ?? "ru";
  const names: Record<string, Record<string, string>> = FIELD_NAMES[rule.object];
  return rule.message ?? `${FILL_IN[locale]}: ${names[rule.field]?.[locale] ?? rule.field}`;
}
