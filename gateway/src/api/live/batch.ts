import { type AccessObject, type Principal, scopeOf, within } from "@kommutator/contract/access";
import type { CallView, Message } from "@kommutator/contract/api/dialogs";
import type { Presence } from "@kommutator/contract/api/routing";
import type { Db } from "@kommutator/contract/db";
import type { DialogEvent } from "@kommutator/contract/dialog-event";
import type { Id, StreamPosition } from "@kommutator/contract/ids";
import { plainPresence, readPresence } from "@kommutator/routing/shell/presence";
import { readCalls, withoutRecording } from "../calls/view.ts";
import { readMessages } from "../dialogs/messages.ts";
import { type DialogRow, readMarkedRows, toSummary, type ViewerMarks } from "../dialogs/summary.ts";
import { maySee, type Ownership } from "../dialogs/visibility.ts";
import type { Client } from "./client.ts";

type Owner = { employeeId: Id | null; departmentId: Id | null };

/** Everything that a run of events needs, read once for all clients. */
export interface Batch {
  rows: Map<Id, DialogRow>;
  marks: ViewerMarks;
  messages: Map<Id, Message>;
  calls: Map<Id, CallView>;
  presence: Map<Id, { presence: Presence; departmentId: Id }>;
  /** Whose an Interest, inquiry or Interaction is, for events without a dialog. */
  owners: Map<Id, Owner & { object: AccessObject }>;
}

export async function readBatch(sql: Db, events: DialogEvent[], viewerId: Id | null): Promise<Batch> {
  const dialogIds = new Set<Id>();
  const messageIds = new Set<Id>();
  const callIds = new Set<Id>();
  const people = new Set<Id>();
  const loose: Record<"interest" | "inquiry" | "interaction", Set<Id>> = { interest: new Set(), inquiry: new Set(), interaction: new Set() };
  for (const e of events) {
    if (e.dialogId !== null) dialogIds.add(e.dialogId);
    if (e.kind === "message.stored" || e.kind === "message.delivery" || e.kind === "message.changed") messageIds.add(e.payload.messageId);
    if (e.kind === "call.changed" || e.kind === "call.ended" || e.kind === "call.recorded") callIds.add(e.payload.callId);
    if (e.kind === "presence.changed") people.add(e.payload.employeeId);
    if (e.dialogId === null) {
      if (e.kind === "interest.changed") loose.interest.add(e.payload.interestId);
      if (e.kind === "inquiry.changed") loose.inquiry.add(e.payload.inquiryId);
      if (e.kind === "interaction.recorded") loose.interaction.add(e.payload.interactionId);
    }
  }
  const ids = [...dialogIds];
  const [{ rows, marks }, messages, calls, presence, owners] = await Promise.all([
    readMarkedRows(sql, ids, viewerId),
    readMessages(sql, [...messageIds]),
    readCalls(sql, [...callIds]),
    people.size === 0 ? [] : readPresence(sql, [...people]),
    readOwners(sql, [...loose.interest], [...loose.inquiry], [...loose.interaction]),
  ]);
  return {
    rows: new Map(rows.map((r) => [r.id, r])),
    marks,
    messages: new Map(messages.map((m) => [m.id, m])),
    calls: new Map(calls.map((c) => [c.id, c])),
    presence: new Map(presence.map((p) => [p.employeeId, { presence: plainPresence(p), departmentId: p.departmentId }])),
    owners,
  };
}

async function readOwners(sql: Db, interests: Id[], inquiries: Id[], interactions: Id[]): Promise<Batch["owners"]> {
  if (interests.length + inquiries.length + interactions.length === 0) return new Map();
  const rows = await sql<{ id: Id; object: AccessObject; employee_id: Id | null; department_id: Id | null }[]>`
    SELECT i.id, 'interest' AS object, i.responsible_id AS employee_id, coalesce(e.department_id, i.department_id) AS department_id
      FROM interest i LEFT JOIN employee e ON e.id = i.responsible_id WHERE i.id = ANY(${interests}::uuid[])
    UNION ALL SELECT q.id, 'inquiry', coalesce(q.dispatched_to, q.received_by), e.department_id
      FROM inquiry q LEFT JOIN employee e ON e.id = coalesce(q.dispatched_to, q.received_by) WHERE q.id = ANY(${inquiries}::uuid[])
    UNION ALL SELECT x.id, 'interaction', x.executor_id, e.department_id
      FROM interaction x LEFT JOIN employee e ON e.id = x.executor_id WHERE x.id = ANY(${interactions}::uuid[])`;
  return new Map(rows.map((r) => [r.id, { object: r.object, employeeId: r.employee_id, departmentId: r.department_id }]));
}

