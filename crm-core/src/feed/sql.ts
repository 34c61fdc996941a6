import type { Principal } from "@kommutator/contract/access";
import type { FeedGroup, FeedItem } from "@kommutator/contract/api/history";
import type { Id } from "@kommutator/contract/ids";
import { statement } from "@kommutator/contract/statement";
import { nameFor } from "../catalogue/name.ts";
import type { Query } from "../context.ts";
import { type Cursor, micros } from "../page.ts";
import { allowed } from "../rights.ts";
import { taskAllowed } from "../task/rights.ts";
import { dialogIn, interactionIn } from "./groups.ts";

type Fragment = ReturnType<typeof allowed>;
export type Row = FeedItem & { cursorAt: number };
export interface FeedFilter {
  kinds: readonly FeedItem["kind"][];
  /** Narrows Interactions and dialogs to what the group shows of them. */
  group: FeedGroup | null;
  /** Interactions of one type alone. */
  typeId: Id | null;
  employeeId: Id | null;
  interestId: Id | null;
  cursor: Cursor | null;
  limit: number;
}
/** Whose history: all cards that became this one, a human's, or a lead's. */
export type Subject = { column: "customer_id" | "contact_id" | "lead_id"; ids: Id[] };

/**
 * One history over every channel (IA-06): Interactions (calls with their recording, chats and letters by day), calls and dialogs that became
 * none (missed, unanswered), Interests with their stages and ends, inquiries still open, claims, tasks, files, owners, the lead it began as. Every source is read by its own index, newest
 * first, no further than the page; each item stands under the right to its own kind.
 */
export async function readFeed(tx: Query, principal: Principal, subject: Subject, f: FeedFilter): Promise<Row[]> {
  return statement<Row[]>(tx, (sql) => {
    const sources = (f.typeId === null ? SOURCES : [interactions]).flatMap((source) => source(sql, principal, subject, f) ?? []);
    if (sources.length === 0) return sql`SELECT WHERE false`;
    const union = sources.reduce((all, next) => sql`${all} UNION ALL ${next}`);
    return sql`
    SELECT f.id, f.kind, to_jsonb(f.at) AS at, f.title, f.text, f.direction, CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END AS employee, f.dialog_id AS "dialogId", f.interest_id AS "interestId",
           f.call_id AS "callId", f.duration AS "durationS", f.recording_id AS "recordingBlobId", f.channel_kind AS "channelKind", f.state, f.object_id AS "objectId", f.type, f.blob_id AS "blobId", ${micros(sql, "f.at")} AS "cursorAt"
    FROM (${union}) f LEFT JOIN employee e ON e.id = f.employee_id ORDER BY f.at DESC, f.id DESC LIMIT ${f.limit + 1}`;
  });
}

/** Same columns, same order, in every source. `sort` is the key that its index gives; the page's cut is made inside. */
function source(
  tx: Query,
  subject: { column: Subject["column"] | "id" | "converted_customer_id" | "converted_contact_id"; ids: Id[] },
  f: FeedFilter,
  q: {
    kind: FeedItem["kind"];
    prefix: string;
    from: Fragment;
    of: string;
    at: string;
    id: string;
    columns: string;
    where: Fragment;
    interest: string;
    employee: string;
  },
) {
  if (!f.kinds.includes(q.kind)) return null;
  const at = tx.unsafe(q.at);
  const id = tx.unsafe(`'${q.prefix}' || ${q.id}::text`);
  // Bare ids order as their texts do (lower-case hexadecimal, builtin C.UTF-8), and the index holds them: a page is read, never all.
  // One look into the index for each card that became this one, so that each stays in the order of its index.
  return tx`(SELECT s.* FROM unnest(${subject.ids}::uuid[]) AS who(id), LATERAL (
      SELECT ${id} AS id, ${q.kind} AS kind, ${at} AS at, ${tx.unsafe(q.columns)} FROM ${q.from}
      WHERE ${tx.unsafe(`${q.of}.${subject.column}`)} = who.id AND ${q.where}
        ${f.cursor === null ? tx`` : tx`AND ${at} <= timestamptz 'epoch' + ${f.cursor.at}::bigint * interval '1 microsecond' AND (${at}, ${id}) < (timestamptz 'epoch' + ${f.cursor.at}::bigint * interval '1 microsecond', ${f.cursor.id})`}
        ${f.interestId === null ? tx`` : tx`AND ${tx.unsafe(q.interest)} = ${f.interestId}`} ${f.employeeId === null ? tx`` : tx`AND ${tx.unsafe(q.employee)} = ${f.employeeId}`}
      ORDER BY ${at} DESC, ${tx.unsafe(q.id)} DESC LIMIT ${f.limit + 1}) s)`;
}

