import type { Db } from "@kommutator/contract/db";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { RouterCommand } from "@kommutator/contract/routing-input";
import type { Facts } from "../core/facts.ts";
import { REMEMBERED_MS } from "../core/last-calls.ts";
import type { AssignmentFields, EntryFields } from "../core/model.ts";
import { PACE_MS, PACE_SAMPLES } from "../core/pace.ts";
import { KEEPS_PLACE_MS } from "../core/place.ts";
import { type PresenceFields, type Recent, type Rows, restore } from "../core/restore.ts";
import type { RouterState } from "../core/state.ts";
import { houseHasTelephony } from "./presence.ts";

/**
 * Reads what is open back into memory. Whoever is shown online without any connection gets the grace from now on;
 * connections of a dead node still count, because their burial is told as an input of its own. `orders` are those of the last batch, which may not have been given any more.
 */
export async function readMemory(sql: Db, facts: Facts, now: EpochMs): Promise<{ state: RouterState; orders: RouterCommand[] }> {
  const ms = (column: string, name: string) => sql.unsafe(`round(extract(epoch FROM ${column}) * 1000)::float8 AS "${name}"`);
  const entryColumns = sql`e.id, e.dialog_id AS "dialogId", e.queue_id AS "queueId", CASE WHEN e.hops = 0 THEN d.channel_id END AS "channelId", CASE WHEN e.hops = 0 THEN d.line_id END AS "lineId", e.medium, e.priority, e.identity_result AS identity, e.responsible_id AS "responsibleId",
    e.responsible_why AS "responsibleWhy", e.substitute_id AS "substituteId", e.rung, e.tried, e.least_loaded_tried AS "leastLoadedTried", e.hops, e.acknowledged, e.cooldowns,
    ${ms("e.enqueued_at", "enqueuedAt")}, ${ms("e.deadline_at", "deadlineAt")}, ${ms("e.alone_since", "aloneSince")}, e.person, e.requires, e.caller_number AS "callerNumber",
    e.callback_number AS "callbackNumber", ${ms("e.waits_until", "waitsUntil")}, ${ms("e.announce_at", "announceAt")}, e.forwarded, ${ms("e.ended_at", "endedAt")}, e.outcome`;
  const [entries, offers, assignments, presence, head, alive, recent] = await Promise.all([
    sql<EntryFields[]>`SELECT ${entryColumns} FROM entry e JOIN dialog d ON d.id = e.dialog_id WHERE e.ended_at IS NULL
      UNION ALL SELECT ${entryColumns} FROM assignment a JOIN entry e ON e.id = a.entry_id JOIN dialog d ON d.id = e.dialog_id WHERE a.ended_at IS NULL AND e.ended_at IS NOT NULL`,
    sql<
      Rows["offers"]
    >`SELECT id, entry_id AS "entryId", dialog_id AS "dialogId", employee_id AS "employeeId", by_id AS by, rung, reason, state, cause, command_id AS "commandId",
      ${ms("created_at", "createdAt")}, ${ms("deadline_at", "deadlineAt")}, NULL AS "endedAt" FROM offer WHERE ended_at IS NULL`,
    sql<
      AssignmentFields[]
    >`SELECT id, dialog_id AS "dialogId", employee_id AS "employeeId", entry_id AS "entryId", offer_id AS "offerId", queue_id AS "queueId", medium,
      awaiting_answer AS awaiting, ${ms("started_at", "startedAt")}, ${ms("lost_at", "lostAt")}, NULL AS "endedAt", NULL AS "endReason" FROM assignment WHERE ended_at IS NULL`,
    sql<
      PresenceFields[]
    >`SELECT employee_id AS "employeeId", online, ${ms("offline_since", "offlineSince")}, phone_reachable AS "phoneReachable", direct_call AND ${houseHasTelephony(sql)} AS "directCall", intent, reason,
      ${ms("wrapup_until", "wrapupUntil")}, wrapup_ms AS "wrapupMs", ${ms("rest_until", "restUntil")}, missed_offers AS missed, ${ms("coalesce(last_assigned_at, 'epoch')", "lastAssignedAt")},
      state, ${ms("state_since", "stateSince")} FROM presence`,
    sql<{ version: number; orders: RouterCommand[] }[]>`SELECT version, orders FROM router_head`,
    sql<{ employee_id: Id }[]>`SELECT DISTINCT employee_id FROM agent_connection`,
    readRecent(sql, now),
  ]);
  const connected = new Set(alive.map((a) => a.employee_id));
  const axes = presence.map((p) => (p.online && !connected.has(p.employeeId) ? { ...p, online: false, offlineSince: now } : p));
  const rows: Rows = { version: head[0]?.version ?? 0, entries: [...entries], offers: [...offers], assignments: [...assignments], presence: axes, recent };
  return { state: restore(facts, rows, now), orders: head[0]?.orders ?? [] };
}

/** What the queues know of the last hours: starts of service, lengths of talks, and the places of callers who gave up a moment ago. */
async function readRecent(sql: Db, now: EpochMs): Promise<Recent> {
  const since = (ms: number) => sql`to_timestamp(${(now - ms) / 1000}::float8)`;
  const [starts, talks, left, calls] = await Promise.all([
    sql<Recent["starts"]>`
      SELECT queue_id AS "queueId", round(extract(epoch FROM ended_at) * 1000)::float8 AS at FROM (
        SELECT queue_id, ended_at, row_number() OVER (PARTITION BY queue_id ORDER BY ended_at DESC) AS n FROM entry
        WHERE ended_at > ${since(PACE_MS)} AND medium = 'voice' AND outcome = 'answered') e WHERE n <= ${PACE_SAMPLES}`,
    sql<Recent["talks"]>`
      SELECT queue_id AS "queueId", round(extract(epoch FROM ended_at) * 1000)::float8 AS at, round(extract(epoch FROM ended_at - started_at) * 1000)::float8 AS ms FROM (
        SELECT queue_id, started_at, ended_at, row_number() OVER (PARTITION BY queue_id ORDER BY ended_at DESC) AS n FROM assignment
        WHERE ended_at > ${since(PACE_MS)} AND medium = 'voice' AND queue_id IS NOT NULL) a WHERE n <= ${PACE_SAMPLES}`,
    // Ids grow with the inputs: a later entry of the same person has the greater one.
    sql<Recent["left"]>`
      SELECT e.id AS "entryId", e.person, e.queue_id AS "queueId", round(extract(epoch FROM e.enqueued_at) * 1000)::float8 AS "enqueuedAt", round(extract(epoch FROM e.ended_at) * 1000)::float8 AS at
      FROM entry e WHERE e.ended_at > ${since(KEEPS_PLACE_MS)} AND e.medium = 'voice' AND e.outcome = 'abandoned' AND e.person IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM entry later WHERE later.person = e.person AND later.queue_id = e.queue_id AND later.id > e.id)`,
    sql<Recent["calls"]>`
      SELECT * FROM (
        SELECT DISTINCT ON (person) id AS "entryId", person, round(extract(epoch FROM ended_at) * 1000)::float8 AS at, outcome = 'answered' AS answered FROM entry
        WHERE ended_at > ${since(REMEMBERED_MS)} AND medium = 'voice' AND person IS NOT NULL AND outcome IN ('answered', 'abandoned', 'overflowed')
        ORDER BY person, ended_at DESC, id DESC) last WHERE NOT answered`,
  ]);
  return { starts: [...starts], talks: [...talks], left: [...left], calls: [...calls] };
}