export function sees(client: Client, row: Ownership, object: AccessObject = "dialog"): boolean {
  return maySee(client.principal, scopeOf(client.principal, object, "read"), row, client.queueIds);
}

function seesLoose(principal: Principal, owner: Batch["owners"] extends Map<Id, infer O> ? O | undefined : never): boolean {
  return owner !== undefined && within(principal, scopeOf(principal, owner.object, "read"), owner);
}

/**
 * Sends what one event means to one client, its rights taken now. `replayed`: an offer that is over does not ring again.
 * The change of the dialog itself (`dialog.changed`) is coalesced elsewhere; with `dialogAt` a message carries it along.
 */
export function sendEvent(client: Client, e: DialogEvent, batch: Batch, replayed: boolean, dialogAt: StreamPosition | null = null): void {
  const { position } = e;
  const row = e.dialogId === null ? undefined : batch.rows.get(e.dialogId);
  switch (e.kind) {
    case "offer.made": {
      const { offerId, employeeId, rung, reason, deadlineAt } = e.payload;
      if (employeeId !== client.employeeId || row === undefined || (replayed && row.offer_id !== offerId)) return;
      client.known.add(row.id);
      client.send("offer", {
        position,
        offer: {
          id: offerId,
          employeeId,
          rung,
          reason: { code: reason.code, ...(reason.load === undefined ? {} : { load: reason.load }) },
          deadlineAt: new Date(deadlineAt).toISOString(),
        },
        dialog: toSummary(row, batch.marks, client.employeeId, position),
      });
      return;
    }
    case "offer.ended":
      if (e.payload.employeeId === client.employeeId && e.dialogId !== null) {
        client.send("offer.ended", { position, offerId: e.payload.offerId, dialogId: e.dialogId, outcome: e.payload.outcome });
      }
      return;
    case "message.stored":
    case "message.changed":
    case "message.delivery": {
      const message = batch.messages.get(e.payload.messageId);
      if (message === undefined || row === undefined || !client.watched.has(row.id) || !sees(client, row)) return;
      if (dialogAt === null) client.send("message", { position, message });
      else {
        client.known.add(row.id);
        client.send("message", { position, message, dialog: toSummary(row, batch.marks, client.employeeId, dialogAt) });
      }
      return;
    }
    case "call.changed":
    case "call.ended":
    case "call.recorded": {
      const call = batch.calls.get(e.payload.callId);
      if (call === undefined || row === undefined || !sees(client, row)) return;
      const concerned = client.watched.has(row.id) || row.owner_id === client.employeeId || row.offer_employee_id === client.employeeId;
      if (concerned) client.send("call", { position, call: sees(client, row, "recording") ? call : withoutRecording(call) });
      return;
    }
    case "presence.changed": {
      const p = batch.presence.get(e.payload.employeeId);
      if (p === undefined) return;
      const owner = { employeeId: e.payload.employeeId, departmentId: p.departmentId };
      const may = e.payload.employeeId === client.employeeId || within(client.principal, scopeOf(client.principal, "board", "read"), owner);
      if (may) client.send("presence", { position, presence: p.presence });
      return;
    }
    case "party.changed":
    case "inquiry.changed":
    case "interest.changed":
    case "interaction.recorded": {
      const subject = "inquiryId" in e.payload ? e.payload.inquiryId : "interactionId" in e.payload ? e.payload.interactionId : (e.payload.interestId ?? "");
      const may = row === undefined ? e.dialogId === null && seesLoose(client.principal, batch.owners.get(subject)) : sees(client, row);
      if (may) client.send("changed", { position, kind: e.kind, dialogId: e.dialogId, payload: { ...e.payload } });
      return;
    }
    case "notification.created":
    case "notification.read":
      if (e.payload.employeeId === client.employeeId) client.send("changed", { position, kind: e.kind, dialogId: null, payload: { ...e.payload } });
      return;
    // A closed line is everybody's business.
    case "emergency.changed":
      client.send("changed", { position, kind: e.kind, dialogId: null, payload: { ...e.payload } });
      return;
    case "dialog.opened":
    case "dialog.identified":
    case "dialog.closed":
    case "dialog.assigned":
    case "dialog.unassigned":
    case "entry.queued":
    case "entry.ended":
      return;
  }
}

