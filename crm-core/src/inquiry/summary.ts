import type { Principal } from "@kommutator/contract/access";
import type { InquirySummary } from "@kommutator/contract/api/inquiry";
import type { Id } from "@kommutator/contract/ids";
import { type CalendarRules, workingTime } from "@kommutator/contract/working-time";
import { loadCalendars } from "../calendar.ts";
import type { Query } from "../context.ts";
import { holderOf, inquiryAllowed, queueOf, UNPROCESSED } from "./sql.ts";

interface Named {
  id: Id;
  name: string;
}
/** The inquiries that one person holds in one queue by one channel. */
interface Heap {
  employee: Named | null;
  queue: Named | null;
  channel: Named | null;
  calendar_id: Id | null;
  count: number;
  overdue: number;
  oldest: Date;
}
type Backlog = Omit<InquirySummary, "byEmployee" | "byQueue" | "byChannel">;

/**
 * What is not received yet (RG-11): how many, how old in the working time of whoever has it (else of its queue), how many past their deadline; by who
 * holds it, by queue and by channel. Of what the principal may see.
 */
export async function summarise(tx: Query, principal: Principal, now: number): Promise<InquirySummary> {
  const named = (alias: string, name: string) =>
    tx.unsafe(`CASE WHEN ${alias}.id IS NOT NULL THEN jsonb_build_object('id', ${alias}.id, 'name', ${alias}.${name}) END`);
  const heaps = await tx<Heap[]>`
    WITH heap AS (
      SELECT holder, queue, channel, count(*)::int AS count, (count(*) FILTER (WHERE late))::int AS overdue, min(received_at) AS oldest FROM (
        SELECT q.received_at, coalesce(q.due_at < ${new Date(now)}, false) AS late, ${holderOf(tx)} AS holder, ${queueOf(tx)} AS queue, (SELECT channel_id FROM dialog WHERE id = q.dialog_id) AS channel
        FROM inquiry q WHERE q.status = ANY(${UNPROCESSED}::text[]) AND ${inquiryAllowed(tx, principal, "read")}
      ) open GROUP BY holder, queue, channel
    )
    SELECT ${named("e", "full_name")} AS employee, ${named("u", "name")} AS queue, ${named("c", "name")} AS channel, coalesce(e.calendar_id, u.calendar_id) AS calendar_id, h.count, h.overdue, h.oldest
    FROM heap h LEFT JOIN employee e ON e.id = h.holder LEFT JOIN queue u ON u.id = h.queue LEFT JOIN channel c ON c.id = h.channel`;
  const calendars = await loadCalendars(
    tx,
    heaps.flatMap((h) => (h.calendar_id === null ? [] : [h.calendar_id])),
  );
  const add = (some: readonly Heap[]) => backlogOf(some, now, calendars);
  const by = <K extends "employee" | "queue" | "channel">(key: K) =>
    [...new Set(heaps.map((h) => h[key]?.id))]
      .map((id) => heaps.filter((h) => h[key]?.id === id))
      .map((some) => ({ [key]: some[0]?.[key] ?? null, ...add(some) }) as Record<K, Named | null> & Backlog)
      .sort((a, b) => b.overdue - a.overdue || b.count - a.count || (a[key]?.name ?? "").localeCompare(b[key]?.name ?? ""));
  return { ...add(heaps), byEmployee: by("employee"), byQueue: by("queue"), byChannel: by("channel") };
}

/** Heaps together. The oldest is the one that has waited longest in working time: a letter of Friday night is younger on Monday than one of the morning. */
function backlogOf(heaps: readonly Heap[], now: number, calendars: ReadonlyMap<Id, CalendarRules>): Backlog {
  const count = heaps.reduce((sum, h) => sum + h.count, 0);
  const overdue = heaps.reduce((sum, h) => sum + h.overdue, 0);
  const waits = heaps.map((h) => {
    const calendar = h.calendar_id === null ? undefined : calendars.get(h.calendar_id);
    const from = h.oldest.getTime();
    return { at: h.oldest.toISOString(), s: Math.round(calendar === undefined ? Math.max(0, now - from) / 1000 : workingTime(from, now, calendar)) };
  });
  const oldest = waits.sort((a, b) => b.s - a.s || (a.at < b.at ? -1 : 1))[0];
  return { count, overdue, overdueShare: count === 0 ? 0 : overdue / count, oldestAt: oldest?.at ?? null, oldestWorkS: oldest?.s ?? null };
}
