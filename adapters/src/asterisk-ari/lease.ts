/** How long a caller stays with us after the last proof that we are alive. */
export const WAITING_LEASE_S = 5;
/** A held caller, or one whose agent's page is being reloaded, has somebody: longer than a restart of ours. */
export const HELD_LEASE_S = 30;
const RENEW_EVERY_MS = 1000;

/**
 * Keeps the callers' leases while our database commits. The proof is a commit of our own (`prove`): no proof, no renewal,
 * and the dialplan takes the callers to the fallback, whatever it is that hangs.
 */
export class Leases {
  readonly #prove: () => Promise<void>;
  readonly #renew: (channelId: string, seconds: number) => void;
  #held = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #proving = false;

  constructor(prove: () => Promise<void>, renew: (channelId: string, seconds: number) => void) {
    this.#prove = prove;
    this.#renew = renew;
  }

  /** From now on renewed each second, and at once if `proven` (a commit has just succeeded). */
  keep(channelId: string, seconds: number, proven: boolean): void {
    this.#held.set(channelId, seconds);
    if (proven) this.#renew(channelId, seconds);
    this.#timer ??= setInterval(() => void this.#tick(), RENEW_EVERY_MS);
  }

  /** Not renewed any more. */
  drop(channelId: string): void {
    this.#held.delete(channelId);
    if (this.#held.size === 0) this.#stop();
  }

  close(): void {
    this.#held.clear();
    this.#stop();
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #tick(): Promise<void> {
    if (this.#proving) return; // the last commit has not come back: there is nothing to renew on
    this.#proving = true;
    const started = performance.now();
    try {
      await this.#prove();
      // A commit that took longer than the lease says that we were frozen, not that we are well: the next one will tell.
      if (performance.now() - started < WAITING_LEASE_S * 500) for (const [channelId, seconds] of this.#held) this.#renew(channelId, seconds);
    } catch {
      // not committed: no renewal
    } finally {
      this.#proving = false;
    }
  }
}
