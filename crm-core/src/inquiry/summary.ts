import type { Principal } from "@kommutator/contract/access";
import type { InquirySummary } from "@kommutator/contract/api/inquiry";
import type { Query } from "../context.ts";
import { holderOf, inquiryAllowed, queueOf, UNPROCESSED } from "./sql.ts";

/** What is not received yet (RG-11): how many, how old, how many past their deadline; by who holds it and by queue. Of what the principal may see. */
export async function summarise(tx: Query, principal: Principal, now: number): Promise<InquirySummary> {
  const backlog = tx.unsafe(`count(*)::int AS count, (count(*) FILTER (WHERE late))::int AS overdue, to_jsonb(min(received_at)) AS "oldestAt"`);
  const [row] = await tx<InquirySummary[]>`
    WITH open AS MATERIALIZED (
      SELECT q.received_at, coalesce(q.due_at < ${new Date(now)}, false) AS late, ${holderOf(tx)} AS holder, ${queueOf(tx)} AS queue
      FROM inquiry q WHERE q.status = ANY(${UNPROCESSED}::text[]) AND ${inquiryAllowed(tx, principal, "read")}
    ), by_employee AS (SELECT holder, ${backlog} FROM open GROUP BY holder), by_queue AS (SELECT queue, ${backlog} FROM open GROUP BY queue)
    SELECT ${backlog},
      coalesce((SELECT jsonb_agg(jsonb_build_object('employee', CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END, 'count', b.count, 'overdue', b.overdue, 'oldestAt', b."oldestAt")
        ORDER BY b.overdue DESC, b.count DESC, e.full_name) FROM by_employee b LEFT JOIN employee e ON e.id = b.holder), '[]') AS "byEmployee",
      coalesce((SELECT jsonb_agg(jsonb_build_object('queue', CASE WHEN u.id IS NULL THEN NULL ELSE jsonb_build_object('id', u.id, 'name', u.name) END, 'count', b.count, 'overdue', b.overdue, 'oldestAt', b."oldestAt")
        ORDER BY b.overdue DESC, b.count DESC, u.name) FROM by_queue b LEFT JOIN queue u ON u.id = b.queue), '[]') AS "byQueue"
    FROM open`;
  return row as InquirySummary;
}
