import { type Principal, type Scope, within } from "@kommutator/contract/access";
import type { Board } from "@kommutator/contract/api/routing";
import type { Db } from "@kommutator/contract/db";
import { type EpochMs, type Id, MEDIA, type Medium } from "@kommutator/contract/ids";
import { houseHasTelephony, readPresence } from "./presence.ts";

/** An abandoned call that waited less than this is a short abandon (spec B13, B19). */
const SHORT_ABANDON_S = 5;

/**
 * The live board, limited to the viewer's part of the house: agents of the departments in scope; queues of these departments,
 * and queues of no department that such an agent serves. Numbers of the day are those of spec B13, from the company's midnight:
 *
 * - offered: calls that reached one of the queues; answered, abandoned: how the call's last stay in them ended
 * - speed of answer: bridged minus entered; short abandon: waited < 5 s
 * - service level SL_b = answered within T / (answered + abandoned - short), T and target of the queue with most calls
 */
export async function readBoard(sql: Db, principal: Principal, scope: Scope, now: EpochMs): Promise<Board> {
  const everyone = await readPresence(sql, "all");
  const agents = everyone.filter((a) => within(principal, scope, { employeeId: a.employeeId, departmentId: a.departmentId }));
  const agentIds = agents.map((a) => a.employeeId);
  const departments = scope === "all" ? null : scope === "subtree" ? principal.subtreeIds : scope === "department" ? [principal.departmentId] : [];
  const queues = await sql<{ id: Id; name: string; sl_threshold_s: number; sl_target: number; telephony: boolean; members: Member[] }[]>`
    SELECT q.id, q.name, q.sl_threshold_s, q.sl_target, ${houseHasTelephony(sql)} AS telephony,
      coalesce((SELECT jsonb_agg(jsonb_build_object('employeeId', m.employee_id, 'media', m.media)) FROM queue_member m WHERE m.queue_id = q.id), '[]') AS members
    FROM queue q WHERE q.archived_at IS NULL ${
      departments === null
        ? sql``
        : sql`AND (q.department_id = ANY(${departments}::uuid[]) OR (q.department_id IS NULL AND EXISTS (SELECT 1 FROM queue_member m WHERE m.queue_id = q.id AND m.employee_id = ANY(${agentIds}::uuid[]))))`
    } ORDER BY q.name, q.id`;
  const queueIds = queues.map((q) => q.id);
  const [waiting, today, dialogs, inquiries] = await Promise.all([
    readWaiting(sql, queueIds),
    readToday(sql, queueIds, now),
    sql<{ open: number; unanswered: number }[]>`
      SELECT count(*)::int AS open, count(*) FILTER (WHERE d.customer_wait_since IS NOT NULL)::int AS unanswered
      FROM dialog d LEFT JOIN assignment a ON a.dialog_id = d.id AND a.ended_at IS NULL LEFT JOIN entry e ON e.dialog_id = d.id AND e.ended_at IS NULL
      WHERE d.closed_at IS NULL AND (a.employee_id = ANY(${agentIds}::uuid[]) OR e.queue_id = ANY(${queueIds}::uuid[]))`,
    sql<{ n: number; oldest: Date | null }[]>`
      SELECT count(*)::int AS n, min(i.received_at) AS oldest FROM inquiry i
      WHERE i.status IN ('new','in_wizard','dispatched') ${
        scope === "all"
          ? sql``
          : sql`AND (coalesce(i.dispatched_to, i.received_by) = ANY(${agentIds}::uuid[])
              OR (i.dispatched_to IS NULL AND EXISTS (SELECT 1 FROM entry e WHERE e.dialog_id = i.dialog_id AND e.queue_id = ANY(${queueIds}::uuid[]))))`
      }`,
  ]);
  const busiest = [...queues].sort((a, b) => (today.perQueue.get(b.id) ?? 0) - (today.perQueue.get(a.id) ?? 0))[0];
  const count = (medium: string) => waiting.filter((w) => w.medium === medium).reduce((n, w) => n + w.n, 0);
  const longest = (rows: readonly { since: Date | null }[]) =>
    rows.reduce<Date | null>((min, r) => (r.since !== null && (min === null || r.since < min) ? r.since : min), null)?.toISOString() ?? null;
  const ready = new Map(everyone.map((a) => [a.employeeId, new Set(a.ready)]));
  return {
    at: new Date(now).toISOString(),
    waiting: {
      voice: count("voice"),
      chat: count("chat"),
      message: count("message"),
      mail: count("mail"),
      callbacks: count("callback"),
      longestSince: longest(waiting),
      longestVoiceSince: longest(waiting.filter((w) => w.medium === "voice")),
    },
    today: { ...today.numbers, serviceLevelTarget: busiest?.sl_target ?? 0.8, serviceLevelThresholdS: busiest?.sl_threshold_s ?? 20 },
    openDialogs: dialogs[0]?.open ?? 0,
    unansweredDialogs: dialogs[0]?.unanswered ?? 0,
    unprocessedInquiries: inquiries[0]?.n ?? 0,
    oldestInquiryAt: inquiries[0]?.oldest?.toISOString() ?? null,
    agents: agents.map(({ departmentId: _, ...a }) => a),
    queues: queues.map((q) => {
      const rows = waiting.filter((w) => w.queue_id === q.id);
      return {
        id: q.id,
        name: q.name,
        waiting: rows.reduce((n, w) => n + w.n, 0),
        longestSince: longest(rows),
        ...readyIn(q.members, ready, q.telephony, rows),
      };
    }),
  };
}

