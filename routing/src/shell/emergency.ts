import type { Principal } from "@kommutator/contract/access";
import type { EmergencyBody, EmergencyView } from "@kommutator/contract/api/emergency";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor, EmitEvents, EnqueueRouting, WriteAudit } from "@kommutator/contract/ports";
import { readQueues } from "./queues.ts";

/** How long a switch may stay on: longer closures are a matter of the calendar. */
const MAX_MS = 31 * 86_400_000;

export interface EmergencyDeps {
  sql: Db;
  audit: WriteAudit;
  emit: EmitEvents;
  enqueue: EnqueueRouting;
  now: () => number;
}
interface Who {
  principal: Principal;
  actor: Actor;
}

/** The switches in force at this moment, oldest first. */
export async function readEmergencies(sql: Db | Tx, now: number, id: Id | null = null): Promise<EmergencyView[]> {
  const ref = (alias: string, name: string) =>
    sql.unsafe(`CASE WHEN ${alias}.id IS NOT NULL THEN jsonb_build_object('id', ${alias}.id, 'name', ${alias}.${name}) END`);
  return sql<EmergencyView[]>`
    SELECT s.id, ${ref("q", "name")} AS queue, ${ref("c", "name")} AS channel, CASE WHEN l.id IS NOT NULL THEN jsonb_build_object('id', l.id, 'name', regexp_replace(l.number, '^short:', '')) END AS line, s.mode, ${ref("r", "name")} AS "redirectQueue", s.redirect_number AS "redirectNumber", s.note,
      to_jsonb(coalesce(s.until_at, s.created_at + interval '31 days')) AS until, ${ref("e", "full_name")} AS by, to_jsonb(s.created_at) AS "createdAt"
    FROM emergency_switch s JOIN employee e ON e.id = s.by_id LEFT JOIN queue q ON q.id = s.queue_id LEFT JOIN channel c ON c.id = s.channel_id LEFT JOIN line l ON l.id = s.line_id LEFT JOIN queue r ON r.id = s.redirect_queue_id
    WHERE s.ended_at IS NULL AND (s.until_at IS NULL OR s.until_at > to_timestamp(${now / 1000}::float8)) ${id === null ? sql`` : sql`AND s.id = ${id}`}
    ORDER BY s.created_at, s.id`;
}

interface Where {
  queueId: Id | null;
  channelId: Id | null;
  lineId: Id | null;
}

/** The queue that the principal must be allowed to edit: the named one, or where the channel or the line leads. Throws not_found. */
async function requireQueue(tx: Tx, principal: Principal, of: Where): Promise<Id> {
  let queueId = of.queueId;
  if (queueId === null) {
    const [row] = await tx<{ queue_id: Id }[]>`
      SELECT coalesce(l.queue_id, c.queue_id) AS queue_id FROM channel c LEFT JOIN line l ON l.channel_id = c.id AND l.id = ${of.lineId} AND l.archived_at IS NULL
      WHERE c.archived_at IS NULL AND (c.id = ${of.channelId} OR l.id IS NOT NULL)`;
    queueId = row?.queue_id ?? null;
  }
  if (queueId === null || (await readQueues(tx, principal, "edit", queueId)).length === 0) throw new AppError("not_found");
  return queueId;
}

/**
 * Throws the switch: the router hears of it at once and moves on who waits, `until` ends it without a further word (the router asks its own
 * clock at each decision). A switch that is on for the same queue, channel or line ends. Throws not_found, validation.
 */
export async function throwSwitch(deps: EmergencyDeps, who: Who, body: EmergencyBody): Promise<EmergencyView> {
  const now = deps.now();
  const until = Date.parse(body.until);
  if (until <= now || until > now + MAX_MS) throw new AppError("validation", { fields: { until: until <= now ? "past" : "too_far" } });
  const { queueId = null, channelId = null, lineId = null, redirectQueueId = null, redirectNumber = null } = body;
  return deps.sql.begin(async (tx) => {
    const own = await requireQueue(tx, who.principal, { queueId, channelId, lineId });
    if (redirectQueueId !== null) {
      if (redirectQueueId === own) throw new AppError("validation", { fields: { redirectQueueId: "itself" } });
      if ((await tx`SELECT 1 FROM queue WHERE id = ${redirectQueueId} AND archived_at IS NULL`).length === 0)
        throw new AppError("validation", { fields: { redirectQueueId: "unknown" } });
    }
    // One person at a time throws the switch of one queue, channel or line.
    await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`emergency ${queueId ?? channelId ?? lineId}`}, 0))`;
    const ended = await tx<{ id: Id }[]>`
      UPDATE emergency_switch SET ended_at = to_timestamp(${now / 1000}::float8) WHERE ended_at IS NULL AND (queue_id = ${queueId} OR channel_id = ${channelId} OR line_id = ${lineId}) RETURNING id`;
    for (const { id } of ended) await deps.audit(tx, who.actor, { objectKind: "emergency", objectId: id, action: "end", changes: { replaced: true } });
    const [row] = await tx<{ id: Id }[]>`
      INSERT INTO emergency_switch (queue_id, channel_id, line_id, mode, redirect_queue_id, redirect_number, note, until_at, by_id, created_at)
      VALUES (${queueId}, ${channelId}, ${lineId}, ${body.mode}, ${redirectQueueId}, ${redirectNumber}, ${body.note}, to_timestamp(${until / 1000}::float8), ${who.principal.employeeId}, to_timestamp(${now / 1000}::float8))
      RETURNING id`;
    const { id } = row as { id: Id };
    await deps.audit(tx, who.actor, {
      objectKind: "emergency",
      objectId: id,
      action: "create",
      changes: { queueId, channelId, lineId, mode: body.mode, redirectQueueId, redirectNumber, note: body.note, until: body.until },
    });
    await tell(deps, tx, id);
    const [view] = await readEmergencies(tx, now, id);
    return view as EmergencyView;
  });
}

/** Ends a switch before its time. Throws not_found (also when it is over). */
export async function endSwitch(deps: EmergencyDeps, who: Who, id: Id): Promise<void> {
  const now = deps.now();
  await deps.sql.begin(async (tx) => {
    const [row] = await tx<Where[]>`
      SELECT queue_id AS "queueId", channel_id AS "channelId", line_id AS "lineId" FROM emergency_switch WHERE id = ${id} AND ended_at IS NULL AND (until_at IS NULL OR until_at > to_timestamp(${now / 1000}::float8)) FOR UPDATE`;
    if (row === undefined) throw new AppError("not_found");
    await requireQueue(tx, who.principal, row);
    await tx`UPDATE emergency_switch SET ended_at = to_timestamp(${now / 1000}::float8) WHERE id = ${id}`;
    await deps.audit(tx, who.actor, { objectKind: "emergency", objectId: id, action: "end", changes: { replaced: false } });
    await tell(deps, tx, id);
  });
}

async function tell(deps: EmergencyDeps, tx: Tx, id: Id): Promise<void> {
  await deps.enqueue(tx, [{ kind: "facts.changed", what: "emergency", id, at: deps.now() }]);
  await deps.emit(tx, [{ kind: "emergency.changed", dialogId: null, payload: { emergencyId: id } }]);
}
