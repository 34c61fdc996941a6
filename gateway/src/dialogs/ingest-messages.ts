import { randomUUID } from "node:crypto";
import type { MessageReceived, RemoteFile } from "@kommutator/contract/channel";
import { type Tx, together } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { newId } from "@kommutator/contract/new-id";
import { normaliseIdentity } from "@kommutator/contract/phone";
import { cleanKey } from "../inbound/clean.ts";
import { Echoes } from "./echoes.ts";
import type { ChannelFacts, IngestDeps, IngestFacts, Outcome, PendingEvent } from "./ingest-deps.ts";
import { insertAttachments, insertMessages, insertRemoteFiles, insertUnjudged, type NewMessage, updateDialogs } from "./message-sql.ts";
import { identifyWriters, type NewDialog, openDialogs } from "./open-dialog.ts";
import { participantsOf, ThreadResolver } from "./threads.ts";

export interface Received extends PendingEvent {
  event: MessageReceived;
}

interface Placed {
  pending: Received;
  threadKey: string;
  messageKey: string;
}

/** A thread's newest dialog, as it changes while the batch is worked on. */
export interface DialogState {
  id: Id;
  open: boolean;
  nextSeq: number;
  waitSince: Date | null;
  touched: boolean;
  participants: Set<string>;
  last: { at: Date; text: string; direction: "in" | "out" } | null;
}

/**
 * Stores received messages, in their order, in the caller's transaction: a dozen statements however many they are.
 * What is here already (same key in the same thread) changes nothing. Returns the ids of those that must wait (echoes of what
 * we are just sending).
 */
export async function ingestMessages(
  tx: Tx,
  deps: IngestDeps,
  facts: IngestFacts,
  batch: readonly Received[],
  outcome: Outcome,
  asked?: Asked,
): Promise<number[]> {
  const { placed, dialogs, stored } = asked ?? (await ask(tx, facts.country, batch));
  const echoes = await Echoes.read(tx, placed);
  const answered = await answeredMessages(tx, placed);
  const waiting: number[] = [];
  const messages: NewMessage[] = [];
  const now = deps.now();
  const opening = newDialogs(placed, dialogs, stored, facts, now);
  const opened = opening.size === 0 ? [] : await identifyWriters(tx, deps, [...opening.values()], outcome);
  outcome.follow(openDialogs(tx, deps, facts, opened, outcome));

  for (const { pending, threadKey, messageKey } of placed) {
    const { event, channelId } = pending;
    const key = `${channelId} ${threadKey}`;
    if (stored.has(`${key} ${messageKey}`)) continue;
    let dialog = dialogs.get(key);

    if (event.nature === "outside") {
      const met = await echoes.meet(tx, pending, threadKey, messageKey, outcome);
      if (met === "wait") waiting.push(pending.id);
      if (met !== "new") continue;
    }
    if (event.nature === "bounce") await noteBounce(tx, deps, channelId, event, outcome);
    if (event.nature !== "human") {
      // Opens nothing and stops no clock: it is shown where it belongs, or kept only as a raw event.
      if (dialog === undefined) continue;
    } else if (dialog === undefined || !dialog.open) {
      const made = opening.get(key) as NewDialog;
      dialog = { id: made.id, open: true, nextSeq: 1, waitSince: null, touched: true, participants: new Set(made.participants), last: null };
      dialogs.set(key, dialog);
      if (event.origin !== undefined) await deps.identify.noteOrigin(tx, dialog.id, event.origin);
    }
    stored.add(`${key} ${messageKey}`);
    const message = place(pending, threadKey, messageKey, dialog, facts.country, now, outcome);
    if (event.replyTo !== undefined) message.replyTo = answered.get(`${key} ${cleanKey(event.replyTo)}`) ?? null;
    answered.set(`${key} ${messageKey}`, message.id);
    messages.push(message);
    if (event.nature !== "human") continue;
    if (event.claims !== undefined) await deps.identify.addClaims(tx, dialog.id, event.claims);
    if (event.proves !== undefined) await deps.identify.provePhone(tx, dialog.id, event.proves);
  }

  const touched = [...dialogs.values()].filter((d) => d.touched);
  // Nobody needs their answers before the batch's end: they share its last round trip.
  const files = deps.judgesFiles === true ? insertUnjudged : insertAttachments;
  outcome.follow(together([insertMessages(tx, messages), files(tx, messages), insertRemoteFiles(tx, messages), updateDialogs(tx, touched)]));
  return waiting;
}

