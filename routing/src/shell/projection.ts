import type { Tx } from "@kommutator/contract/db";
import { type EpochMs, MEDIA } from "@kommutator/contract/ids";
import type { RouterCommand } from "@kommutator/contract/routing-input";
import type { Decision, Effects, PresenceSpan } from "../core/effects.ts";
import { NONE } from "../core/eligibility.ts";
import { idOf } from "../core/ids.ts";
import { type Agent, type Assignment, type Entry, MEDIUM_INDEX, type Offer } from "../core/model.ts";

/**
 * Writes what a batch of decisions changed: one statement a table, whatever the batch's size, each row in its last state
 * (what was offered and withdrawn within one batch appears once, ended). Rows that end come before rows that begin, so that
 * the unique indexes (one open entry of a dialog, one open offer of an entry, one open assignment) are never hit in between.
 * Statements go out together on the transaction's connection; an earlier one never waits for a later.
 */
export async function writeEffects(tx: Tx, effects: Effects, version: number): Promise<void> {
  const entries = endedFirst(effects.entries).map(entryRow);
  const offers = endedFirst(effects.offers).map(offerRow);
  const assignments = endedFirst(effects.assignments).map(assignmentRow);
  const work: Promise<unknown>[] = [];
  if (entries.length > 0) work.push(upsertEntries(tx, entries).execute());
  if (offers.length > 0) work.push(upsertOffers(tx, offers).execute());
  if (assignments.length > 0) work.push(upsertAssignments(tx, assignments).execute());
  if (effects.agents.length > 0) work.push(upsertPresence(tx, effects.agents.map(presenceRow)).execute());
  if (effects.spans.length > 0) work.push(...writeSpans(tx, effects.spans));
  if (effects.decisions.length > 0) work.push(insertDecisions(tx, effects.decisions.map(decisionRow)).execute());
  if (effects.loads.size > 0)
    work.push(
      upsertLoads(
        tx,
        [...effects.loads].map((a) => ({ id: a.id, planned: a.facts.planned, norm: a.facts.norm })),
      ).execute(),
    );
  work.push(tx`UPDATE router_head SET version = ${version}, orders = ${tx.json(effects.commands.filter(isNotInRows) as never)}`.execute());
  await Promise.all(work);
}

/** Ring and bridge orders are found again from open offers. */
function isNotInRows(command: RouterCommand): boolean {
  return command.kind !== "ring" && command.kind !== "bridge";
}

function endedFirst<T extends { endedAt: EpochMs | null }>(rows: T[]): T[] {
  return rows.some((r) => r.endedAt === null) ? [...rows.filter((r) => r.endedAt !== null), ...rows.filter((r) => r.endedAt === null)] : rows;
}

const entryRow = (e: Entry) => ({
  id: e.id,
  dialog: e.dialogId,
  queue: e.queueId,
  medium: e.medium,
  priority: e.priority,
  identity: e.identity,
  responsible: e.responsibleId,
  why: e.responsibleWhy,
  substitute: e.substituteId,
  rung: e.rung,
  tried: e.tried,
  least: e.leastLoadedTried,
  hops: e.hops,
  ack: e.acknowledged,
  cool: e.cooldowns,
  enqueued: e.enqueuedAt,
  deadline: e.deadlineAt,
  alone: e.aloneSince,
  person: e.person,
  requires: e.requires,
  caller: e.callerNumber,
  callback: e.callbackNumber,
  waits: e.waitsUntil,
  announce: e.announceAt,
  forwarded: e.forwarded,
  ended: e.endedAt,
  outcome: e.outcome,
});
type EntryRow = ReturnType<typeof entryRow>;

