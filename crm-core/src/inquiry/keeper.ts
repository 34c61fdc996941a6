import type { Tx } from "@kommutator/contract/db";
import type { DialogEvent } from "@kommutator/contract/dialog-event";
import type { Id, Medium } from "@kommutator/contract/ids";
import type { StreamReader } from "@kommutator/contract/ports";
import { loadCalendars } from "../calendar.ts";
import { type Crm, systemActor } from "../context.ts";
import { setDeadlines } from "../lead/deadline.ts";
import { noteSources } from "../lead/source.ts";
import { dueAt } from "../load/rules.ts";
import { settle } from "../notification/notify.ts";
import { applyRules } from "./automatic.ts";
import { rememberDispatch } from "./dispatch.ts";

const ACTOR = systemActor("inquiries");
const ORIGIN: Record<Medium, "call" | "message" | "email"> = { voice: "call", chat: "message", message: "message", mail: "email" };
const originOf = (d: DialogRow) => (d.channel_kind === "web-form" ? "form" : ORIGIN[d.medium]);
const OPEN = ["new", "in_wizard", "dispatched"];

/**
 * Keeps one inquiry per incoming dialog (made when a message waits in a queue or somebody takes the dialog), and exactly one open
 * missed-call inquiry per caller, closed by an answered call with that number in either direction (CC-21).
 */
export function createInquiryKeeper(crm: Crm): StreamReader {
  return {
    name: "crm-inquiries",
    kinds: ["entry.queued", "dialog.assigned", "call.ended"],
    async handle(tx, events) {
      const opened = new Map<Id, number>();
      for (const e of events) if (e.kind !== "call.ended" && e.dialogId !== null) opened.set(e.dialogId, e.at);
      const waiting = new Set(events.filter((e) => e.kind === "entry.queued").map((e) => e.dialogId));
      const taken = new Set(events.filter((e) => e.kind === "dialog.assigned").map((e) => e.dialogId));
      // A ringing call is no inquiry yet: answered it becomes one, given up it becomes a missed call.
      await openInquiries(crm, tx, [...opened.keys()], (medium, id) => (medium === "voice" ? taken.has(id) : waiting.has(id) || taken.has(id)));
      for (const event of events) if (event.kind === "call.ended") await afterCall(crm, tx, event);
    },
  };
}

interface DialogRow {
  id: Id;
  medium: Medium;
  channel_kind: string;
  direction: "in" | "out";
  opened_at: Date;
  call_id: Id | null;
  suggested: Id | null;
  sla_s: number;
  calendar_id: Id | null;
  responsible_id: Id | null;
  identity_kind: string;
  identity_value: string | null;
  source_id: Id | null;
  source_text: string | null;
  page: string | null;
  referrer: string | null;
  utm: Record<string, string>;
  lead_id: Id | null;
}

/** Where the dialog came from, as the inquiry's columns. */
function touchOf({ source_id, source_text, page, referrer, utm }: DialogRow) {
  return { source_id, source_text, page, referrer, utm };
}

/** Incoming dialogs with what an inquiry about them needs: purpose by the pressed key, line or channel, source by line or channel, its deadline, the responsible. Blocked ones are left out. */
async function dialogRows(tx: Tx, ids: readonly Id[]): Promise<DialogRow[]> {
  return tx<DialogRow[]>`
    SELECT d.id, d.medium, c.kind AS channel_kind, d.direction, d.opened_at, k.id AS call_id, u.id AS suggested, coalesce(u.sla_s, q.message_sla_s, 900) AS sla_s, q.calendar_id,
           coalesce(cu.responsible_id, l.responsible_id) AS responsible_id, d.identity_kind, d.identity_value,
           coalesce(o.source_id, n.source_id, c.source_id) AS source_id, o.source_text, o.page, o.referrer, coalesce(o.utm, '{}') AS utm, p.lead_id
    FROM dialog d JOIN channel c ON c.id = d.channel_id LEFT JOIN line n ON n.id = d.line_id LEFT JOIN queue q ON q.id = coalesce(n.queue_id, c.queue_id)
    LEFT JOIN call k ON k.dialog_id = d.id LEFT JOIN line_key m ON m.line_id = d.line_id AND m.key = k.pressed
    LEFT JOIN inquiry_purpose u ON u.id = coalesce(m.purpose_id, n.purpose_id, c.purpose_id) AND u.archived_at IS NULL
    LEFT JOIN dialog_party p ON p.dialog_id = d.id LEFT JOIN customer cu ON cu.id = p.customer_id LEFT JOIN lead l ON l.id = p.lead_id LEFT JOIN dialog_origin o ON o.dialog_id = d.id
    WHERE d.id = ANY(${[...ids]}::uuid[]) AND d.identity_result <> 'blocked' ORDER BY d.id`;
}

