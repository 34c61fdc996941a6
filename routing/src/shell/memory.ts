import type { Db } from "@kommutator/contract/db";
import type { DecisionReason, RungName } from "@kommutator/contract/dialog-event";
import type { EpochMs, Id, Medium } from "@kommutator/contract/ids";
import type { RouterCommand } from "@kommutator/contract/routing-input";
import { GRACE_MS } from "../core/agent-machine.ts";
import { hold, newAssignment, REJOIN_MS } from "../core/assignment-machine.ts";
import { Deadline } from "../core/deadlines.ts";
import { newEntry, wait } from "../core/entry-machine.ts";
import { Agent, type AgentState, Effects, type Entry, type Facts, type Intent, type Offer, type OfferState } from "../core/model.ts";
import { RouterState } from "../core/state.ts";

/** A browser counts as connected when its node has said so within this time. */
const CONNECTION_ALIVE_S = 30;

/**
 * Reads open entries, offers, assignments, presence and the version back into memory, deadlines set: whoever takes the router
 * over goes on from here. Everything that follows from the rows (ready lists, derived states) is brought up to date by the
 * `facts.read` that must be the first event. `orders` are what the last batch may not have given any more.
 */
export async function readMemory(sql: Db, facts: Facts, now: EpochMs): Promise<{ state: RouterState; orders: RouterCommand[] }> {
  const [entries, offers, assignments, presence, head, alive] = await Promise.all([
    sql<EntryRow[]>`SELECT ${entryColumns(sql)} FROM entry e WHERE e.ended_at IS NULL
      UNION ALL SELECT ${entryColumns(sql)} FROM entry e JOIN assignment a ON a.entry_id = e.id AND a.ended_at IS NULL WHERE e.ended_at IS NOT NULL`,
    sql<
      OfferRow[]
    >`SELECT o.id, o.entry_id, o.dialog_id, o.employee_id, o.by_id, o.rung, o.reason, o.state, o.command_id, ${ms(sql, "o.created_at")} AS created, ${ms(sql, "o.deadline_at")} AS deadline
      FROM offer o WHERE o.ended_at IS NULL`,
    sql<
      AssignmentRow[]
    >`SELECT a.id, a.dialog_id, a.employee_id, a.entry_id, a.offer_id, a.queue_id, a.medium, a.awaiting_answer, ${ms(sql, "a.started_at")} AS started, ${ms(sql, "a.lost_at")} AS lost
      FROM assignment a WHERE a.ended_at IS NULL`,
    sql<
      PresenceRow[]
    >`SELECT p.*, ${ms(sql, "p.offline_since")} AS offline, ${ms(sql, "p.wrapup_until")} AS wrapup, ${ms(sql, "p.rest_until")} AS rest, ${ms(sql, "p.last_assigned_at")} AS assigned,
      ${ms(sql, "p.state_since")} AS since FROM presence p`,
    sql<{ version: number; orders: RouterCommand[] }[]>`SELECT version, orders FROM router_head`,
    sql<{ employee_id: Id }[]>`SELECT DISTINCT employee_id FROM agent_connection WHERE last_seen > now() - ${CONNECTION_ALIVE_S} * interval '1 s'`,
  ]);
  const state = new RouterState();
  state.begin(0, now, new Effects());
  state.version = head[0]?.version ?? 0;
  for (const q of facts.queues) state.addQueue(q);
  const connected = new Set(alive.map((a) => a.employee_id));
  const rows = new Map(presence.map((p) => [p.employee_id, p]));
  for (const f of facts.agents) {
    const agent = new Agent(f);
    agent.stateSince = now;
    const row = rows.get(f.id);
    if (row !== undefined) setAxes(state, agent, row, connected.has(f.id));
    state.agents.set(f.id, agent);
  }
  const byId = new Map<Id, Entry>();
  for (const row of entries) byId.set(row.id, entryOf(row));
  for (const row of offers) readOffer(state, row, byId);
  for (const row of assignments) readAssignment(state, row, byId);
  for (const entry of byId.values()) {
    if (entry.endedAt !== null) continue;
    state.entries.set(entry.dialogId, entry);
    state.entryById.set(entry.id, entry);
    if (entry.offer !== null) continue;
    if (entry.rung === "queue") wait(state, entry);
    else state.toAdvance.push(entry);
  }
  return { state, orders: head[0]?.orders ?? [] };
}

function setAxes(state: RouterState, agent: Agent, row: PresenceRow, connected: boolean): void {
  const { now } = state;
  agent.online = row.online && connected;
  agent.offlineSince = row.online && !connected ? now : row.offline;
  agent.phoneReachable = row.phone_reachable;
  agent.intent = row.intent;
  agent.reason = row.reason;
  agent.wrapupUntil = row.wrapup;
  agent.wrapupMs = row.wrapup_ms;
  agent.restUntil = row.rest;
  agent.missed = row.missed_offers;
  agent.lastAssignedAt = row.assigned ?? 0;
  agent.state = row.state;
  agent.stateSince = row.since;
  if (row.wrapup !== null) state.deadlines.set(agent.wrapup, row.wrapup);
  if (row.rest !== null) state.deadlines.set(agent.rest, row.rest);
  // A grace that ended while nobody decided is still to be decided; it is over for whoever is shown as offline.
  if (!agent.online && agent.offlineSince !== null && row.state !== "offline") state.deadlines.set(agent.grace, agent.offlineSince + GRACE_MS);
}

