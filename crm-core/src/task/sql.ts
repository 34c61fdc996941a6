import type { Principal } from "@kommutator/contract/access";
import type { TaskFilter, TaskView } from "@kommutator/contract/api/task";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";
import type { Query } from "../context.ts";
import { inquiryAllowed } from "../inquiry/sql.ts";
import { interactionAllowed } from "../interaction/sql.ts";
import { type Cursor, micros } from "../page.ts";
import { dialogAllowed } from "../party/link.ts";
import { allowed } from "../rights.ts";
import { tasksOf } from "./events.ts";
import { taskAllowed } from "./rights.ts";
import { actionsOf } from "./rules.ts";

export const OPEN_STATES = ["new", "accepted", "in_work", "rejected"];
/** Lists stand by due time, those without one last; with a subject, newest first. */
const DUE = "coalesce(t.due_at, timestamptz '9999-12-31')";
type Filter = z.infer<typeof TaskFilter>;
type Row = Omit<TaskView, "actions" | "overdue" | "awaitsControl"> & { cursorAt: number; mayEdit: boolean };

function select(tx: Query, principal: Principal, at: string) {
  return tx`
    SELECT t.id, t.number::int, t.kind, t.title, t.description, CASE WHEN a.id IS NULL THEN NULL ELSE jsonb_build_object('id', a.id, 'name', a.full_name) END AS author,
           CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END AS executor,
           coalesce((SELECT jsonb_agg(jsonb_build_object('id', h.id, 'name', h.full_name) ORDER BY h.full_name) FROM task_participant p JOIN employee h ON h.id = p.employee_id WHERE p.task_id = t.id AND p.role = 'co_executor'), '[]') AS "coExecutors",
           ${subject(tx, principal)} AS subject,
           t.priority, to_jsonb(t.due_at) AS "dueAt", t.controlled, t.state, to_jsonb(t.done_at) AS "doneAt", to_jsonb(t.confirmed_at) AS "confirmedAt", t.refuse_reason AS "refuseReason", t.result,
           t.parent_id AS "parentId", to_jsonb(t.created_at) AS "createdAt", t.version, ${taskAllowed(tx, principal, "edit")} AS "mayEdit", ${micros(tx, at)} AS "cursorAt"
    FROM task t LEFT JOIN employee a ON a.id = t.author_id LEFT JOIN employee e ON e.id = t.executor_id`;
}

/** What the task is about, told only to whoever may see that: the task itself may be seen by people who may not see its subject. */
function subject(tx: Query, p: Principal) {
  const card = (id: string, name: string, from: string, right: ReturnType<typeof allowed>) =>
    tx`(SELECT jsonb_build_object('kind', t.subject_kind, 'id', ${tx.unsafe(`t.${id}`)}, 'name', coalesce(${tx.unsafe(name)}, '')) FROM ${tx.unsafe(from)} WHERE ${right} LIMIT 1)`;
  const human = "nullif(concat_ws(' ', k.last_name, k.first_name, k.middle_name), '')";
  const dialog = "dialog d LEFT JOIN dialog_party dp ON dp.dialog_id = d.id LEFT JOIN customer dc ON dc.id = dp.customer_id";
  return tx`CASE t.subject_kind
    WHEN 'customer' THEN ${card("customer_id", "c.name", "customer c", tx`c.id = t.customer_id AND ${allowed(tx, p, "customer", "read", "c.responsible_id")}`)}
    WHEN 'contact' THEN ${card("contact_id", human, "contact k JOIN customer_contact cc ON cc.contact_id = k.id JOIN customer c ON c.id = cc.customer_id", tx`k.id = t.contact_id AND ${allowed(tx, p, "customer", "read", "c.responsible_id")}`)}
    WHEN 'lead' THEN ${card("lead_id", "nullif(concat_ws(', ', l.contact_name, l.company_name), '')", "lead l", tx`l.id = t.lead_id AND ${allowed(tx, p, "lead", "read", "l.responsible_id")}`)}
    WHEN 'interest' THEN ${card("interest_id", "'#' || n.number || ' ' || n.title", "interest n", tx`n.id = t.interest_id AND ${allowed(tx, p, "interest", "read", "n.responsible_id")}`)}
    WHEN 'interaction' THEN ${card("interaction_id", "i.subject", "interaction i", tx`i.id = t.interaction_id AND ${interactionAllowed(tx, p)}`)}
    WHEN 'inquiry' THEN ${card("inquiry_id", "'#' || q.number", "inquiry q", tx`q.id = t.inquiry_id AND ${inquiryAllowed(tx, p, "read")}`)}
    WHEN 'dialog' THEN ${card("dialog_id", "coalesce(dc.name, d.display_name, d.identity_value)", dialog, tx`d.id = t.dialog_id AND ${dialogAllowed(tx, p, "read")}`)}
  END`;
}

