import type { RawIdentity } from "@kommutator/contract/channel";
import { type Tx, together } from "@kommutator/contract/db";
import type { Identification } from "@kommutator/contract/identity";
import type { Id } from "@kommutator/contract/ids";
import { normaliseIdentity } from "@kommutator/contract/phone";
import { requirementsOf, VIP_PRIORITY } from "@kommutator/contract/requirements";
import { toStoredJson } from "../inbound/clean.ts";
import { addJob } from "../outbound/jobs.ts";
import type { ChannelFacts, IngestDeps, IngestFacts, Outcome } from "./ingest-deps.ts";

/** Identification of a caller: past this the call is routed as pending and enriched afterwards (design section 4). */
export const IDENTIFY_BUDGET_MS = 150;
export const IDENTIFY_LOCK_MS = 50;

export interface NewDialog {
  id: Id;
  channel: ChannelFacts;
  threadKey: string;
  direction: "in" | "out";
  from: RawIdentity;
  openedAt: Date;
  subject?: string | undefined;
  threadSubject?: string | undefined;
  participants?: string[];
  lineId?: Id | null;
  queueId?: Id | null;
  previousDialogId: Id | null;
  /** For calls: its id is made before its row. */
  callId: Id | null;
  /** false: a dialog that is over already (rebuilt from records). */
  route: boolean;
}

/** Nobody known: what a call is routed with while identification is late. */
function nobody(from: RawIdentity): Identification {
  return {
    result: "new",
    contactPointId: null,
    customerId: null,
    contactId: null,
    leadId: null,
    name: from.displayName ?? from.value ?? "",
    isVip: false,
    responsible: null,
    substituteId: null,
    interestId: null,
    candidates: [],
  };
}

/** A dialog and whom it is with; null: identification is late, a job does it afterwards. */
export interface OpenedDialog extends NewDialog {
  identified: Identification | null;
}

type OpeningFacts = Pick<IngestFacts, "country" | "skills">;

/** Identifies those who wrote, all at once; what that writes follows. What fails here fails the batch. */
export async function identifyWriters(tx: Tx, deps: IngestDeps, dialogs: readonly NewDialog[], outcome: Outcome): Promise<OpenedDialog[]> {
  const identify = async (some: readonly NewDialog[], verifiedHow: "inbound_message" | null): Promise<OpenedDialog[]> => {
    if (some.length === 0) return [];
    const askers = some.map((d) => ({ from: d.from, channelId: d.channel.id, previousDialogId: d.previousDialogId }));
    const found = await deps.identify.identifyAll(tx, askers, { createLead: true, verifiedHow, follow: (writes) => outcome.follow(writes) });
    return some.map((d, i) => ({ ...d, identified: found[i] ?? null }));
  };
  // Into a form anybody types anybody's number: it is looked up, and verifies nothing.
  const typed = dialogs.filter((d) => d.channel.kind === "web-form");
  const vouched = typed.length === 0 ? dialogs : dialogs.filter((d) => d.channel.kind !== "web-form");
  return [...(await identify(vouched, "inbound_message")), ...(await identify(typed, null))];
}

/**
 * Opens dialogs: inserts the rows, records the parties, and adds `dialog.opened` to the stream and to the router's inputs. The
 * statements are on their way when this returns its promise (`execute` sends the row before what refers to it), so the caller's
 * next one may refer to the dialog without waiting.
 */
export async function openDialogs(tx: Tx, deps: IngestDeps, facts: OpeningFacts, dialogs: readonly OpenedDialog[], outcome: Outcome): Promise<void> {
  if (dialogs.length === 0) return;
  const rows = dialogs.map((d) => {
    const from = normaliseIdentity(d.from, facts.country);
    return {
      id: d.id,
      channel: d.channel.id,
      thread: d.threadKey,
      medium: d.channel.medium,
      direction: d.direction,
      line: d.lineId ?? null,
      subject: d.subject ?? null,
      tsubject: d.threadSubject || null,
      kind: from.kind,
      value: from.value,
      name: d.from.displayName ?? null,
      result: d.identified?.result ?? "pending",
      point: d.identified?.contactPointId ?? null,
      who: d.participants ?? [],
      previous: d.previousDialogId,
      at: d.openedAt.getTime(),
    };
  });
  for (const dialog of dialogs) announce(dialog, facts, outcome);
  await together([
    tx`
      INSERT INTO dialog (id, channel_id, thread_key, medium, direction, line_id, subject, thread_subject, identity_kind, identity_value, display_name, identity_result,
        contact_point_id, participants, previous_dialog_id, opened_at)
      SELECT id, channel, thread, medium, direction, line, subject, tsubject, kind, value, name, result, point, ARRAY(SELECT json_array_elements_text(who)), previous, to_timestamp(at / 1000.0)
      FROM json_to_recordset(${toStoredJson(rows)}::text::json) AS r(id uuid, channel uuid, thread text, medium text, direction text, line uuid, subject text, tsubject text, kind text,
        value text, name text, result text, point uuid, who json, previous uuid, at float8)`.execute(),
    deps.identify.attachParties(
      tx,
      dialogs.flatMap((d) => (d.identified === null ? [] : [{ dialogId: d.id, who: d.identified }])),
    ),
    ...dialogs.filter((d) => d.identified === null).map((d) => addJob(tx, "identify", { dialogId: d.id }, { key: d.id })),
  ]);
}

