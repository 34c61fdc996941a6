import { IdParams } from "@kommutator/contract/api/common";
import {
  DeliveryFailures,
  NotificationPage,
  NotificationQuery,
  Preferences,
  PreferencesBody,
  ReadBody,
  SnoozeBody,
  UnreadCount,
} from "@kommutator/contract/api/notification";
import { AppError } from "@kommutator/contract/errors";
import { principalOf } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Crm } from "../context.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { readPreferences, writePreferences } from "./preferences.ts";
import { countUnread, listFailures, listNotifications } from "./sql.ts";

const FAILURES_MS = 30 * 86_400_000;

/** GET /notifications and what belongs to it: everybody's own, so that no right is needed but a login (BP-07). */
export function notificationRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const { sql } = crm;

    app.get("/notifications", { schema: { querystring: NotificationQuery, response: { 200: NotificationPage } } }, async (request) => {
      const principal = principalOf(request);
      const { limit, unread, cursor } = request.query;
      const rows = await listNotifications(sql, principal, { unread: unread === "true", cursor: decodeCursor(cursor), limit });
      return { ...pageOf(rows, limit, (r) => r), unread: await countUnread(sql, principal) };
    });

    app.get("/notifications/unread", { schema: { response: { 200: UnreadCount } } }, async (request) => ({
      unread: await countUnread(sql, principalOf(request)),
    }));

    app.post("/notifications/read", { schema: { body: ReadBody, response: { 200: UnreadCount } } }, async (request) => {
      const principal = principalOf(request);
      const { body } = request;
      return sql.begin(async (tx) => {
        const which = "ids" in body ? tx`AND id = ANY(${body.ids}::uuid[])` : "dialogId" in body ? tx`AND dialog_id = ${body.dialogId}` : tx``;
        const read = await tx`
          UPDATE notification SET read_at = ${new Date(crm.clock.now())} WHERE employee_id = ${principal.employeeId} AND read_at IS NULL ${which} RETURNING 1`;
        // The employee's other windows count again.
        if (read.length > 0) await crm.emit(tx, [{ kind: "notification.read", dialogId: null, payload: { employeeId: principal.employeeId } }]);
        return { unread: await countUnread(tx, principal) };
      });
    });

    app.post("/notifications/:id/snooze", { schema: { params: IdParams, body: SnoozeBody, response: { 200: UnreadCount } } }, async (request) => {
      const principal = principalOf(request);
      const now = crm.clock.now();
      return sql.begin(async (tx) => {
        const rows = await tx`
          UPDATE notification SET read_at = ${new Date(now)}, snoozed_until = ${new Date(now + request.body.minutes * 60_000)}
          WHERE id = ${request.params.id} AND employee_id = ${principal.employeeId} AND in_app RETURNING 1`;
        if (rows.length === 0) throw new AppError("not_found");
        await crm.emit(tx, [{ kind: "notification.read", dialogId: null, payload: { employeeId: principal.employeeId } }]);
        return { unread: await countUnread(tx, principal) };
      });
    });

    app.get("/notifications/preferences", { schema: { response: { 200: Preferences } } }, async (request) => readPreferences(crm, principalOf(request)));

    app.put("/notifications/preferences", { schema: { body: PreferencesBody, response: { 200: Preferences } } }, async (request) => {
      const principal = principalOf(request);
      await writePreferences(crm, principal, request.body);
      return readPreferences(crm, principal);
    });

    app.get("/notifications/failures", { schema: { response: { 200: DeliveryFailures } } }, async (request) => ({
      items: await listFailures(sql, principalOf(request), new Date(crm.clock.now() - FAILURES_MS)),
    }));
  };
}
