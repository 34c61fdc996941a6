/** The backstop when nobody says that something came. */
export const POLL_MS = 100;
/** What nobody waits for is looked at together after this. */
const SOON_MS = 50;

/** When the table of inputs is to be looked at, or whether only what came directly can be waiting. */
export class Looks {
  private pending = true;
  private at = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly wake: () => void;

  constructor(wake: () => void) {
    this.wake = wake;
  }

  /** Something may be there that has not been looked at. */
  mayPend(): boolean {
    return this.pending;
  }

  /** By what was said, or by the time: not everybody says that something came. */
  due(): boolean {
    return this.pending || performance.now() - this.at > POLL_MS;
  }

  /** The table is looked at now; what comes from here on needs another look. */
  begin(): void {
    this.pending = false;
    this.at = performance.now();
  }

  /** The next round looks, though nobody need be woken for it. */
  again(): void {
    this.pending = true;
  }

  /** Something came. */
  now(): void {
    this.pending = true;
    this.wake();
  }

  /** The same for inputs that hardly ever change anything, as the next words of a talk that somebody has: they are looked at together, in a moment. */
  soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.now();
    }, SOON_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
