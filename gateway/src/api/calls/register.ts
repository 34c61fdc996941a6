import { type Principal, scopeOf } from "@kommutator/contract/access";
import type { CallFilter, CallRow, CallTotals } from "@kommutator/contract/api/calls-register";
import type { Db } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";
import { visibleDialogs } from "../dialogs/visibility.ts";

/** The last call of a page, by which the next begins. */
export interface After {
  at: string;
  id: Id;
}

/**
 * The joins that `visibleDialogs` asks for (aliases o, vq, own, owner), from a call `k`; `o.id` is its dialog. A settled call carries its owner and stands in no
 * queue (settle.ts); of the few others it is looked up, as `dialogsFrom` does for any dialog.
 */
function ownership(sql: Db) {
  const unlessSettled = (look: ReturnType<Db>) => sql`CASE WHEN NOT k.owner_settled THEN (${look}) END`;
  const openEntry = sql`FROM entry oe WHERE oe.dialog_id = k.dialog_id AND oe.ended_at IS NULL`;
  return sql`
    JOIN channel ch ON ch.id = k.channel_id JOIN queue cq ON cq.id = ch.queue_id
    CROSS JOIN LATERAL (SELECT CASE WHEN k.owner_settled THEN k.owner_id ELSE (
      SELECT a.employee_id FROM assignment a WHERE a.dialog_id = k.dialog_id AND (a.ended_at IS NULL OR (SELECT d.closed_at FROM dialog d WHERE d.id = k.dialog_id) IS NOT NULL)
      ORDER BY a.ended_at IS NULL DESC, a.started_at DESC LIMIT 1) END AS id) own
    CROSS JOIN LATERAL (SELECT k.dialog_id AS id, ${unlessSettled(sql`
      SELECT f.employee_id FROM offer f WHERE f.ended_at IS NULL AND f.entry_id = (SELECT oe.id ${openEntry})`)} AS offer_employee_id) o
    CROSS JOIN LATERAL (SELECT coalesce(${unlessSettled(sql`SELECT oe.queue_id ${openEntry}`)}, cq.id) AS id,
      CASE WHEN k.owner_settled OR NOT EXISTS (SELECT 1 ${openEntry}) THEN cq.department_id
        ELSE (SELECT eq.department_id FROM queue eq WHERE eq.id = (SELECT oe.queue_id ${openEntry})) END AS department_id) vq
    LEFT JOIN employee owner ON owner.id = own.id`;
}

/** The same for settled calls alone: nothing to look up, so that a sum over all of them reads the calls and little else. */
const settledOwnership = (sql: Db) => sql`
  JOIN channel ch ON ch.id = k.channel_id JOIN queue vq ON vq.id = ch.queue_id
  CROSS JOIN LATERAL (SELECT k.owner_id AS id) own CROSS JOIN LATERAL (SELECT k.dialog_id AS id, NULL::uuid AS offer_employee_id) o
  LEFT JOIN employee owner ON owner.id = k.owner_id`;

/** FROM and WHERE of the calls that the principal may see (the rights of `call read` on their dialogs) and the filter wants. */
function wanted(sql: Db, principal: Principal, f: CallFilter, part: "all" | "settled" | "unsettled" = "all") {
  const scope = scopeOf(principal, "call", "read");
  const digits = f.number?.replace(/\D/g, "") ?? "";
  if (f.number !== undefined && digits === "") throw new AppError("validation", { fields: { number: "digits" } });
  return sql`
    FROM call k LEFT JOIN line n ON n.id = k.line_id ${scope === "all" ? sql`` : part === "settled" ? settledOwnership(sql) : ownership(sql)}
    WHERE ${visibleDialogs(sql, principal, scope)} ${part === "all" ? sql`` : part === "settled" ? sql`AND k.owner_settled` : sql`AND NOT k.owner_settled`}
      ${f.from === undefined ? sql`` : sql`AND k.started_at >= ${new Date(f.from)}`} ${f.to === undefined ? sql`` : sql`AND k.started_at < ${new Date(f.to)}`}
      ${f.direction === undefined ? sql`` : sql`AND k.direction = ${f.direction}`} ${f.channelId === undefined ? sql`` : sql`AND k.channel_id = ${f.channelId}`}
      ${f.line === undefined ? sql`` : sql`AND n.number IN (${f.line}, ${`short:${f.line}`})`}
      ${f.employeeId === undefined ? sql`` : sql`AND (k.answered_by = ${f.employeeId} OR EXISTS (SELECT 1 FROM call_leg fl WHERE fl.call_id = k.id AND fl.employee_id = ${f.employeeId}))`}
      ${f.disposition === undefined ? sql`` : f.disposition === "missed" ? missed(sql) : sql`AND k.disposition = ${f.disposition}`}
      ${digits === "" ? sql`` : sql`AND regexp_replace(CASE WHEN k.direction = 'out' THEN coalesce(k.to_norm, k.to_raw) ELSE coalesce(k.from_norm, k.from_raw) END, '\\D', '', 'g') LIKE ${`%${digits}%`}`}`;
}

