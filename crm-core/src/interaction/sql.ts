import type { Principal } from "@kommutator/contract/access";
import type { INTERACTION_ORDERS, InteractionFilter, InteractionView } from "@kommutator/contract/api/interaction";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";
import { nameFor } from "../catalogue/name.ts";
import type { Query } from "../context.ts";
import { type Cursor, micros } from "../page.ts";
import { allowed, handles } from "../rights.ts";

export type View = InteractionView;
export type Filter = z.infer<typeof InteractionFilter>;
/** When it was, or is to be: the sort key of every list. */
export const AT = "coalesce(lower(i.occurred), lower(i.planned))";

const FROM =
  "FROM interaction i JOIN interaction_type t ON t.id = i.type_id JOIN interaction_status s ON s.id = i.status_id LEFT JOIN employee e ON e.id = i.executor_id";

/** SQL: planned and its time is over. */
export const overdue = (tx: Query, now: number) => tx`(i.state = 'planned' AND upper(i.planned) < ${new Date(now)})`;

/** The card it is with, told only to whoever may see that card. */
export function partyOf(tx: Query, p: Principal | null) {
  const right = (object: "customer" | "lead", column: string, key: "customer_id" | "lead_id", id: string) =>
    p === null ? tx`true` : tx`(${allowed(tx, p, object, "read", column)} OR ${handles(tx, p, key, id)})`;
  const human = "nullif(concat_ws(' ', pk.last_name, pk.first_name, pk.middle_name), '')";
  return tx`coalesce(
    (SELECT jsonb_build_object('kind', 'customer', 'id', pc.id, 'name', concat_ws(' · ', pc.name, CASE WHEN pc.kind = 'company' THEN (SELECT ${tx.unsafe(human)} FROM contact pk WHERE pk.id = i.contact_id) END)) FROM customer pc
      WHERE pc.id = i.customer_id AND ${right("customer", "pc.responsible_id", "customer_id", "pc.id")}),
    (SELECT jsonb_build_object('kind', 'lead', 'id', pl.id, 'name', concat_ws(', ', pl.contact_name, pl.company_name)) FROM lead pl WHERE i.customer_id IS NULL AND pl.id = i.lead_id AND ${right("lead", "pl.responsible_id", "lead_id", "pl.id")}),
    (SELECT jsonb_build_object('kind', 'contact', 'id', pk.id, 'name', coalesce(${tx.unsafe(human)}, '')) FROM contact pk JOIN customer_contact pcc ON pcc.contact_id = pk.id JOIN customer pc ON pc.id = pcc.customer_id
      WHERE i.customer_id IS NULL AND i.lead_id IS NULL AND pk.id = i.contact_id AND ${right("customer", "pc.responsible_id", "customer_id", "pc.id")} LIMIT 1))`;
}

/** Everything of a view; more columns by `more`. */
export function select(tx: Query, principal: Principal | null, now: number, more = tx``) {
  return tx`
    SELECT i.id, jsonb_build_object('id', t.id, 'name', t.name, 'code', t.code, 'icon', t.icon, 'color', t.color) AS type, jsonb_build_object('id', s.id, 'name', s.name) AS status, i.state, i.direction, i.subject, i.description, i.result, i.place,
           to_jsonb(lower(i.planned)) AS "plannedFrom", to_jsonb(upper(i.planned)) AS "plannedTo", to_jsonb(lower(i.occurred)) AS "occurredFrom", to_jsonb(upper(i.occurred)) AS "occurredTo", coalesce(${overdue(tx, now)}, false) AS overdue,
           i.customer_id AS "customerId", i.contact_id AS "contactId", i.lead_id AS "leadId", i.interest_id AS "interestId", i.dialog_id AS "dialogId", i.call_id AS "callId", ${partyOf(tx, principal)} AS party,
           CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END AS executor, i.version, ${micros(tx, AT)} AS "cursorAt" ${more}
    ${tx.unsafe(FROM)}`;
}

/**
 * An Interaction is seen by whoever may read Interactions of its executor; one that belongs to an Interest, only with the right to
 * that Interest (IA-06: rights for each item).
 */
export function interactionAllowed(tx: Query, principal: Principal) {
  return tx`(${allowed(tx, principal, "interaction", "read", "i.executor_id")}
    AND (i.interest_id IS NULL OR EXISTS (SELECT 1 FROM interest ri WHERE ri.id = i.interest_id AND ${allowed(tx, principal, "interest", "read", "ri.responsible_id")})))`;
}

/** Ids separated by commas. Throws validation naming the field. */
function ids(text: string | undefined, field: string): Id[] | null {
  if (text === undefined) return null;
  const list = text.split(",").filter((id) => id !== "");
  if (list.some((id) => !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id))) throw new AppError("validation", { fields: { [field]: "invalid" } });
  return list;
}