/** One inquiry per incoming dialog that `wanted` accepts; those that exist stay. Returns the new ones' ids. */
export async function openInquiries(crm: Crm, tx: Tx, dialogIds: readonly Id[], wanted: (medium: Medium, dialogId: Id) => boolean): Promise<void> {
  if (dialogIds.length === 0) return;
  const dialogs = (await dialogRows(tx, dialogIds)).filter((d) => d.direction === "in" && wanted(d.medium, d.id));
  if (dialogs.length === 0) return;
  const calendars = await loadCalendars(
    tx,
    dialogs.map((d) => d.calendar_id).filter((id) => id !== null),
  );
  const rows = dialogs.map((d) => ({
    dialog_id: d.id,
    call_id: d.call_id,
    origin: originOf(d),
    identity_kind: d.identity_kind,
    identity_value: d.identity_value,
    received_at: d.opened_at.toISOString(),
    suggested: d.suggested,
    due_at: dueAt(d.opened_at.getTime(), d.sla_s, calendars.get(d.calendar_id ?? "")).toISOString(),
    ...touchOf(d),
  }));
  const made = await tx<{ id: Id; dialog_id: Id; origin: string }[]>`
    INSERT INTO inquiry (dialog_id, call_id, origin, identity_kind, identity_value, received_at, suggested_purpose_id, due_at, source_id, source_text, page, referrer, utm)
    SELECT * FROM jsonb_to_recordset(${tx.json(rows)}) AS r(dialog_id uuid, call_id uuid, origin text, identity_kind text, identity_value text, received_at timestamptz, suggested uuid, due_at timestamptz,
      source_id uuid, source_text text, page text, referrer text, utm jsonb)
    ON CONFLICT (dialog_id, seq) DO NOTHING RETURNING id, dialog_id, origin`;
  for (const m of made) await crm.audit(tx, ACTOR, { objectKind: "inquiry", objectId: m.id, action: "create", changes: { origin: [null, m.origin] } });
  if (made.length === 0) return;
  await crm.emit(
    tx,
    made.map((m) => ({ kind: "inquiry.changed" as const, dialogId: m.dialog_id, payload: { inquiryId: m.id, status: "new" } })),
  );
  await noteLeads(crm, tx, dialogs);
  await applyRules(
    crm,
    tx,
    made.map((m) => ({ id: m.id, dialogId: m.dialog_id })),
  );
}

/** The leads of these dialogs get their sources and, when they are new, their deadlines (RG-16, RG-17). */
async function noteLeads(crm: Crm, tx: Tx, dialogs: readonly DialogRow[]): Promise<void> {
  await noteSources(crm, tx, dialogs);
  const leads = dialogs.flatMap((d) => (d.lead_id === null ? [] : [d.lead_id]));
  if (leads.length > 0) await setDeadlines(tx, leads);
}

async function afterCall(crm: Crm, tx: Tx, event: Extract<DialogEvent, { kind: "call.ended" }>): Promise<void> {
  if (event.dialogId === null) return;
  const [dialog] = await dialogRows(tx, [event.dialogId]);
  if (dialog === undefined) return;
  const { disposition, answeredBy } = event.payload;
  if (disposition === "answered") {
    // Reconstructed calls are assigned to nobody: the inquiry of an answered incoming call stands all the same.
    await openInquiries(crm, tx, [dialog.id], () => true);
    await closeMissed(crm, tx, dialog, answeredBy, event.at);
  } else if (dialog.direction === "in" && disposition !== "blocked") await keepMissed(crm, tx, dialog, event.at);
}