/** What is there of the batch's threads: their newest dialogs, locked, and those of its messages that are stored. */
interface Asked {
  placed: Placed[];
  dialogs: Map<string, DialogState>;
  stored: Set<string>;
}

/** The first questions of `ingestMessages`, for threads that the provider names: nothing need be known to ask them, so they can go out before anything else. */
export const askForThreads = (tx: Tx, batch: readonly Received[]): Promise<Asked> => ask(tx, "", batch);

async function ask(tx: Tx, country: string, batch: readonly Received[]): Promise<Asked> {
  const resolver = batch.every((p) => p.event.thread.key !== undefined) ? new ThreadResolver(country) : await ThreadResolver.read(tx, country, batch);
  const placed = batch.map((pending) => ({ pending, ...resolver.resolve(pending), messageKey: cleanKey(pending.event.messageKey) }));
  // The second waits in the connection for the first's locks: no key is stored meanwhile that it does not see.
  const [dialogs, stored] = await together([lockDialogs(tx, placed), storedKeys(tx, placed)]);
  return { placed, dialogs, stored };
}

/** By thread and key: the messages that some of the batch answer. */
async function answeredMessages(tx: Tx, placed: readonly Placed[]): Promise<Map<string, Id>> {
  const answers = placed.filter((p) => p.pending.event.replyTo !== undefined);
  if (answers.length === 0) return new Map();
  const rows = await tx<{ id: Id; channel_id: Id; thread_key: string; message_key: string }[]>`
    SELECT m.id, m.channel_id, m.thread_key, m.message_key
    FROM unnest(${answers.map((p) => p.pending.channelId)}::uuid[], ${answers.map((p) => p.threadKey)}::text[], ${answers.map((p) => cleanKey(p.pending.event.replyTo ?? ""))}::text[])
      AS q(channel_id, thread_key, message_key)
    JOIN message m ON m.channel_id = q.channel_id AND m.thread_key = q.thread_key AND m.message_key = q.message_key`;
  return new Map(rows.map((r) => [`${r.channel_id} ${r.thread_key} ${r.message_key}`, r.id]));
}

/** By thread: the dialogs that the batch opens, each with its first human message. */
function newDialogs(
  placed: readonly Placed[],
  dialogs: ReadonlyMap<string, DialogState>,
  stored: ReadonlySet<string>,
  facts: { channels: Map<Id, ChannelFacts> },
  now: number,
): Map<string, NewDialog> {
  const opening = new Map<string, NewDialog>();
  for (const { pending, threadKey, messageKey } of placed) {
    const { event, channelId } = pending;
    const key = `${channelId} ${threadKey}`;
    if (event.nature !== "human" || opening.has(key) || dialogs.get(key)?.open === true || stored.has(`${key} ${messageKey}`)) continue;
    const channel = facts.channels.get(channelId);
    if (channel === undefined) throw new Error("the channel is gone");
    opening.set(key, {
      id: newId(),
      channel,
      threadKey,
      direction: "in",
      from: event.from,
      openedAt: new Date(now),
      subject: event.subject,
      threadSubject: event.thread.subject,
      participants: participantsOf(event),
      previousDialogId: dialogs.get(key)?.id ?? null,
      callId: null,
      route: true,
    });
  }
  return opening;
}

/** Gives the message its seq in the dialog and says what follows from it. */
function place(pending: Received, threadKey: string, messageKey: string, dialog: DialogState, country: string, now: number, outcome: Outcome): NewMessage {
  const { event } = pending;
  const at = new Date(Math.min(event.occurredAt, now));
  const outside = event.nature === "outside";
  const from = normaliseIdentity(event.from, country).value;
  const message: NewMessage = {
    id: randomUUID(),
    dialogId: dialog.id,
    seq: dialog.nextSeq++,
    channelId: pending.channelId,
    threadKey,
    messageKey,
    direction: outside ? "out" : "in",
    authorKind: AUTHOR[event.nature],
    subject: event.subject ?? null,
    body: event.text,
    html: event.html ?? null,
    quoted: event.quoted ?? null,
    truncated: event.truncated === true,
    meta: { from, name: event.from.displayName ?? null },
    providerAt: at,
    delivery: outside ? "sent" : null,
    replyTo: null,
    rawEventId: pending.hasFiles ? pending.id : null,
    remoteFiles: remoteFilesOf(event),
  };
  dialog.touched = true;
  dialog.last = { at, text: event.text.slice(0, 200), direction: message.direction };
  if (event.nature === "human") {
    dialog.waitSince ??= at;
    for (const address of [...participantsOf(event), ...(from === null ? [] : [from])]) dialog.participants.add(address);
    if (dialog.open) outcome.inputs.push({ kind: "dialog.message", dialogId: dialog.id, direction: "in", at: at.getTime() });
  } else if (outside) {
    dialog.waitSince = null;
    if (dialog.open) outcome.inputs.push({ kind: "dialog.message", dialogId: dialog.id, direction: "out", at: at.getTime() });
  }
  outcome.events.push({
    kind: "message.stored",
    dialogId: dialog.id,
    payload: { messageId: message.id, seq: message.seq, direction: message.direction, employeeId: null, nature: event.nature, at: at.getTime() },
  });
  return message;
}

