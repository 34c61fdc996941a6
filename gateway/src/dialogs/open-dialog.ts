import { randomUUID } from "node:crypto";
import type { RawIdentity } from "@kommutator/contract/channel";
import type { Tx } from "@kommutator/contract/db";
import type { Identification } from "@kommutator/contract/identity";
import type { Id } from "@kommutator/contract/ids";
import { normaliseIdentity } from "@kommutator/contract/phone";
import { addJob } from "../outbound/jobs.ts";
import type { ChannelFacts, IngestDeps, Outcome } from "./ingest-deps.ts";

/** Identification of a caller: past this the call is routed as pending and enriched afterwards (design section 4). */
export const IDENTIFY_BUDGET_MS = 150;
export const IDENTIFY_LOCK_MS = 50;

export interface NewDialog {
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

export interface OpenedDialog {
  id: Id;
  identification: Identification;
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

/**
 * Opens a dialog: identifies whoever it is with (in a savepoint), inserts the row, records the party, and adds
 * `dialog.opened` to the stream and to the router's inputs. The caller writes the outcome.
 */
export async function openDialog(tx: Tx, deps: IngestDeps, country: string, dialog: NewDialog, outcome: Outcome): Promise<OpenedDialog> {
  const id = randomUUID();
  const voice = dialog.channel.medium === "voice";
  const from = normaliseIdentity(dialog.from, country);
  const identified = await identifyInTime(tx, deps, dialog.from, dialog.channel.id, voice);
  const identification = identified ?? nobody(dialog.from);
  const displayName = dialog.from.displayName ?? null;
  await tx`
    INSERT INTO dialog (id, channel_id, thread_key, medium, direction, line_id, subject, thread_subject, identity_kind, identity_value, display_name, identity_result,
      contact_point_id, participants, previous_dialog_id, opened_at)
    VALUES (${id}, ${dialog.channel.id}, ${dialog.threadKey}, ${dialog.channel.medium}, ${dialog.direction}, ${dialog.lineId ?? null}, ${dialog.subject ?? null},
      ${dialog.threadSubject || null}, ${from.kind}, ${from.value}, ${displayName}, ${identified === null ? "pending" : identification.result},
      ${identification.contactPointId}, ${dialog.participants ?? []}, ${dialog.previousDialogId}, ${dialog.openedAt})`;
  if (identified !== null) await deps.identify.attachParty(tx, id, identification);
  else await addJob(tx, "identify", { dialogId: id }, { key: id });

  outcome.events.push({
    kind: "dialog.opened",
    dialogId: id,
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
  if (dialog.route) {
    outcome.inputs.push({
      kind: "dialog.opened",
      dialogId: id,
      channelId: dialog.channel.id,
      medium: dialog.channel.medium,
      queueId: dialog.queueId ?? dialog.channel.queueId,
      callId: dialog.callId,
      priority: identification.isVip ? 10 : 0,
      identity: identification.result,
      responsible: identification.responsible,
      substituteId: identification.substituteId,
      at: dialog.openedAt.getTime(),
    });
  }
  return { id, identification };
}

/** Identifies in a savepoint. For calls with the budget: null means late (whatever it had done is rolled back). */
async function identifyInTime(tx: Tx, deps: IngestDeps, from: RawIdentity, channelId: Id, voice: boolean): Promise<Identification | null> {
  const context = { channelId, createLead: from.value !== null, verifiedHow: voice ? ("inbound_call" as const) : ("inbound_message" as const) };
  if (!voice) return tx.savepoint((sp) => deps.identify.identify(sp, from, context)) as Promise<Identification>;
  try {
    return (await tx.savepoint(async (sp) => {
      await sp`SELECT set_config('lock_timeout', ${`${IDENTIFY_LOCK_MS}ms`}, true), set_config('statement_timeout', ${`${IDENTIFY_BUDGET_MS}ms`}, true)`;
      const found = await deps.identify.identify(sp, from, context);
      await sp`SELECT set_config('lock_timeout', '0', true), set_config('statement_timeout', '0', true)`;
      return found;
    })) as Identification;
  } catch (error) {
    const code = (error as { code?: string }).code;
    // 55P03 lock_not_available, 57014 query_canceled (statement_timeout), 40P01 deadlock: late, not wrong.
    if (code === "55P03" || code === "57014" || code === "40P01") return null;
    throw error;
  }
}