/** An answered call with that number, in either direction, is the contact that the missed call waited for. */
async function closeMissed(crm: Crm, tx: Tx, dialog: DialogRow, by: Id | null, at: number): Promise<void> {
  if (dialog.identity_value === null) return;
  const closed = await tx<{ id: Id; dialog_id: Id | null }[]>`
    UPDATE inquiry SET status = 'processed', processed_at = ${new Date(at)}, processed_by = ${by}, version = version + 1
    WHERE origin = 'missed_call' AND status = ANY(${OPEN}::text[]) AND identity_kind = ${dialog.identity_kind} AND identity_value = ${dialog.identity_value}
    RETURNING id, dialog_id`;
  for (const c of closed) {
    await settle(tx, crm, c.id, ["inquiry.deadline", "handover"]);
    await crm.audit(tx, ACTOR, {
      objectKind: "inquiry",
      objectId: c.id,
      action: "process",
      changes: { status: [null, "processed"], answered_dialog_id: [null, dialog.id] },
    });
    await crm.emit(tx, [{ kind: "inquiry.changed", dialogId: c.dialog_id, payload: { inquiryId: c.id, status: "processed" } }]);
  }
}

/** The caller got nobody: a further attempt raises the counter of the open inquiry; a withheld number has one inquiry for each call. */
async function keepMissed(crm: Crm, tx: Tx, dialog: DialogRow, at: number): Promise<void> {
  const calendars = await loadCalendars(tx, dialog.calendar_id === null ? [] : [dialog.calendar_id]);
  const due = dueAt(at, dialog.sla_s, calendars.get(dialog.calendar_id ?? ""));
  const [open] =
    dialog.identity_value === null
      ? []
      : await tx<{ id: Id; dialog_id: Id | null; status: string; attempts: number }[]>`
          SELECT id, dialog_id, status, attempts FROM inquiry
          WHERE origin = 'missed_call' AND status = ANY(${OPEN}::text[]) AND identity_kind = ${dialog.identity_kind} AND identity_value = ${dialog.identity_value} FOR UPDATE`;
  const [own] = await tx<
    { id: Id; status: string; origin: string }[]
  >`SELECT id, status, origin FROM inquiry WHERE dialog_id = ${dialog.id} ORDER BY seq DESC LIMIT 1 FOR UPDATE`;
  if (own !== undefined && (own.origin === "missed_call" || !OPEN.includes(own.status))) return;
  let id: Id;
  let status: string;
  if (open !== undefined) {
    id = open.id;
    status = open.status;
    await tx`UPDATE inquiry SET attempts = attempts + 1, call_id = ${dialog.call_id}, version = version + 1 WHERE id = ${id}`;
    // Somebody had opened the reception of this ringing call: the matter is now the older inquiry's.
    if (own !== undefined)
      await tx`UPDATE inquiry SET status = 'rejected', reject_reason = 'missed_call', processed_at = ${new Date(at)}, version = version + 1 WHERE id = ${own.id}`;
    await crm.audit(tx, ACTOR, { objectKind: "inquiry", objectId: id, action: "attempt", changes: { attempts: [open.attempts, open.attempts + 1] } });
  } else {
    status = dialog.responsible_id === null ? "new" : "dispatched";
    const values = {
      origin: "missed_call",
      identity_kind: dialog.identity_kind,
      identity_value: dialog.identity_value,
      due_at: due,
      status,
      dispatched_to: dialog.responsible_id,
      dispatched_at: dialog.responsible_id === null ? null : new Date(at),
    };
    const [row] =
      own === undefined
        ? await tx<{ id: Id }[]>`
            INSERT INTO inquiry ${tx({ ...values, dialog_id: dialog.id, call_id: dialog.call_id, received_at: dialog.opened_at, suggested_purpose_id: dialog.suggested, ...touchOf(dialog) })} RETURNING id`
        : await tx<{ id: Id }[]>`UPDATE inquiry SET ${tx(values)}, version = version + 1 WHERE id = ${own.id} RETURNING id`;
    id = (row as { id: Id }).id;
    await crm.audit(tx, ACTOR, {
      objectKind: "inquiry",
      objectId: id,
      action: own === undefined ? "create" : "edit",
      changes: { origin: [null, "missed_call"] },
    });
    if (own === undefined) await noteLeads(crm, tx, [dialog]);
    if (dialog.responsible_id !== null) {
      const inquiry = { id, dialog_id: dialog.id, dispatched_to: null, received_by: null };
      await rememberDispatch(crm, tx, ACTOR, inquiry, { employeeId: dialog.responsible_id, queueId: null }, { purpose: null, ruleId: null, reason: null, due });
    }
  }
  await crm.emit(tx, [{ kind: "inquiry.changed", dialogId: dialog.id, payload: { inquiryId: id, status } }]);
}
