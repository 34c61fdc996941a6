import type { Tx } from "@kommutator/contract/db";
import type { DialogEvent } from "@kommutator/contract/dialog-event";
import type { Id } from "@kommutator/contract/ids";
import { formatPhone } from "@kommutator/contract/phone";
import { localDate } from "@kommutator/contract/working-time";
import { type Crm, type Query, type StreamHandler, systemActor } from "../context.ts";
import { onlyOpenInterest, touch } from "../interest/open.ts";
import { publishLoads } from "../load/index.ts";
import { settle } from "../notification/notify.ts";
import { inheritSubject } from "./chain.ts";
import { plannedCallOn } from "./planned-call.ts";
import { CONTACT_FORM, type ContactForm, failureOf, recordedTypes, type TypeRow } from "./types.ts";

const ACTOR = systemActor("recorder");
type Ended = Extract<DialogEvent, { kind: "call.ended" }>;
type Stored = Extract<DialogEvent, { kind: "message.stored" }>;

/** Turns calls and messages into Interactions (spec IA-04, C5), exactly once: its effect commits with its position. */
export function createRecorder(crm: Crm): StreamHandler {
  return {
    kinds: ["call.ended", "message.stored"],
    async handle(tx, events) {
      const types = await recordedTypes(tx);
      for (const event of events) if (event.kind === "call.ended") await recordCall(crm, tx, types.voice, event);
      await recordMessages(
        crm,
        tx,
        types,
        events.filter((e) => e.kind === "message.stored"),
      );
    },
  };
}

interface CallRow {
  id: Id;
  direction: "in" | "out";
  started_at: Date;
  answered_at: Date | null;
  ended_at: Date;
  dialog_id: Id;
  identity_value: string | null;
  customer_id: Id | null;
  contact_id: Id | null;
  lead_id: Id | null;
  interest_id: Id | null;
  only_open: Id | null;
  recorded_id: Id | null;
  talkers: { id: Id; ms: number }[];
}

/**
 * Answered: one done Interaction, the longest talker executes it, the others take part; a call planned for today with that person
 * becomes it. Outgoing and unanswered: a failed one whose status says why. Incoming and unanswered: the missed-call inquiry stands for it.
 */