function where(tx: Query, principal: Principal, f: Filter, now: number) {
  const me = principal.employeeId;
  const column = f.object === undefined ? null : f.object === "task" ? "parent_id" : `${f.object}_id`;
  const helps = tx`EXISTS (SELECT 1 FROM task_participant mp WHERE mp.task_id = t.id AND mp.employee_id = ${me} AND mp.role = 'co_executor')`;
  return tx`${taskAllowed(tx, principal, "read")}
    ${f.role === "mine" ? tx`AND (t.executor_id = ${me} OR ${helps})` : f.role === "given" ? tx`AND t.author_id = ${me} AND t.executor_id IS DISTINCT FROM ${me}` : f.role === "control" ? tx`AND t.author_id = ${me} AND t.controlled AND t.state = 'done' AND t.confirmed_at IS NULL` : tx``}
    ${f.open === "true" ? tx`AND t.state = ANY(${OPEN_STATES}::text[])` : f.open === "false" ? tx`AND NOT t.state = ANY(${OPEN_STATES}::text[])` : tx``}
    ${f.overdue === undefined ? tx`` : tx`AND t.state = ANY(${OPEN_STATES}::text[]) AND t.due_at < ${new Date(now)}`} ${f.state === undefined ? tx`` : tx`AND t.state = ${f.state}`}
    ${f.executorId === undefined ? tx`` : tx`AND t.executor_id = ${f.executorId}`} ${f.authorId === undefined ? tx`` : tx`AND t.author_id = ${f.authorId}`}
    ${column === null || f.objectId === undefined ? tx`` : f.object === "interaction" ? tx`AND t.id IN ${tasksOf(tx, tx`${f.objectId}`)}` : tx`AND ${tx.unsafe(`t.${column}`)} = ${f.objectId}`}
    ${f.q === undefined || f.q === "" ? tx`` : tx`AND (t.title ILIKE ${`%${f.q.replace(/[\\%_]/g, "\\$&")}%`} OR '#' || t.number = ${f.q} OR t.number::text = ${f.q})`}`;
}

/** Tasks that the principal may see: open ones by due time (what is overdue stands first), those of an object newest first. */
export async function listTasks(
  tx: Query,
  principal: Principal,
  f: Filter & { cursor: Cursor | null; limit: number },
  now: number,
): Promise<(TaskView & { cursorAt: number })[]> {
  const newest = f.objectId !== undefined || f.open === "false";
  const at = newest ? "t.created_at" : DUE;
  const cursor =
    f.cursor === null
      ? tx``
      : tx`AND (${tx.unsafe(at)}, t.id) ${newest ? tx`<` : tx`>`} (timestamptz 'epoch' + ${f.cursor.at}::bigint * interval '1 microsecond', ${f.cursor.id}::uuid)`;
  const rows = await tx<Row[]>`
    ${select(tx, principal, at)} WHERE ${where(tx, principal, f, now)} ${cursor} ORDER BY ${tx.unsafe(at)} ${newest ? tx`DESC` : tx``}, t.id ${newest ? tx`DESC` : tx``} LIMIT ${f.limit + 1}`;
  return rows.map((r) => view(r, principal, now));
}

/** The same filter, counted. */
export async function countTasks(tx: Query, principal: Principal, f: Filter, now: number): Promise<number> {
  const [row] = await tx<{ n: number }[]>`SELECT count(*)::int AS n FROM task t WHERE ${where(tx, principal, f, now)}`;
  return row?.n ?? 0;
}

/** One task with what the principal may do with it, or null. */
export async function readTask(tx: Query, principal: Principal, id: Id, now: number): Promise<TaskView | null> {
  const [row] = await tx<Row[]>`${select(tx, principal, "t.created_at")} WHERE t.id = ${id} AND ${taskAllowed(tx, principal, "read")}`;
  return row === undefined ? null : view(row, principal, now);
}

/** Tasks that came from a task, as far as the principal sees them. */
export async function childTasks(tx: Query, principal: Principal, id: Id): Promise<{ id: Id; title: string; state: TaskView["state"] }[]> {
  return tx`SELECT t.id, t.title, t.state FROM task t WHERE t.parent_id = ${id} AND ${taskAllowed(tx, principal, "read")} ORDER BY t.created_at, t.id LIMIT 200`;
}

function view({ mayEdit, ...row }: Row, principal: Principal, now: number): TaskView & { cursorAt: number } {
  const open = OPEN_STATES.includes(row.state);
  const overdue = open && row.dueAt !== null && Date.parse(row.dueAt) < now;
  const awaitsControl = row.controlled && row.state === "done" && row.confirmedAt === null;
  const me = principal.employeeId;
  const executes = row.executor?.id === me || row.coExecutors.some((h) => h.id === me);
  return {
    ...row,
    overdue,
    awaitsControl,
    actions: actionsOf(
      { ...row, confirmed: row.confirmedAt !== null },
      { executes, gave: row.author?.id === me || (row.author === null && mayEdit), edits: mayEdit },
    ),
  };
}
