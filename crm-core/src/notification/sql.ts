import type { Principal } from "@kommutator/contract/access";
import type { DeliveryFailure, NotificationView } from "@kommutator/contract/api/notification";
import type { z } from "zod";
import type { Query } from "../context.ts";
import { after, type Cursor, micros } from "../page.ts";
import { dialogAllowed } from "../party/link.ts";

/** So much of a note is shown. */
const EXCERPT = 200;

/** What the principal was told, newest first. What a dialog said is shown only while the dialog may be seen. */
export async function listNotifications(
  tx: Query,
  principal: Principal,
  f: { unread: boolean; cursor: Cursor | null; limit: number },
): Promise<(NotificationView & { cursorAt: number })[]> {
  return tx<(NotificationView & { cursorAt: number })[]>`
    SELECT n.id, n.kind, CASE WHEN e.id IS NOT NULL THEN jsonb_build_object('id', e.id, 'name', e.full_name) END AS by,
           CASE WHEN s.seen THEN jsonb_build_object('id', o.id, 'name', o.party_name, 'channelKind', o.channel_kind) END AS dialog, n.message_id AS "messageId", CASE WHEN b.id IS NOT NULL THEN jsonb_build_object('id', b.id, 'employee', jsonb_build_object('id', be.id, 'name', be.full_name)) END AS absence,
           CASE WHEN s.seen THEN left(m.body, ${EXCERPT}) END AS text, CASE WHEN n.object_id IS NOT NULL THEN jsonb_build_object('kind', n.object, 'id', n.object_id) END AS object, n.payload, to_jsonb(n.snoozed_until) AS "snoozedUntil",
           coalesce((SELECT jsonb_agg(jsonb_build_object('channel', f.channel, 'error', f.error) ORDER BY f.channel) FROM notification_delivery f WHERE f.notification_id = n.id AND f.state = 'failed'), '[]') AS failures,
           to_jsonb(n.created_at) AS "createdAt", to_jsonb(n.read_at) AS "readAt", ${micros(tx, "n.created_at")} AS "cursorAt"
    FROM (SELECT * FROM notification n WHERE n.employee_id = ${principal.employeeId} AND n.in_app ${f.unread ? tx`AND n.read_at IS NULL` : tx``}
            AND ${after(tx, f.cursor, "n.created_at", "n.id")} ORDER BY n.created_at DESC, n.id DESC LIMIT ${f.limit + 1}) n
    LEFT JOIN absence b ON b.id = n.absence_id LEFT JOIN employee be ON be.id = b.employee_id LEFT JOIN employee e ON e.id = n.by_id LEFT JOIN message m ON m.id = n.message_id LEFT JOIN dialog_overview o ON o.id = n.dialog_id
    LEFT JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM dialog d WHERE d.id = n.dialog_id AND ${dialogAllowed(tx, principal, "read")}) AS seen) s ON true
    ORDER BY n.created_at DESC, n.id DESC`;
}

export async function countUnread(tx: Query, principal: Principal): Promise<number> {
  const [row] = await tx<
    { n: number }[]
  >`SELECT count(*)::int AS n FROM notification WHERE employee_id = ${principal.employeeId} AND read_at IS NULL AND in_app`;
  return row?.n ?? 0;
}

/** What could not be delivered to the principal since a moment, newest first. */
export async function listFailures(tx: Query, principal: Principal, since: Date): Promise<z.infer<typeof DeliveryFailure>[]> {
  return tx`
    SELECT n.id AS "notificationId", n.kind, d.channel, d.error, d.attempts, to_jsonb(d.due_at) AS at FROM notification_delivery d JOIN notification n ON n.id = d.notification_id
    WHERE n.employee_id = ${principal.employeeId} AND d.state = 'failed' AND n.created_at >= ${since} ORDER BY n.created_at DESC, n.id LIMIT 200`;
}
