import type { StageField, UnmetStage } from "@kommutator/contract/api/interest";
import { ApiError } from "../../app/api.ts";

/** What a refused move or closing lacks, out of the server's answer. */
export interface Missing {
  /** Fields of the Interest that can be given at once. */
  fields: StageField[];
  /** Fields of other cards, and those that are no input here: by their names. */
  elsewhere: string[];
  /** Stages that are not done, with what each still asks for. */
  unmet: UnmetStage[];
  conditions: { id: string; name: string }[];
  reason: boolean;
  comment: boolean;
}
const GIVEN: ReadonlySet<string> = new Set(["responsibleId", "amount", "expectedClose", "purposeId", "sourceId"]);

/** The answer as something to ask for; null for failures of another kind (a conflict, no right, offline). */
export function missingOf(error: unknown): Missing | null {
  if (!(error instanceof ApiError)) return null;
  const { details } = error;
  const unmet = (details["unmet"] as UnmetStage[] | undefined) ?? [];
  const conditions = (details["conditions"] as { id: string; name: string }[] | undefined) ?? [];
  if (error.code === "required_fields") {
    const faults = (details["fields"] as { object: string; field: string }[] | undefined) ?? [];
    const names = faults.map((f) => (f.object === "interest" ? f.field : `${f.object}.${f.field}`));
    return { fields: names.filter(isGiven), elsewhere: names.filter((n) => !isGiven(n)), unmet, conditions, reason: false, comment: false };
  }
  if (error.code !== "validation") return null;
  const fields = (details["fields"] as Record<string, string> | undefined) ?? {};
  if (unmet.length + conditions.length === 0 && fields["reason"] !== "required" && fields["comment"] !== "required") return null;
  const asked = [...new Set(unmet.flatMap((s) => s.fields))];
  return {
    fields: asked.filter(isGiven),
    elsewhere: asked.filter((n) => !isGiven(n)),
    unmet,
    conditions,
    reason: fields["reason"] === "required",
    comment: fields["comment"] === "required",
  };
}

function isGiven(name: string): name is StageField {
  return GIVEN.has(name);
}
