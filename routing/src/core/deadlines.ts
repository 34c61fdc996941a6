import type { EpochMs, Id } from "@kommutator/contract/ids";

/** What a deadline is about; with its owner's id it is the `deadlineId` of the contract: `offer:<id>`. */
export type DeadlineKind = "offer" | "wait" | "retry" | "relax" | "announce" | "lost" | "wrapup" | "grace" | "gate" | "rest";

/** One clock of one owner. It lives as long as its owner and is set and cleared; `slot` is its place in the heap, -1 when cleared. */
export class Deadline {
  readonly kind: DeadlineKind;
  readonly ownerId: Id;
  at: EpochMs = 0;
  slot = -1;

  constructor(kind: DeadlineKind, ownerId: Id) {
    this.kind = kind;
    this.ownerId = ownerId;
  }

  get id(): string {
    return `${this.kind}:${this.ownerId}`;
  }

  isSet(): boolean {
    return this.slot >= 0;
  }
}

/** Strict, so that the order of equal moments does not depend on when a clock was set. */
function earlier(a: Deadline, b: Deadline): boolean {
  if (a.at !== b.at) return a.at < b.at;
  return a.ownerId !== b.ownerId ? a.ownerId < b.ownerId : a.kind < b.kind;
}

/** The running deadlines as a binary heap that knows each one's place: set, clear and next cost O(log n), nothing stale stays. */
export class Deadlines {
  private readonly heap: Deadline[] = [];

  get size(): number {
    return this.heap.length;
  }

  next(): Deadline | undefined {
    return this.heap[0];
  }

  set(deadline: Deadline, at: EpochMs): void {
    const before = deadline.at;
    deadline.at = at;
    if (deadline.slot < 0) {
      deadline.slot = this.heap.length;
      this.heap.push(deadline);
      this.up(deadline);
    } else if (at < before) this.up(deadline);
    else this.down(deadline);
  }

  clear(deadline: Deadline): void {
    if (deadline.slot < 0) return;
    const at = deadline.slot;
    const last = this.heap.pop() as Deadline;
    deadline.slot = -1;
    if (last === deadline) return;
    this.heap[at] = last;
    last.slot = at;
    this.up(last);
    this.down(last);
  }

  /** All that are due at `now`, earliest first; they stay set until their decision clears them. */
  due(now: EpochMs, limit: number): Deadline[] {
    const found: Deadline[] = [];
    const walk = (i: number): void => {
      const d = this.heap[i];
      if (d === undefined || d.at > now) return;
      found.push(d);
      walk(2 * i + 1);
      walk(2 * i + 2);
    };
    walk(0);
    found.sort((a, b) => (earlier(a, b) ? -1 : 1));
    return found.slice(0, limit);
  }

  private up(d: Deadline): void {
    let i = d.slot;
    while (i > 0) {
      const parent = (i - 1) >>> 1;
      const p = this.heap[parent] as Deadline;
      if (!earlier(d, p)) break;
      this.heap[i] = p;
      p.slot = i;
      i = parent;
    }
    this.heap[i] = d;
    d.slot = i;
  }

  private down(d: Deadline): void {
    const n = this.heap.length;
    let i = d.slot;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= n) break;
      if (child + 1 < n && earlier(this.heap[child + 1] as Deadline, this.heap[child] as Deadline)) child++;
      const c = this.heap[child] as Deadline;
      if (!earlier(c, d)) break;
      this.heap[i] = c;
      c.slot = i;
      i = child;
    }
    this.heap[i] = d;
    d.slot = i;
  }
}
