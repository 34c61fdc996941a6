import type { AuditRef } from "@kommutator/contract/api/admin";
import type { Catalogues } from "@kommutator/contract/api/catalogue";
import dayjs from "dayjs";
import { cardPath } from "../../app/card-path.ts";

/** One line of a change: a field with what stood there and what stands there now; of a creation only the new value. */
export interface Change {
  field: string;
  before: string | null;
  after: string | null;
}

const NAMELESS = new Set(["version", "created_by", "createdBy"]);

type Names = ReadonlyMap<string, string>;

function textOf(value: unknown, names: Names): string | null {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "string") return names.get(value) ?? value;
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value.map((each) => names.get(each) ?? each).join(", ") || null;
  const text = JSON.stringify(value);
  return text === "{}" ? null : text;
}

/** What ids of people, departments and catalogues are called, for a reader who knows no ids. */
export function namesOf(catalogues: Catalogues | undefined): Map<string, string> {
  const names = new Map<string, string>();
  // Lists of entries, and what entries that are out of use are called by their ids.
  for (const list of Object.values(catalogues ?? {}) as (readonly { id: string; name: string }[] | Record<string, string>)[]) {
    if (Array.isArray(list)) for (const { id, name } of list as readonly { id: string; name: string }[]) names.set(id, name);
    else for (const [id, name] of Object.entries(list)) names.set(id, name);
  }
  for (const kind of catalogues?.interestKinds ?? []) for (const stage of kind.stages) names.set(stage.id, stage.name);
  for (const type of catalogues?.interactionTypes ?? []) for (const status of type.statuses) names.set(status.id, status.name);
  return names;
}

/** The column of a field that an order names in its own way: `departmentId` is `department_id`. */
export const columnOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Fields whose values are codes of ours; what people typed elsewhere is never taken for one. */
const CODED = new Set([
  "process_mode",
  "status",
  "state",
  "origin",
  "verified_how",
  "is_vip",
  "do_not_contact",
  "is_shared",
  "enabled",
  "allowUnknown",
  "sample",
]);

/** The word for a value that is a code; `word` knows the words. Of an identity the kind is left out, and of a browser its key. */
export function spoken(field: string, value: string, word: (code: string) => string | null): string {
  if (field === "identity") {
    const [kind = "", ...rest] = value.split(" ");
    return kind === "site_visitor" ? (word(kind) ?? value) : rest.join(" ") || value;
  }
  // "email" is a letter elsewhere.
  if (field === "kind") return word(`kind_${value}`) ?? value;
  return CODED.has(field) ? (word(value) ?? value) : value;
}

/** What an audit row says, field by field; `{field: [old, new]}` and plain values alike. */
export function changesOf(changes: Record<string, unknown>, names: Names = new Map()): Change[] {
  return Object.entries(changes).flatMap(([field, value]) => {
    if (NAMELESS.has(field)) return [];
    const pair = Array.isArray(value) && value.length === 2;
    const before = pair ? textOf(value[0], names) : null;
    const after = pair ? textOf(value[1], names) : textOf(value, names);
    return before === null && after === null ? [] : [{ field, before, after }];
  });
}

/** A part of a value: what it is called, and the page of its card; `text` null: it is an id of which nothing may be said. */
export interface Said {
  text: string | null;
  to: string | null;
}
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A value that names other cards or things, part by part; null where it names none and is text. Who may not see a card, and who asks for one
 * that is no more, is told no name.
 */
export function linkedOf(value: unknown, names: Names, refs: Readonly<Record<string, AuditRef>>): Said[] | null {
  const ids = Array.isArray(value) ? value : [value];
  if (ids.length === 0 || !ids.every((id): id is string => typeof id === "string" && ID.test(id))) return null;
  return ids.map((id) => {
    const ref = refs[id];
    return ref === undefined ? { text: names.get(id) ?? null, to: null } : { text: names.get(id) ?? (ref.name || null), to: cardPath(ref.kind, id) };
  });
}

/** Old and new of a field as the row has them; of a creation that names plain values only the new one. */
export function sidesOf(value: unknown): [before: unknown, after: unknown] {
  return Array.isArray(value) && value.length === 2 ? [value[0], value[1]] : [null, value];
}

export { cardPath as pageOf } from "../../app/card-path.ts";

/** When the day (`2026-10-25`, of this machine) begins, or that many days later: by the calendar, as the one on which the clocks change has no 24 hours. */
export function midnight(day: string | undefined, later: number): string | undefined {
  const at = dayjs(day ?? null);
  return at.isValid() ? at.startOf("day").add(later, "day").toISOString() : undefined;
}
