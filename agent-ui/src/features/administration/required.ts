import type { Catalogues } from "@kommutator/contract/api/catalogue";
import { REQUIRED_FIELDS, type RequiredObject, type RequiredRuleView } from "@kommutator/contract/api/required-field";
import { FIELD_NAMES } from "@kommutator/contract/api/required-field-names";

/** What people call the field of a rule, in their language. */
export function fieldName(rule: Pick<RequiredRuleView, "object" | "field">, language: string): string {
  const names: Record<string, Record<string, string>> = FIELD_NAMES[rule.object];
  return names[rule.field]?.[language] ?? rule.field;
}

/** Fields, moments and conditions of an object; a rule that outlived its field still shows it. */
export const fieldsOf = (object: RequiredObject): readonly string[] => REQUIRED_FIELDS[object].fields;
export const momentsOf = (object: RequiredObject): readonly string[] => REQUIRED_FIELDS[object].moments;
export const conditionsOf = (object: RequiredObject): readonly string[] => REQUIRED_FIELDS[object].conditions;

/** What a condition may be about: entries of catalogues by id, codes by their texts (`words` names the group of them). */
export function valuesOf(
  object: RequiredObject,
  condition: string,
  catalogues: Catalogues,
): { id: string; name: string }[] | { words: string; codes: string[] } {
  switch (condition) {
    case "status":
      if (object === "customer") return catalogues.customerStatuses;
      if (object === "lead") return { words: "leadStatus", codes: ["new", "in_work", "qualified"] };
      return catalogues.interactionTypes.flatMap((type) => type.statuses.map((status) => ({ id: status.id, name: `${type.name}: ${status.name}` })));
    case "source":
      return catalogues.sources;
    case "kind":
      return object === "interest" ? catalogues.interestKinds : { words: "customerKind", codes: ["company", "person"] };
    case "customerKind":
      return { words: "customerKind", codes: ["company", "person"] };
    case "stage":
      return catalogues.interestKinds.flatMap((kind) => kind.stages.map((stage) => ({ id: stage.id, name: `${kind.name}: ${stage.name}` })));
    case "purpose":
      return catalogues.purposes.filter((purpose) => !purpose.archived);
    case "type":
      return catalogues.interactionTypes;
    case "direction":
      return { words: "direction", codes: ["in", "out", "both"] };
    case "origin":
      return { words: "origin", codes: ["call", "missed_call", "message", "email", "form", "manual"] };
    default:
      return { words: "role", codes: ["customer", "supplier", "partner", "dealer", "competitor"] };
  }
}
