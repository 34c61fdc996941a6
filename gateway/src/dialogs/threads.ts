import type { MessageReceived } from "@kommutator/contract/channel";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { normaliseIdentity } from "@kommutator/contract/phone";
import { cleanKey } from "../inbound/clean.ts";

/** How long the same sender with the same subject is the same thread when no header says so (spec CC-06). */
export const SUBJECT_DAYS = 14;

export interface ThreadQuestion {
  channelId: Id;
  event: MessageReceived;
}

interface KnownMessage {
  threadKey: string;
  participants: Set<string>;
  /** The address it came from; null for ours. */
  from: string | null;
}

/**
 * To which thread does each message belong? In this order:
 *   1. the provider's own thread key
 *   2. References and In-Reply-To, nearest last, against message keys of this channel - only where the sender already
 *      takes part in that thread (a forged or forwarded header must not join two customers' letters)
 *   3. the same sender with the same normalised subject within 14 days
 *   4. a new thread, named by the message's own key
 * A letter that is here already (the mailbox was renumbered) finds its own thread by its own key.
 * Answers for a whole batch; messages see the ones before them in the batch.
 */
export class ThreadResolver {
  readonly #country: string;
  readonly #messages = new Map<string, KnownMessage[]>();
  readonly #subjects = new Map<string, string>();

  constructor(country: string) {
    this.#country = country;
  }

  static async read(tx: Tx, country: string, questions: readonly ThreadQuestion[]): Promise<ThreadResolver> {
    const resolver = new ThreadResolver(country);
    const open = questions.filter((q) => q.event.thread.key === undefined);
    if (open.length > 0) await resolver.#load(tx, open);
    return resolver;
  }

  async #load(tx: Tx, questions: readonly ThreadQuestion[]): Promise<void> {
    const channels: Id[] = [];
    const keys: string[] = [];
    const subjects = { channel: [] as Id[], from: [] as string[], subject: [] as string[] };
    for (const { channelId, event } of questions) {
      for (const key of [event.messageKey, ...(event.thread.references ?? [])]) {
        channels.push(channelId);
        keys.push(cleanKey(key));
      }
      const from = this.#sender(event);
      if (from !== null && event.thread.subject) {
        subjects.channel.push(channelId);
        subjects.from.push(from);
        subjects.subject.push(event.thread.subject);
      }
    }
    const rows = await tx<
      { channel_id: Id; message_key: string; thread_key: string; sender: string | null; participants: string[]; identity_value: string | null }[]
    >`
      SELECT m.channel_id, m.message_key, m.thread_key, m.meta->>'from' AS sender, d.participants, d.identity_value
      FROM (SELECT DISTINCT * FROM unnest(${channels}::uuid[], ${keys}::text[]) AS u(channel_id, message_key)) q
      JOIN message m ON m.channel_id = q.channel_id AND m.message_key = q.message_key
      JOIN dialog d ON d.id = m.dialog_id`;
    for (const row of rows) {
      this.#add(row.channel_id, row.message_key, {
        threadKey: row.thread_key,
        from: row.sender,
        participants: new Set([...row.participants, ...(row.identity_value === null ? [] : [row.identity_value])]),
      });
    }
    if (subjects.channel.length === 0) return;
    const dialogs = await tx<{ channel_id: Id; identity_value: string; thread_subject: string; thread_key: string }[]>`
      SELECT DISTINCT ON (d.channel_id, d.identity_value, d.thread_subject) d.channel_id, d.identity_value, d.thread_subject, d.thread_key
      FROM (SELECT DISTINCT * FROM unnest(${subjects.channel}::uuid[], ${subjects.from}::text[], ${subjects.subject}::text[]) AS u(channel_id, sender, subject)) q
      JOIN dialog d ON d.channel_id = q.channel_id AND d.identity_value = q.sender AND d.thread_subject = q.subject
      WHERE coalesce(d.last_message_at, d.opened_at) > now() - ${SUBJECT_DAYS} * interval '1 day'
      ORDER BY d.channel_id, d.identity_value, d.thread_subject, d.opened_at DESC`;
    for (const d of dialogs) this.#subjects.set(subjectKey(d.channel_id, d.identity_value, d.thread_subject), d.thread_key);
  }

  /** The thread of this message. `known`: something of the thread is stored (or came earlier in this batch). */
  resolve({ channelId, event }: ThreadQuestion): { threadKey: string; known: boolean } {
    const own = cleanKey(event.messageKey);
    if (event.thread.key !== undefined) return { threadKey: cleanKey(event.thread.key), known: true };
    const from = this.#sender(event);
    const again = this.#messages.get(messageKey(channelId, own))?.find((m) => m.from !== null && m.from === from);
    if (again !== undefined) return { threadKey: again.threadKey, known: true };
    const found =
      this.#byReferences(channelId, event, from) ??
      (from === null || !event.thread.subject ? undefined : this.#subjects.get(subjectKey(channelId, from, event.thread.subject)));
    if (found !== undefined) {
      this.#remember(channelId, own, event, from, found);
      return { threadKey: found, known: true };
    }
    // Somebody else's letter has this Message-ID (forged or broken): it still gets a thread of its own.
    const threadKey = this.#messages.has(messageKey(channelId, own)) ? cleanKey(`${own} ${from ?? ""}`) : own;
    this.#remember(channelId, own, event, from, threadKey);
    return { threadKey, known: false };
  }

  #byReferences(channelId: Id, event: MessageReceived, from: string | null): string | undefined {
    for (const reference of [...(event.thread.references ?? [])].reverse()) {
      for (const message of this.#messages.get(messageKey(channelId, cleanKey(reference))) ?? []) {
        // A bounce or an auto-reply may come from a machine's address: what it refers to is enough, it opens nothing.
        if (event.nature === "bounce" || (from !== null && message.participants.has(from))) return message.threadKey;
      }
    }
    return undefined;
  }

  #remember(channelId: Id, own: string, event: MessageReceived, from: string | null, threadKey: string): void {
    if (event.nature !== "human") return;
    this.#add(channelId, own, { threadKey, from, participants: new Set([...participantsOf(event), ...(from === null ? [] : [from])]) });
    if (from !== null && event.thread.subject) this.#subjects.set(subjectKey(channelId, from, event.thread.subject), threadKey);
  }

  #add(channelId: Id, key: string, message: KnownMessage): void {
    const list = this.#messages.get(messageKey(channelId, key));
    if (list === undefined) this.#messages.set(messageKey(channelId, key), [message]);
    else list.push(message);
  }

  #sender(event: MessageReceived): string | null {
    return normaliseIdentity(event.from, this.#country).value;
  }
}

/** Who else was on the letter, without our own address. */
export function participantsOf(event: MessageReceived): string[] {
  const ours = event.to?.toLowerCase();
  return (event.participants ?? []).map((p) => p.toLowerCase()).filter((p) => p !== ours);
}

const messageKey = (channelId: Id, key: string) => `${channelId} ${key}`;
const subjectKey = (channelId: Id, from: string, subject: string) => `${channelId} ${from} ${subject}`;
