import type { Principal } from "@kommutator/contract/access";
import type { InterestView, StageVisit } from "@kommutator/contract/api/interest";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { CalendarRules } from "@kommutator/contract/working-time";
import type { Query } from "../context.ts";
import { allowed, handles } from "../rights.ts";
import { lightsOf } from "./lights.ts";
import { INTEREST_JOINS, interestColumns } from "./sql.ts";
import { heldSeconds, type Span, spentSeconds, timerOf } from "./timer.ts";
import { calendarsOf, holdsOf } from "./visits.ts";

type VisitRow = Omit<StageVisit, "workSeconds" | "calendarSeconds" | "holdSeconds"> & { workSeconds: number | null; holdSeconds: number };
type StageRow = Pick<InterestView["stages"][number], "id" | "name" | "plannedSeconds" | "instruction" | "archived">;
type Row = Omit<InterestView, "timer" | "light" | "stages" | "stageHistory"> & { stageRows: StageRow[]; visits: VisitRow[] };

/** An Interest with its stages, timers, conditions and history. `principal: null` reads without rights (the answer right after the own change). */
export async function readInterest(tx: Query, principal: Principal | null, id: Id, now: EpochMs): Promise<InterestView | null> {
  const right =
    principal === null ? tx`true` : tx`(${allowed(tx, principal, "interest", "read", "i.responsible_id")} OR ${handles(tx, principal, "interest_id", "i.id")})`;
  const [row] = await tx<Row[]>`
    SELECT ${interestColumns(tx)}, i.contact_id AS "contactId",
      (SELECT jsonb_build_object('id', p.id, 'name', concat_ws(' ', p.last_name, p.first_name)) FROM contact p WHERE p.id = i.contact_id) AS contact, i.purpose_id AS "purposeId", i.source_id AS "sourceId", i.process_mode AS "processMode", i.loss_reason_id AS "lossReasonId",
      i.close_comment AS "closeComment", to_jsonb(i.closed_at) AS "closedAt",
      (SELECT jsonb_build_object('from', lower(o.during), 'until', o.until::text, 'reason', o.reason, 'by', ${person(tx, "o.set_by")})
        FROM interest_hold o WHERE o.interest_id = i.id AND i.on_hold_until IS NOT NULL ORDER BY lower(o.during) DESC NULLS LAST LIMIT 1) AS hold,
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name, 'stageId', c.stage_id, 'checkedAt', k.checked_at, 'by', ${person(tx, "k.checked_by")}) ORDER BY c.stage_id IS NULL, c.pos)
        FROM check_item c LEFT JOIN interest_check k ON k.item_id = c.id AND k.interest_id = i.id
        WHERE c.kind_id = i.kind_id AND (c.archived_at IS NULL OR k.item_id IS NOT NULL) AND (c.stage_id IS NULL OR c.stage_id = i.stage_id OR k.item_id IS NOT NULL)), '[]') AS checks,
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name, 'plannedSeconds', s.planned_seconds, 'instruction', s.instruction, 'archived', s.archived_at IS NOT NULL) ORDER BY s.pos, s.id)
        FROM stage s WHERE s.kind_id = i.kind_id AND (s.archived_at IS NULL OR s.id = i.stage_id)), '[]') AS "stageRows",
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', h.id, 'stage', jsonb_build_object('id', s.id, 'name', s.name), 'from', lower(h.during), 'to', upper(h.during), 'by', ${person(tx, "h.entered_by")},
          'leftBy', ${person(tx, "h.left_by")}, 'plannedSeconds', h.planned_seconds, 'workSeconds', h.work_seconds, 'holdSeconds', h.hold_seconds, 'reason', h.reason, 'forced', h.forced,
          'skipped', coalesce((SELECT jsonb_agg(jsonb_build_object('id', z.id, 'name', z.name) ORDER BY z.pos) FROM stage z WHERE z.id = ANY(h.skipped_stage_ids)), '[]'),
          'reversed', CASE WHEN h.reversed_at IS NOT NULL THEN jsonb_build_object('at', h.reversed_at, 'by', ${person(tx, "h.reversed_by")}, 'reason', h.reverse_reason) END) ORDER BY h.id)
        FROM interest_stage_history h JOIN stage s ON s.id = h.stage_id WHERE h.interest_id = i.id AND NOT isempty(h.during)), '[]') AS visits
    FROM interest i ${tx.unsafe(INTEREST_JOINS)} WHERE i.id = ${id} AND ${right}`;
  if (row === undefined) return null;
  const calendar = (await calendarsOf(tx, [id])).get(id);
  const holds = (await holdsOf(tx, [id])).get(id) ?? [];
  const { stageRows, visits, ...view } = row;
  const stageHistory = calendar === undefined ? [] : visits.map((v) => timed(v, holds, now, calendar));
  const current = stageHistory.find((v) => v.to === null && v.reversed === null);
  const timer =
    current === undefined || calendar === undefined
      ? null
      : timerOf({ enteredAt: Date.parse(current.from), plannedSeconds: current.plannedSeconds, holds }, now, calendar);
  const light = (await lightsOf(tx, [id], now)).get(id) ?? null;
  return { ...view, light, timer, stages: stagesOf(stageRows, stageHistory, view), stageHistory };
}

function person(tx: Query, employee: string) {
  return tx`(SELECT jsonb_build_object('id', e.id, 'name', e.full_name) FROM employee e WHERE e.id = ${tx.unsafe(employee)})`;
}

function timed(v: VisitRow, holds: readonly Span[], now: EpochMs, calendar: CalendarRules): StageVisit {
  const from = Date.parse(v.from);
  const to = v.to === null ? now : Date.parse(v.to);
  const open = v.to === null;
  return {
    ...v,
    workSeconds: v.workSeconds ?? spentSeconds(from, to, holds, calendar),
    holdSeconds: open ? heldSeconds(from, to, holds, calendar) : v.holdSeconds,
    calendarSeconds: Math.max(0, (to - from) / 1000),
  };
}

/** Stages in their order: visits of one stage summed, skipped ones marked as such (B9, B10). */
function stagesOf(stages: readonly StageRow[], history: readonly StageVisit[], view: Pick<InterestView, "stage" | "status">): InterestView["stages"] {
  const standing = history.filter((v) => v.reversed === null);
  const skipped = new Set(standing.flatMap((v) => v.skipped.map((s) => s.id)));
  const at = stages.findIndex((s) => s.id === view.stage?.id);
  return stages.map((stage, n) => {
    const visits = standing.filter((v) => v.stage.id === stage.id);
    const current = n === at && view.status === "open";
    const done = visits.length > 0 && (n <= at || at === -1);
    return {
      ...stage,
      state: current ? "current" : done ? "done" : skipped.has(stage.id) && n < at ? "skipped" : n < at ? "done" : "ahead",
      visits: visits.length,
      spentSeconds: visits.reduce((sum, v) => sum + v.workSeconds, 0),
      // What was planned at entry stays; a stage not visited yet shows what would be planned now.
      plannedSeconds: visits.at(-1)?.plannedSeconds ?? stage.plannedSeconds,
    };
  });
}