const upsertEntries = (tx: Tx, rows: EntryRow[]) => tx`
  INSERT INTO entry (id, dialog_id, queue_id, medium, priority, identity_result, responsible_id, responsible_why, substitute_id, rung, tried, least_loaded_tried, hops, acknowledged,
    cooldowns, enqueued_at, deadline_at, alone_since, person, requires, caller_number, callback_number, waits_until, announce_at, forwarded, ended_at, outcome)
  SELECT r.id, r.dialog, r.queue, r.medium, r.priority, r.identity, r.responsible, r.why, r.substitute, r.rung, r.tried, r.least, r.hops, r.ack,
    r.cool, to_timestamp(r.enqueued / 1000), to_timestamp(r.deadline / 1000), to_timestamp(r.alone / 1000), r.person, r.requires, r.caller, r.callback,
    to_timestamp(r.waits / 1000), to_timestamp(r.announce / 1000), r.forwarded, to_timestamp(r.ended / 1000), r.outcome
  FROM jsonb_to_recordset(${tx.json(rows as never)}) AS r(id uuid, dialog uuid, queue uuid, medium text, priority int, identity text, responsible uuid, why text, substitute uuid, rung text,
    tried uuid[], least int, hops int, ack boolean, cool jsonb, enqueued float8, deadline float8, alone float8, person text, requires jsonb, caller text, callback text, waits float8, announce float8,
    forwarded jsonb, ended float8, outcome text)
  ON CONFLICT (id) DO UPDATE SET priority = excluded.priority, person = excluded.person, requires = excluded.requires, identity_result = excluded.identity_result, responsible_id = excluded.responsible_id, responsible_why = excluded.responsible_why,
    substitute_id = excluded.substitute_id, rung = excluded.rung, tried = excluded.tried, least_loaded_tried = excluded.least_loaded_tried, acknowledged = excluded.acknowledged,
    cooldowns = excluded.cooldowns, deadline_at = excluded.deadline_at, alone_since = excluded.alone_since,
    waits_until = excluded.waits_until, announce_at = excluded.announce_at, forwarded = excluded.forwarded, ended_at = excluded.ended_at, outcome = excluded.outcome`;

const offerRow = (o: Offer) => ({
  id: o.id,
  entry: o.entryId,
  dialog: o.dialogId,
  employee: o.employeeId,
  by: o.by,
  rung: o.rung,
  reason: o.reason,
  state: o.state,
  cause: o.cause,
  command: o.commandId,
  created: o.createdAt,
  deadline: o.deadlineAt,
  ended: o.endedAt,
});
type OfferRow = ReturnType<typeof offerRow>;

const upsertOffers = (tx: Tx, rows: OfferRow[]) => tx`
  INSERT INTO offer (id, entry_id, dialog_id, employee_id, by_id, rung, reason, state, cause, command_id, created_at, deadline_at, ended_at)
  SELECT r.id, r.entry, r.dialog, r.employee, r.by, r.rung, r.reason, r.state, r.cause, r.command, to_timestamp(r.created / 1000), to_timestamp(r.deadline / 1000), to_timestamp(r.ended / 1000)
  FROM jsonb_to_recordset(${tx.json(rows as never)}) AS r(id uuid, entry uuid, dialog uuid, employee uuid, by uuid, rung text, reason jsonb, state text, cause text, command text,
    created float8, deadline float8, ended float8)
  ON CONFLICT (id) DO UPDATE SET state = excluded.state, cause = excluded.cause, deadline_at = excluded.deadline_at, ended_at = excluded.ended_at`;

const assignmentRow = (a: Assignment) => ({
  id: a.id,
  dialog: a.dialogId,
  employee: a.employeeId,
  entry: a.entryId,
  offer: a.offerId,
  queue: a.queueId,
  medium: a.medium,
  awaiting: a.awaiting,
  started: a.startedAt,
  lost: a.lostAt,
  ended: a.endedAt,
  reason: a.endReason,
});
type AssignmentRow = ReturnType<typeof assignmentRow>;

const upsertAssignments = (tx: Tx, rows: AssignmentRow[]) => tx`
  INSERT INTO assignment (id, dialog_id, employee_id, entry_id, offer_id, queue_id, medium, awaiting_answer, started_at, lost_at, ended_at, end_reason)
  SELECT r.id, r.dialog, r.employee, r.entry, r.offer, r.queue, r.medium, r.awaiting, to_timestamp(r.started / 1000), to_timestamp(r.lost / 1000), to_timestamp(r.ended / 1000), r.reason
  FROM jsonb_to_recordset(${tx.json(rows as never)}) AS r(id uuid, dialog uuid, employee uuid, entry uuid, offer uuid, queue uuid, medium text, awaiting boolean, started float8, lost float8,
    ended float8, reason text)
  ON CONFLICT (id) DO UPDATE SET awaiting_answer = excluded.awaiting_answer, lost_at = excluded.lost_at, ended_at = excluded.ended_at, end_reason = excluded.end_reason`;

const presenceRow = (a: Agent) => ({
  id: a.id,
  online: a.online,
  offline: a.offlineSince,
  phone: a.phoneReachable,
  direct: a.directCall,
  intent: a.intent,
  reason: a.reason,
  wrapup: a.wrapupUntil,
  wrapup_ms: a.wrapupMs,
  rest: a.restUntil,
  missed: a.missed,
  assigned: a.lastAssignedAt === 0 ? null : a.lastAssignedAt,
  state: a.state,
  since: a.stateSince,
  ready: MEDIA.filter((medium) => a.refusals[MEDIUM_INDEX[medium]] === NONE),
});
type PresenceRow = ReturnType<typeof presenceRow>;