const COLUMNS = (
  c: Partial<
    Record<
      | "title"
      | "text"
      | "direction"
      | "employee"
      | "dialog"
      | "interest"
      | "call"
      | "duration"
      | "recording"
      | "channel"
      | "state"
      | "object"
      | "type"
      | "blob",
      string
    >
  >,
) =>
  `${c.title ?? "''"}::text AS title, ${c.text ?? "NULL"}::text AS text, ${c.direction ?? "NULL"}::text AS direction, ${c.employee ?? "NULL"}::uuid AS employee_id, ${c.dialog ?? "NULL"}::uuid AS dialog_id,
   ${c.interest ?? "NULL"}::uuid AS interest_id, ${c.call ?? "NULL"}::uuid AS call_id, ${c.duration ?? "NULL"}::float8 AS duration, ${c.recording ?? "NULL"}::uuid AS recording_id, ${c.channel ?? "NULL"}::text AS channel_kind, ${c.state ?? "NULL"}::text AS state,
   ${c.object ?? "NULL"}::uuid AS object_id, ${c.type ?? "NULL"}::jsonb AS type, ${c.blob ?? "NULL"}::uuid AS blob_id`;

function interestRight(tx: Query, principal: Principal, column: string) {
  return tx`(${tx.unsafe(column)} IS NULL OR EXISTS (SELECT 1 FROM interest ri WHERE ri.id = ${tx.unsafe(column)} AND ${allowed(tx, principal, "interest", "read", "ri.responsible_id")}))`;
}

function interactions(tx: Query, principal: Principal, subject: Subject, f: FeedFilter) {
  return source(tx, subject, f, {
    kind: "interaction",
    prefix: "i",
    of: "i",
    id: "i.id",
    at: "coalesce(lower(i.occurred), lower(i.planned))",
    from: tx`interaction i JOIN interaction_type it ON it.id = i.type_id JOIN interaction_status ist ON ist.id = i.status_id LEFT JOIN call k ON k.id = i.call_id LEFT JOIN dialog d ON d.id = i.dialog_id LEFT JOIN channel ch ON ch.id = d.channel_id`,
    columns: COLUMNS({
      title: "i.subject",
      // A call that failed says why by its status; a letter recorded alone has its own words.
      text: `coalesce(i.result, CASE WHEN i.state = 'failed' AND ist.code <> 'failed' THEN ${nameFor(principal, "ist")} END, i.description,
        CASE WHEN i.letter_seq IS NOT NULL THEN (SELECT left(lm.body, 200) FROM message lm WHERE lm.dialog_id = i.dialog_id AND lm.seq = i.letter_seq) WHEN i.dialog_day IS NOT NULL THEN d.last_message_text END)`,
      direction: "i.direction",
      employee: "i.executor_id",
      dialog: "i.dialog_id",
      interest: "i.interest_id",
      call: "i.call_id",
      duration: "CASE WHEN k.answered_at IS NOT NULL AND i.state = 'done' THEN extract(epoch FROM upper(i.occurred) - lower(i.occurred)) END",
      recording: `CASE WHEN ${recordingRight(principal)} THEN k.recording_id END`,
      channel: "ch.kind",
      state: "i.state",
      object: "i.id",
      type: `jsonb_build_object('id', it.id, 'code', it.code, 'name', ${nameFor(principal, "it")}, 'icon', it.icon, 'color', it.color)`,
    }),
    where: tx`${allowed(tx, principal, "interaction", "read", "i.executor_id")} AND ${interestRight(tx, principal, "i.interest_id")} ${f.typeId === null ? tx`` : tx`AND i.type_id = ${f.typeId}`} ${interactionIn(tx, f.group)}`,
    interest: "i.interest_id",
    employee: "i.executor_id",
  });
}

