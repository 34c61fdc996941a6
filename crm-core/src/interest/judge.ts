import type { InterestFlag } from "@kommutator/contract/api/interest";
import type { Tx } from "@kommutator/contract/db";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import { localDate } from "@kommutator/contract/working-time";
import type { Crm, Query } from "../context.ts";
import { notify, settle } from "../notification/notify.ts";
import { emitInterest } from "./emit.ts";
import { judge } from "./timer.ts";
import { calendarsOf, currentVisits } from "./visits.ts";

interface Subject {
  id: Id;
  number: number;
  title: string;
  customer: string | null;
  responsible_id: Id | null;
  head_id: Id | null;
  last_touch: EpochMs;
  norm: number;
}
type Clause = "plan" | "too_long" | "no_touch";

/**
 * Raises and drops the flags of these Interests by the rules of B10 and says when they may change next; the responsible is told of a new
 * flag at once, of a stuck one the head too. To be called in every transaction that moves, holds, closes or reopens one, and by the watch.
 */
export async function judgeInterests(crm: Crm, tx: Tx, interestIds: readonly Id[]): Promise<void> {
  if (interestIds.length === 0) return;
  const now = crm.clock.now();
  const subjects = await tx<Subject[]>`
    SELECT i.id, i.number, i.title, coalesce(c.name, l.company_name, l.contact_name) AS customer, i.responsible_id, ${headOf(tx, "i")} AS head_id,
      (extract(epoch FROM greatest(i.created_at, c.last_touch_at, (SELECT max(upper(x.occurred)) FROM interaction x WHERE x.interest_id = i.id AND x.is_touch))) * 1000)::float8 AS last_touch,
      CASE WHEN i.customer_id IS NULL THEN k.lead_touch_norm_days ELSE k.touch_norm_days END AS norm
    FROM interest i JOIN interest_kind k ON k.id = i.kind_id LEFT JOIN customer c ON c.id = i.customer_id LEFT JOIN lead l ON l.id = i.lead_id
    WHERE i.id = ANY(${[...interestIds]}::uuid[]) AND i.status = 'open' ORDER BY i.id`;
  const ids = subjects.map((s) => s.id);
  const [visits, calendars] = [await currentVisits(tx, ids), await calendarsOf(tx, ids)];
  const completed = await completedOf(tx, [...new Set([...visits.values()].map((v) => v.stageId))]);
  const standing = await tx<{ interest_id: Id; flag: InterestFlag; clause: Clause }[]>`
    SELECT interest_id, flag, clause FROM interest_flag WHERE interest_id = ANY(${[...interestIds]}::uuid[]) AND cleared_at IS NULL`;
  const next: { id: Id; at: string | null }[] = [];
  const open = new Set(ids);
  for (const f of standing) if (!open.has(f.interest_id)) await clear(crm, tx, f.interest_id, f.flag, now);
  for (const s of subjects) {
    const visit = visits.get(s.id);
    const calendar = calendars.get(s.id);
    const verdict =
      visit === undefined || calendar === undefined
        ? { late: false, stuck: null, nextAt: null }
        : judge({ ...visit, completed: completed.get(visit.stageId) ?? { p90: null, n: 0 }, lastTouchAt: s.last_touch, touchNormDays: s.norm }, now, calendar);
    const wanted: Record<InterestFlag, Clause | null> = { late: verdict.late ? "plan" : null, stuck: verdict.stuck };
    for (const flag of ["late", "stuck"] as const) {
      const stands = standing.find((f) => f.interest_id === s.id && f.flag === flag);
      if (stands?.clause === (wanted[flag] ?? undefined)) continue;
      if (wanted[flag] === null) await clear(crm, tx, s.id, flag, now);
      else if (stands !== undefined)
        await tx`UPDATE interest_flag SET clause = ${wanted[flag]} WHERE interest_id = ${s.id} AND flag = ${flag} AND cleared_at IS NULL`;
      else await raise(crm, tx, s, flag, wanted[flag], localDate(now, calendar?.tz ?? "UTC"));
      await emitInterest(crm, tx, s.id, "open");
    }
    next.push({ id: s.id, at: verdict.nextAt === null ? null : new Date(verdict.nextAt).toISOString() });
  }
  await tx`
    UPDATE interest i SET judge_at = x.at FROM jsonb_to_recordset(${tx.json(next)}) AS x(id uuid, at timestamptz) WHERE i.id = x.id AND i.judge_at IS DISTINCT FROM x.at`;
}

async function raise(crm: Crm, tx: Tx, s: Subject, flag: InterestFlag, clause: Clause, day: string): Promise<void> {
  const now = new Date(crm.clock.now());
  const headNow = flag === "stuck" && s.head_id !== null;
  await tx`
    INSERT INTO interest_flag (interest_id, flag, clause, raised_at, told_on, head_told_at) VALUES (${s.id}, ${flag}, ${clause}, ${now}, ${day}, ${headNow ? now : null})
    ON CONFLICT DO NOTHING`;
  const people = [s.responsible_id, headNow ? s.head_id : null].filter((id) => id !== null);
  for (const employeeId of new Set(people))
    await notify(tx, crm, {
      employeeId,
      event: `interest.${flag}`,
      object: "interest",
      objectId: s.id,
      key: `${s.id}:${day}`,
      payload: { title: `№${s.number} ${s.title}`, customer: s.customer, why: clause },
    });
}

async function clear(crm: Crm, tx: Tx, interestId: Id, flag: InterestFlag, now: EpochMs): Promise<void> {
  await tx`UPDATE interest_flag SET cleared_at = ${new Date(now)} WHERE interest_id = ${interestId} AND flag = ${flag} AND cleared_at IS NULL`;
  await settle(tx, crm, interestId, [`interest.${flag}`]);
}

/** The head over the responsible of an Interest `i`: of the department, else of the next above; nobody is the own head. */
export function headOf(tx: Query, i: string) {
  return tx`(WITH RECURSIVE up AS (
      SELECT d.id, d.parent_id, d.head_id, 0 AS depth FROM department d WHERE d.id = coalesce((SELECT department_id FROM employee WHERE id = ${tx.unsafe(i)}.responsible_id), ${tx.unsafe(i)}.department_id)
      UNION ALL SELECT d.id, d.parent_id, d.head_id, depth + 1 FROM up JOIN department d ON d.id = up.parent_id)
    SELECT up.head_id FROM up JOIN employee h ON h.id = up.head_id AND h.state = 'active' WHERE up.head_id IS DISTINCT FROM ${tx.unsafe(i)}.responsible_id ORDER BY depth LIMIT 1)`;
}

/** Nearest-rank p90 and number of the completed visits of each stage. */
async function completedOf(tx: Query, stageIds: readonly Id[]): Promise<Map<Id, { p90: number | null; n: number }>> {
  if (stageIds.length === 0) return new Map();
  const rows = await tx<{ stage_id: Id; p90: number | null; n: number }[]>`
    SELECT stage_id, (percentile_disc(0.9) WITHIN GROUP (ORDER BY work_seconds))::float8 AS p90, count(*)::int AS n FROM interest_stage_history
    WHERE stage_id = ANY(${[...stageIds]}::uuid[]) AND reversed_at IS NULL AND work_seconds IS NOT NULL GROUP BY stage_id`;
  return new Map(rows.map((r) => [r.stage_id, { p90: r.p90, n: r.n }]));
}