async function recordCall(crm: Crm, tx: Tx, type: TypeRow, event: Ended): Promise<void> {
  const [call] = await tx<CallRow[]>`
    SELECT k.id, CASE WHEN k.direction = 'out' THEN 'out' ELSE 'in' END AS direction, k.started_at, k.answered_at, coalesce(k.ended_at, k.started_at) AS ended_at,
           k.dialog_id, d.identity_value, p.customer_id, p.contact_id, p.lead_id, p.interest_id, ${onlyOpenInterest(tx)} AS only_open,
           (SELECT id FROM interaction WHERE call_id = k.id) AS recorded_id,
           coalesce((SELECT jsonb_agg(jsonb_build_object('id', employee_id, 'ms', ms) ORDER BY ms DESC, employee_id) FROM (
             SELECT employee_id, sum(extract(epoch FROM coalesce(ended_at, k.ended_at) - coalesce(bridged_at, answered_at)) * 1000) AS ms
             FROM call_leg WHERE call_id = k.id AND party = 'agent' AND employee_id IS NOT NULL AND answered_at IS NOT NULL GROUP BY employee_id) t), '[]') AS talkers
    FROM call k JOIN dialog d ON d.id = k.dialog_id LEFT JOIN dialog_party p ON p.dialog_id = d.id
    WHERE k.id = ${event.payload.callId} AND d.identity_result <> 'blocked'`;
  if (call === undefined) return;
  const answered = event.payload.disposition === "answered";
  if (!answered && call.direction === "in") return;
  const executor = call.talkers[0]?.id ?? event.payload.answeredBy ?? (await originator(tx, call.id));
  const { country, tz } = await crm.company(tx);
  const occurred = { from: answered ? (call.answered_at ?? call.started_at) : call.started_at, to: call.ended_at };
  const values = {
    status_id: answered ? type.statuses.done : failureOf(type, event.payload.disposition),
    state: answered ? "done" : "failed",
    executor_id: executor,
    is_touch: answered && type.countsAsTouch,
  };
  const planned =
    answered && call.recorded_id === null
      ? await plannedCallOn(tx, type.id, whoOf(call), executor, Math.min(crm.clock.now(), call.ended_at.getTime()), tz)
      : null;
  const existing = call.recorded_id ?? planned?.id ?? null;
  const interestId = call.interest_id ?? planned?.interestId ?? call.only_open;
  let id: Id;
  if (existing !== null) {
    id = existing;
    await tx`
      UPDATE interaction SET status_id = ${values.status_id}, state = ${values.state}, executor_id = coalesce(${values.executor_id}::uuid, executor_id), is_touch = ${values.is_touch},
        occurred = tstzrange(${occurred.from}, ${occurred.to}, '[]'), direction = ${call.direction}, call_id = ${call.id}, dialog_id = ${call.dialog_id},
        customer_id = coalesce(customer_id, ${call.customer_id}::uuid), contact_id = coalesce(contact_id, ${call.contact_id}::uuid), interest_id = coalesce(interest_id, ${interestId}::uuid), version = version + 1,
        points = coalesce(points, ${points(tx, "interaction")})
      WHERE id = ${id}`;
  } else {
    const [row] = await tx<{ id: Id }[]>`
      INSERT INTO interaction (type_id, status_id, state, direction, customer_id, contact_id, lead_id, interest_id, dialog_id, call_id, executor_id, subject, occurred, is_touch, points)
      SELECT v.*, ${points(tx, "v")} FROM (SELECT ${type.id}::uuid AS type_id, ${values.status_id}::uuid, ${values.state}, ${call.direction}, ${call.customer_id}::uuid, ${call.contact_id}::uuid, ${call.lead_id}::uuid,
        ${interestId}::uuid AS interest_id, ${call.dialog_id}::uuid, ${call.id}::uuid, ${values.executor_id}::uuid,
        ${`${type.name}: ${call.identity_value === null ? "—" : formatPhone(call.identity_value, country)}`}, tstzrange(${occurred.from}, ${occurred.to}, '[]'), ${values.is_touch}::boolean) v
      RETURNING id`;
    id = (row as { id: Id }).id;
  }
  const others = call.talkers.map((t) => t.id).filter((t) => t !== executor);
  if (others.length > 0) {
    await tx`INSERT INTO interaction_participant (interaction_id, employee_id) SELECT ${id}, e FROM unnest(${others}::uuid[]) AS e
      WHERE NOT EXISTS (SELECT 1 FROM interaction_participant p WHERE p.interaction_id = ${id} AND p.employee_id = e)`;
  }
  if (answered) await touch(tx, call.ended_at, { interestIds: [interestId], customerIds: type.countsAsTouch ? [call.customer_id] : [] });
  if (planned !== null) {
    await settle(tx, crm, planned.id);
    await publishLoads(crm, tx, [planned.executorId]);
  }
  await crm.audit(tx, ACTOR, {
    objectKind: "interaction",
    objectId: id,
    action: existing === null ? "create" : "complete",
    changes: { state: [planned === null ? null : "planned", values.state] },
  });
  await crm.emit(tx, [{ kind: "interaction.recorded", dialogId: call.dialog_id, payload: { interactionId: id } }]);
}

const whoOf = (call: CallRow) => ({ customerId: call.customer_id, contactId: call.contact_id, leadId: call.lead_id, interestId: call.interest_id });

/** Whoever dialled: the agent's leg of an outgoing call that the other side never answered. */
async function originator(tx: Tx, callId: Id): Promise<Id | null> {
  const [leg] = await tx<{ employee_id: Id }[]>`
    SELECT employee_id FROM call_leg WHERE call_id = ${callId} AND party = 'agent' AND employee_id IS NOT NULL ORDER BY started_at LIMIT 1`;
  return leg?.employee_id ?? null;
}

