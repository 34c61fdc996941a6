import type { Principal } from "@kommutator/contract/access";
import type { LossReport, StageTimes } from "@kommutator/contract/api/interest";
import { AppError } from "@kommutator/contract/errors";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import { startOfDay } from "@kommutator/contract/working-time";
import type { Crm, Query } from "../context.ts";
import { allowed } from "../rights.ts";
import { durations } from "./statistics.ts";
import { spentSeconds } from "./timer.ts";
import { calendarsOf, currentVisits } from "./visits.ts";

/** Lost Interests of a period by reason (IN-11), those that one may read; days are the company's. Throws validation for a period that ends before it begins. */
export async function lossReport(
  crm: Crm,
  principal: Principal,
  f: { from: string; to: string; kindId?: Id | undefined; responsibleId?: Id | undefined },
): Promise<LossReport> {
  if (f.to < f.from) throw new AppError("validation", { fields: { to: "before_from" } });
  const { sql: tx } = crm;
  const { tz } = await crm.company(tx);
  const end = new Date(Date.parse(`${f.to}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  const reasons = await tx<LossReport["reasons"]>`
    WITH lost AS (
      SELECT i.loss_reason_id AS id, i.currency::text AS currency, count(*)::int AS n, sum(i.amount)::float8 AS amount FROM interest i
      WHERE i.status = 'lost' AND i.closed_at >= ${new Date(startOfDay(f.from, tz))} AND i.closed_at < ${new Date(startOfDay(end, tz))} AND ${allowed(tx, principal, "interest", "read", "i.responsible_id")}
        ${f.kindId === undefined ? tx`` : tx`AND i.kind_id = ${f.kindId}`} ${f.responsibleId === undefined ? tx`` : tx`AND i.responsible_id = ${f.responsibleId}`} GROUP BY 1, 2)
    SELECT r.id, r.name, r.kind, sum(l.n)::int AS count, coalesce(sum(l.n) FILTER (WHERE l.currency IS NULL), 0)::int AS "withoutAmount",
      coalesce(jsonb_agg(jsonb_build_object('currency', l.currency, 'amount', l.amount) ORDER BY l.currency) FILTER (WHERE l.currency IS NOT NULL), '[]') AS sums
    FROM lost l JOIN loss_reason r ON r.id = l.id GROUP BY r.id ORDER BY count DESC, r.name, r.id`;
  const sums = new Map<string, number>();
  for (const { currency, amount } of reasons.flatMap((r) => r.sums)) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  return {
    reasons,
    total: { count: reasons.reduce((n, r) => n + r.count, 0), sums: [...sums].map(([currency, amount]) => ({ currency, amount })) },
  };
}

/** Planned and spent time of a kind's stages (B10) over the Interests that one may read; skipped stages count as passed (B5). */
export async function stageTimes(tx: Query, principal: Principal, kindId: Id, now: EpochMs): Promise<StageTimes> {
  const right = allowed(tx, principal, "interest", "read", "i.responsible_id");
  const stages = await tx<{ id: Id; name: string; pos: number; planned: number | null }[]>`
    SELECT id, name, pos, planned_seconds::float8 AS planned FROM stage WHERE kind_id = ${kindId} AND archived_at IS NULL ORDER BY pos, id`;
  const visits = await tx<{ interest_id: Id; stage_id: Id; pos: number; spent: number | null; planned: number | null; open: boolean; skipped: Id[] }[]>`
    SELECT h.interest_id, h.stage_id, s.pos, h.work_seconds::float8 AS spent, h.planned_seconds::float8 AS planned, upper_inf(h.during) AS open, h.skipped_stage_ids AS skipped
    FROM interest_stage_history h JOIN stage s ON s.id = h.stage_id JOIN interest i ON i.id = h.interest_id WHERE s.kind_id = ${kindId} AND h.reversed_at IS NULL AND ${right}`;
  const standing = visits.filter((v) => v.open).map((v) => v.interest_id);
  const [current, calendars] = await Promise.all([currentVisits(tx, standing), calendarsOf(tx, standing)]);
  const age = (id: Id) => {
    const visit = current.get(id);
    const calendar = calendars.get(id);
    return visit === undefined || calendar === undefined ? 0 : spentSeconds(visit.enteredAt, now, visit.holds, calendar);
  };
  const furthest = new Map<Id, number>();
  for (const v of visits) furthest.set(v.interest_id, Math.max(furthest.get(v.interest_id) ?? Number.NEGATIVE_INFINITY, v.pos));
  return {
    stages: stages.map(({ id, name, pos, planned }) => {
      const own = visits.filter((v) => v.stage_id === id);
      const open = own.filter((v) => v.open).map((v) => age(v.interest_id));
      const { meanRelative, late, ...figures } = durations(own.flatMap((v) => (v.open || v.spent === null ? [] : [{ spent: v.spent, planned: v.planned }])));
      return {
        id,
        name,
        plannedSeconds: planned,
        completed: { ...figures, meanRelative, late },
        open: { count: open.length, oldestSeconds: open.length === 0 ? null : Math.max(...open) },
        reached: [...furthest.values()].filter((p) => p >= pos).length,
        skipped: visits.filter((v) => v.skipped.includes(id)).length,
        reworked: own.length - new Set(own.map((v) => v.interest_id)).size,
      };
    }),
  };
}
