/** The same content within this time is the same message (there is no id that would tell). */
const SAME_MS = 60_000;
/** Content whose answer never went out is delivered again after the connection is back. */
const UNANSWERED_MS = 3_600_000;

/**
 * When a content came first: its time makes the key, so that a repeated delivery has the same key, and the same words
 * written again later are a new message. What is not answered yet is durable, because it will be repeated after a crash
 * as well; the rest is remembered for its minute by this process alone.
 */
export class Seen {
  /** First time by hash, of what is not answered yet. */
  readonly #unanswered: Record<string, number>;
  readonly #answered = new Map<string, number>();

  constructor(unanswered: Record<string, number>) {
    this.#unanswered = unanswered;
  }

  /** The caller makes it durable before it reports. */
  first(hash: string, now: number): number {
    for (const [known, at] of this.#answered) {
      if (now - at < SAME_MS) break;
      this.#answered.delete(known);
    }
    const at = this.#answered.get(hash) ?? this.#unanswered[hash];
    if (at !== undefined && now - at < UNANSWERED_MS) return at;
    for (const [known, since] of Object.entries(this.#unanswered)) if (now - since >= UNANSWERED_MS) delete this.#unanswered[known];
    this.#unanswered[hash] = now;
    return now;
  }

  /** The SMSC has our answer. */
  answered(hash: string): void {
    const at = this.#unanswered[hash];
    if (at === undefined) return;
    delete this.#unanswered[hash];
    this.#answered.set(hash, at);
  }
}
