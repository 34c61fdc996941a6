/** One line of a change: a field with what stood there and what stands there now; of a creation only the new value. */
export interface Change {
  field: string;
  before: string | null;
  after: string | null;
}

const NAMELESS = new Set(["version", "created_by", "createdBy"]);

function textOf(value: unknown): string | null {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "string") return value;
  return JSON.stringify(value);
}

/** What an audit row says, field by field; `{field: [old, new]}` and plain values alike. */
export function changesOf(changes: Record<string, unknown>): Change[] {
  return Object.entries(changes).flatMap(([field, value]) => {
    if (NAMELESS.has(field)) return [];
    const pair = Array.isArray(value) && value.length === 2;
    const before = pair ? textOf(value[0]) : null;
    const after = pair ? textOf(value[1]) : textOf(value);
    return before === null && after === null ? [] : [{ field, before, after }];
  });
}

/** Where the card of an audited thing is, if it has a page. */
export function pageOf(kind: string, id: string): string | null {
  const pages: Record<string, string> = { customer: "customers", lead: "leads", interest: "interests", dialog: "dialogs" };
  return pages[kind] === undefined ? null : `/${pages[kind]}/${id}`;
}
