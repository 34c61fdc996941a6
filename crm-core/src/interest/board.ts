import type { Principal } from "@kommutator/contract/access";
import type { Board, BoardCard, BoardCards, BoardColumn } from "@kommutator/contract/api/interest-board";
import { AppError } from "@kommutator/contract/errors";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";
import { allowed } from "../rights.ts";
import { lightsOf } from "./lights.ts";
import { flagged, INTEREST_JOINS, type InterestFilter, matching } from "./sql.ts";
import { timerOf } from "./timer.ts";
import { calendarsOf, currentVisits } from "./visits.ts";

type Filter = Pick<InterestFilter, "responsibleId" | "flag" | "q"> & { kindId: Id };
/** So many cards go to a board; the counts and sums of the columns are of all. */
const MAX_CARDS = 2000;

/** The board of one kind (IN-10): a column for each stage with count and sum, and the open Interests that one may read, longest in work first. */
export async function readBoard(tx: Query, principal: Principal, f: Filter, now: EpochMs): Promise<Board> {
  const [kind] = await tx<Board["kind"][]>`SELECT id, name, process_mode AS "processMode" FROM interest_kind WHERE id = ${f.kindId}`;
  if (kind === undefined) throw new AppError("not_found");
  const columns = await columnsOf(tx, principal, f);
  return { kind, columns, cards: await cardsOf(tx, principal, f, now, null), at: new Date(now).toISOString() };
}

/** Some cards as they stand now, with the columns' figures. */
export async function readCards(tx: Query, principal: Principal, f: Filter & { ids: Id[] }, now: EpochMs): Promise<BoardCards> {
  return { columns: await columnsOf(tx, principal, f), cards: await cardsOf(tx, principal, f, now, f.ids) };
}

function where(tx: Query, principal: Principal, f: Filter) {
  return tx`i.kind_id = ${f.kindId} AND i.status = 'open' AND i.stage_id IS NOT NULL AND ${allowed(tx, principal, "interest", "read", "i.responsible_id")}
    ${f.responsibleId === undefined ? tx`` : tx`AND i.responsible_id = ${f.responsibleId}`} ${f.flag === undefined ? tx`` : tx`AND ${flagged(tx, f.flag)}`} ${matching(tx, f.q)}`;
}

async function columnsOf(tx: Query, principal: Principal, f: Filter): Promise<BoardColumn[]> {
  return tx<BoardColumn[]>`
    WITH sums AS (
      SELECT i.stage_id, i.currency::text AS currency, count(*)::int AS n, sum(i.amount)::float8 AS amount FROM interest i ${tx.unsafe(INTEREST_JOINS)}
      WHERE ${where(tx, principal, f)} GROUP BY 1, 2)
    SELECT s.id, s.name, s.planned_seconds::float8 AS "plannedSeconds", s.instruction, coalesce(sum(u.n), 0)::int AS count,
      coalesce(jsonb_agg(jsonb_build_object('currency', u.currency, 'amount', u.amount) ORDER BY u.currency) FILTER (WHERE u.currency IS NOT NULL), '[]') AS sums
    FROM stage s LEFT JOIN sums u ON u.stage_id = s.id WHERE s.kind_id = ${f.kindId} AND (s.archived_at IS NULL OR u.n > 0) GROUP BY s.id ORDER BY s.pos, s.id`;
}

async function cardsOf(tx: Query, principal: Principal, f: Filter, now: EpochMs, ids: Id[] | null): Promise<BoardCard[]> {
  const rows = await tx<Omit<BoardCard, "timer" | "light">[]>`
    SELECT i.id, i.number, i.title, i.stage_id AS "stageId", coalesce(ic.name, l.company_name, l.contact_name) AS party,
      CASE WHEN ie.id IS NULL THEN NULL ELSE jsonb_build_object('id', ie.id, 'name', ie.full_name) END AS responsible, i.amount, i.currency::text AS currency,
      (SELECT to_jsonb(min(lower(planned))) FROM interaction WHERE interest_id = i.id AND state = 'planned') AS "nextStepAt",
      ARRAY(SELECT g.flag FROM interest_flag g WHERE g.interest_id = i.id AND g.cleared_at IS NULL ORDER BY g.flag) AS flags, i.on_hold_until::text AS "onHoldUntil",
      ${allowed(tx, principal, "interest", "edit", "i.responsible_id")} AS movable, i.version
    FROM interest i ${tx.unsafe(INTEREST_JOINS)} LEFT JOIN lead l ON l.id = i.lead_id AND i.customer_id IS NULL
    WHERE ${where(tx, principal, f)} ${ids === null ? tx`` : tx`AND i.id = ANY(${ids}::uuid[])`} ORDER BY i.stage_entered_at, i.id LIMIT ${MAX_CARDS}`;
  const all = rows.map((r) => r.id);
  const [visits, calendars] = await Promise.all([currentVisits(tx, all), calendarsOf(tx, all)]);
  const lights = await lightsOf(tx, all, now, { visits, calendars });
  return rows.flatMap((row) => {
    const visit = visits.get(row.id);
    const calendar = calendars.get(row.id);
    const light = lights.get(row.id);
    if (visit === undefined || calendar === undefined || light === undefined) return [];
    const { plannedSeconds, spentSeconds, state, soonAt, dueAt } = timerOf(visit, now, calendar);
    return { ...row, light, timer: { plannedSeconds, spentSeconds, state, soonAt, dueAt } };
  });
}
