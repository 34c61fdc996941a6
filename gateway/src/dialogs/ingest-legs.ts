import type { CallLegChanged } from "@kommutator/contract/channel";
import type { Tx } from "@kommutator/contract/db";
import type { CallState } from "@kommutator/contract/dialog-event";
import type { Id } from "@kommutator/contract/ids";
import { cleanKey } from "../inbound/clean.ts";
import type { CallRow } from "./call-sql.ts";
import type { IngestDeps, Outcome } from "./ingest-deps.ts";

type LegState = "trying" | "ringing" | "answered" | "bridged" | "held" | "lost" | "unknown" | "ended";

/** A leg only goes forward through these. */
const RANK: Record<LegState, number> = { trying: 0, ringing: 1, answered: 2, bridged: 3, held: 3, lost: 3, unknown: 3, ended: 4 };
const NEXT: Record<CallLegChanged["state"], LegState> = {
  trying: "trying",
  ringing: "ringing",
  answered: "answered",
  bridged: "bridged",
  resumed: "bridged",
  held: "held",
  lost: "lost",
  unknown: "unknown",
  ended: "ended",
};
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

interface LegRow {
  id: Id;
  state: LegState;
  employee_id: Id | null;
  offer_id: Id | null;
  answered_at: Date | null;
}

/**
 * One change of one leg: the leg's row, the call's state, the stream, and what the router must hear of an agent's leg.
 * Late (the leg is further already, or over) and repeated reports change nothing.
 */
export async function ingestLeg(tx: Tx, deps: IngestDeps, call: CallRow, event: CallLegChanged, outcome: Outcome): Promise<void> {
  const at = new Date(Math.max(Math.min(event.occurredAt, deps.now()), call.started_at.getTime()));
  const key = cleanKey(event.legKey);
  const state = NEXT[event.state];
  const [leg] = await tx<
    LegRow[]
  >`SELECT id, state, employee_id, offer_id, answered_at FROM call_leg WHERE call_id = ${call.id} AND external_id = ${key} FOR NO KEY UPDATE`;
  if (leg !== undefined && !moves(leg.state, state, event.state)) return;
  if (leg === undefined && call.state === "ended" && state !== "ended") return;

  const employeeId = event.employeeId ?? leg?.employee_id ?? null;
  // The leg key of a ring is the offer's id (ports of routing), so an adapter need not repeat it.
  const offerId = event.offerId ?? leg?.offer_id ?? (event.party === "agent" && UUID.test(event.legKey) ? event.legKey : null);
  const answered = RANK[state] >= RANK.answered && state !== "ended";
  const [row] = await tx<{ id: Id }[]>`
    INSERT INTO call_leg (call_id, external_id, party, employee_id, offer_id, target, state, cause, started_at, ringing_at, answered_at, bridged_at, ended_at, source)
    VALUES (${call.id}, ${key}, ${event.party}, ${employeeId}, ${offerId}, ${event.target ?? null}, ${state}, ${event.cause ?? null}, ${at},
      ${state === "ringing" ? at : null}, ${answered ? at : null}, ${state === "bridged" ? at : null}, ${state === "ended" ? at : null}, ${event.source})
    ON CONFLICT (call_id, external_id) DO UPDATE SET state = excluded.state, cause = coalesce(excluded.cause, call_leg.cause), employee_id = coalesce(call_leg.employee_id, excluded.employee_id),
      offer_id = coalesce(call_leg.offer_id, excluded.offer_id), target = coalesce(call_leg.target, excluded.target),
      ringing_at = coalesce(call_leg.ringing_at, excluded.ringing_at), answered_at = coalesce(call_leg.answered_at, excluded.answered_at),
      bridged_at = coalesce(call_leg.bridged_at, excluded.bridged_at), ended_at = coalesce(call_leg.ended_at, excluded.ended_at),
      source = CASE WHEN excluded.source = 'live' THEN call_leg.source ELSE excluded.source END
    RETURNING id`;
  if (leg === undefined && offerId !== null && call.direction === "out") await linkCallback(tx, call, offerId);
  const callState = await moveCall(tx, call, event, employeeId, at);
  outcome.events.push({
    kind: "call.changed",
    dialogId: call.dialog_id,
    payload: { callId: call.id, state: callState, employeeId, legId: row?.id ?? null, legState: state, cause: event.cause ?? null, source: event.source },
  });
  if (event.party === "agent") tellRouter(call, event, employeeId, offerId, leg?.answered_at !== null && leg !== undefined, at.getTime(), outcome);
}

