import { ChannelError, type Commands, type RawIdentity } from "@kommutator/contract/channel";
import type { Db, Tx } from "@kommutator/contract/db";
import type { Delivery } from "@kommutator/contract/dialog-event";
import type { Id } from "@kommutator/contract/ids";
import type { EmitEvents } from "@kommutator/contract/ports";
import { dropEcho } from "../dialogs/echoes.ts";
import type { BlobStore, ChannelSupervisor } from "../ports.ts";
import { addDrain } from "./jobs.ts";

/** A message that could not be handed over for this long is given up: `failed`, with a button to try again. */
const GIVE_UP_MS = 48 * 3_600_000;
/** Back-off of a retryable failure: 1 s doubling to 60 s, each +-20 %. */
const RETRY_FIRST_MS = 1_000;
const RETRY_LAST_MS = 60_000;
/** A channel that is not open so long after the attempt is not waited for. */
const OPENS_WITHIN_MS = 30_000;
/** How many message keys of the thread go along for References. */
const REFERENCES = 30;

export interface DrainDeps {
  sql: Db;
  supervisor: Pick<ChannelSupervisor, "perform" | "open">;
  blobs: BlobStore;
  emit: EmitEvents;
  now: () => number;
  /** False once this node may not send any more (lease lost): the job fails, so that it stays, and the next holder goes on. */
  maySend: () => boolean;
  /** In the transactions: throws when another node sends by now. */
  hold: (tx: Tx) => Promise<void>;
  onCommitted: () => void;
}

interface Unsent {
  id: Id;
  seq: number;
  delivery: "queued" | "uncertain";
  attempts: number;
  meta: { sending?: string };
  created_at: Date;
  subject: string | null;
  body: string;
  author_kind: string;
  channel_id: Id;
  thread_key: string;
  dialog_subject: string | null;
  identity_kind: RawIdentity["kind"];
  identity_value: string | null;
  display_name: string | null;
  /** Key of the message that it answers. */
  reply_key: string | null;
  quick_answers: string[];
}

/**
 * "Drain dialog D": sends the lowest unsent message, then the next, and stops at the first that must wait. Order lives
 * in the rows: nothing is sent while a lower one is queued or uncertain.
 *
 *   before the send   the attempt is marked in the row and committed
 *   after it          the outcome is committed
 * So a crash between the two leaves a marked row: whether the provider has it nobody knows, and it becomes `uncertain`.
 * It is never sent again by itself - unless the provider knows our id of it (`repeatsSafely`): then sending again is harmless.
 */
export async function drain(deps: DrainDeps, dialogId: Id): Promise<void> {
  for (;;) {
    mustBeOurs(deps);
    const next = await deps.sql.begin(async (tx) => {
      await deps.hold(tx);
      return begin(tx, deps, dialogId);
    });
    if (next === null) return;
    if (next === "settled") {
      deps.onCommitted();
      return;
    }
    // The process may have been stopped since the mark: then the next holder has judged it already.
    mustBeOurs(deps);
    const outcome = await send(deps, next);
    const goOn = await deps.sql.begin(async (tx) => {
      await deps.hold(tx);
      return finish(tx, deps, dialogId, next, outcome);
    });
    deps.onCommitted();
    if (!goOn) return;
  }
}

/** A job that ended well would be deleted, and what is left of its dialog never sent. */
function mustBeOurs(deps: DrainDeps): void {
  if (!deps.maySend()) throw new Error("another node sends what goes out now");
}

/** Takes the lowest unsent message and marks the attempt. null: nothing to send now (the lowest is uncertain, or the job comes again). */
async function begin(tx: Tx, deps: DrainDeps, dialogId: Id): Promise<Unsent | "settled" | null> {
  await tx`SELECT 1 FROM dialog WHERE id = ${dialogId} FOR NO KEY UPDATE`;
  const [next] = await tx<Unsent[]>`
    SELECT m.id, m.seq, m.delivery, m.attempts, m.meta, m.created_at, m.subject, m.body, m.author_kind, m.channel_id, m.thread_key,
      d.subject AS dialog_subject, d.identity_kind, d.identity_value, d.display_name, r.message_key AS reply_key, m.quick_answers
    FROM message m JOIN dialog d ON d.id = m.dialog_id LEFT JOIN message r ON r.id = m.reply_to
    WHERE m.dialog_id = ${dialogId} AND m.delivery IN ('queued','uncertain') ORDER BY m.seq LIMIT 1`;
  if (next === undefined || next.delivery === "uncertain") return null;
  if (next.meta.sending !== undefined) {
    const channel = deps.supervisor.open(next.channel_id);
    if (channel === null && deps.now() - Date.parse(next.meta.sending) < OPENS_WITHIN_MS) {
      // Just after a start: only the open channel knows whether it may be sent again.
      await addDrain(tx, next.channel_id, dialogId, { runAt: new Date(deps.now() + RETRY_FIRST_MS) });
      return null;
    }
    if (channel?.repeatsSafely === true) {
      await tx`UPDATE message SET attempts = attempts + 1, meta = meta || jsonb_build_object('sending', clock_timestamp()) WHERE id = ${next.id}`;
      return next;
    }
    await setDelivery(tx, deps, dialogId, next, "uncertain", "the program stopped while sending: look whether it arrived");
    return "settled";
  }
  await tx`UPDATE message SET attempts = attempts + 1, meta = meta || jsonb_build_object('sending', clock_timestamp()) WHERE id = ${next.id}`;
  return next;
}

