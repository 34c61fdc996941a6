import type { MergeCard } from "@kommutator/contract/api/merge";

type Row = Record<string, unknown>;
export type Choices = Record<string, "survivor" | "loser">;

/** Fields of a card that a person chooses between, side by side (CB-13); the characteristics of the portrait each by itself. */
export const FIELDS: Record<MergeCard, readonly string[]> = {
  customer: [
    "kind",
    "name",
    "legal_name",
    "tax_id",
    "status_id",
    "region_id",
    "industry_id",
    "source_id",
    "responsible_id",
    "is_vip",
    "do_not_contact",
    "comment",
  ],
  contact: ["last_name", "first_name", "middle_name", "gender", "birth_date", "language"],
  lead: ["contact_name", "company_name", "note", "source_id", "responsible_id", "due_at"],
};
/** Marks that protect somebody stand when either card had them. */
const EITHER = new Set(["is_vip", "do_not_contact"]);
const PORTRAIT = "portrait.";

const empty = (value: unknown): boolean => value === null || value === undefined || value === "";

/** Names of the fields of this pair, portrait included. */
export function fieldsOf(card: MergeCard, a: Row, b: Row): string[] {
  const portrait = (row: Row) => Object.keys((row["portrait"] as Row | null) ?? {});
  return [...FIELDS[card], ...(card === "customer" ? [...new Set([...portrait(a), ...portrait(b)])].sort().map((key) => PORTRAIT + key) : [])];
}

/** The value of a field, portrait included. */
export function fieldValue(row: Row, field: string): unknown {
  return field.startsWith(PORTRAIT) ? ((row["portrait"] as Row | null)?.[field.slice(PORTRAIT.length)] ?? null) : (row[field] ?? null);
}

/**
 * What the survivor's row becomes (C6.2): the chosen value, else the survivor's, else the loser's. Unknown fields in the choices are ignored by
 * the caller's check; the responsible is the survivor's unless chosen otherwise, even when it is nobody.
 */
export function merged(card: MergeCard, survivor: Row, loser: Row, choices: Choices): Row {
  const result: Row = {};
  const portrait: Row = {};
  for (const field of fieldsOf(card, survivor, loser)) {
    const [mine, theirs] = [fieldValue(survivor, field), fieldValue(loser, field)];
    const choice = choices[field];
    const value =
      choice === "loser"
        ? theirs
        : choice === "survivor"
          ? mine
          : EITHER.has(field)
            ? mine === true || theirs === true
            : empty(mine) && field !== "responsible_id"
              ? theirs
              : mine;
    if (field.startsWith(PORTRAIT)) {
      if (!empty(value)) portrait[field.slice(PORTRAIT.length)] = value;
    } else result[field] = value;
  }
  return card === "customer" ? { ...result, portrait } : result;
}
