/** Something to wait for: a wake-up that comes while nobody waits is kept for the next who does. One waiter at a time. */
export class Waker {
  private pending = false;
  private resolve: ((woken: boolean) => void) | null = null;

  wake(): void {
    if (this.resolve === null) this.pending = true;
    else this.resolve(true);
  }

  /** Resolves at a wake-up (true) or after `ms`. */
  wait(ms: number): Promise<boolean> {
    if (this.pending) {
      this.pending = false;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const done = (woken: boolean) => {
        clearTimeout(timer);
        this.resolve = null;
        resolve(woken);
      };
      const timer = setTimeout(() => done(false), ms);
      this.resolve = done;
    });
  }
}