/** Incoming, over, and nobody of ours spoke; those we refuse by choice do not count. */
const missed = (sql: Db) => sql`AND k.direction = 'in' AND k.disposition IS NOT NULL AND k.disposition NOT IN ('answered', 'blocked')`;

interface Row {
  id: Id;
  dialog_id: Id;
  cursor_at: string;
  direction: CallRow["direction"];
  from_number: string | null;
  to_number: string | null;
  channel: { id: Id; name: string };
  line: string | null;
  queue: { id: Id; name: string } | null;
  started_at: Date;
  answered_at: Date | null;
  ended_at: Date | null;
  hold_ms: number;
  disposition: CallRow["disposition"];
  answered_by: { id: Id; name: string } | null;
  ring_ms: number | null;
  path: CallRow["path"];
  party_name: string;
  customer_id: Id | null;
  lead_id: Id | null;
  interest_id: Id | null;
  interest_number: number | null;
  recording_id: Id | null;
  source: CallRow["source"];
}

/** The register's rows, newest first, one more than `limit` when there are further ones. A recording is named only to those who may hear it. */
export async function readRegister(
  sql: Db,
  principal: Principal,
  f: CallFilter,
  page: { after: After | null; limit: number },
  now: number,
): Promise<(CallRow & { after: After })[]> {
  const rows = await sql<Row[]>`
    SELECT k.id, k.dialog_id, k.started_at::text AS cursor_at, k.direction, coalesce(k.from_norm, k.from_raw) AS from_number, coalesce(k.to_norm, k.to_raw) AS to_number,
      jsonb_build_object('id', ch.id, 'name', ch.name) AS channel, regexp_replace(n.number, '^short:', '') AS line, e.queue, k.started_at, k.answered_at, k.ended_at, k.hold_ms, k.disposition,
      CASE WHEN p.id IS NOT NULL THEN jsonb_build_object('id', p.id, 'name', p.full_name) END AS answered_by, l.ring_ms, l.path, w.party_name, w.customer_id, w.lead_id, w.interest_id,
      (SELECT i.number::int FROM interest i WHERE i.id = w.interest_id) AS interest_number,
      CASE WHEN ${visibleDialogs(sql, principal, scopeOf(principal, "recording", "read"))} THEN k.recording_id END AS recording_id, k.source
    FROM (SELECT k.id ${wanted(sql, principal, f)} ${page.after === null ? sql`` : sql`AND (k.started_at, k.id) < (${page.after.at}::text::timestamptz, ${page.after.id}::uuid)`}
          ORDER BY k.started_at DESC, k.id DESC LIMIT ${page.limit + 1}) chosen
    JOIN call k ON k.id = chosen.id ${ownership(sql)} CROSS JOIN LATERAL (SELECT * FROM dialog_overview v WHERE v.id = k.dialog_id OFFSET 0) w LEFT JOIN line n ON n.id = k.line_id LEFT JOIN employee p ON p.id = k.answered_by
    LEFT JOIN LATERAL (SELECT jsonb_build_object('id', q.id, 'name', q.name) AS queue FROM entry x JOIN queue q ON q.id = x.queue_id WHERE x.dialog_id = k.dialog_id ORDER BY x.ended_at DESC NULLS FIRST LIMIT 1) e ON true
    LEFT JOIN LATERAL (
      SELECT round(extract(epoch FROM min(g.answered_at - coalesce(g.ringing_at, g.started_at)) FILTER (WHERE g.employee_id = k.answered_by AND g.answered_at IS NOT NULL)) * 1000)::int AS ring_ms,
        coalesce(jsonb_agg(jsonb_build_object('employee', CASE WHEN ge.id IS NOT NULL THEN jsonb_build_object('id', ge.id, 'name', ge.full_name) END, 'number', CASE WHEN ge.id IS NULL THEN g.target END,
          'state', g.state, 'cause', g.cause) ORDER BY g.started_at, g.id), '[]') AS path
      FROM call_leg g LEFT JOIN employee ge ON ge.id = g.employee_id WHERE g.call_id = k.id AND g.party <> 'customer') l ON true
    ORDER BY k.started_at DESC, k.id DESC`;
  return rows.map((r) => {
    const end = r.ended_at?.getTime() ?? now;
    const spoke = r.disposition === "answered" || r.ended_at === null ? r.answered_at : null;
    return {
      id: r.id,
      dialogId: r.dialog_id,
      direction: r.direction,
      from: r.from_number,
      to: r.to_number ?? "",
      channel: r.channel,
      line: r.line,
      queue: r.queue,
      startedAt: r.started_at.toISOString(),
      answeredAt: r.answered_at?.toISOString() ?? null,
      endedAt: r.ended_at?.toISOString() ?? null,
      waitMs: Math.max(0, (spoke?.getTime() ?? end) - r.started_at.getTime()),
      ringMs: r.ring_ms,
      talkMs: spoke === null ? 0 : Math.max(0, end - spoke.getTime() - r.hold_ms),
      disposition: r.disposition,
      answeredBy: r.answered_by,
      path: r.path,
      party: { name: r.party_name, customerId: r.customer_id, leadId: r.lead_id },
      interestId: r.interest_id,
      interestNumber: r.interest_number,
      recordingBlobId: r.recording_id,
      source: r.source,
      after: { at: r.cursor_at, id: r.id },
    };
  });
}