/** Load points of an item by the matrix, frozen when it is done (spec B2): exact cell, else any stage, else 1. `row` names a row with type_id and interest_id. */
export function points(tx: Query, row: "interaction" | "v" | "i") {
  return tx`coalesce((SELECT lp.points FROM load_point lp WHERE lp.type_id = ${tx(row)}.type_id AND (lp.stage_id IS NULL OR lp.stage_id = (SELECT stage_id FROM interest WHERE id = ${tx(row)}.interest_id))
    ORDER BY lp.stage_id IS NULL LIMIT 1), 1)`;
}

interface Day {
  dialog_id: Id;
  day: string;
  first_at: string;
  last_at: string;
  incoming: boolean;
  outgoing: boolean;
  employee_id: Id | null;
  /** The letter that stands alone; null where the day is one. */
  letter_seq: number | null;
}
interface Recorded {
  id: Id;
  dialog_id: Id;
  created: boolean;
  interest_id: Id | null;
  customer_id: Id | null;
  is_touch: boolean;
  until: Date;
}

/** Chats and letters: one Interaction per dialog and day, extended while the day lasts; letters one by one where the house wants it so (IA-04). */
async function recordMessages(crm: Crm, tx: Tx, types: Record<ContactForm, TypeRow>, events: Stored[]): Promise<void> {
  const contacts = events.filter(({ payload: p }) => p.direction !== "internal" && (p.nature === "human" || p.nature === "outside"));
  if (contacts.length === 0) return;
  const [{ tz }, alone] = await Promise.all([crm.company(tx), recordedAlone(tx, [...new Set(contacts.map((e) => e.dialogId))])]);
  const days = new Map<string, Day>();
  for (const { dialogId, payload } of contacts) {
    if (dialogId === null) continue;
    const day = localDate(payload.at, tz);
    const at = new Date(payload.at).toISOString();
    const letter = alone.has(dialogId) ? payload.seq : null;
    const key = `${dialogId} ${day} ${letter}`;
    const known = days.get(key) ?? {
      dialog_id: dialogId,
      day,
      first_at: at,
      last_at: at,
      incoming: false,
      outgoing: false,
      employee_id: null,
      letter_seq: letter,
    };
    if (at < known.first_at) known.first_at = at;
    if (at > known.last_at) known.last_at = at;
    known.incoming ||= payload.direction === "in";
    known.outgoing ||= payload.direction === "out";
    known.employee_id = payload.employeeId ?? known.employee_id;
    days.set(key, known);
  }
  const all = [...days.values()];
  const rows = [
    ...(await insertDays(
      tx,
      types,
      all.filter((d) => d.letter_seq === null),
    )),
    ...(await insertLetters(
      tx,
      types,
      all.filter((d) => d.letter_seq !== null),
    )),
  ];
  for (const row of rows) await touch(tx, row.until, { interestIds: [row.interest_id], customerIds: row.is_touch ? [row.customer_id] : [] });
  const created = rows.filter((r) => r.created);
  await inheritSubject(
    tx,
    created.map((r) => r.id),
    new Date(crm.clock.now()),
  );
  await crm.audit(
    tx,
    ACTOR,
    created.map((row) => ({ objectKind: "interaction", objectId: row.id, action: "create", changes: { state: [null, "done"] } })),
  );
  if (created.length > 0)
    await crm.emit(
      tx,
      created.map((r) => ({ kind: "interaction.recorded" as const, dialogId: r.dialog_id, payload: { interactionId: r.id } })),
    );
}

/** The dialogs whose letters are recorded one by one. */
async function recordedAlone(tx: Tx, dialogIds: (Id | null)[]): Promise<Set<Id>> {
  const rows = await tx<{ id: Id }[]>`
    SELECT d.id FROM dialog d JOIN reception_setting r ON r.letters_by = 'message' WHERE d.medium = 'mail' AND d.id = ANY(${dialogIds.filter((id) => id !== null)}::uuid[])`;
  return new Set(rows.map((r) => r.id));
}