/** The stream and the router hear of it. */
function announce(dialog: OpenedDialog, facts: OpeningFacts, outcome: Outcome): void {
  const identification = dialog.identified ?? nobody(dialog.from);
  outcome.events.push({
    kind: "dialog.opened",
    dialogId: dialog.id,
    payload: {
      channelId: dialog.channel.id,
      channelKind: dialog.channel.kind,
      medium: dialog.channel.medium,
      direction: dialog.direction,
      previousDialogId: dialog.previousDialogId,
      identification,
      callId: dialog.callId,
    },
  });
  if (!dialog.route) return;
  const queueId = dialog.queueId ?? dialog.channel.queueId;
  const { value } = normaliseIdentity(dialog.from, facts.country);
  outcome.inputs.push({
    kind: "dialog.opened",
    dialogId: dialog.id,
    channelId: dialog.channel.id,
    lineId: dialog.lineId ?? null,
    medium: dialog.channel.medium,
    queueId,
    callId: dialog.callId,
    ...whoIsRouted(identification, facts, queueId, dialog.channel),
    person: identification.contactPointId ?? (value === null ? null : `${dialog.channel.id}:${value}`),
    number: dialog.from.kind === "phone" ? value : null,
    at: dialog.openedAt.getTime(),
  });
}

/** What the router is told of a person, at once or when it turns out late. */
export function whoIsRouted(who: Identification, facts: Pick<IngestFacts, "skills">, queueId: Id, channel: Pick<ChannelFacts, "language">) {
  return {
    priority: who.isVip ? VIP_PRIORITY : 0,
    identity: who.result,
    responsible: who.responsible,
    substituteId: who.substituteId,
    requires: requirementsOf(facts.skills, queueId, who.language ?? channel.language),
  };
}

/** Identification took longer than its budget: the transaction is lost, and is to be done again without it. */
export class IdentificationLate extends Error {}

/**
 * Identifies a caller within the budget; throws IdentificationLate past it, or has the batch fail by it. No savepoint: it would cost every
 * call two round trips for the sake of the rare late one, which is begun again. The limits travel with the first statement they bound
 * and stay in force: the caller's next statements go out behind `unlimited`.
 */
export async function identifyCaller(tx: Tx, deps: IngestDeps, from: RawIdentity, channelId: Id, outcome: Outcome): Promise<Identification> {
  const follow = (writes: Promise<unknown>) => outcome.follow(writes.catch(late), false);
  const context = { channelId, createLead: from.value !== null, verifiedHow: "inbound_call" as const, follow };
  const [, found] = await together([
    tx`SELECT set_config('lock_timeout', ${`${IDENTIFY_LOCK_MS}ms`}, true), set_config('statement_timeout', ${`${IDENTIFY_BUDGET_MS}ms`}, true)`.execute(),
    deps.identify.identify(tx, from, context),
  ]).catch(late);
  return found;
}

/** 55P03 lock_not_available, 57014 query_canceled (statement_timeout), 40P01 deadlock: late, not wrong. */
function late(error: unknown): never {
  const code = (error as { code?: string }).code;
  if (code === "55P03" || code === "57014" || code === "40P01") throw new IdentificationLate("identification was late", { cause: error });
  throw error;
}

/** Lifts the limits of identification for the rest of the transaction. */
export async function unlimited(tx: Tx): Promise<void> {
  await tx`SELECT set_config('lock_timeout', '0', true), set_config('statement_timeout', '0', true)`.execute();
}