/** Who may hear recordings at all hears those in the histories that the rights show; `own`: the own talks. */
function recordingRight(principal: Principal): string {
  const scope = principal.permissions.recording?.read;
  if (scope === undefined) return "false";
  return scope === "own" ? `k.answered_by = '${principal.employeeId}'` : "true";
}

/**
 * What nobody of ours had belongs to whoever answers for the person it is with: SQL over a row of dialog_party `p`, `nobodys` says that nobody
 * had it.
 */
function ofOwnPerson(tx: Query, principal: Principal, object: "call" | "dialog", nobodys: string) {
  return tx`(${tx.unsafe(nobodys)} AND EXISTS (
    SELECT 1 FROM customer oc WHERE oc.id = p.customer_id AND oc.responsible_id IS NOT NULL AND ${allowed(tx, principal, object, "read", "oc.responsible_id")}
    UNION ALL SELECT 1 FROM lead ol WHERE p.customer_id IS NULL AND ol.id = p.lead_id AND ol.responsible_id IS NOT NULL AND ${allowed(tx, principal, object, "read", "ol.responsible_id")}))`;
}

/** Calls that became no Interaction: the caller got nobody. */
function calls(tx: Query, principal: Principal, subject: Subject, f: FeedFilter) {
  return source(tx, subject, f, {
    kind: "call",
    prefix: "k",
    of: "p",
    id: "k.id",
    at: "k.started_at",
    from: tx`dialog_party p JOIN call k ON k.dialog_id = p.dialog_id JOIN dialog d ON d.id = p.dialog_id JOIN channel ch ON ch.id = d.channel_id`,
    columns: COLUMNS({
      title: "coalesce(d.identity_value, '')",
      direction: "CASE WHEN k.direction = 'out' THEN 'out' ELSE 'in' END",
      employee: "k.answered_by",
      dialog: "d.id",
      interest: "p.interest_id",
      call: "k.id",
      channel: "ch.kind",
      state: "coalesce(k.disposition, k.state)",
    }),
    where: tx`(${allowed(tx, principal, "call", "read", "k.answered_by")} OR ${ofOwnPerson(tx, principal, "call", "k.answered_by IS NULL")}) AND ${interestRight(tx, principal, "p.interest_id")} AND NOT EXISTS (SELECT 1 FROM interaction x WHERE x.call_id = k.id)`,
    interest: "p.interest_id",
    employee: "k.answered_by",
  });
}

/** Chats and letters that became no Interaction yet. */
function dialogs(tx: Query, principal: Principal, subject: Subject, f: FeedFilter) {
  return source(tx, subject, f, {
    kind: "dialog",
    prefix: "d",
    of: "p",
    id: "d.id",
    at: "d.opened_at",
    from: tx`dialog_party p JOIN dialog d ON d.id = p.dialog_id AND d.medium <> 'voice' JOIN channel ch ON ch.id = d.channel_id
      LEFT JOIN LATERAL (SELECT employee_id FROM assignment WHERE dialog_id = d.id ORDER BY ended_at NULLS FIRST, started_at DESC LIMIT 1) a ON true`,
    columns: COLUMNS({
      title: "coalesce(nullif(d.subject, ''), ch.name)",
      text: "d.last_message_text",
      direction: "d.direction",
      employee: "a.employee_id",
      dialog: "d.id",
      interest: "p.interest_id",
      channel: "ch.kind",
      state: "CASE WHEN d.closed_at IS NULL THEN 'open' ELSE 'closed' END",
    }),
    where: tx`(${allowed(tx, principal, "dialog", "read", "a.employee_id")} OR ${ofOwnPerson(tx, principal, "dialog", "a.employee_id IS NULL")}) AND ${interestRight(tx, principal, "p.interest_id")} AND NOT EXISTS (SELECT 1 FROM interaction x WHERE x.dialog_id = d.id) ${dialogIn(tx, f.group)}`,
    interest: "p.interest_id",
    employee: "a.employee_id",
  });
}