function readOffer(state: RouterState, row: OfferRow, entries: Map<Id, Entry>): void {
  const entry = entries.get(row.entry_id);
  const agent = state.agents.get(row.employee_id);
  if (entry === undefined || agent === undefined) throw new Error(`offer ${row.id} without its entry or employee`);
  const offer: Offer = {
    id: row.id,
    entryId: row.entry_id,
    dialogId: row.dialog_id,
    employeeId: row.employee_id,
    medium: entry.medium,
    rung: row.rung,
    reason: row.reason,
    by: row.by_id,
    state: row.state,
    cause: null,
    commandId: row.command_id,
    createdAt: row.created,
    deadlineAt: row.deadline,
    endedAt: null,
    entry,
    agent,
    deadline: new Deadline("offer", row.id),
  };
  entry.offer = offer;
  if (entry.medium === "mail") agent.mailOffer = offer;
  else agent.liveOffer = offer;
  state.offers.set(offer.id, offer);
  state.deadlines.set(offer.deadline, offer.deadlineAt);
}

function readAssignment(state: RouterState, row: AssignmentRow, entries: Map<Id, Entry>): void {
  const agent = state.agents.get(row.employee_id);
  if (agent === undefined) throw new Error(`assignment ${row.id} without its employee`);
  const a = newAssignment(
    {
      id: row.id,
      dialogId: row.dialog_id,
      employeeId: row.employee_id,
      entryId: row.entry_id,
      offerId: row.offer_id,
      queueId: row.queue_id,
      medium: row.medium,
      awaiting: row.awaiting_answer,
      startedAt: row.started,
      lostAt: row.lost,
      endedAt: null,
      endReason: null,
    },
    agent,
    row.entry_id === null ? null : (entries.get(row.entry_id) ?? null),
  );
  hold(state, a);
  if (row.lost !== null) state.deadlines.set(a.lost, row.lost + REJOIN_MS);
}

function entryOf(row: EntryRow): Entry {
  return newEntry({
    id: row.id,
    dialogId: row.dialog_id,
    queueId: row.queue_id,
    medium: row.medium,
    priority: row.priority,
    identity: row.identity_result,
    responsibleId: row.responsible_id,
    responsibleWhy: row.responsible_why,
    substituteId: row.substitute_id,
    rung: row.rung,
    tried: row.tried,
    leastLoadedTried: row.least_loaded_tried,
    hops: row.hops,
    acknowledged: row.acknowledged,
    enqueuedAt: row.enqueued,
    deadlineAt: row.deadline,
    cooldowns: row.cooldowns,
    endedAt: row.ended,
    outcome: row.outcome,
  });
}

/**
 * What the channels are told again after reading the memory: rings of offers that are still open and bridges that were ordered,
 * under the ids they had, so that what exists is found; and the orders of the last batch.
 */
export function ordersAgain(state: RouterState, orders: readonly RouterCommand[], now: EpochMs): RouterCommand[] {
  const again: RouterCommand[] = [...orders];
  for (const offer of state.offers.values()) {
    if (offer.medium !== "voice" || offer.deadlineAt <= now) continue;
    if (offer.state === "answered")
      again.push({
        id: `${offer.commandId}:bridge`,
        kind: "bridge",
        dialogId: offer.dialogId,
        offerId: offer.id,
        record: state.queueOf(offer.entry).facts.record,
      });
    else
      again.push({
        id: offer.commandId,
        kind: "ring",
        dialogId: offer.dialogId,
        offerId: offer.id,
        employeeId: offer.employeeId,
        timeoutMs: offer.deadlineAt - now,
      });
  }
  return again;
}

/** Milliseconds of a timestamp column, exact to the millisecond. */
const ms = (sql: Db, column: string) => sql.unsafe(`round(extract(epoch FROM ${column}) * 1000)::float8`);
const entryColumns = (
  sql: Db,
) => sql`e.id, e.dialog_id, e.queue_id, e.medium, e.priority, e.identity_result, e.responsible_id, e.responsible_why, e.substitute_id, e.rung, e.tried,
  e.least_loaded_tried, e.hops, e.acknowledged, e.cooldowns, ${ms(sql, "e.enqueued_at")} AS enqueued, ${ms(sql, "e.deadline_at")} AS deadline, ${ms(sql, "e.ended_at")} AS ended, e.outcome`;

interface EntryRow {
  id: Id;
  dialog_id: Id;
  queue_id: Id;
  medium: Medium;
  priority: number;
  identity_result: string;
  responsible_id: Id | null;
  responsible_why: "interest" | "customer" | "last_talked" | null;
  substitute_id: Id | null;
  rung: RungName;
  tried: Id[];
  least_loaded_tried: number;
  hops: number;
  acknowledged: boolean;
  cooldowns: Record<Id, EpochMs>;
  enqueued: EpochMs;
  deadline: EpochMs | null;
  ended: EpochMs | null;
  outcome: "answered" | "abandoned" | "overflowed" | "transferred" | "closed" | null;
}
interface OfferRow {
  id: Id;
  entry_id: Id;
  dialog_id: Id;
  employee_id: Id;
  by_id: Id | null;
  rung: RungName;
  reason: DecisionReason;
  state: OfferState;
  command_id: string;
  created: EpochMs;
  deadline: EpochMs;
}
interface AssignmentRow {
  id: Id;
  dialog_id: Id;
  employee_id: Id;
  entry_id: Id | null;
  offer_id: Id | null;
  queue_id: Id | null;
  medium: Medium;
  awaiting_answer: boolean;
  started: EpochMs;
  lost: EpochMs | null;
}
interface PresenceRow {
  employee_id: Id;
  online: boolean;
  phone_reachable: boolean;
  intent: Intent;
  reason: string | null;
  wrapup_ms: number;
  missed_offers: number;
  state: AgentState;
  offline: EpochMs | null;
  wrapup: EpochMs | null;
  rest: EpochMs | null;
  assigned: EpochMs | null;
  since: EpochMs;
}