/** The first leg of a promised callback names the offer by which it was accepted: the new dialog goes on from the one that waited. */
async function linkCallback(tx: Tx, call: CallRow, offerId: Id): Promise<void> {
  await tx`
    UPDATE dialog d SET previous_dialog_id = o.dialog_id, version = d.version + 1 FROM offer o
    WHERE o.id = ${offerId} AND d.id = ${call.dialog_id} AND d.previous_dialog_id IS NULL AND o.dialog_id <> d.id`;
}

/** Forward only; but a leg that was out of sight (lost, unknown) may turn out to be anywhere. */
function moves(from: LegState, to: LegState, said: CallLegChanged["state"]): boolean {
  if (from === "ended" || (from === to && said !== "resumed")) return false;
  return from === "lost" || from === "unknown" || RANK[to] >= RANK[from];
}

/** The call's own state follows its legs; times of hold and answer are kept here. */
async function moveCall(tx: Tx, call: CallRow, event: CallLegChanged, employeeId: Id | null, at: Date): Promise<CallState> {
  if (call.state === "ended") return "ended";
  // Whoever talks with the customer: an agent, or the outside number to which the customer was sent on.
  const ours = event.party !== "customer";
  const agent = event.party === "agent";
  let next: CallState = call.state;
  if (ours && event.state === "ringing" && call.state === "offered") next = "ringing";
  else if (ours && (event.state === "bridged" || event.state === "resumed")) next = "talking";
  else if (event.state === "held") next = "held";
  else if (!ours && event.state === "resumed" && call.answered_at !== null) next = "talking";
  else if (agent && event.state === "lost") next = "lost";
  else if (event.state === "unknown") next = "unknown";
  // Handed on: the customer waits as before the talk.
  else if (agent && event.state === "ended" && event.cause === "transferred") next = "offered";
  else if (ours && event.state === "ended" && call.state === "ringing") next = "offered";
  const bridged = ours && event.state === "bridged" && call.answered_at === null;
  if (next === call.state && !bridged) return next;
  const holdEnds = call.held_since !== null && next !== "held";
  call.hold_ms += holdEnds && call.held_since !== null ? Math.max(at.getTime() - call.held_since.getTime(), 0) : 0;
  call.held_since = next === "held" ? (call.held_since ?? at) : null;
  call.state = next;
  if (bridged) {
    call.answered_at = at;
    call.answered_by = employeeId;
  }
  await tx`
    UPDATE call SET state = ${next}, answered_at = ${call.answered_at}, answered_by = ${call.answered_by}, hold_ms = ${call.hold_ms}, held_since = ${call.held_since} WHERE id = ${call.id}`;
  return next;
}

/** An offered leg speaks of its offer; a leg that is lost or ends in mid-talk speaks of the agent. */
function tellRouter(call: CallRow, event: CallLegChanged, employeeId: Id | null, offerId: Id | null, wasAnswered: boolean, at: number, outcome: Outcome): void {
  const dialogId = call.dialog_id;
  // A call that the employee places occupies the employee: the router must not ring the same phone.
  if (call.direction === "out" && event.state === "answered" && employeeId !== null && event.offerId === undefined)
    outcome.inputs.push({ kind: "dialog.assign", dialogId, employeeId, by: employeeId, at });
  if (event.state === "lost" && employeeId !== null) outcome.inputs.push({ kind: "leg.lost", dialogId, employeeId, at });
  if (offerId === null) return;
  // A leg without an offer of its own, in a call we place or a talk that has begun, is no answer to an offer: the employee's own
  // device, or an agent who comes back (rejoin). Of the latter the router hears the joining, which ends its waiting.
  if (event.offerId === undefined && (call.direction === "out" || call.answered_at !== null)) {
    if (call.direction === "in" && event.state === "bridged") outcome.inputs.push({ kind: "leg.bridged", dialogId, offerId, at });
    return;
  }
  if (event.state === "ringing") outcome.inputs.push({ kind: "leg.ringing", dialogId, offerId, at });
  else if (event.state === "answered") outcome.inputs.push({ kind: "leg.answered", dialogId, offerId, at });
  else if (event.state === "bridged") outcome.inputs.push({ kind: "leg.bridged", dialogId, offerId, at });
  else if (event.state === "ended")
    outcome.inputs.push({ kind: "leg.ended", dialogId, offerId, cause: event.cause ?? (wasAnswered ? "hung-up" : "no-answer"), at });
}
