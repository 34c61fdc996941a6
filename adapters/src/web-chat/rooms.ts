/** How long "the agent is typing" is believed without a new signal. */
export const TYPING_MS = 6_000;
const FORGET_MS = 120_000;
const MAX_WAITING_PER_THREAD = 8;

interface Room {
  waiting: Set<() => void>;
  /** Grows with every signal; a page tells the one it knows. */
  version: number;
  typingUntil: number;
  ended: boolean;
  touchedAt: number;
}

/** Who waits for news of which thread, and what is not worth storing (typing, "the agent ended the chat"). Memory only. */
export class Rooms {
  readonly #rooms = new Map<string, Room>();
  #closed = false;

  get waiting(): number {
    let sum = 0;
    for (const room of this.#rooms.values()) sum += room.waiting.size;
    return sum;
  }

  state(threadKey: string, now: number): { version: number; typing: boolean; ended: boolean } {
    const room = this.#rooms.get(threadKey);
    return { version: room?.version ?? 0, typing: (room?.typingUntil ?? 0) > now, ended: room?.ended ?? false };
  }

  typing(threadKey: string, now: number): void {
    const room = this.#room(threadKey, now);
    const wasTyping = room.typingUntil > now;
    room.typingUntil = now + TYPING_MS;
    if (!wasTyping) this.#bump(room);
  }

  /** The agent's words end his typing. */
  spoke(threadKey: string, now: number): void {
    const room = this.#room(threadKey, now);
    room.typingUntil = 0;
    room.ended = false;
    this.#bump(room);
  }

  ended(threadKey: string, ended: boolean, now: number): void {
    const room = this.#room(threadKey, now);
    if (room.ended === ended) return;
    room.ended = ended;
    room.typingUntil = 0;
    this.#bump(room);
  }

  /** Resolves at the next news of the thread, after `timeoutMs`, or when the channel closes. */
  async wait(threadKey: string, timeoutMs: number, now: number): Promise<void> {
    if (this.#closed || timeoutMs <= 0) return;
    const room = this.#room(threadKey, now);
    // Too many tabs: the longest waiting one is let go and asks again.
    if (room.waiting.size >= MAX_WAITING_PER_THREAD) room.waiting.values().next().value?.();
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        room.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      room.waiting.add(done);
    });
  }

  close(): void {
    this.#closed = true;
    for (const room of this.#rooms.values()) for (const resume of [...room.waiting]) resume();
    this.#rooms.clear();
  }

  get closed(): boolean {
    return this.#closed;
  }

  #bump(room: Room): void {
    room.version++;
    for (const resume of [...room.waiting]) resume();
  }

  #room(threadKey: string, now: number): Room {
    if (this.#rooms.size > 5_000) {
      for (const [key, room] of this.#rooms) if (room.waiting.size === 0 && now - room.touchedAt > FORGET_MS) this.#rooms.delete(key);
    }
    let room = this.#rooms.get(threadKey);
    if (room === undefined) {
      // The version begins at the clock, so that a page's number from before a restart is never the current one.
      room = { waiting: new Set(), version: now, typingUntil: 0, ended: false, touchedAt: now };
      this.#rooms.set(threadKey, room);
    }
    room.touchedAt = now;
    return room;
  }
}
