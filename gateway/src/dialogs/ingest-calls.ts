import type { CallDigit, CallEnded, CallOffered, CallReconstructed, CallRecorded, ChannelEvent, PhoneStatus, RawIdentity } from "@kommutator/contract/channel";
import { type Tx, together } from "@kommutator/contract/db";
import type { Disposition } from "@kommutator/contract/dialog-event";
import type { Identification } from "@kommutator/contract/identity";
import type { Id } from "@kommutator/contract/ids";
import { newId } from "@kommutator/contract/new-id";
import { normaliseValue } from "@kommutator/contract/phone";
import { cleanKey } from "../inbound/clean.ts";
import { addJob } from "../outbound/jobs.ts";
import { type CallRow, findCall, finishCall } from "./call-sql.ts";
import type { IngestDeps, IngestFacts, Outcome, PendingEvent } from "./ingest-deps.ts";
import { ingestLeg } from "./ingest-legs.ts";
import { identifyCaller, openDialogs, unlimited } from "./open-dialog.ts";

export type CallEvent = Extract<ChannelEvent, { kind: `call.${string}` | "phone.status" }>;

export function isCallEvent(event: ChannelEvent): event is CallEvent {
  return event.kind === "phone.status" || event.kind.startsWith("call.");
}

/** Questions with which the work on an event of a call begins, on their way before anybody waits for the answers. */
export interface AskedForCall {
  call: Promise<CallRow | undefined>;
  /** Of a call that begins: its line and its caller, looked up by the numbers of this country. */
  begun?: { country: string; answers: Promise<[Line[], Identification]> };
}

/**
 * Asks for the event's call; undefined for other events. With `early` also what a new call is asked for once the home country is known: it hardly ever
 * changes, so it is taken to be what it was.
 */
export function askForCall(
  tx: Tx,
  { channelId, event }: Pick<PendingEvent, "channelId" | "event">,
  early?: { deps: IngestDeps; country: string | undefined; outcome: Outcome },
): AskedForCall | undefined {
  if (!("callKey" in event)) return undefined;
  const call = findCall(tx, channelId, cleanKey(event.callKey));
  if (event.kind !== "call.offered" || early?.country === undefined) return { call };
  const { deps, country, outcome } = early;
  const answers = askWho(tx, deps, event, channelId, country, outcome);
  answers.catch(() => undefined);
  return { call, begun: { country, answers } };
}

/** The line that was called, and who calls; an outgoing call's other side is the number dialled. */
function askWho(
  tx: Tx,
  deps: IngestDeps,
  event: CallOffered | CallReconstructed,
  channelId: Id,
  country: string,
  outcome: Outcome,
): Promise<[Line[], Identification]> {
  const ours = ourNumber(event);
  return together([findLine(tx, channelId, ours, country), identifyCaller(tx, deps, otherSide(event), channelId, outcome)]);
}

/** A number that a line abroad reads otherwise than we do at home (RG-02) is given in full. */
function asReadBy(line: Line | undefined, from: RawIdentity, home: string): RawIdentity {
  const value = line?.country == null || from.kind !== "phone" ? null : normalised(from.value, line.country);
  return value?.startsWith("+") === true && value !== normalised(from.value, home) ? { ...from, value } : from;
}

const ourNumber = (event: CallOffered | CallReconstructed) => (event.direction === "in" ? event.to : event.from.value);
const otherSide = (event: CallOffered | CallReconstructed) => (event.direction === "in" ? event.from : ({ kind: "phone", value: event.to } as const));
const normalised = (value: string | null, country: string) => (value === null ? null : normaliseValue("phone", value, country, true));

/** One event of a call or a phone, in the caller's transaction. Late and repeated ones change nothing. `asked` is the answer of askForCall. */
export async function ingestCall(
  tx: Tx,
  deps: IngestDeps,
  facts: IngestFacts,
  channelId: Id,
  event: CallEvent,
  outcome: Outcome,
  asked?: AskedForCall,
): Promise<void> {
  if (event.kind === "phone.status") return phone(tx, deps, event, outcome);
  const key = cleanKey(event.callKey);
  const call = await (asked?.call ?? findCall(tx, channelId, key));
  switch (event.kind) {
    case "call.offered":
      if (call === undefined) await offered(tx, deps, facts, channelId, key, event, outcome, asked?.begun);
      return;
    case "call.reconstructed":
      return reconstructed(tx, deps, facts, channelId, key, event, call, outcome);
    case "call.leg":
      if (call === undefined) throw new Error(`a leg of the call ${key}, which was never offered`);
      return ingestLeg(tx, deps, call, event, outcome);
    case "call.ended":
      if (call === undefined) throw new Error(`the end of the call ${key}, which was never offered`);
      if (call.state !== "ended") await ended(tx, deps, call, event, outcome);
      return;
    case "call.digit":
      if (call === undefined) throw new Error(`a key in the call ${key}, which was never offered`);
      return digit(tx, call, event, deps, outcome);
    case "call.recorded":
      if (call === undefined) throw new Error(`a recording of the call ${key}, which was never offered`);
      return recorded(tx, call, event);
  }
}

