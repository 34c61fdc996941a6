import type { CheckMoment, RequiredFault, RequiredObject, RuleMoment, ValidatorName } from "@kommutator/contract/api/required-field";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import { isGood, type Place } from "./validators.ts";

/** The pure part of required-field control (spec B7): which rules hold at a moment, and what becomes of the write. */
export interface Rule {
  id: Id;
  object: RequiredObject;
  field: string;
  moment: RuleMoment;
  condition: Record<string, string[]>;
  stageId: Id | null;
  severity: "block" | "warn" | "defer";
  deferHours: number | null;
  validator: ValidatorName;
  allowUnknown: boolean;
  message: string | null;
}

/** The resulting record: values by field, what conditions ask of it, whose card each part is. */
export interface CheckedRecord {
  id: Id;
  values: Record<string, unknown>;
  conditions: Record<string, string[]>;
  state: string | null;
  stageId: Id | null;
  customerId: Id | null;
}

/** Which moments of rules a write path's moment means; one path may be several (a new Interest is saved and enters its first stage). */
export function momentsOf(object: RequiredObject, moment: CheckMoment, record: Pick<CheckedRecord, "state" | "stageId">): RuleMoment[] {
  const ends: RuleMoment[] = object === "interaction" && record.state === "done" ? ["interaction_done"] : [];
  switch (moment) {
    case "create":
      return ["save", ...ends, ...(object === "interest" && record.stageId !== null ? (["stage_enter"] as const) : [])];
    case "save":
      return ["save"];
    case "stage":
      return ["stage_leave", "stage_enter"];
    case "convert":
      return ["convert"];
    case "close":
      if (object === "interaction") return ends;
      if (record.state === "won" || record.state === "processed") return ["close_won"];
      return record.state === "lost" || record.state === "rejected" || record.state === "disqualified" ? ["close_lost"] : [];
  }
}

/** Does the rule concern this record? Of stages: the one entered is the record's, the one left is told. */
export function concerns(rule: Rule, record: CheckedRecord, leftStageId: Id | null): boolean {
  if (rule.stageId !== null && rule.stageId !== (rule.moment === "stage_leave" ? leftStageId : record.stageId)) return false;
  return Object.entries(rule.condition).every(([key, values]) => values.some((v) => record.conditions[key]?.includes(v)));
}

/** Does the record satisfy the rule? "Unknown" with a reason does where the rule says so. */
export function satisfied(rule: Rule, record: CheckedRecord, unknown: ReadonlySet<string>, place: Place): boolean {
  return isGood(record.values[rule.field], rule.validator, place) || (rule.allowUnknown && unknown.has(rule.field));
}

export interface Verdict {
  /** Refuse the whole operation, naming all of them. */
  faults: RequiredFault[];
  /** Saved; `object.field` of what is only warned of. */
  warnings: string[];
  /** Saved for now; a deferral begins and somebody gets a task. */
  deferred: { rule: Rule; dueAt: EpochMs }[];
}

/** What becomes of a write whose record these rules hold for. `dueAt`: until when a deferral that has begun lets the record through. */
export function judge(
  rules: readonly Rule[],
  record: CheckedRecord,
  world: { unknown: ReadonlySet<string>; dueAt: ReadonlyMap<Id, EpochMs>; place: Place; now: EpochMs },
): Verdict {
  const verdict: Verdict = { faults: [], warnings: [], deferred: [] };
  for (const rule of rules) {
    if (satisfied(rule, record, world.unknown, world.place)) continue;
    const due = world.dueAt.get(rule.id);
    if (rule.severity === "warn") verdict.warnings.push(nameOf(rule));
    else if (rule.severity === "defer" && due === undefined) verdict.deferred.push({ rule, dueAt: world.now + (rule.deferHours ?? 0) * 3_600_000 });
    else if (rule.severity === "block" || (due !== undefined && due <= world.now)) verdict.faults.push(faultOf(rule, record));
  }
  // Two rules of one field are one gap to fill: the first that refuses names it.
  verdict.faults = verdict.faults.filter((f, i, all) => all.findIndex((g) => g.object === f.object && g.field === f.field) === i);
  return verdict;
}

/** "customer.taxId": the card and the field of it, also for an Interest's rule about its customer. */
export function nameOf(rule: Pick<Rule, "object" | "field">): string {
  return rule.field.startsWith("customer.") ? rule.field : `${rule.object}.${rule.field}`;
}

function faultOf(rule: Rule, record: CheckedRecord): RequiredFault {
  const [object, field] = nameOf(rule).split(".") as [RequiredObject, string];
  return {
    object,
    objectId: object === rule.object ? record.id : record.customerId,
    field,
    rule: rule.id,
    message: rule.message,
    value: record.values[rule.field] ?? null,
    allowUnknown: rule.allowUnknown,
  };
}