/** The sums over everything that the filter wants. Talk without hold; the wait of those who were answered. */
export async function readTotals(sql: Db, principal: Principal, f: CallFilter): Promise<z.infer<typeof CallTotals>> {
  const sums = (part: "all" | "settled" | "unsettled") => sql`
    SELECT count(*) AS calls, count(*) FILTER (WHERE k.direction = 'in') AS incoming, count(*) FILTER (WHERE k.direction = 'out') AS outgoing,
      count(*) FILTER (WHERE k.disposition = 'answered') AS answered, count(*) FILTER (WHERE true ${missed(sql)}) AS missed,
      sum(greatest('0'::interval, k.ended_at - k.answered_at - k.hold_ms * '1 ms'::interval)) FILTER (WHERE k.disposition = 'answered') AS talk,
      sum(k.answered_at - k.started_at) FILTER (WHERE k.disposition = 'answered') AS wait
    ${wanted(sql, principal, f, part)}`;
  const [row] = await sql<z.infer<typeof CallTotals>[]>`
    SELECT sum(calls)::int AS calls, sum(incoming)::int AS incoming, sum(outgoing)::int AS outgoing, sum(answered)::int AS answered, sum(missed)::int AS missed,
      coalesce(round(extract(epoch FROM sum(talk)) * 1000), 0)::float8 AS "talkMs", (extract(epoch FROM sum(wait)) * 1000 / nullif(sum(answered), 0))::float8 AS "averageWaitMs"
    FROM (${scopeOf(principal, "call", "read") === "all" ? sums("all") : sql`${sums("settled")} UNION ALL ${sums("unsettled")}`}) t`;
  return row as z.infer<typeof CallTotals>;
}
