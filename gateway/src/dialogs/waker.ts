/** Something to wait for: a wake-up that comes while nobody waits is kept for the next who does. */
export class Waker {
  #pending = false;
  #resolve: (() => void) | null = null;

  wake(): void {
    if (this.#resolve === null) this.#pending = true;
    else this.#resolve();
  }

  /** Resolves at the next wake-up, at once if one came since the last wait, or after `ms`. One waiter at a time. */
  wait(ms: number): Promise<void> {
    if (this.#pending) {
      this.#pending = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#resolve = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#resolve = done;
    });
  }
}
