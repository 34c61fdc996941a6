import type { Db } from "@kommutator/contract/db";
import type { EpochMs, Id, Medium } from "@kommutator/contract/ids";
import { type CalendarRules, isOpen, nextBoundary } from "@kommutator/contract/working-time";
import type { Emergency, Facts, Forwarding } from "../core/facts.ts";
import { type Hours, hoursOf } from "../core/hours.ts";

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

/** People with skills and forwarding, queues, members, calendars, absences, loads and emergency switches as they are now. Reads only. */
export async function readFacts(sql: Db, now: EpochMs): Promise<Facts> {
  const [calendars, employees, absences, queues, members, skills, forwardings, emergencies, [setting]] = await Promise.all([
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
    sql<{ employee_id: Id; skill_id: Id; level: number }[]>`
      SELECT e.employee_id, e.skill_id, e.level FROM employee_skill e JOIN skill s ON s.id = e.skill_id AND s.archived_at IS NULL`,
    sql<
      ({ employee_id: Id } & Forwarding)[]
    >`SELECT employee_id, "on", to_employee_id AS "toEmployeeId", to_number AS "toNumber" FROM forwarding ORDER BY 1, 2`,
    sql<Emergency[]>`
      SELECT queue_id AS "queueId", channel_id AS "channelId", line_id AS "lineId", mode, redirect_queue_id AS "redirectQueueId", redirect_number AS "redirectNumber",
        round(extract(epoch FROM until_at) * 1000)::float8 AS "untilMs"
      FROM emergency_switch WHERE ended_at IS NULL AND (until_at IS NULL OR until_at > to_timestamp(${now / 1000}::float8)) ORDER BY created_at, id`,
    sql<{ grace_s: number }[]>`SELECT offline_grace_s AS grace_s FROM reception_setting`,
  ]);
  const hours = new Map(calendars.map((c) => [c.id, hoursFrom({ tz: c.tz, week: c.week, exceptions: c.exceptions }, now)]));
  const absent = new Map<Id, [number, number][]>();
  for (const a of absences) absent.set(a.employee_id, [...(absent.get(a.employee_id) ?? []), [a.from, a.to]]);
  const levels = new Map<Id, Record<Id, number>>();
  for (const s of skills) levels.set(s.employee_id, { ...levels.get(s.employee_id), [s.skill_id]: s.level });
  const rules = new Map<Id, Forwarding[]>();
  for (const { employee_id: id, ...rule } of forwardings) rules.set(id, [...(rules.get(id) ?? []), rule]);
  return {
    agents: employees.map((e) => ({
      id: e.id,
      active: e.active,
      hours: hours.get(e.calendar_id) ?? [],
      absent: hoursOf(absent.get(e.id) ?? []),
      maxDialogs: e.max_dialogs,
      planned: e.planned,
      norm: e.norm,
      skills: levels.get(e.id) ?? {},
      forwardings: rules.get(e.id) ?? [],
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
      priorityStepMs: q.priority_step_s * 1000,
      waitResponsibleMs: q.wait_responsible_s * 1000,
      onMaxWait: q.on_max_wait,
      callbackMs: q.callback_s * 1000,
      announceMs: q.announce_s * 1000,
      repeatPriority: q.repeat_priority,
      callbackOffered: q.callback_offered,
    })),
    members: [...members],
    emergencies: [...emergencies],
    graceMs: (setting?.grace_s ?? 60) * 1000,
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
  priority_step_s: number;
  wait_responsible_s: number;
  on_max_wait: "fallback" | "callback";
  callback_s: number;
  announce_s: number;
  repeat_priority: number;
  callback_offered: boolean;
  archived_at: Date | null;
  version: number;
}
