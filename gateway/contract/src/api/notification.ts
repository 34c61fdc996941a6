import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef, Page, PageQuery } from "./common.ts";

/**
 * What an employee is told of personally (BP-07).
 * GET  /notifications?unread=true   NotificationPage, newest first, with the number of unread ones
 * GET  /notifications/unread        UnreadCount
 * POST /notifications/read          ReadBody -> UnreadCount
 * POST /notifications/:id/snooze    SnoozeBody -> UnreadCount: unread again at that time, if there is still something to be reminded of
 * GET  /notifications/preferences   Preferences: every event with what is so, and the house's own choice
 * PUT  /notifications/preferences   PreferencesBody -> Preferences
 * GET  /notifications/failures      DeliveryFailures of the last 30 days; everybody's own
 * A new or read one comes to the employee's sockets as `changed` with kind `notification.created` or `notification.read`.
 *
 * mention: a note names one. hand_back: work that somebody did in one's stead (`by`) waits to be taken back; the head is told after
 * three working days. no_show: an agent of one's department (`by`) has not been seen half an hour after the shift began. handover:
 * something became one's own (a customer, an Interest, an inquiry). routing.aside: the router set something aside that it could not decide, told to
 * whoever keeps the channels. The rest say what comes near, waits too long or is new.
 */
export const NOTIFICATION_EVENTS = [
  "mention",
  "hand_back",
  "no_show",
  "handover",
  "interaction.soon",
  "interaction.overdue",
  "task.new",
  "task.changed",
  "task.overdue",
  "lead.deadline",
  "inquiry.deadline",
  "interest.late",
  "interest.stuck",
  "routing.aside",
] as const;
export type NotificationEvent = (typeof NOTIFICATION_EVENTS)[number];
export const NOTIFICATION_CHANNELS = ["app", "email", "sms"] as const;
export type NotificationChannel = (typeof NOTIFICATION_CHANNELS)[number];
/**
 * Why the house tells of something when no person said why: two cards were merged, an inquiry joined an Interest, a lead waits for its first
 * contact or for a decision, an Interest is behind its plan, stands in its stage longer than usual or was not touched, so much of an
 * inquiry's time (`percent`) is over.
 */
export const NOTICE_WHYS = ["merge", "inquiry_attached", "first_contact", "processing", "plan", "too_long", "no_touch", "time_used"] as const;
export type NoticeWhy = (typeof NOTICE_WHYS)[number];
/** Events that are told some time ahead, and the house's lead in minutes. */
export const LEAD_MINUTES: Partial<Record<NotificationEvent, number>> = { "interaction.soon": 15 };
/** Nothing leaves the house in these hours (B19); the list in the workspace is silent, not empty. */
export const QUIET_HOURS = { enabled: true, from: "21:00", to: "09:00" } as const;

export const NotificationView = z.object({
  id: Id,
  kind: z.enum(NOTIFICATION_EVENTS),
  by: EmployeeRef.nullable(),
  /** null when the dialog may not be seen any more. */
  dialog: NamedRef.extend({ channelKind: z.string() }).nullable(),
  messageId: Id.nullable(),
  /** Whose absence it was. */
  absence: z.object({ id: Id, employee: EmployeeRef }).nullish(),
  /** The beginning of the note; null when the dialog may not be seen any more. */
  text: z.string().nullable(),
  /** What it is about, for the link to its card. */
  object: z.object({ kind: z.string(), id: Id }).nullish(),
  /**
   * What is told; which of it depends on the event: `title`, `at` (ISO), `customer`, `reason` (in a person's words), `why` (a NoticeWhy, with
   * `percent`), `purpose` (id and name of the catalogue's entry), `action` (a step of a task).
   */
  payload: z.record(z.string(), z.unknown()).optional(),
  snoozedUntil: IsoTime.nullish(),
  /** Channels by which it could not be delivered, and why. */
  failures: z.array(z.object({ channel: z.enum(NOTIFICATION_CHANNELS), error: z.string() })).optional(),
  createdAt: IsoTime,
  readAt: IsoTime.nullable(),
});
export type NotificationView = z.infer<typeof NotificationView>;
export const NotificationPage = Page(NotificationView).extend({ unread: z.number().int() });
export const NotificationQuery = PageQuery.extend({ unread: z.enum(["true", "false"]).optional() });
export const UnreadCount = z.object({ unread: z.number().int() });
/** Named ones, those of a dialog (it was opened), or all. Others' ids change nothing. */
export const ReadBody = z.union([z.object({ ids: z.array(Id).min(1).max(200) }), z.object({ dialogId: Id }), z.object({ all: z.literal(true) })]);
export const SnoozeBody = z.object({ minutes: z.number().int().min(1).max(10_080) });

const LocalTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
export const Preference = z.object({
  event: z.enum(NOTIFICATION_EVENTS),
  channels: z.array(z.enum(NOTIFICATION_CHANNELS)).max(3),
  /** Minutes ahead; null where the event is not told ahead. */
  leadMinutes: z.number().int().min(0).max(10_080).nullable(),
});
export type Preference = z.infer<typeof Preference>;
export const QuietHours = z.object({ enabled: z.boolean(), from: LocalTime, to: LocalTime });
/** `available`: the channels by which this house reaches this person now (a mailbox of the house and an address of the person; an SMS channel and a mobile number). */
export const Preferences = z.object({ events: z.array(Preference), quiet: QuietHours, available: z.array(z.enum(NOTIFICATION_CHANNELS)) });
export type Preferences = z.infer<typeof Preferences>;
export const PreferencesBody = z.object({ events: z.array(Preference).max(50).default([]), quiet: QuietHours.optional() });
export const DeliveryFailure = z.object({
  notificationId: Id,
  kind: z.enum(NOTIFICATION_EVENTS),
  channel: z.enum(NOTIFICATION_CHANNELS),
  error: z.string(),
  attempts: z.number().int(),
  at: IsoTime,
});
export const DeliveryFailures = z.object({ items: z.array(DeliveryFailure) });
