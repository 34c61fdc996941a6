import { NotificationPage, NotificationQuery, ReadBody, UnreadCount } from "@kommutator/contract/api/notification";
import { principalOf } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Crm } from "../context.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { countUnread, listNotifications } from "./sql.ts";

/** GET /notifications, GET /notifications/unread, POST /notifications/read: everybody's own, so that no right is needed but a login. */
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
  };
}
