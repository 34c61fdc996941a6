import type { CustomerGaps, InterestFields, UnmetStage } from "@kommutator/contract/api/interest";
import { ApiError } from "../../app/api.ts";
import type { NamedFault } from "../../app/required.ts";

/** A field that a refused move or closing lacks. */
export interface Gap {
  of: "interest" | "customer";
  field: string;
  /** In words; null: the page names it itself. */
  name: string | null;
  /** What the rule says of it. */
  message: string | null;
  /** What stands there and is not good enough. */
  value: unknown;
}
/** What was given for the gaps, as it is sent with the move. */
export interface Given {
  fields: InterestFields;
  customer: CustomerGaps;
}
/** What a refused move or closing lacks, out of the server's answer. */
export interface Missing {
  /** Fields that can be given at once. */
  gaps: Gap[];
  /** Those that are no input here, by their names. */
  elsewhere: Gap[];
  /** Stages that are not done, with what each still asks for. */
  unmet: UnmetStage[];
  conditions: { id: string; name: string }[];
  reason: boolean;
  comment: boolean;
}
const GIVEN: Record<Gap["of"], ReadonlySet<string>> = {
  interest: new Set(["title", "responsibleId", "amount", "expectedClose", "purposeId", "sourceId", "contactId"]),
  customer: new Set(["taxId", "legalName", "regionId", "industryId", "phone", "email"]),
};
export const keyOf = (gap: Pick<Gap, "of" | "field">): string => `${gap.of}.${gap.field}`;

/**
 * The answer as something to ask for; null for failures of another kind (a conflict, no right, offline). Whoever may not edit customers
 * (`editsCustomers`) gives no fields of theirs.
 */
export function missingOf(error: unknown, editsCustomers = true): Missing | null {
  if (!(error instanceof ApiError)) return null;
  const { details } = error;
  const unmet = (details["unmet"] as UnmetStage[] | undefined) ?? [];
  const conditions = (details["conditions"] as { id: string; name: string }[] | undefined) ?? [];
  const isGiven = (gap: Gap) => GIVEN[gap.of]?.has(gap.field) === true && (gap.of === "interest" || editsCustomers);
  const parts = (gaps: Gap[]) => ({ gaps: gaps.filter(isGiven), elsewhere: gaps.filter((g) => !isGiven(g)) });
  if (error.code === "required_fields") {
    const faults = (details["fields"] as NamedFault[] | undefined) ?? [];
    const gaps = faults.map(({ object, field, name, message, value }) => ({
      of: object as Gap["of"],
      field,
      name: name ?? null,
      message: message ?? null,
      value: value ?? null,
    }));
    const comment = gaps.some((g) => keyOf(g) === "interest.closeComment");
    return { ...parts(gaps), unmet, conditions, reason: false, comment };
  }
  if (error.code !== "validation") return null;
  const fields = (details["fields"] as Record<string, string> | undefined) ?? {};
  if (unmet.length + conditions.length === 0 && fields["reason"] !== "required" && fields["comment"] !== "required") return null;
  const asked = [...new Set(unmet.flatMap((s) => s.fields))].map((field): Gap => ({ of: "interest", field, name: null, message: null, value: null }));
  return { ...parts(asked), unmet, conditions, reason: fields["reason"] === "required", comment: fields["comment"] === "required" };
}
