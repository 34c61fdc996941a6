import type { Principal } from "@kommutator/contract/access";
import { scopeOf } from "@kommutator/contract/access";
import type { InterestHub } from "@kommutator/contract/api/interest";
import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";
import { inquiryAllowed } from "../inquiry/sql.ts";
import { interactionAllowed } from "../interaction/sql.ts";
import { dialogAllowed } from "../party/link.ts";
import { taskAllowed } from "../task/rights.ts";

const MOST = 50;
type Counted<T> = T & { total: number };

/** Everything linked to an Interest with its state (IN-15), each by the rights of its own kind; open things stand first. */
export async function readHub(tx: Query, principal: Principal, id: Id): Promise<InterestHub> {
  const person = (column: string) => tx`(SELECT jsonb_build_object('id', e.id, 'name', e.full_name) FROM employee e WHERE e.id = ${tx.unsafe(column)})`;
  const total = tx`count(*) OVER ()::int AS total`;
  const interactions = await tx<Counted<InterestHub["interactions"][number]>[]>`
    SELECT i.id, i.subject AS title, i.state, to_jsonb(coalesce(lower(i.occurred), lower(i.planned))) AS at, ${person("i.executor_id")} AS employee,
      jsonb_build_object('id', t.id, 'name', t.name, 'code', t.code) AS type, (SELECT a.action_id FROM interest_action a WHERE a.interaction_id = i.id) AS "actionId", ${total}
    FROM interaction i JOIN interaction_type t ON t.id = i.type_id WHERE i.interest_id = ${id} AND ${interactionAllowed(tx, principal)}
    ORDER BY i.state = 'planned' DESC, CASE WHEN i.state = 'planned' THEN lower(i.planned) END, coalesce(lower(i.occurred), lower(i.planned)) DESC LIMIT ${MOST}`;
  const dialogs = await tx<Counted<InterestHub["dialogs"][number]>[]>`
    SELECT d.id, coalesce(o.party_name, d.identity_value, d.medium) AS title, CASE WHEN d.closed_at IS NULL THEN 'open' ELSE 'closed' END AS state, to_jsonb(coalesce(d.last_message_at, d.opened_at)) AS at,
      NULL::jsonb AS employee, d.medium, ${total}
    FROM dialog_party p JOIN dialog d ON d.id = p.dialog_id LEFT JOIN dialog_overview o ON o.id = d.id WHERE p.interest_id = ${id} AND ${dialogAllowed(tx, principal, "read")}
    ORDER BY d.closed_at IS NULL DESC, d.opened_at DESC LIMIT ${MOST}`;
  const inquiries = await tx<Counted<InterestHub["inquiries"][number]>[]>`
    SELECT q.id, '№' || q.number || coalesce(' ' || u.name, '') AS title, q.status AS state, to_jsonb(q.received_at) AS at, ${person("coalesce(q.processed_by, q.dispatched_to)")} AS employee, ${total}
    FROM inquiry q LEFT JOIN inquiry_purpose u ON u.id = q.purpose_id WHERE q.interest_id = ${id} AND ${inquiryAllowed(tx, principal, "read")} ORDER BY q.received_at DESC LIMIT ${MOST}`;
  const tasks = await tx<Counted<InterestHub["tasks"][number]>[]>`
    SELECT t.id, t.title, t.state, to_jsonb(t.due_at) AS at, ${person("t.executor_id")} AS employee, ${total}
    FROM task t WHERE t.interest_id = ${id} AND ${scopeOf(principal, "task", "read") === null ? tx`false` : taskAllowed(tx, principal, "read")}
    ORDER BY t.state IN ('done', 'cancelled', 'rejected'), t.due_at, t.id LIMIT ${MOST}`;
  const files = await tx<Counted<InterestHub["files"][number]>[]>`
    SELECT DISTINCT ON (f.created_at, f.id) f.id, f.name AS title, 'v' || (SELECT max(no) FROM file_version WHERE file_id = f.id) AS state, to_jsonb(f.created_at) AS at, ${person("f.created_by")} AS employee,
      (SELECT count(DISTINCT z.file_id) FROM file_link z JOIN file y ON y.id = z.file_id AND y.archived_at IS NULL WHERE z.interest_id = ${id})::int AS total
    FROM file_link k JOIN file f ON f.id = k.file_id WHERE k.interest_id = ${id} AND f.archived_at IS NULL ORDER BY f.created_at DESC, f.id LIMIT ${MOST}`;
  const plain = <T extends { total: number }>(rows: readonly T[]) => rows.map(({ total: _, ...row }) => row);
  const count = (rows: readonly { total: number }[]) => rows[0]?.total ?? 0;
  return {
    interactions: plain(interactions),
    dialogs: plain(dialogs),
    inquiries: plain(inquiries),
    tasks: plain(tasks),
    files: plain(files),
    counts: { interactions: count(interactions), dialogs: count(dialogs), inquiries: count(inquiries), tasks: count(tasks), files: count(files) },
  };
}