interface Line {
  id: Id;
  queue_id: Id | null;
  /** Its own, where it is not the company's. */
  country: string | null;
}

async function insertCall(
  tx: Tx,
  deps: IngestDeps,
  facts: IngestFacts,
  channelId: Id,
  key: string,
  event: CallOffered | CallReconstructed,
  startedAt: Date,
  outcome: Outcome,
  begun?: AskedForCall["begun"],
): Promise<{ callId: Id; dialogId: Id }> {
  const channel = facts.channels.get(channelId);
  if (channel === undefined) throw new Error("the channel is gone");
  const inbound = event.direction === "in";
  let from = otherSide(event);
  let line: Line | undefined;
  let identified: Identification | null = null;
  if (facts.unidentified === true || facts.abroad.has(channelId)) {
    // The line says how its callers' numbers are read: they are looked up after it.
    [line] = await findLine(tx, channelId, ourNumber(event), facts.country);
    from = asReadBy(line, from, facts.country);
    if (facts.unidentified !== true) identified = await identifyCaller(tx, deps, from, channelId, outcome);
  } else [[line], identified] = await (begun?.country === facts.country ? begun.answers : askWho(tx, deps, event, channelId, facts.country, outcome));
  const norm = (value: string | null) => normalised(value, line?.country ?? facts.country);
  const live = event.kind === "call.offered";
  const callId = newId();
  const dialogId = newId();
  const dialog = {
    id: dialogId,
    channel,
    threadKey: key,
    direction: event.direction,
    from,
    openedAt: startedAt,
    lineId: line?.id ?? null,
    queueId: line?.queue_id ?? null,
    previousDialogId: null,
    callId,
    route: live && inbound,
    identified,
  } as const;
  const stored = together([
    unlimited(tx),
    openDialogs(tx, deps, facts, [dialog], outcome),
    tx`
      INSERT INTO call (id, dialog_id, channel_id, external_id, direction, from_raw, from_norm, to_raw, to_norm, line_id, started_at, source)
      VALUES (${callId}, ${dialogId}, ${channelId}, ${key}, ${event.direction}, ${event.from.value}, ${norm(event.from.value)}, ${event.to}, ${norm(event.to)}, ${line?.id ?? null},
        ${startedAt}, ${live ? event.source : "reconstructed"})`.execute(),
  ]);
  // Whoever asks for the call next asks on the same connection, behind these.
  outcome.follow(stored);
  const number = norm(event.from.value);
  if (dialog.route)
    outcome.caller = {
      callId,
      channelId,
      callKey: key,
      dialogId,
      number,
      name: shownAs(identified?.name ?? event.from.displayName, [event.from.value, number]),
      country: facts.country,
    };
  return { callId, dialogId };
}

/** Who is known by no more than the number has no name. */
const shownAs = (name: string | undefined, numbers: (string | null)[]): string => (name === undefined || numbers.includes(name) ? "" : name);

/** The line of a number, the likeliest first: written as we read it at home, or as the line's own country does. */
async function findLine(tx: Tx, channelId: Id, number: string | null, home: string): Promise<Line[]> {
  if (number === null) return [];
  const written = [number, normalised(number, home) ?? number];
  const rows = await tx<(Line & { number: string })[]>`
    SELECT id, queue_id, country, number FROM line WHERE channel_id = ${channelId} AND archived_at IS NULL AND (number = ANY(${written}::text[]) OR country <> ${home})`;
  const ours = rows.filter((line) => written.includes(line.number));
  return ours.length > 0 ? ours : rows.filter((line) => line.country !== null && normalised(number, line.country) === line.number);
}

async function offered(
  tx: Tx,
  deps: IngestDeps,
  facts: IngestFacts,
  channelId: Id,
  key: string,
  event: CallOffered,
  outcome: Outcome,
  begun?: AskedForCall["begun"],
): Promise<void> {
  const startedAt = new Date(Math.min(event.occurredAt, deps.now()));
  const { callId, dialogId } = await insertCall(tx, deps, facts, channelId, key, event, startedAt, outcome, begun);
  outcome.events.push({
    kind: "call.changed",
    dialogId,
    payload: { callId, state: "offered", employeeId: null, legId: null, legState: null, cause: null, source: event.source },
  });
}

