import type { InterestLight } from "@kommutator/contract/api/interest";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { CalendarRules } from "@kommutator/contract/working-time";
import type { Query } from "../context.ts";
import { type LightFacts, lightOf } from "./light.ts";
import { spentSeconds, type Visit } from "./timer.ts";
import { calendarsOf, currentVisits } from "./visits.ts";

/** Is a field of STAGE_FIELDS that the stage `s` asks for empty on `i`? */
const LACKS = `EXISTS (SELECT 1 FROM unnest(s.required_fields) AS f(name) WHERE CASE f.name
  WHEN 'responsibleId' THEN i.responsible_id IS NULL WHEN 'amount' THEN i.amount IS NULL WHEN 'expectedClose' THEN i.expected_close IS NULL
  WHEN 'contactId' THEN i.contact_id IS NULL WHEN 'customerId' THEN i.customer_id IS NULL WHEN 'purposeId' THEN i.purpose_id IS NULL WHEN 'sourceId' THEN i.source_id IS NULL
  ELSE false END)`;

/** Traffic lights (B4) of the open ones among these Interests: one statement for whatever is not known yet, none for a single row. */
export async function lightsOf(
  tx: Query,
  ids: readonly Id[],
  now: EpochMs,
  known?: { visits: ReadonlyMap<Id, Visit>; calendars: ReadonlyMap<Id, CalendarRules> },
): Promise<Map<Id, InterestLight>> {
  if (ids.length === 0) return new Map();
  const all = [...ids];
  const { visits, calendars } = known ?? { visits: await currentVisits(tx, all), calendars: await calendarsOf(tx, all) };
  const at = new Date(now);
  const rows = await tx<(Omit<LightFacts, "spentSeconds" | "plannedSeconds"> & { id: Id })[]>`
    WITH steps AS (
      SELECT x.interest_id AS id, bool_or(coalesce(upper(x.planned), lower(x.planned)) >= ${at}) AS ahead,
        min(coalesce(upper(x.planned), lower(x.planned))) FILTER (WHERE coalesce(upper(x.planned), lower(x.planned)) < ${at}) AS overdue
      FROM interaction x WHERE x.interest_id = ANY(${all}::uuid[]) AND x.state = 'planned' GROUP BY 1),
    touches AS (SELECT x.interest_id AS id, max(upper(x.occurred)) AS touched FROM interaction x WHERE x.interest_id = ANY(${all}::uuid[]) AND x.is_touch GROUP BY 1),
    waits AS (
      SELECT o.interest_id AS id, jsonb_agg(jsonb_build_object('since', extract(epoch FROM o.customer_wait_since) * 1000, 'slaSeconds', o.message_sla_s)) AS waiting
      FROM dialog_overview o WHERE o.interest_id = ANY(${all}::uuid[]) AND o.closed_at IS NULL AND o.customer_wait_since IS NOT NULL GROUP BY 1)
    SELECT i.id, i.on_hold_until::text AS "onHoldUntil", coalesce(p.ahead, false) AS ahead, (extract(epoch FROM p.overdue) * 1000)::float8 AS "overdueSince",
      (extract(epoch FROM greatest(i.created_at, c.last_touch_at, h.touched)) * 1000)::float8 AS "lastTouchAt",
      CASE WHEN i.customer_id IS NULL THEN k.lead_touch_norm_days ELSE k.touch_norm_days END AS "touchNormDays",
      coalesce(w.waiting, '[]') AS waiting, i.expected_close::text AS "expectedClose", coalesce(${tx.unsafe(LACKS)}, false) AS "lacksFields",
      CASE WHEN e.id IS NULL THEN 'none' WHEN e.state <> 'active' THEN 'dismissed'
        WHEN EXISTS (SELECT 1 FROM absence a WHERE a.employee_id = e.id AND a.state = 'active' AND a.during @> ${at}::timestamptz AND a.stand_in_id IS NULL AND a.substitute_id IS NULL)
        THEN 'absent' ELSE 'there' END AS responsible
    FROM interest i JOIN interest_kind k ON k.id = i.kind_id LEFT JOIN stage s ON s.id = i.stage_id LEFT JOIN customer c ON c.id = i.customer_id
    LEFT JOIN employee e ON e.id = i.responsible_id LEFT JOIN steps p ON p.id = i.id LEFT JOIN touches h ON h.id = i.id LEFT JOIN waits w ON w.id = i.id
    WHERE i.id = ANY(${all}::uuid[]) AND i.status = 'open'`;
  return new Map(
    rows.flatMap(({ id, ...facts }) => {
      const calendar = calendars.get(id);
      const visit = visits.get(id);
      if (calendar === undefined) return [];
      const spent = visit === undefined ? 0 : spentSeconds(visit.enteredAt, now, visit.holds, calendar);
      return [[id, lightOf({ ...facts, spentSeconds: spent, plannedSeconds: visit?.plannedSeconds ?? null }, now, calendar)]];
    }),
  );
}
