import type { ConvertGiven } from "@kommutator/contract/api/lead";
import { ApiError } from "../../app/api.ts";
import type { NamedFault } from "../../app/required.ts";

/** A field that a refused conversion lacks and that can be given in its box. */
export interface Gap {
  /** What is sent: a fact of the lead, the new customer, the new contact, or a number or address of the whole. */
  part: "lead" | "customer" | "contact" | "point";
  field: string;
  /** In words. */
  name: string;
  /** What the rule says of it. */
  message: string | null;
  /** What stands there and is not good enough. */
  value: unknown;
}
const GIVEN: Record<string, readonly string[]> = {
  lead: ["contactName", "companyName", "note", "sourceId", "responsibleId"],
  customer: ["legalName", "taxId", "statusId", "regionId", "industryId", "sourceId", "comment"],
  contact: ["lastName", "firstName", "middleName", "gender", "birthDate", "position"],
};
export const keyOf = (gap: Pick<Gap, "part" | "field">): string => `${gap.part}.${gap.field}`;
/** The order of the box, whatever that of the rules: the lead, the customer, who asks, how to reach them. */
const ORDER = [...Object.entries(GIVEN).flatMap(([part, fields]) => fields.map((field) => `${part}.${field}`)), "point.phone", "point.email"];

/**
 * What a refused conversion lacks: fields to ask for, each once (a number serves the lead, the customer and the contact alike), and the names
 * of those that are no input of the box. Null for failures of another kind.
 */
export function gapsOf(error: unknown, kind: "company" | "person"): { gaps: Gap[]; elsewhere: NamedFault[] } | null {
  if (!(error instanceof ApiError) || error.code !== "required_fields") return null;
  const gaps = new Map<string, Gap>();
  const elsewhere: NamedFault[] = [];
  for (const fault of (error.details["fields"] as NamedFault[] | undefined) ?? []) {
    const at = placeOf(fault, kind);
    if (at === null) elsewhere.push(fault);
    else if (!gaps.has(keyOf(at))) gaps.set(keyOf(at), { ...at, name: fault.name, message: fault.message, value: fault.value ?? null });
  }
  // The customer takes the lead's source.
  if (gaps.has("lead.sourceId")) gaps.delete("customer.sourceId");
  return { gaps: [...gaps.values()].sort((a, b) => ORDER.indexOf(keyOf(a)) - ORDER.indexOf(keyOf(b))), elsewhere };
}

function placeOf({ object, field }: NamedFault, kind: "company" | "person"): Pick<Gap, "part" | "field"> | null {
  if (field === "phone" || field === "contactPoint") return { part: "point", field: "phone" };
  if (field === "email") return { part: "point", field };
  // The human of a company is made of the name that the lead bears.
  if (object === "customer" && field === "contact" && kind === "company") return { part: "lead", field: "contactName" };
  return GIVEN[object]?.includes(field) === true ? { part: object as Gap["part"], field } : null;
}

/** The gaps to show after another refusal: what was asked before stays to be seen, what is still missing says why. */
export function asked(before: readonly Gap[], now: readonly Gap[]): Gap[] {
  const missing = new Map(now.map((gap) => [keyOf(gap), gap]));
  const kept = before.map((gap) => missing.get(keyOf(gap)) ?? { ...gap, value: null });
  return [...kept, ...now.filter((gap) => !before.some((each) => keyOf(each) === keyOf(gap)))];
}

/** What is sent with the next try: what was typed for the gaps that are asked for. */
export function givenOf(gaps: readonly Gap[], typed: Readonly<Record<string, string>>): ConvertGiven {
  const given: Record<string, unknown> = {};
  for (const gap of gaps) {
    const value = typed[keyOf(gap)]?.trim() ?? "";
    if (value === "") continue;
    if (gap.part === "point") given[gap.field] = value;
    else given[gap.part] = { ...(given[gap.part] as object | undefined), [gap.field]: value };
  }
  return given as ConvertGiven;
}
