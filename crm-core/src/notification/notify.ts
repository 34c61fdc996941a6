import { LEAD_MINUTES, NOTIFICATION_EVENTS, type NoticeWhy, type NotificationChannel, type NotificationEvent } from "@kommutator/contract/api/notification";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { toldOf } from "../absence/acting.ts";
import type { Crm, Query } from "../context.ts";
import { afterQuiet, type Quiet } from "./quiet.ts";

export interface Notice {
  employeeId: Id;
  event: NotificationEvent;
  /** What it is about: the kind of a card ("interaction", "task", "lead", …) and its id. */
  object: string;
  objectId: Id;
  /** One of a kind: told at most once for each employee, event and key. A deadline that moves gets another key. */
  key: string;
  /**
   * For the list and the letter. No secrets: it is not checked again by rights. What people wrote stays as it is (`title`, `customer`,
   * `reason`); what the house says is a code (`why`) or an entry of a catalogue (`purpose`), so that each reads it in the own language.
   */
  payload: {
    at?: string | null;
    reason?: string | null;
    why?: NoticeWhy;
    percent?: number;
    purpose?: { id: Id; name: string } | null;
    [word: string]: unknown;
  };
  /** Who caused it; nobody is told of what they did themselves. */
  byId?: Id | null;
  /** Fields of a mention and of an absence, shown by their own rights. */
  dialogId?: Id | null;
  messageId?: Id | null;
  absenceId?: Id | null;
}

/** What a person is told when nothing else was chosen: everything in the workspace; what waits too long also by letter, where letters reach the person. */
export function defaultChannels(event: NotificationEvent, byMail: boolean): NotificationChannel[] {
  if (!byMail) return ["app"];
  return event === "interaction.overdue" || event === "task.overdue" || event === "inquiry.deadline" || event === "lead.deadline" ? ["app", "email"] : ["app"];
}

/**
 * Tells one employee of one event (BP-07), at most once for each key, by the channels that the person chose for it; what leaves the
 * house waits for the end of the person's quiet hours. In the caller's transaction: no notice without its cause. Returns its id, or null
 * when it was told before, is wanted by no channel, or was caused by the person. Dismissed and suspended people are told nothing;
 * what concerns an Interest or a claim of somebody absent is told to whoever acts for them (B8).
 */
export async function notify(tx: Tx, crm: Crm, meant: Notice): Promise<Id | null> {
  const notice = { ...meant, employeeId: await toldOf(tx, meant.object, meant.objectId, meant.employeeId) };
  if (notice.byId === notice.employeeId) return null;
  const now = crm.clock.now();
  const [person] = await tx<{ channels: NotificationChannel[] | null; quiet: Quiet | null; tz: string; by_mail: boolean }[]>`
    SELECT p.channels, CASE WHEN q.employee_id IS NULL THEN NULL ELSE jsonb_build_object('enabled', q.enabled, 'from', to_char(q.from_time, 'HH24:MI'), 'to', to_char(q.to_time, 'HH24:MI')) END AS quiet, c.tz, ${reachedByMail(tx)} AS by_mail
    FROM employee e JOIN working_calendar c ON c.id = e.calendar_id LEFT JOIN notification_pref p ON p.employee_id = e.id AND p.event = ${notice.event} LEFT JOIN notification_quiet q ON q.employee_id = e.id
    WHERE e.id = ${notice.employeeId} AND e.state = 'active'`;
  if (person === undefined) return null;
  const channels = person.channels ?? defaultChannels(notice.event, person.by_mail);
  if (channels.length === 0) return null;
  const inApp = channels.includes("app");
  const [made] = await tx<{ id: Id }[]>`
    INSERT INTO notification (employee_id, kind, object, object_id, key, payload, by_id, dialog_id, message_id, absence_id, in_app, created_at, read_at)
    VALUES (${notice.employeeId}, ${notice.event}, ${notice.object}, ${notice.objectId}, ${notice.key}, ${tx.json(notice.payload as never)}, ${notice.byId ?? null}, ${notice.dialogId ?? null},
      ${notice.messageId ?? null}, ${notice.absenceId ?? null}, ${inApp}, ${new Date(now)}, ${inApp ? null : new Date(now)})
    ON CONFLICT DO NOTHING RETURNING id`;
  if (made === undefined) return null;
  const outside = channels.filter((c) => c !== "app");
  if (outside.length > 0) {
    const due = new Date(afterQuiet(now, person.quiet, person.tz));
    await tx`INSERT INTO notification_delivery (notification_id, channel, due_at) SELECT ${made.id}, c, ${due} FROM unnest(${outside}::text[]) AS c`;
  }
  if (inApp) await crm.emit(tx, [{ kind: "notification.created", dialogId: null, payload: { notificationId: made.id, employeeId: notice.employeeId } }]);
  return made.id;
}

/** SQL over an employee `e`: has an address, and the house a mailbox. */
export const reachedByMail = (tx: Query) =>
  tx`(e.email IS NOT NULL AND EXISTS (SELECT 1 FROM channel mc WHERE mc.kind = 'email' AND mc.enabled AND mc.archived_at IS NULL))`;

/** SQL over an employee `e`: has a mobile number, and the house a channel for SMS. */
export const reachedBySms = (tx: Query) =>
  tx`(e.mobile IS NOT NULL AND EXISTS (SELECT 1 FROM channel mc WHERE mc.kind IN ('sms-http', 'sms-smpp') AND mc.enabled AND mc.archived_at IS NULL))`;

/** What has come to an end needs no reminding: unread notices of these events about the object are read, their letters are not sent any more. */
export async function settle(tx: Tx, crm: Crm, objectId: Id, events: readonly NotificationEvent[] = NOTIFICATION_EVENTS): Promise<void> {
  const told = await tx<{ id: Id; employeeId: Id; unread: boolean }[]>`
    UPDATE notification n SET read_at = coalesce(n.read_at, ${new Date(crm.clock.now())}), snoozed_until = NULL FROM notification b
    WHERE n.id = b.id AND n.object_id = ${objectId} AND n.kind = ANY(${[...events]}::text[])
      AND (n.read_at IS NULL OR n.snoozed_until IS NOT NULL OR EXISTS (SELECT 1 FROM notification_delivery d WHERE d.notification_id = n.id AND d.state = 'queued'))
    RETURNING n.id, n.employee_id AS "employeeId", b.read_at IS NULL AS unread`;
  if (told.length === 0) return;
  await tx`UPDATE notification_delivery SET state = 'dropped' WHERE notification_id = ANY(${told.map((t) => t.id)}::uuid[]) AND state = 'queued'`;
  const people = [...new Set(told.filter((t) => t.unread).map((t) => t.employeeId))];
  await crm.emit(
    tx,
    people.map((employeeId) => ({ kind: "notification.read" as const, dialogId: null, payload: { employeeId } })),
  );
}

/** SQL of the minutes ahead that an employee (an SQL expression) wants for an event; the house's lead where nothing was chosen. */
export function leadMinutes(tx: Query, event: NotificationEvent, employee: string) {
  return tx`coalesce((SELECT np.lead_minutes FROM notification_pref np WHERE np.employee_id = ${tx.unsafe(employee)} AND np.event = ${event}), ${LEAD_MINUTES[event] ?? 0})`;
}