/** An Interest stands twice: when it began and, once closed, how it ended. */
function interests(tx: Query, principal: Principal, subject: Subject, f: FeedFilter) {
  const began = { prefix: "n", at: "n.created_at", text: nameFor(principal, "nk"), dialog: "n.created_from_dialog_id", state: "'open'" };
  const ended = { prefix: "z", at: "n.closed_at", text: `concat_ws(': ', ${nameFor(principal, "lr")}, n.close_comment)`, dialog: "NULL", state: "n.status" };
  return [began, ended].flatMap(({ prefix, at, ...columns }) => {
    const lines = source(tx, subject, f, {
      kind: "interest",
      prefix,
      of: "n",
      id: "n.id",
      at,
      from: tx`interest n JOIN interest_kind nk ON nk.id = n.kind_id LEFT JOIN loss_reason lr ON lr.id = n.loss_reason_id`,
      columns: COLUMNS({ title: "'#' || n.number || ' ' || n.title", employee: "n.responsible_id", interest: "n.id", ...columns }),
      where: tx`${tx.unsafe(at)} IS NOT NULL AND ${allowed(tx, principal, "interest", "read", "n.responsible_id")}`,
      interest: "n.id",
      employee: "n.responsible_id",
    });
    return lines ?? [];
  });
}

const LEAD_COLUMN = { lead_id: "id", customer_id: "converted_customer_id", contact_id: "converted_contact_id" } as const;

/** The potential client that this card began as, and where it came from. */
function leads(tx: Query, principal: Principal, subject: Subject, f: FeedFilter) {
  return source(tx, { ...subject, column: LEAD_COLUMN[subject.column] }, f, {
    kind: "lead",
    prefix: "l",
    of: "l",
    id: "l.id",
    at: "l.created_at",
    from: tx`lead l LEFT JOIN lead_source ls ON ls.id = l.source_id`,
    columns: COLUMNS({
      title: `coalesce(${nameFor(principal, "ls")}, l.source_text, '')`,
      text: "nullif(concat_ws(' · ', CASE WHEN ls.name IS NOT NULL THEN l.source_text END, l.page, (SELECT string_agg(key || '=' || value, ' ' ORDER BY key) FROM jsonb_each_text(l.utm))), '')",
      employee: "l.responsible_id",
      state: "l.status",
      object: "l.id",
    }),
    where: allowed(tx, principal, "lead", "read", "l.responsible_id"),
    interest: "NULL::uuid",
    employee: "l.responsible_id",
  });
}

/** Moves between stages; the first stage comes with the Interest itself. */
function stages(tx: Query, principal: Principal, subject: Subject, f: FeedFilter) {
  return source(tx, subject, f, {
    kind: "stage",
    prefix: "g",
    of: "n",
    id: "h.id",
    at: "lower(h.during)",
    from: tx`interest n JOIN interest_stage_history h ON h.interest_id = n.id JOIN stage st ON st.id = h.stage_id`,
    columns: COLUMNS({ title: nameFor(principal, "st"), text: "'#' || n.number || ' ' || n.title", employee: "h.entered_by", interest: "n.id" }),
    where: tx`NOT isempty(h.during) AND h.reversed_at IS NULL AND lower(h.during) > n.created_at + interval '1 second' AND ${allowed(tx, principal, "interest", "read", "n.responsible_id")}`,
    interest: "n.id",
    employee: "h.entered_by",
  });
}

/** What still waits to be received, and what was rejected; a processed one shows as its Interaction. */
function inquiries(tx: Query, principal: Principal, subject: Subject, f: FeedFilter) {
  return source(tx, subject, f, {
    kind: "inquiry",
    prefix: "q",
    of: "p",
    id: "q.id",
    at: "q.received_at",
    from: tx`dialog_party p JOIN inquiry q ON q.dialog_id = p.dialog_id LEFT JOIN inquiry_purpose u ON u.id = coalesce(q.purpose_id, q.suggested_purpose_id)
      LEFT JOIN lead_source iso ON iso.id = q.source_id AND q.source_text IS DISTINCT FROM iso.code`,
    columns: COLUMNS({
      title: `coalesce(${nameFor(principal, "u")}, q.origin)`,
      text: `coalesce(q.reject_reason, nullif(concat_ws(' · ', ${nameFor(principal, "iso")}, q.source_text, q.page), ''))`,
      direction: "'in'",
      employee: "coalesce(q.dispatched_to, q.received_by)",
      dialog: "q.dialog_id",
      interest: "q.interest_id",
      call: "q.call_id",
      state: "q.status",
      object: "q.id",
    }),
    where: tx`q.status <> 'processed' AND ${allowed(tx, principal, "inquiry", "read", "coalesce(q.dispatched_to, q.received_by)")}`,
    interest: "q.interest_id",
    employee: "coalesce(q.dispatched_to, q.received_by)",
  });
}

