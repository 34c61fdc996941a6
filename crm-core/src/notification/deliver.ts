import type { NotificationEvent } from "@kommutator/contract/api/notification";
import { ChannelError } from "@kommutator/contract/channel-command";
import type { Id } from "@kommutator/contract/ids";
import type { Crm } from "../context.ts";
import type { Locale } from "../setup/texts.ts";
import { letterOf, pathOf, textOf } from "./letter.ts";

/** Waits before the next try; after the last the delivery has failed for good. */
const RETRY_MINUTES = [1, 5, 15, 60];
const BATCH = 50;
/** Failures that another try would only repeat, or that might send a letter twice. */
const FINAL: readonly string[] = ["rejected", "unsupported", "bad-credentials", "uncertain"];

interface Delivery {
  id: Id;
  channel: "email" | "sms";
  attempts: number;
  kind: NotificationEvent;
  payload: Record<string, unknown>;
  object: string | null;
  objectId: Id | null;
  name: string;
  email: string | null;
  mobile: string | null;
  locale: Locale;
  tz: string;
}

/**
 * Sends what is due by letter and by SMS (BP-07). Each try is taken before it is made, so that a crash in the middle sends a letter late, not twice
 * in a row; the letter's id is the notice's, by which a mail server knows a repeated one. What cannot be delivered is seen in the person's own list.
 */
export async function deliverNotices(crm: Crm): Promise<void> {
  const now = crm.clock.now();
  const due = await crm.sql<Delivery[]>`
    UPDATE notification_delivery d SET attempts = d.attempts + 1, due_at = ${new Date(now)}::timestamptz + (${RETRY_MINUTES}::int[])[least(d.attempts + 1, ${RETRY_MINUTES.length})] * interval '1 minute'
    FROM (SELECT notification_id, channel FROM notification_delivery WHERE state = 'queued' AND due_at <= ${new Date(now)} ORDER BY due_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED) q,
         notification n JOIN employee e ON e.id = n.employee_id JOIN working_calendar c ON c.id = e.calendar_id
    WHERE d.notification_id = q.notification_id AND d.channel = q.channel AND n.id = d.notification_id
    RETURNING n.id, d.channel, d.attempts, n.kind, coalesce((SELECT n.payload || jsonb_build_object('purpose', jsonb_build_object('name', coalesce(u.translations->>e.locale, u.name))) FROM inquiry_purpose u WHERE u.id::text = n.payload#>>'{purpose,id}'), n.payload) AS payload, n.object, n.object_id AS "objectId", e.full_name AS name, e.email::text AS email, e.mobile, e.locale, c.tz`;
  for (const delivery of due) await deliver(crm, delivery);
}

async function deliver(crm: Crm, d: Delivery): Promise<void> {
  try {
    const failed = d.channel === "sms" ? await sendText(crm, d) : await sendLetter(crm, d);
    if (failed !== null) return await fail(crm, d, failed);
    await crm.sql`UPDATE notification_delivery SET state = 'sent', sent_at = ${new Date(crm.clock.now())}, error = NULL WHERE notification_id = ${d.id} AND channel = ${d.channel} AND state = 'queued'`;
  } catch (error) {
    const final = (error instanceof ChannelError && FINAL.includes(error.code)) || d.attempts > RETRY_MINUTES.length;
    const text = error instanceof ChannelError ? `${error.code}: ${error.message}` : String(error);
    if (final) await fail(crm, d, text);
    else await crm.sql`UPDATE notification_delivery SET error = ${text.slice(0, 500)} WHERE notification_id = ${d.id} AND channel = ${d.channel}`;
  }
}

/** null when it was taken, else why the house cannot send it at all. Throws what another try may mend. */
async function sendLetter(crm: Crm, d: Delivery): Promise<"no_address" | "no_mailbox" | null> {
  if (d.email === null) return "no_address";
  const letter = { id: d.id, to: d.email, name: d.name, path: pathOf(d.object, d.objectId), ...letterOf(d.kind, d.payload, d.locale, d.tz) };
  return (await crm.hooks?.sendMail?.(letter)) === true ? null : "no_mailbox";
}

async function sendText(crm: Crm, d: Delivery): Promise<"no_number" | "no_sms_channel" | null> {
  if (d.mobile === null) return "no_number";
  const sms = { id: d.id, to: d.mobile, name: d.name, path: pathOf(d.object, d.objectId), text: textOf(d.kind, d.payload, d.locale, d.tz) };
  return (await crm.hooks?.sendText?.(sms)) === true ? null : "no_sms_channel";
}

/** Failed for good: the notice stands unread in the person's list with what went wrong, even where it was wanted by letter alone. */
async function fail(crm: Crm, d: Delivery, error: string): Promise<void> {
  await crm.sql.begin(async (tx) => {
    await tx`UPDATE notification_delivery SET state = 'failed', error = ${error.slice(0, 500)} WHERE notification_id = ${d.id} AND channel = ${d.channel}`;
    const [shown] = await tx<{ employee_id: Id }[]>`
      UPDATE notification SET read_at = CASE WHEN in_app THEN read_at END, in_app = true WHERE id = ${d.id} RETURNING employee_id`;
    if (shown !== undefined)
      await crm.emit(tx, [{ kind: "notification.created", dialogId: null, payload: { notificationId: d.id, employeeId: shown.employee_id } }]);
  });
}
