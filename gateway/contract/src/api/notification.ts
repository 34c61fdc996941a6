import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef, Page, PageQuery } from "./common.ts";

/**
 * What an employee is told of personally (BP-07): being mentioned in an internal note, work to be taken back after an absence.
 * GET  /notifications?unread=true   NotificationPage, newest first, with the number of unread ones
 * GET  /notifications/unread        UnreadCount
 * POST /notifications/read          ReadBody -> UnreadCount
 * A new or read one comes to the employee's sockets as `changed` with kind `notification.created` or `notification.read`.
 */
export const NotificationView = z.object({
  id: Id,
  /** hand_back: work that somebody did in one's stead (`by`) waits to be taken back; the head is told after three working days.
   * no_show: an agent of one's department (`by`) has not been seen half an hour after the shift began: an absence may be entered. */
  kind: z.enum(["mention", "hand_back", "no_show"]),
  by: EmployeeRef.nullable(),
  /** null when the dialog may not be seen any more. */
  dialog: NamedRef.extend({ channelKind: z.string() }).nullable(),
  messageId: Id.nullable(),
  /** Whose absence it was. */
  absence: z.object({ id: Id, employee: EmployeeRef }).nullish(),
  /** The beginning of the note; null when the dialog may not be seen any more. */
  text: z.string().nullable(),
  createdAt: IsoTime,
  readAt: IsoTime.nullable(),
});
export type NotificationView = z.infer<typeof NotificationView>;
export const NotificationPage = Page(NotificationView).extend({ unread: z.number().int() });
export const NotificationQuery = PageQuery.extend({ unread: z.enum(["true", "false"]).optional() });
export const UnreadCount = z.object({ unread: z.number().int() });
/** Named ones, those of a dialog (it was opened), or all. Others' ids change nothing. */
export const ReadBody = z.union([z.object({ ids: z.array(Id).min(1).max(200) }), z.object({ dialogId: Id }), z.object({ all: z.literal(true) })]);