/** What somebody complained of, under the right to the inquiry that it came by; its card is that inquiry's. */
function claims(tx: Query, principal: Principal, subject: Subject, f: FeedFilter) {
  return source(tx, subject, f, {
    kind: "claim",
    prefix: "c",
    of: "c",
    id: "c.id",
    at: "c.registered_at",
    from: tx`claim c`,
    columns: COLUMNS({
      title: "'#' || c.number || ' ' || c.title",
      text: "nullif(c.description, c.title)",
      direction: "'in'",
      employee: "c.responsible_id",
      dialog: "c.dialog_id",
      state: "c.status",
      object: "(SELECT cq.id FROM inquiry cq WHERE cq.claim_id = c.id LIMIT 1)",
    }),
    where: allowed(tx, principal, "inquiry", "read", "c.responsible_id"),
    interest: "NULL::uuid",
    employee: "c.responsible_id",
  });
}

function owners(tx: Query, _principal: Principal, subject: Subject, f: FeedFilter) {
  if (subject.column !== "customer_id") return null;
  return source(tx, subject, f, {
    kind: "owner",
    prefix: "o",
    of: "o",
    id: "(o.customer_id::text || '-' || (extract(epoch FROM lower(o.during)) * 1000000)::bigint)",
    at: "lower(o.during)",
    from: tx`customer_owner_history o LEFT JOIN employee oe ON oe.id = o.employee_id`,
    columns: COLUMNS({ title: "coalesce(oe.full_name, '')", text: "o.reason", employee: "o.changed_by", state: "o.reason" }),
    where: tx`NOT isempty(o.during)`,
    interest: "NULL::uuid",
    employee: "o.changed_by",
  });
}

/** Work given about this person, as far as one may see the work. */
function tasks(tx: Query, principal: Principal, subject: Subject, f: FeedFilter) {
  return source(tx, subject, f, {
    kind: "task",
    prefix: "t",
    of: "t",
    id: "t.id",
    at: "t.created_at",
    from: tx`task t`,
    columns: COLUMNS({
      title: "t.title",
      text: "coalesce(t.result, t.refuse_reason, t.description)",
      employee: "t.executor_id",
      dialog: "t.dialog_id",
      interest: "t.interest_id",
      state: "t.state",
      object: "t.id",
    }),
    where: tx`${taskAllowed(tx, principal, "read")} AND ${interestRight(tx, principal, "t.interest_id")}`,
    interest: "t.interest_id",
    employee: "t.executor_id",
  });
}

/** Files on the card itself and on its Interests; those of an Interaction or a task are found on it. */
function files(tx: Query, principal: Principal, subject: Subject, f: FeedFilter) {
  const file = tx`JOIN file ff ON ff.id = fl.file_id AND ff.archived_at IS NULL JOIN LATERAL (SELECT blob_id FROM file_version WHERE file_id = ff.id ORDER BY no DESC LIMIT 1) fv ON true`;
  const kinds = [
    { prefix: "f", of: "fl", from: tx`file_link fl ${file}`, interest: "fl.interest_id", where: tx`true` },
    {
      prefix: "b",
      of: "n",
      from: tx`interest n JOIN file_link fl ON fl.interest_id = n.id ${file}`,
      interest: "n.id",
      where: allowed(tx, principal, "interest", "read", "n.responsible_id"),
    },
  ];
  return kinds.flatMap(({ interest, ...k }) => {
    const columns = COLUMNS({ title: "ff.name", employee: "fl.linked_by", interest, object: "ff.id", blob: "fv.blob_id" });
    return source(tx, subject, f, { kind: "file", id: "fl.id", at: "fl.linked_at", columns, interest, employee: "fl.linked_by", ...k }) ?? [];
  });
}

const SOURCES = [interactions, calls, dialogs, interests, stages, inquiries, claims, owners, leads, tasks, files];
