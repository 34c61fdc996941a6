import { type Principal, type Scope, within } from "@kommutator/contract/access";
import type { PresenceDay, PresenceLog, PresenceLogQuery, PresenceSpan } from "@kommutator/contract/api/presence-log";
import type { Db } from "@kommutator/contract/db";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import { localDate, startOfDay } from "@kommutator/contract/working-time";
import type { z } from "zod";

type Query = z.infer<typeof PresenceLogQuery>;
interface Row {
  employee_id: Id;
  state: PresenceSpan["state"];
  intent: PresenceSpan["intent"];
  reason: string | null;
  from_at: Date;
  to_at: Date | null;
}

/** The days of people within the scope, in the order of their names: who serves a queue, and whoever was there that day. */
export async function readPresenceLog(sql: Db, principal: Principal, scope: Scope, query: Query, now: EpochMs): Promise<PresenceLog> {
  const [company] = await sql<{ tz: string }[]>`SELECT tz FROM company`;
  const tz = company?.tz ?? "UTC";
  const day = query.day ?? localDate(now, tz);
  const from = startOfDay(day, tz);
  const to = startOfDay(localDate(from + 36 * 3_600_000, tz), tz);
  const [begins, ends] = [new Date(from), new Date(to)];
  const everyone = await sql<{ id: Id; name: string; department_id: Id; department: string }[]>`
    SELECT e.id, e.full_name AS name, e.department_id, d.name AS department FROM employee e JOIN department d ON d.id = e.department_id
    WHERE ((e.state = 'active' AND EXISTS (SELECT 1 FROM queue_member m JOIN queue q ON q.id = m.queue_id AND q.archived_at IS NULL WHERE m.employee_id = e.id))
        OR EXISTS (SELECT 1 FROM presence_log l WHERE l.employee_id = e.id AND l.state <> 'offline' AND l.from_at < ${ends} AND (l.to_at IS NULL OR l.to_at > ${begins})))
      ${query.departmentId === undefined ? sql`` : sql`AND e.department_id = ${query.departmentId}`} ${query.employeeId === undefined ? sql`` : sql`AND e.id = ${query.employeeId}`}
      ${query.cursor === undefined ? sql`` : sql`AND (e.full_name, e.id) > (SELECT full_name, id FROM employee WHERE id = ${query.cursor})`}
    ORDER BY e.full_name, e.id`;
  const seen = everyone.filter((e) => within(principal, scope, { employeeId: e.id, departmentId: e.department_id }));
  const people = seen.slice(0, query.limit);
  // Of the spans that began before the day only the last can reach into it: they follow one another.
  const rows = await sql<Row[]>`
    SELECT s.* FROM unnest(${people.map((p) => p.id)}::uuid[]) AS who(id) CROSS JOIN LATERAL (
      (SELECT employee_id, state, intent, reason, from_at, to_at FROM presence_log WHERE employee_id = who.id AND from_at < ${begins} ORDER BY from_at DESC LIMIT 1)
      UNION ALL
      SELECT employee_id, state, intent, reason, from_at, to_at FROM presence_log WHERE employee_id = who.id AND from_at >= ${begins} AND from_at < ${ends}) s
    WHERE s.to_at IS NULL OR s.to_at > ${begins} ORDER BY s.from_at`;
  const byPerson = new Map<Id, Row[]>(people.map((p) => [p.id, []]));
  for (const row of rows) byPerson.get(row.employee_id)?.push(row);
  return {
    day,
    from: begins.toISOString(),
    to: ends.toISOString(),
    at: new Date(now).toISOString(),
    items: people.map((p) => ({ employee: { id: p.id, name: p.name }, departmentName: p.department, ...dayOf(byPerson.get(p.id) ?? [], from, to, now) })),
    nextCursor: seen.length > people.length ? (people.at(-1)?.id ?? null) : null,
  };
}

/** One person's spans cut to the day, and how long each state lasted. */
function dayOf(rows: readonly Row[], from: EpochMs, to: EpochMs, now: EpochMs): Pick<PresenceDay, "spans" | "totals" | "presentSeconds"> {
  const there = rows.map((r) => r.state !== "offline");
  const kept = rows.slice(Math.max(0, there.indexOf(true)), there.lastIndexOf(true) + 1);
  const totals: PresenceDay["totals"] = {};
  let present = 0;
  const spans = kept.map((r): PresenceSpan => {
    const begins = Math.max(r.from_at.getTime(), from);
    const goesOn = r.to_at === null && now < to;
    const ends = Math.min(r.to_at?.getTime() ?? now, to);
    const seconds = Math.max(0, Math.round((ends - begins) / 1000));
    totals[r.state] = (totals[r.state] ?? 0) + seconds;
    if (r.state !== "offline") present += seconds;
    const until = goesOn ? null : new Date(Math.max(begins, ends)).toISOString();
    return { state: r.state, intent: r.intent, reason: r.reason, from: new Date(begins).toISOString(), to: until, seconds };
  });
  return { spans, totals, presentSeconds: present };
}
