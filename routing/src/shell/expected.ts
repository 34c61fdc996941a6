/** How soon after an input was announced the engine looks, when nobody says that it was committed; then half as often each time. */
const FIRST_MS = 4;
const LONGEST_MS = 16;
/** A transaction that has not committed by then was rolled back, or nobody waits for it. */
const FORGET_MS = 500;
const MANY = 1_000;

/** Inputs of this process that were put before the router in transactions which may not be committed yet. */
export class Expected {
  private readonly until = new Map<number, number>();
  private step = FIRST_MS;

  announce(ids: readonly number[]): void {
    const until = performance.now() + FORGET_MS;
    for (const id of ids) this.until.set(id, until);
    this.step = FIRST_MS;
    // Where another node decides, nobody asks.
    if (this.until.size > MANY) this.any();
  }

  /** They were read: their transactions stand. */
  seen(rows: readonly { id: number }[]): void {
    if (this.until.size > 0) for (const { id } of rows) this.until.delete(id);
  }

  any(): boolean {
    const now = performance.now();
    for (const [id, until] of this.until) if (until <= now) this.until.delete(id);
    return this.until.size > 0;
  }

  /** So many milliseconds to the next look; infinite when nothing is expected. */
  nextLook(): number {
    if (!this.any()) return Number.POSITIVE_INFINITY;
    const ms = this.step;
    this.step = Math.min(this.step * 2, LONGEST_MS);
    return ms;
  }
}