type SendOutcome = { sent: string } | { error: ChannelError };

async function send(deps: DrainDeps, message: Unsent): Promise<SendOutcome> {
  let command: Commands["message.send"];
  try {
    command = await commandOf(deps, message);
  } catch (cause) {
    // Nothing has left us yet.
    return { error: new ChannelError("unreachable", "the message could not be read", { cause }) };
  }
  try {
    const result = await deps.supervisor.perform(message.channel_id, "message.send", command);
    return { sent: result.messageKey };
  } catch (error) {
    if (error instanceof ChannelError) return { error };
    return { error: new ChannelError("uncertain", error instanceof Error ? error.message : String(error), { cause: error }) };
  }
}

async function commandOf(deps: DrainDeps, message: Unsent): Promise<Commands["message.send"]> {
  const { sql } = deps;
  const files = await sql<{ blob_id: Id; name: string; mime: string; bytes: number }[]>`
    SELECT blob_id, name, mime, bytes FROM message_attachment WHERE message_id = ${message.id} AND blob_id IS NOT NULL ORDER BY pos`;
  const references = await sql<{ message_key: string }[]>`
    SELECT m.message_key FROM message m JOIN dialog d ON d.id = m.dialog_id
    WHERE m.channel_id = ${message.channel_id} AND m.thread_key = ${message.thread_key} AND m.message_key IS NOT NULL AND m.author_kind NOT IN ('bounce','auto_reply')
    ORDER BY d.opened_at DESC, m.seq DESC LIMIT ${REFERENCES}`;
  const subject = message.subject ?? message.dialog_subject ?? undefined;
  return {
    id: message.id,
    threadKey: message.thread_key,
    to: { kind: message.identity_kind, value: message.identity_value, displayName: message.display_name ?? undefined },
    ...(subject === undefined ? {} : { subject }),
    text: message.body,
    files: files.map((f) => ({
      name: f.name,
      mime: f.mime,
      bytes: f.bytes,
      async read() {
        const bytes = await deps.blobs.read(sql as unknown as Tx, f.blob_id);
        if (bytes === null) throw new ChannelError("rejected", `the file ${f.name} is gone`);
        return bytes;
      },
    })),
    references: references.map((r) => r.message_key).reverse(),
    ...(message.author_kind === "auto_ack" ? { automatic: true } : {}),
    ...(message.reply_key === null ? {} : { replyTo: message.reply_key }),
    ...(message.quick_answers.length === 0 ? {} : { quickAnswers: message.quick_answers }),
  };
}

/** Writes down what became of it. True: the next message may go. */
async function finish(tx: Tx, deps: DrainDeps, dialogId: Id, message: Unsent, outcome: SendOutcome): Promise<boolean> {
  await tx`SELECT 1 FROM dialog WHERE id = ${dialogId} FOR NO KEY UPDATE`;
  if ("sent" in outcome) {
    await dropEcho(tx, { id: message.id, channelId: message.channel_id, threadKey: message.thread_key, messageKey: outcome.sent });
    await tx`UPDATE message SET message_key = ${outcome.sent} WHERE id = ${message.id}`;
    await setDelivery(tx, deps, dialogId, message, "sent", null);
    return true;
  }
  const { error } = outcome;
  const again = error.code === "uncertain" && deps.supervisor.open(message.channel_id)?.repeatsSafely === true;
  switch (again ? "unreachable" : error.code) {
    case "uncertain":
      await setDelivery(tx, deps, dialogId, message, "uncertain", error.message);
      return false;
    case "rejected":
    case "unsupported":
      await setDelivery(tx, deps, dialogId, message, "failed", error.message);
      return true;
    case "unreachable":
    case "rate-limited":
    case "bad-credentials": {
      if (deps.now() - message.created_at.getTime() > GIVE_UP_MS) {
        await setDelivery(tx, deps, dialogId, message, again ? "uncertain" : "failed", error.message);
        return !again;
      }
      await tx`UPDATE message SET meta = meta - 'sending', failure = ${error.message.slice(0, 500)} WHERE id = ${message.id}`;
      const backOff = Math.min(RETRY_FIRST_MS * 2 ** Math.min(message.attempts, 10), RETRY_LAST_MS) * (0.8 + Math.random() * 0.4);
      await addDrain(tx, message.channel_id, dialogId, { runAt: new Date(deps.now() + (error.retryAfterMs ?? backOff)) });
      return false;
    }
  }
}

async function setDelivery(tx: Tx, deps: DrainDeps, dialogId: Id, message: Unsent, delivery: Delivery, failure: string | null): Promise<void> {
  // The provider's own report may have come first and said more (delivered): then that stands.
  const rows = await tx`
    UPDATE message SET delivery = ${delivery}, failure = ${failure?.slice(0, 500) ?? null}, meta = meta - 'sending'
    WHERE id = ${message.id} AND delivery IN ('queued','uncertain') RETURNING 1`;
  if (rows.length === 0) return;
  await deps.emit(tx, [{ kind: "message.delivery", dialogId, payload: { messageId: message.id, seq: message.seq, delivery, failure } }]);
}
