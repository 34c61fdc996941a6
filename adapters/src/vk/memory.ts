import type { Host } from "@kommutator/contract/channel";
import type { EpochMs } from "@kommutator/contract/ids";
import type { Echo } from "./from-vk.ts";
import { int, obj, str } from "./loose.ts";

/** random_ids kept durably: VK echoes within seconds, and while we are away nothing of ours leaves. */
const MAX_SENT = 500;
const MAX_KEYS = 5_000;
/** Keys of our messages that nobody is known to have read, per customer, in memory alone. */
const MAX_UNREAD = 50;

/**
 * What the channel remembers of itself: where long polling goes on, and which messages are our own, so that VK's echo of
 * them (message_reply) makes no second message. A random_id is stored before its request leaves, so that neither a restart
 * nor another node takes the echo for something that staff typed in VK.
 */
export class Memory {
  readonly #host: Host;
  #sent: number[] = [];
  #ts: string | null = null;
  #at: EpochMs | null = null;
  #loading: Promise<void> | null = null;
  #saving: Promise<void> = Promise.resolve();
  readonly #keys = new Set<string>();
  readonly #unread = new Map<string, number[]>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** Reads what was stored, once. Throws when the store is away; the next call tries again. */
  load(): Promise<void> {
    this.#loading ??= this.#read().catch((error: unknown) => {
      this.#loading = null;
      throw error;
    });
    return this.#loading;
  }

  /** The number of the last event that is stored, or null at the first connection. */
  get ts(): string | null {
    return this.#ts;
  }

  /** When `ts` was stored, or null at the first connection. */
  get at(): EpochMs | null {
    return this.#at;
  }

  /** Events up to this one are stored: after a restart polling goes on here. */
  advance(ts: string): Promise<void> {
    return this.#write(() => {
      this.#ts = ts;
      this.#at = this.#host.now();
    });
  }

  /** A message with this random_id is about to leave. Throws when that cannot be stored. */
  async sending(randomId: number): Promise<void> {
    await this.load();
    if (this.#sent.includes(randomId)) return;
    await this.#write(async () => {
      // Another node may have sent meanwhile: its messages are ours too.
      const stored = parse(await this.#host.load());
      this.#sent = [...new Set([...stored.sent, ...this.#sent, randomId])].slice(-MAX_SENT);
    });
  }

  /** VK has taken it under this key. */
  sent(threadKey: string, cmid: number, messageKey: string): void {
    this.#keys.add(messageKey);
    if (this.#keys.size > MAX_KEYS) this.#keys.delete(this.#keys.values().next().value as string);
    const unread = [...(this.#unread.get(threadKey) ?? []), cmid].slice(-MAX_UNREAD);
    this.#unread.delete(threadKey);
    this.#unread.set(threadKey, unread);
    if (this.#unread.size > MAX_KEYS) this.#unread.delete(this.#unread.keys().next().value as string);
  }

  /** Our messages to this customer up to this one that are not known as read yet, and this one itself. */
  readUpTo(threadKey: string, upTo: number): number[] {
    const unread = this.#unread.get(threadKey) ?? [];
    this.#unread.set(
      threadKey,
      unread.filter((cmid) => cmid > upTo),
    );
    return [...new Set([...unread.filter((cmid) => cmid <= upTo), upTo])];
  }

  /** Looks at what is in memory only. */
  isOurs({ randomId, messageKey, adminId }: Echo): boolean {
    if (adminId !== undefined && adminId > 0) return false;
    return this.#keys.has(messageKey) || (randomId !== undefined && randomId !== 0 && this.#sent.includes(randomId));
  }

  /** Before an echo is taken for somebody else's: another node of ours may have sent it. Throws when the store is away. */
  async refresh(update: unknown): Promise<void> {
    const event = obj(update);
    if (str(event["type"]) !== "message_reply") return;
    await this.load();
    const message = obj(event["object"]);
    const randomId = int(message["random_id"]);
    if (randomId === undefined || randomId === 0 || this.#sent.includes(randomId) || int(message["admin_author_id"]) !== undefined) return;
    const stored = parse(await this.#host.load());
    this.#sent = [...new Set([...stored.sent, ...this.#sent])].slice(-MAX_SENT);
  }

  async #read(): Promise<void> {
    const stored = parse(await this.#host.load());
    this.#ts = stored.ts;
    this.#at = stored.at;
    this.#sent = [...new Set([...stored.sent, ...this.#sent])];
  }

  /** One write after another: the whole state is stored each time. */
  #write(change: () => void | Promise<void>): Promise<void> {
    const writing = this.#saving.then(async () => {
      await change();
      await this.#host.save({ ts: this.#ts, at: this.#at, sent: this.#sent });
    });
    this.#saving = writing.catch(() => {});
    return writing;
  }
}

function parse(stored: unknown): { ts: string | null; at: EpochMs | null; sent: number[] } {
  const { ts, at, sent } = obj(stored);
  const ids = Array.isArray(sent) ? sent.map(int).filter((id) => id !== undefined) : [];
  return { ts: typeof ts === "string" && ts !== "" ? ts : null, at: int(at) ?? null, sent: ids };
}