async function ended(tx: Tx, deps: IngestDeps, call: CallRow, event: CallEnded, outcome: Outcome): Promise<void> {
  const at = new Date(Math.max(Math.min(event.occurredAt, deps.now()), call.started_at.getTime()));
  const disposition: Disposition =
    call.answered_at !== null
      ? "answered"
      : event.fallback === true
        ? "fallback"
        : event.by === "customer" && call.direction === "in"
          ? "abandoned_queue"
          : "no_answer";
  await finishCall(tx, call, { at, by: event.by, disposition, source: event.source }, outcome);
  outcome.inputs.push(
    { kind: "dialog.left", dialogId: call.dialog_id, at: at.getTime() },
    { kind: "dialog.closed", dialogId: call.dialog_id, by: null, at: at.getTime() },
  );
}

/** Rebuilt from the provider's records: a call that we saw and lost is ended with its times, one we never saw is added. */
async function reconstructed(
  tx: Tx,
  deps: IngestDeps,
  facts: IngestFacts,
  channelId: Id,
  key: string,
  event: CallReconstructed,
  call: CallRow | undefined,
  outcome: Outcome,
): Promise<void> {
  if (call !== undefined && call.state === "ended") return;
  const answeredAt = event.answeredAt === null ? null : new Date(event.answeredAt);
  const endedAt = new Date(Math.max(event.endedAt, event.startedAt));
  let row = call;
  if (row === undefined) {
    await insertCall(tx, deps, facts, channelId, key, event, new Date(event.startedAt), outcome);
    row = await findCall(tx, channelId, key);
    if (row === undefined) throw new Error("the call that was just stored is gone");
  }
  const disposition: Disposition = (row.answered_at ?? answeredAt) !== null ? "answered" : event.direction === "in" ? "abandoned_queue" : "no_answer";
  await finishCall(tx, row, { at: endedAt, by: "system", disposition, source: "reconstructed", answeredAt }, outcome);
  if (call !== undefined) {
    outcome.inputs.push(
      { kind: "dialog.left", dialogId: row.dialog_id, at: endedAt.getTime() },
      { kind: "dialog.closed", dialogId: row.dialog_id, by: null, at: endedAt.getTime() },
    );
  }
}

/** The key by which a waiting caller asks to be called back; where nothing is offered the router ignores it. */
const CALLBACK_KEY = "1";

function digit(tx: Tx, call: CallRow, event: CallDigit, deps: IngestDeps, outcome: Outcome): void {
  if (call.direction !== "in" || call.state === "ended") return;
  if (call.answered_at === null) outcome.follow(keepPressed(tx, call, event.digit));
  if (event.digit !== CALLBACK_KEY || call.from_norm === null) return;
  outcome.inputs.push({ kind: "callback.requested", dialogId: call.dialog_id, number: call.from_norm, at: Math.min(event.occurredAt, deps.now()) });
}

/** A key of the line's menu says what the caller calls for (RG-07), unless it is the one that asks for a callback here. */
async function keepPressed(tx: Tx, call: CallRow, key: string): Promise<void> {
  await tx`
    UPDATE call k SET pressed = m.key FROM line_key m JOIN line n ON n.id = m.line_id JOIN channel c ON c.id = n.channel_id
    WHERE k.id = ${call.id} AND m.line_id = k.line_id AND m.key = ${key} AND NOT (m.key = ${CALLBACK_KEY} AND k.from_norm IS NOT NULL AND (
      SELECT callback_offered FROM queue WHERE id = coalesce((SELECT queue_id FROM entry WHERE dialog_id = k.dialog_id AND ended_at IS NULL), n.queue_id, c.queue_id)))`.execute();
}

async function recorded(tx: Tx, call: CallRow, event: CallRecorded): Promise<void> {
  const changed = await tx`
    UPDATE call SET recording_key = ${event.recordingKey}, recording_state = 'pending' WHERE id = ${call.id} AND recording_state IS DISTINCT FROM 'stored' RETURNING 1`;
  if (changed.length > 0) await addJob(tx, "recording", { callId: call.id }, { key: call.id });
}

async function phone(tx: Tx, deps: IngestDeps, event: PhoneStatus, outcome: Outcome): Promise<void> {
  const [employee] = await tx<{ id: Id }[]>`SELECT id FROM employee WHERE extension = ${event.endpoint} AND state <> 'dismissed'`;
  if (employee !== undefined) {
    outcome.inputs.push({
      kind: "agent.phone",
      employeeId: employee.id,
      reachable: event.reachable,
      directCall: event.directCall === true,
      at: Math.min(event.occurredAt, deps.now()),
    });
  }
}