interface Member {
  employeeId: Id;
  media: Medium[];
}

/** Who of a queue's members may be offered something now, in all and by medium: only the router says so. */
function readyIn(members: Member[], ready: Map<Id, Set<Medium>>, telephony: boolean, rows: Waiting[]): Pick<Board["queues"][number], "readyAgents" | "media"> {
  const takes = (m: Member, medium: Medium) => m.media.includes(medium) && ready.get(m.employeeId)?.has(medium) === true;
  const waits = (medium: Medium) => rows.filter((r) => r.medium === medium || (r.medium === "callback" && medium === "voice")).reduce((n, r) => n + r.n, 0);
  const media = MEDIA.map((medium) => ({
    medium,
    waiting: waits(medium),
    ready: members.filter((m) => takes(m, medium)).length,
    served: (medium !== "voice" || telephony) && members.some((m) => m.media.includes(medium)),
  }));
  return {
    readyAgents: members.filter((m) => MEDIA.some((medium) => takes(m, medium))).length,
    media: media.filter((m) => m.served || m.waiting > 0).map(({ served: _, ...m }) => m),
  };
}

interface Waiting {
  queue_id: Id;
  medium: string;
  n: number;
  since: Date | null;
}

/** Entries that nobody has accepted yet, offered ones included: the customer waits all the same. A promised callback is a medium of its own here. */
async function readWaiting(sql: Db, queueIds: Id[]): Promise<Waiting[]> {
  return sql<Waiting[]>`
    SELECT queue_id, CASE WHEN callback_number IS NULL THEN medium ELSE 'callback' END AS medium, count(*)::int AS n, min(enqueued_at) AS since FROM entry WHERE ended_at IS NULL AND queue_id = ANY(${queueIds}::uuid[]) GROUP BY 1, 2`;
}

async function readToday(sql: Db, queueIds: Id[], now: EpochMs) {
  const rows = await sql<{ queue_id: Id; offered: number; answered: number; in_time: number; abandoned: number; short: number; speed: number | null }[]>`
    WITH day AS (
      SELECT date_trunc('day', to_timestamp(${now / 1000}::float8) AT TIME ZONE tz) AT TIME ZONE tz AS start FROM (SELECT coalesce((SELECT tz FROM company), 'UTC') AS tz) z
    ), calls AS (
      -- a call that was moved on or came back is one call: its first place, its last outcome
      SELECT DISTINCT ON (e.dialog_id) e.dialog_id, e.queue_id, e.outcome, extract(epoch FROM e.ended_at - e.enqueued_at) AS waited
      FROM entry e, day WHERE e.medium = 'voice' AND e.enqueued_at >= day.start AND e.queue_id = ANY(${queueIds}::uuid[])
      ORDER BY e.dialog_id, (e.outcome = 'answered') DESC NULLS LAST, e.ended_at DESC NULLS FIRST
    )
    SELECT c.queue_id, count(*)::int AS offered, count(*) FILTER (WHERE c.outcome = 'answered')::int AS answered,
      count(*) FILTER (WHERE c.outcome = 'answered' AND c.waited <= q.sl_threshold_s)::int AS in_time,
      count(*) FILTER (WHERE c.outcome = 'abandoned')::int AS abandoned,
      count(*) FILTER (WHERE c.outcome = 'abandoned' AND c.waited < ${SHORT_ABANDON_S})::int AS short,
      (sum(c.waited) FILTER (WHERE c.outcome = 'answered'))::float8 AS speed
    FROM calls c JOIN queue q ON q.id = c.queue_id GROUP BY c.queue_id`;
  const sum = (of: (r: (typeof rows)[number]) => number) => rows.reduce((n, r) => n + of(r), 0);
  const answered = sum((r) => r.answered);
  const abandoned = sum((r) => r.abandoned);
  const short = sum((r) => r.short);
  const base = answered + abandoned - short;
  return {
    perQueue: new Map(rows.map((r) => [r.queue_id, r.offered])),
    numbers: {
      offered: sum((r) => r.offered),
      answered,
      abandoned,
      shortAbandoned: short,
      serviceLevel: base > 0 ? sum((r) => r.in_time) / base : null,
      averageSpeedOfAnswerS: answered > 0 ? sum((r) => r.speed ?? 0) / answered : null,
    },
  };
}
