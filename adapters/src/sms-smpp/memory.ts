import type { Host } from "@kommutator/contract/channel";
import type { GroupState } from "./parts.ts";
import type { SentState } from "./sent.ts";

/** What the connection remembers over restarts. */
export interface MemoryState {
  parts: Record<string, GroupState>;
  /** First time, by hash of content that is not answered yet. */
  seen: Record<string, number>;
  sent: Record<string, SentState>;
}

const SOON_MS = 500;

/**
 * The durable memory. `save` resolves when everything changed before the call is stored; calls that meet while one is
 * being written share the next one, so many messages at once cost few writes.
 */
export class Memory {
  readonly state: MemoryState;
  readonly #host: Host;
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  #soon: NodeJS.Timeout | null = null;
  #closed = false;

  private constructor(host: Host, state: MemoryState) {
    this.#host = host;
    this.state = state;
  }

  /** Throws when the host cannot load. */
  static async load(host: Host): Promise<Memory> {
    const saved = ((await host.load()) ?? {}) as Partial<MemoryState>;
    return new Memory(host, { parts: saved.parts ?? {}, seen: saved.seen ?? {}, sent: saved.sent ?? {} });
  }

  save(): Promise<void> {
    if (this.#soon !== null) clearTimeout(this.#soon);
    this.#soon = null;
    if (this.#next === null) {
      const next: Promise<void> = this.#current
        .catch(() => {})
        .then(() => {
          this.#current = next;
          this.#next = null;
          return this.#host.save(this.state);
        });
      this.#next = next;
    }
    return this.#next;
  }

  /** For what may be lost without harm: stored within half a second. */
  saveSoon(): void {
    if (this.#closed) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = null;
      this.save().catch(() => {});
    }, SOON_MS);
  }

  /** Writes what is waiting, but waits for it no longer than `limit` allows. */
  async close(limit: Promise<unknown>): Promise<void> {
    this.#closed = true;
    if (this.#soon === null) return;
    await Promise.race([this.save().catch(() => {}), limit]);
  }
}
