import type { ChannelEvent, Host } from "@kommutator/contract/channel";

const RETRY_FIRST_MS = 100;
const RETRY_CAP_MS = 2000;

/**
 * Reports in the order of each call: the next event of a call leaves when the one before it is durable. What cannot be
 * stored now is tried again until the channel lets go (Asterisk does not repeat itself; the snapshot and the CDR repair the rest).
 */
export class Reporter {
  readonly #host: Host;
  #tails = new Map<string, Promise<void>>();
  #wakers = new Set<() => void>();
  #closed = false;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Resolves with true when the event is durable, with false when the channel closed before. */
  report(order: string, event: ChannelEvent): Promise<boolean> {
    const before = this.#tails.get(order) ?? Promise.resolve();
    const result = before.then(() => this.#deliver(event));
    const tail = result.then(() => {
      if (this.#tails.get(order) === tail) this.#tails.delete(order);
    });
    this.#tails.set(order, tail);
    return result;
  }

  /** Everything reported so far is durable or given up. */
  async settled(): Promise<void> {
    await Promise.all(this.#tails.values());
  }

  close(): void {
    this.#closed = true;
    for (const wake of this.#wakers) wake();
    this.#wakers.clear();
  }

  async #deliver(event: ChannelEvent): Promise<boolean> {
    for (let wait = RETRY_FIRST_MS; ; wait = Math.min(RETRY_CAP_MS, wait * 2)) {
      try {
        await this.#host.report(event);
        return true;
      } catch (error) {
        this.#host.record("in", `not stored yet: ${event.kind} ${event.eventKey}`, error instanceof Error ? error.message : String(error));
      }
      if (this.#closed) return false;
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          this.#wakers.delete(done);
          resolve();
        };
        const timer = setTimeout(done, wait);
        this.#wakers.add(done);
      });
      if (this.#closed) return false;
    }
  }
}
