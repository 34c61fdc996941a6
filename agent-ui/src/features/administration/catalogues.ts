import type { CatalogueName } from "@kommutator/contract/api/catalogue";

/** A field of an entry besides its name: what kind of input it takes. */
export type EntryField =
  | { name: string; type: "text" | "long" | "color" | "icon" | "minutes" }
  | { name: string; type: "flag"; initial?: boolean }
  /** Kept in seconds, written in minutes or hours; empty: the house's. */
  | { name: string; type: "term"; unit: "minutes" | "hours" }
  | { name: string; type: "choice"; options: readonly string[]; required?: boolean }
  | { name: string; type: "entry"; of: CatalogueName; required?: boolean }
  /** One of the entries that name this one in `by`: chosen once it has any. */
  | { name: string; type: "own"; of: CatalogueName; by: string };

/** The catalogues that are edited here; kinds, stages, purposes and rules have pages of their own. */
export const EDITED = {
  "interaction-types": [
    { name: "code", type: "text" },
    { name: "icon", type: "icon" },
    { name: "color", type: "color" },
    { name: "defaultStatusId", type: "own", of: "interaction-statuses", by: "typeId" },
    { name: "direction", type: "choice", options: ["in", "out", "both"] },
    { name: "defaultMinutes", type: "minutes" },
    { name: "countsAsTouch", type: "flag" },
    { name: "prompt", type: "long" },
  ],
  "interaction-statuses": [
    { name: "typeId", type: "entry", of: "interaction-types", required: true },
    { name: "code", type: "text" },
    { name: "state", type: "choice", options: ["planned", "done", "failed", "cancelled"], required: true },
  ],
  "customer-statuses": [
    { name: "code", type: "text" },
    { name: "color", type: "color" },
  ],
  sources: [
    { name: "code", type: "text" },
    { name: "firstContactS", type: "term", unit: "minutes" },
    { name: "processingS", type: "term", unit: "hours" },
  ],
  "loss-reasons": [
    { name: "kind", type: "choice", options: ["deal_lost", "demand_unmet", "lead_disqualified"], required: true },
    { name: "needsText", type: "flag", initial: false },
  ],
  regions: [
    { name: "code", type: "text" },
    { name: "parentId", type: "entry", of: "regions" },
  ],
  industries: [{ name: "code", type: "text" }],
  positions: [],
} as const satisfies Partial<Record<CatalogueName, readonly EntryField[]>>;
export type Edited = keyof typeof EDITED;
export const EDITED_NAMES = Object.keys(EDITED) as Edited[];

/** Entries of these are ordered within one value of the field. */
export const GROUPED_BY: Partial<Record<Edited, string>> = { "interaction-statuses": "typeId", "loss-reasons": "kind" };

/** The ids in the order that they have after one moved by so many places; null where it cannot move. */
export function moved(ids: readonly string[], id: string, by: -1 | 1): string[] | null {
  const at = ids.indexOf(id);
  const to = at + by;
  if (at < 0 || to < 0 || to >= ids.length) return null;
  const next = [...ids];
  next.splice(at, 1);
  next.splice(to, 0, id);
  return next;
}

/** A code out of a name typed in whatever letters: latin ones and digits stay, everything else is numbered. */
export function codeOf(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, 40);
  const stem = plain === "" ? "entry" : plain;
  for (let n = 1; ; n++) {
    const code = n === 1 && plain !== "" ? stem : `${stem}_${n}`;
    if (!taken.has(code)) return code;
  }
}