/** Only for those who watch its dialog. */
export const isOfMessage = (e: DialogEvent): e is Extract<DialogEvent, { kind: "message.stored" | "message.changed" | "message.delivery" }> =>
  e.kind === "message.stored" || e.kind === "message.changed" || e.kind === "message.delivery";

/** Only for the employee whom it names. */
export const isPersonal = (e: DialogEvent): e is Extract<DialogEvent, { kind: "offer.made" | "offer.ended" | "notification.created" | "notification.read" }> =>
  e.kind === "offer.made" || e.kind === "offer.ended" || e.kind === "notification.created" || e.kind === "notification.read";

/** For those who may see its dialog. */
export const isOfDialog = (e: DialogEvent): boolean => e.dialogId !== null && !isSilent(e) && !isOfMessage(e) && !isPersonal(e);

/**
 * Could this news be for this client at all? `row` says whose its dialog is now; undefined when that is not known, null when it is no more. What
 * may be told to nobody else is not read for somebody who comes back; rights are asked again when it is sent.
 */
export function mayBeTold(client: Client, e: DialogEvent, row: Ownership | null | undefined): boolean {
  if (isSilent(e)) return false;
  if (isOfMessage(e)) return client.watched.has(e.dialogId ?? "");
  if (e.kind === "presence.changed") return e.payload.employeeId === client.employeeId || scopeOf(client.principal, "board", "read") !== null;
  if (isPersonal(e)) return e.payload.employeeId === client.employeeId;
  if (e.dialogId === null || row === undefined) return true;
  return row !== null && sees(client, row);
}

/** Said by the change of the dialog alone (`dialog.changed`). */
export const isSilent = (e: DialogEvent): boolean => SILENT.has(e.kind);
const SILENT = new Set<DialogEvent["kind"]>([
  "dialog.opened",
  "dialog.identified",
  "dialog.closed",
  "dialog.assigned",
  "dialog.unassigned",
  "entry.queued",
  "entry.ended",
]);

/** Who may have lost a dialog by what happened to it. */
export interface Losers {
  /** Those whom an offer, an assignment or an inquiry left. */
  people: readonly Id[];
  /** It left the queue's list: its members. */
  queue: boolean;
}

/** Nobody has lost it. */
export const noLosers = (): Losers => ({ people: NOBODY, queue: false });
const NOBODY: readonly Id[] = [];

export function noteLosers(losers: Losers, e: DialogEvent): void {
  if (e.kind === "offer.ended" || e.kind === "dialog.unassigned") losers.people = [...losers.people, e.payload.employeeId];
  if (e.kind === "inquiry.changed" && e.payload.left != null) losers.people = [...losers.people, e.payload.left];
  if (e.kind === "dialog.assigned" || e.kind === "entry.ended") losers.queue = true;
}

/** The dialog as it is now, to whom may see it; `dialog.removed` to whom had or could have had it in a list. */
export function sendDialog(client: Client, row: DialogRow, batch: Pick<Batch, "marks">, position: number, losers: Losers): void {
  if (sees(client, row)) {
    client.known.add(row.id);
    client.send("dialog.changed", { position, dialog: toSummary(row, batch.marks, client.employeeId, position) });
  } else if (client.known.delete(row.id) || losers.people.includes(client.employeeId) || (losers.queue && client.queueIds.has(row.vq_id))) {
    client.send("dialog.removed", { position, dialogId: row.id });
  }
}