const upsertPresence = (tx: Tx, rows: PresenceRow[]) => tx`
  INSERT INTO presence (employee_id, online, offline_since, phone_reachable, direct_call, intent, reason, wrapup_until, wrapup_ms, rest_until, missed_offers, last_assigned_at, state, state_since, ready)
  SELECT r.id, r.online, to_timestamp(r.offline / 1000), r.phone, r.direct, r.intent, r.reason, to_timestamp(r.wrapup / 1000), r.wrapup_ms, to_timestamp(r.rest / 1000), r.missed,
    to_timestamp(r.assigned / 1000), r.state, to_timestamp(r.since / 1000), r.ready
  FROM jsonb_to_recordset(${tx.json(rows as never)}) AS r(id uuid, online boolean, offline float8, phone boolean, direct boolean, intent text, reason text, wrapup float8, wrapup_ms int, rest float8, missed int,
    assigned float8, state text, since float8, ready text[])
  ON CONFLICT (employee_id) DO UPDATE SET online = excluded.online, offline_since = excluded.offline_since, phone_reachable = excluded.phone_reachable, direct_call = excluded.direct_call, intent = excluded.intent,
    reason = excluded.reason, wrapup_until = excluded.wrapup_until, wrapup_ms = excluded.wrapup_ms, rest_until = excluded.rest_until, missed_offers = excluded.missed_offers,
    last_assigned_at = excluded.last_assigned_at, state = excluded.state, state_since = excluded.state_since, ready = excluded.ready`;

/** Each agent's spans of the batch: the one that is open in the table ends where the first begins; only the last stays open. */
function writeSpans(tx: Tx, spans: PresenceSpan[]): Promise<unknown>[] {
  const byAgent = new Map<string, PresenceSpan[]>();
  for (const span of spans) {
    const known = byAgent.get(span.employeeId);
    if (known === undefined) byAgent.set(span.employeeId, [span]);
    else if (known.at(-1)?.from === span.from) known[known.length - 1] = span;
    else known.push(span);
  }
  const first = [...byAgent].map(([id, list]) => ({ id, at: list[0]?.from }));
  const rows = [...byAgent.values()].flatMap((list) =>
    list.map((s, i) => ({ id: s.employeeId, state: s.state, intent: s.intent, reason: s.reason, from: s.from, to: list[i + 1]?.from ?? null })),
  );
  return [
    tx`UPDATE presence_log l SET to_at = greatest(l.from_at, to_timestamp(r.at / 1000))
       FROM jsonb_to_recordset(${tx.json(first as never)}) AS r(id uuid, at float8) WHERE l.employee_id = r.id AND l.to_at IS NULL`.execute(),
    tx`INSERT INTO presence_log (employee_id, state, intent, reason, from_at, to_at)
       SELECT r.id, r.state, r.intent, r.reason, to_timestamp(r.from / 1000), to_timestamp(r.to / 1000)
       FROM jsonb_to_recordset(${tx.json(rows as never)}) AS r(id uuid, state text, intent text, reason text, "from" float8, "to" float8)
       ON CONFLICT (employee_id, from_at) DO UPDATE SET state = excluded.state, intent = excluded.intent, reason = excluded.reason, to_at = excluded.to_at`.execute(),
  ];
}

const decisionRow = (d: Decision) => ({
  id: idOf(d.inputId, d.index),
  entry: d.entryId,
  dialog: d.dialogId,
  at: d.at,
  rung: d.rung,
  chosen: d.chosenId,
  reason: d.reason,
  best: d.best,
  refusals: d.refusals,
  version: d.version,
  input: d.inputId,
});
type DecisionRow = ReturnType<typeof decisionRow>;

const insertDecisions = (tx: Tx, rows: DecisionRow[]) => tx`
  INSERT INTO decision (id, entry_id, dialog_id, at, rung, chosen_id, reason, best, refusals, state_version, input_id)
  SELECT r.id, r.entry, r.dialog, to_timestamp(r.at / 1000), r.rung, r.chosen, r.reason, r.best, r.refusals, r.version, r.input
  FROM jsonb_to_recordset(${tx.json(rows as never)}) AS r(id uuid, entry uuid, dialog uuid, at float8, rung text, chosen uuid, reason jsonb, best jsonb, refusals jsonb, version bigint, input bigint)`;

const upsertLoads = (tx: Tx, rows: { id: string; planned: number; norm: number | null }[]) => tx`
  INSERT INTO agent_load (employee_id, planned_points, norm_points)
  SELECT r.id, r.planned, r.norm FROM jsonb_to_recordset(${tx.json(rows as never)}) AS r(id uuid, planned numeric, norm numeric)
  ON CONFLICT (employee_id) DO UPDATE SET planned_points = excluded.planned_points, norm_points = excluded.norm_points`;