/** The register's filters, all of which combine (IA-13); lists and counts obey the same. */
export function where(tx: Query, principal: Principal, f: Filter, now: number) {
  const types = ids(f.typeId, "typeId");
  const statuses = ids(f.statusId, "statusId");
  const at = tx.unsafe(AT);
  return tx`${interactionAllowed(tx, principal)}
    ${f.state === undefined ? tx`` : tx`AND i.state = ${f.state}`} ${types === null ? tx`` : tx`AND i.type_id = ANY(${types}::uuid[])`} ${statuses === null ? tx`` : tx`AND i.status_id = ANY(${statuses}::uuid[])`}
    ${f.customerId === undefined ? tx`` : tx`AND i.customer_id = ${f.customerId}`} ${f.contactId === undefined ? tx`` : tx`AND i.contact_id = ${f.contactId}`}
    ${f.leadId === undefined ? tx`` : tx`AND i.lead_id = ${f.leadId}`} ${f.interestId === undefined ? tx`` : tx`AND i.interest_id = ${f.interestId}`}
    ${f.executorId === undefined ? tx`` : tx`AND i.executor_id = ${f.executorId}`}
    ${f.departmentId === undefined ? tx`` : tx`AND i.executor_id IN (SELECT id FROM employee WHERE department_id = ${f.departmentId})`}
    ${f.from === undefined ? tx`` : tx`AND ${at} >= ${new Date(f.from)}`} ${f.to === undefined ? tx`` : tx`AND ${at} < ${new Date(f.to)}`}
    ${f.overdue === undefined ? tx`` : tx`AND ${overdue(tx, now)}`} ${f.q === undefined || f.q === "" ? tx`` : tx`AND i.subject ILIKE ${`%${f.q.replace(/[\\%_]/g, "\\$&")}%`}`}`;
}

/** What the register is sorted by besides the time, as its reader sees it. */
const WORDS: Record<string, (p: Principal) => string> = {
  type: (p) => nameFor(p, "t"),
  subject: () => "i.subject",
  status: (p) => nameFor(p, "s"),
  executor: () => "coalesce(e.full_name, '')",
};

/** One page, by time or by a word (`subject`; `-subject` the other way round), never twice the same row and none left out. */
export async function listInteractions(
  tx: Query,
  principal: Principal,
  f: Filter & { order: (typeof INTERACTION_ORDERS)[number]; cursor: Cursor | null; limit: number },
  now: number,
): Promise<(View & { cursorAt: number })[]> {
  const word = WORDS[f.order.replace("-", "")]?.(principal);
  const up = f.order === "planned" || (word !== undefined && !f.order.startsWith("-"));
  const keys = [...(word === undefined ? [] : [`lower(${word})`]), AT, "i.id"];
  return tx<(View & { cursorAt: number })[]>`
    ${select(tx, principal, now)} WHERE ${where(tx, principal, f, now)} ${f.cursor === null ? tx`` : tx`AND (${tx.unsafe(keys.join())}) ${tx.unsafe(up ? ">" : "<")} ${lastOf(tx, f.cursor, word === undefined ? null : keys)}`}
    ORDER BY ${tx.unsafe(keys.map((key) => `${key} ${up ? "ASC" : "DESC"}`).join())} LIMIT ${f.limit + 1}`;
}

/** SQL: the keys of the last row seen. A word is too long for a cursor: such keys are read from the row again. */
function lastOf(tx: Query, { at, id }: Cursor, keys: readonly string[] | null) {
  if (keys === null) return tx`(timestamptz 'epoch' + ${at}::bigint * interval '1 microsecond', ${id}::uuid)`;
  return tx`(SELECT ${tx.unsafe(keys.join())} ${tx.unsafe(FROM)} WHERE i.id = ${id}::uuid)`;
}

/** How many the filter finds: the same rows as its list. */
export async function countInteractions(tx: Query, principal: Principal, f: Filter, now: number): Promise<number> {
  const [row] = await tx<{ n: number }[]>`SELECT count(*)::int AS n FROM interaction i WHERE ${where(tx, principal, f, now)}`;
  return row?.n ?? 0;
}

/** `principal: null` reads without rights (the answer right after the own change). */
export async function readInteraction(tx: Query, principal: Principal | null, id: Id, now: number): Promise<View | null> {
  const [row] = await tx<View[]>`${select(tx, principal, now)} WHERE i.id = ${id} AND ${principal === null ? tx`true` : interactionAllowed(tx, principal)}`;
  return row ?? null;
}
