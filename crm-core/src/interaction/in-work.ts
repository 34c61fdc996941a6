import type { Principal } from "@kommutator/contract/access";
import type { InWork, InWorkItem, InWorkQuery } from "@kommutator/contract/api/interaction";
import { localDate } from "@kommutator/contract/working-time";
import type { z } from "zod";
import type { Crm } from "../context.ts";
import { inquiryAllowed, UNPROCESSED } from "../inquiry/sql.ts";
import { interactionAllowed, overdue, partyOf } from "./sql.ts";

const DAY_MS = 86_400_000;
type Row = Omit<InWorkItem, "day">;

/**
 * "Still in work" (IA-14): what is planned and not done and what came in and was not processed, overdue first, then by time, so far as
 * the principal may see it; and how much each employee has of it. Planned ones reach `days` ahead; what waits has no horizon.
 */
export async function readInWork(crm: Crm, p: Principal, q: z.infer<typeof InWorkQuery>): Promise<z.infer<typeof InWork>> {
  const { sql: tx } = crm;
  const now = crm.clock.now();
  const { tz } = await crm.company(tx);
  const until = new Date(now + q.days * DAY_MS);
  const whose = (column: string) => tx`
    ${q.executorId === undefined ? tx`` : tx`AND ${tx.unsafe(column)} = ${q.executorId}`}
    ${q.departmentId === undefined ? tx`` : tx`AND ${tx.unsafe(column)} IN (SELECT id FROM employee WHERE department_id = ${q.departmentId})`}`;
  const owner = "coalesce(q.dispatched_to, q.received_by)";
  const due = tx`coalesce(q.due_at, q.received_at)`;
  // An inquiry without a deadline is not late, only old.
  const late = tx`coalesce(q.due_at < ${new Date(now)}, false)`;
  const planned = tx`FROM interaction i WHERE i.state = 'planned' AND lower(i.planned) < ${until} AND ${interactionAllowed(tx, p)} ${whose("i.executor_id")}`;
  const received = tx`FROM inquiry q WHERE q.status = ANY(${UNPROCESSED}::text[]) AND ${inquiryAllowed(tx, p, "read")} ${whose(owner)}`;
  const person = (column: string) => tx`(SELECT jsonb_build_object('id', e.id, 'name', e.full_name) FROM employee e WHERE e.id = ${tx.unsafe(column)})`;
  const rows = await tx<Row[]>`
    SELECT * FROM (
      SELECT 'interaction' AS kind, i.id, to_jsonb(lower(i.planned)) AS at, ${overdue(tx, now)} AS overdue, i.subject AS title, lower(i.planned) AS sort,
        (SELECT jsonb_build_object('id', t.id, 'name', t.name, 'icon', t.icon, 'color', t.color) FROM interaction_type t WHERE t.id = i.type_id) AS type,
        ${partyOf(tx, p)} ->> 'name' AS party, ${person("i.executor_id")} AS employee, i.version ${planned}
      UNION ALL
      SELECT 'inquiry', q.id, to_jsonb(${due}), ${late}, '#' || q.number, ${due}, NULL, coalesce((SELECT o.party_name FROM dialog_overview o WHERE o.id = q.dialog_id), q.identity_value), ${person(owner)}, q.version ${received}
    ) w ORDER BY w.overdue DESC, w.sort, w.id LIMIT ${q.limit + 1}`;
  const employees = await tx<z.infer<typeof InWork>["employees"]>`
    SELECT ${person("w.who")} AS employee, count(*) FILTER (WHERE w.late)::int AS overdue, count(*)::int AS total
    FROM (SELECT i.executor_id AS who, ${overdue(tx, now)} AS late ${planned} UNION ALL SELECT ${tx.unsafe(owner)}, ${late} ${received}) w
    GROUP BY w.who ORDER BY overdue DESC, total DESC, w.who LIMIT 500`;
  const items = rows.slice(0, q.limit).map(({ kind, id, at, overdue: isLate, title, type, party, employee, version }) => {
    const day = localDate(Date.parse(at), tz);
    return { kind, id, at, day, overdue: isLate, title, type, party, employee, version };
  });
  return { items, employees, more: rows.length > q.limit };
}
