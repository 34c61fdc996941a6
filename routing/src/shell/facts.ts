import type { Db } from "@kommutator/contract/db";
import type { EpochMs, Id, Medium } from "@kommutator/contract/ids";
import { type CalendarRules, isOpen, nextBoundary } from "@kommutator/contract/working-time";
import { type Hours, hoursOf } from "../core/hours.ts";
import type { Facts } from "../core/model.ts";

/** How far calendars are resolved into instants; facts are read again long before. */
export const HORIZON_MS = 45 * 86_400_000;
/** "For ever" for a calendar that never closes. */
const FOREVER: EpochMs = 8_640_000_000_000;

/** The open intervals of a calendar from `from` over the horizon. */
export function hoursFrom(calendar: CalendarRules, from: EpochMs): Hours {
  const intervals: [EpochMs, EpochMs][] = [];
  let start = isOpen(from, calendar) ? from : nextBoundary(from, calendar);
  while (start !== null && start < from + HORIZON_MS) {
    const end = nextBoundary(start, calendar);
    intervals.push([start, end ?? FOREVER]);
    if (end === null) break;
    start = nextBoundary(end, calendar);
  }
  return hoursOf(intervals);
}

/** People, queues, members, calendars, absences and loads as the settings have them now. Reads only. */
export async function readFacts(sql: Db, now: EpochMs): Promise<Facts> {
  const [calendars, employees, absences, queues, members] = await Promise.all([
    sql<{ id: Id; tz: string; week: CalendarRules["week"]; exceptions: { day: string; intervals: [string, string][] }[] }[]>`
      SELECT c.id, c.tz, c.week, coalesce((SELECT jsonb_agg(jsonb_build_object('day', e.day, 'intervals', e.intervals)) FROM calendar_exception e WHERE e.calendar_id = c.id), '[]') AS exceptions
      FROM working_calendar c`,
    sql<{ id: Id; active: boolean; calendar_id: Id; max_dialogs: number; planned: number; norm: number | null }[]>`
      SELECT e.id, e.state = 'active' AS active, e.calendar_id, e.max_dialogs, coalesce(l.planned_points, 0) AS planned, l.norm_points AS norm
      FROM employee e LEFT JOIN agent_load l ON l.employee_id = e.id ORDER BY e.id`,
    sql<{ employee_id: Id; from: number; to: number }[]>`
      SELECT employee_id, extract(epoch FROM coalesce(lower(during), '2000-01-01')) * 1000 AS from, extract(epoch FROM coalesce(upper(during), '2200-01-01')) * 1000 AS to
      FROM absence WHERE state NOT IN ('cancelled', 'closed') AND (upper(during) IS NULL OR upper(during) > to_timestamp(${now / 1000}::float8))`,
    sql<QueueRow[]>`SELECT * FROM queue ORDER BY id`,
    sql<{ queueId: Id; employeeId: Id; media: Medium[]; weight: number }[]>`
      SELECT m.queue_id AS "queueId", m.employee_id AS "employeeId", m.media, m.weight FROM queue_member m JOIN queue q ON q.id = m.queue_id AND q.archived_at IS NULL ORDER BY 1, 2`,
  ]);
  const hours = new Map(calendars.map((c) => [c.id, hoursFrom({ tz: c.tz, week: c.week, exceptions: c.exceptions }, now)]));
  const absent = new Map<Id, [number, number][]>();
  for (const a of absences) absent.set(a.employee_id, [...(absent.get(a.employee_id) ?? []), [a.from, a.to]]);
  return {
    agents: employees.map((e) => ({
      id: e.id,
      active: e.active,
      hours: hours.get(e.calendar_id) ?? [],
      absent: hoursOf(absent.get(e.id) ?? []),
      maxDialogs: e.max_dialogs,
      planned: e.planned,
      norm: e.norm,
    })),
    queues: queues.map((q) => ({
      id: q.id,
      hours: hours.get(q.calendar_id) ?? [],
      ringMs: q.ring_timeout_s * 1000,
      ownerMs: q.owner_timeout_s * 1000,
      chatOfferMs: q.chat_offer_s * 1000,
      mailOfferMs: q.message_offer_s * 1000,
      maxWaitMs: q.max_wait_s * 1000,
      messageSlaMs: q.message_sla_s * 1000,
      wrapupVoiceMs: q.wrapup_voice_s * 1000,
      wrapupChatMs: q.wrapup_chat_s * 1000,
      maxLeastLoaded: q.max_least_loaded,
      overflowQueueId: q.overflow_queue_id,
      record: q.record_calls,
    })),
    members: [...members],
  };
}

export interface QueueRow {
  id: Id;
  name: string;
  department_id: Id | null;
  calendar_id: Id;
  ring_timeout_s: number;
  owner_timeout_s: number;
  chat_offer_s: number;
  message_offer_s: number;
  max_least_loaded: number;
  max_wait_s: number;
  wrapup_voice_s: number;
  wrapup_chat_s: number;
  sl_threshold_s: number;
  sl_target: number;
  message_sla_s: number;
  overflow_queue_id: Id | null;
  record_calls: boolean;
  archived_at: Date | null;
  version: number;
}
