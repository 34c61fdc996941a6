import type { EpochMs } from "@kommutator/contract/ids";

const MINUTE_MS = 60_000;

/** How often something may happen in a minute, by key: two neighbouring minutes weighted, so that no edge lets twice as much through. */
export class Rate {
  readonly #perMinute: number;
  #minute = 0;
  #now = new Map<string, number>();
  #before = new Map<string, number>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Counts one and says whether it was within the limit; what is refused is not counted. */
  take(key: string, at: EpochMs): boolean {
    const minute = Math.floor(at / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#before = minute === this.#minute + 1 ? this.#now : new Map();
      this.#now = new Map();
      this.#minute = minute;
    }
    const share = 1 - (at % MINUTE_MS) / MINUTE_MS;
    const used = (this.#now.get(key) ?? 0) + (this.#before.get(key) ?? 0) * share;
    // One for all who come when there are too many to be told apart: memory stays bounded.
    if (used + 1 > this.#perMinute || this.#now.size > 50_000) return false;
    this.#now.set(key, (this.#now.get(key) ?? 0) + 1);
    return true;
  }
}