/** One statement per batch, whatever its size; what is known of a day is extended. */
async function insertDays(tx: Tx, types: Record<ContactForm, TypeRow>, days: Day[]): Promise<Recorded[]> {
  if (days.length === 0) return [];
  // A day on which one side wrote becomes a touch when the other side writes (B3).
  return tx<Recorded[]>`
    ${insertion(tx, types, days)}
    ON CONFLICT (dialog_id, dialog_day) WHERE dialog_day IS NOT NULL AND letter_seq IS NULL DO UPDATE SET
      occurred = tstzrange(least(lower(interaction.occurred), lower(excluded.occurred)), greatest(upper(interaction.occurred), upper(excluded.occurred)), '[]'),
      direction = CASE WHEN interaction.direction = excluded.direction THEN interaction.direction ELSE 'both' END,
      executor_id = coalesce(excluded.executor_id, interaction.executor_id),
      is_touch = interaction.is_touch OR excluded.is_touch OR (interaction.direction <> excluded.direction AND (SELECT counts_as_touch FROM interaction_type WHERE id = interaction.type_id))
    RETURNING id, dialog_id, xmax = 0 AS created, interest_id, customer_id, is_touch, upper(occurred) AS until`;
}

/** A letter that stands within a day recorded as one (by the reception, or before the setting was changed) is recorded already. */
async function insertLetters(tx: Tx, types: Record<ContactForm, TypeRow>, letters: Day[]): Promise<Recorded[]> {
  if (letters.length === 0) return [];
  const known = tx`WHERE NOT EXISTS (SELECT 1 FROM interaction x WHERE x.dialog_id = d.id AND x.dialog_day = g.day AND x.letter_seq IS NULL AND x.occurred @> g.first_at)`;
  return tx<Recorded[]>`
    ${insertion(tx, types, letters, known)}
    ON CONFLICT (dialog_id, letter_seq) WHERE letter_seq IS NOT NULL DO NOTHING
    RETURNING id, dialog_id, true AS created, interest_id, customer_id, is_touch, upper(occurred) AS until`;
}

/**
 * Touch (B3): of a chat a day on which we wrote to somebody who wrote in it too, never one side alone; of letters our own. `where` narrows the
 * rows `g` of the days and their dialogs `d`.
 */
function insertion(tx: Tx, types: Record<ContactForm, TypeRow>, days: Day[], where = tx``) {
  const forms = Object.entries(types).map(([form, t]) => ({ form, type_id: t.id, status_id: t.statuses.done, name: t.name, touch: t.countsAsTouch }));
  return tx`
    INSERT INTO interaction (type_id, status_id, state, direction, customer_id, contact_id, lead_id, interest_id, dialog_id, dialog_day, executor_id, subject, occurred, is_touch, letter_seq, points)
    SELECT v.*, ${points(tx, "v")} FROM (
      SELECT t.type_id, t.status_id, 'done', CASE WHEN g.incoming AND g.outgoing THEN 'both' WHEN g.outgoing THEN 'out' ELSE 'in' END AS direction, p.customer_id, p.contact_id, p.lead_id,
             coalesce(p.interest_id, ${onlyOpenInterest(tx)}) AS interest_id, d.id, g.day, g.employee_id, t.name || ': ' || coalesce(nullif(d.subject, ''), c.name),
             tstzrange(g.first_at, g.last_at, '[]'),
             t.touch AND g.outgoing AND (t.form = 'mail' OR g.incoming OR EXISTS (SELECT 1 FROM message m WHERE m.dialog_id = d.id AND m.author_kind = 'customer' AND m.created_at <= g.last_at)),
             g.letter_seq
      FROM jsonb_to_recordset(${tx.json(days as never)}) AS g(dialog_id uuid, day date, first_at timestamptz, last_at timestamptz, incoming boolean, outgoing boolean, employee_id uuid, letter_seq int)
      JOIN dialog d ON d.id = g.dialog_id AND d.identity_result <> 'blocked' JOIN channel c ON c.id = d.channel_id
      JOIN jsonb_to_recordset(${tx.json(forms)}) AS t(form text, type_id uuid, status_id uuid, name text, touch boolean) ON t.form = ${tx.unsafe(CONTACT_FORM)}
      LEFT JOIN dialog_party p ON p.dialog_id = d.id ${where} ORDER BY d.id, g.letter_seq) v`;
}
