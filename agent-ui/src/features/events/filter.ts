import dayjs from "dayjs";

export const PARTIES = ["customer", "contact", "lead"] as const;
export interface Party {
  kind: (typeof PARTIES)[number];
  id: string;
}
export const STATES = ["planned", "done", "failed", "cancelled"] as const;
export const PERIODS = ["today", "week", "month", "quarter"] as const;
/** The register's filter as the address and the saved filters have it: days and periods by name, so that "this week" stays this week. */
export type EventFilter = Readonly<Record<string, string>>;

/** From and to of a period by name, local days. */
function periodOf(name: string | undefined): { from?: string; to?: string } {
  const unit = name === "today" ? "day" : name === "week" || name === "month" ? name : undefined;
  if (name === "quarter") return { from: dayjs().startOf("day").subtract(90, "day").toISOString(), to: dayjs().endOf("day").add(1, "ms").toISOString() };
  if (unit === undefined) return {};
  return { from: dayjs().startOf(unit).toISOString(), to: dayjs().endOf(unit).add(1, "ms").toISOString() };
}

/** The beginning of a local day (`2026-03-11`), or of the next one; nothing for what is no day. */
function dayAt(day: string | undefined, later: number): string | undefined {
  const at = dayjs(day ?? null);
  return at.isValid() ? at.add(later, "day").startOf("day").toISOString() : undefined;
}

/** What the server is asked for: `from` and `to` are whole local days, the last one included; they go before a period by name. */
export function queryOf(filter: EventFilter): Record<string, string | undefined> {
  const { period, from, to, ...rest } = filter;
  const days = { from: dayAt(from, 0), to: dayAt(to, 1) };
  return { ...rest, ...(days.from === undefined && days.to === undefined ? periodOf(period) : days) };
}

/** Whom the filter names. */
export function partyOf(filter: EventFilter): Party | null {
  for (const kind of PARTIES) {
    const id = filter[`${kind}Id`];
    if (id !== undefined) return { kind, id };
  }
  return null;
}

/** A choice of the one list of states and statuses, and what it changes of the filter. */
export const stateOf = (filter: EventFilter): string | null =>
  filter["overdue"] === "true" ? "overdue" : filter["statusId"] !== undefined ? `status:${filter["statusId"]}` : (filter["state"] ?? null);
export function withState(value: string | null): Record<"state" | "overdue" | "statusId", string | null> {
  const none = { state: null, overdue: null, statusId: null };
  if (value === "overdue") return { ...none, overdue: "true" };
  return value?.startsWith("status:") ? { ...none, statusId: value.slice(7) } : { ...none, state: value };
}