/** The stored event keeps a null in place of each file whose bytes came along. */
function remoteFilesOf(event: MessageReceived): { pos: number; file: RemoteFile }[] {
  return (event.files ?? []).flatMap((file, pos) => (file !== null && "fileKey" in file ? [{ pos, file }] : []));
}

const AUTHOR = { human: "customer", "auto-reply": "auto_reply", bounce: "bounce", outside: "external_staff" } as const;

/** Marks the address, and our letter that came back. */
async function noteBounce(tx: Tx, deps: IngestDeps, channelId: Id, event: MessageReceived, outcome: Outcome): Promise<void> {
  const bounced = event.bounced;
  if (bounced === undefined) return;
  if (bounced.permanent) await deps.identify.markBounced(tx, bounced.address);
  const references = (event.thread.references ?? []).map(cleanKey);
  if (!bounced.permanent || references.length === 0) return;
  const failed = await tx<{ id: Id; dialog_id: Id; seq: number }[]>`
    UPDATE message SET delivery = 'failed', failure = ${bounced.reason.slice(0, 500)}
    WHERE channel_id = ${channelId} AND message_key = ANY(${references}) AND direction = 'out' AND delivery IN ('sent','uncertain') RETURNING id, dialog_id, seq`;
  for (const m of failed) {
    outcome.events.push({
      kind: "message.delivery",
      dialogId: m.dialog_id,
      payload: { messageId: m.id, seq: m.seq, delivery: "failed", failure: bounced.reason },
    });
  }
}

/** The newest dialog of each thread, locked (in id order, as emit does) so that seq is ours to give. */
async function lockDialogs(tx: Tx, placed: readonly { pending: Received; threadKey: string }[]): Promise<Map<string, DialogState>> {
  const channels = placed.map((p) => p.pending.channelId);
  const threads = placed.map((p) => p.threadKey);
  const rows = await tx<
    { id: Id; channel_id: Id; thread_key: string; closed_at: Date | null; next_seq: number; customer_wait_since: Date | null; participants: string[] }[]
  >`
    SELECT d.id, d.channel_id, d.thread_key, d.closed_at, d.next_seq, d.customer_wait_since, d.participants FROM dialog d
    WHERE d.id IN (
      SELECT l.id FROM (SELECT DISTINCT * FROM unnest(${channels}::uuid[], ${threads}::text[]) AS u(channel_id, thread_key)) q
      CROSS JOIN LATERAL (SELECT id FROM dialog WHERE channel_id = q.channel_id AND thread_key = q.thread_key ORDER BY (closed_at IS NULL) DESC, opened_at DESC, id DESC LIMIT 1) l)
    ORDER BY d.id FOR NO KEY UPDATE OF d`.execute();
  return new Map(
    rows.map((r) => [
      `${r.channel_id} ${r.thread_key}`,
      {
        id: r.id,
        open: r.closed_at === null,
        nextSeq: r.next_seq,
        waitSince: r.customer_wait_since,
        touched: false,
        participants: new Set(r.participants),
        last: null,
      },
    ]),
  );
}

async function storedKeys(tx: Tx, placed: readonly { pending: Received; threadKey: string; messageKey: string }[]): Promise<Set<string>> {
  const rows = await tx<{ channel_id: Id; thread_key: string; message_key: string }[]>`
    SELECT m.channel_id, m.thread_key, m.message_key
    FROM unnest(${placed.map((p) => p.pending.channelId)}::uuid[], ${placed.map((p) => p.threadKey)}::text[], ${placed.map((p) => p.messageKey)}::text[]) AS q(channel_id, thread_key, message_key)
    JOIN message m ON m.channel_id = q.channel_id AND m.thread_key = q.thread_key AND m.message_key = q.message_key`;
  return new Set(rows.map((r) => `${r.channel_id} ${r.thread_key} ${r.message_key}`));
}
