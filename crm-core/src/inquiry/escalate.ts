import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { type CalendarRules, workingTime } from "@kommutator/contract/working-time";
import { loadCalendars } from "../calendar.ts";
import type { Crm } from "../context.ts";
import { notify } from "../notification/notify.ts";
import { headsAbove } from "./chain.ts";
import { titleOf } from "./dispatch.ts";
import { receptionSettings } from "./settings.ts";
import { holderOf, queueOf, UNPROCESSED } from "./sql.ts";

interface Waiting {
  id: Id;
  dialog_id: Id | null;
  from: Date;
  due_at: Date;
  holder: Id | null;
  queue_id: Id | null;
  calendar_id: Id | null;
  escalated: number;
}

/** How much of its working time a matter has used, in percent. Pure; without a calendar every second counts. */
function usedPercent(from: number, due: number, now: number, calendar: CalendarRules | undefined): number {
  const span = (a: number, b: number) => (calendar === undefined ? Math.max(0, b - a) / 1000 : workingTime(a, b, calendar));
  const whole = span(from, due);
  return whole === 0 ? (now >= due ? 100 : 0) : (100 * span(from, now)) / whole;
}

/**
 * Tells of inquiries that wait too long (RG-11), at each configured percent of their time once: below 100 whoever holds it, from 100 the head too,
 * from 200 the head above. Run again or late it tells nothing twice.
 */
export async function escalateInquiries(crm: Crm): Promise<void> {
  await crm.sql.begin(async (tx) => {
    const percents = (await receptionSettings(tx)).escalatePercents;
    const last = percents.at(-1);
    if (last === undefined) return;
    const waiting = await tx<Waiting[]>`
      SELECT w.*, coalesce(e.calendar_id, u.calendar_id) AS calendar_id FROM (
        SELECT q.id, q.dialog_id, coalesce(q.dispatched_at, q.received_at) AS "from", q.due_at, ${holderOf(tx)} AS holder, ${queueOf(tx)} AS queue_id, q.escalated
        FROM inquiry q WHERE q.status = ANY(${UNPROCESSED}::text[]) AND q.due_at IS NOT NULL AND q.escalated < ${last} ORDER BY q.due_at LIMIT 2000 FOR UPDATE OF q SKIP LOCKED
      ) w LEFT JOIN employee e ON e.id = w.holder LEFT JOIN queue u ON u.id = w.queue_id`;
    const calendars = await loadCalendars(
      tx,
      waiting.flatMap((w) => (w.calendar_id === null ? [] : [w.calendar_id])),
    );
    for (const w of waiting) {
      const used = usedPercent(w.from.getTime(), w.due_at.getTime(), crm.clock.now(), calendars.get(w.calendar_id ?? ""));
      const reached = percents.filter((p) => p <= used && p > w.escalated);
      for (const percent of reached) await tell(crm, tx, w, percent);
      if (reached.length > 0) await tx`UPDATE inquiry SET escalated = ${Math.max(...reached)} WHERE id = ${w.id}`;
    }
  });
}

async function tell(crm: Crm, tx: Tx, inquiry: Waiting, percent: number): Promise<void> {
  const heads = percent < 100 ? [] : (await headsAbove(tx, inquiry.holder, inquiry.queue_id)).slice(0, percent < 200 ? 1 : 2);
  const title = await titleOf(tx, inquiry.id);
  for (const employeeId of new Set([...(inquiry.holder === null ? [] : [inquiry.holder]), ...heads]))
    await notify(tx, crm, {
      employeeId,
      event: "inquiry.deadline",
      object: "inquiry",
      objectId: inquiry.id,
      key: `${inquiry.id} ${inquiry.due_at.toISOString()} ${percent}`,
      payload: { ...title, at: inquiry.due_at.toISOString(), why: "time_used", percent },
      dialogId: inquiry.dialog_id,
    });
}
