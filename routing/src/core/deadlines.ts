import type { EpochMs, Id } from "@kommutator/contract/ids";

/** What a deadline is about; with its owner's id it is the `deadlineId` of the contract: `offer:<id>`. */
export type DeadlineKind = "offer" | "wait" | "retry" | "relax" | "announce" | "lost" | "wrapup" | "grace" | "gate" | "rest";

/** One clock of one owner. It lives as long as its owner and is set and cleared; `slot` is its place in the heap, -1 when cleared. */
export class Deadline {
  readonly kind: DeadlineKind;
  readonly ownerId: Id;
  at: EpochMs = 0;
  slot = -1;
  private name: string | null = null;

  constructor(kind: DeadlineKind, ownerId: Id) {
    this.kind = kind;
    this.ownerId = ownerId;
  }

  /** Put together once: the same string is found again faster than an equal one. */
  get id(): string {
    this.name ??= `${this.kind}:${this.ownerId}`;
    return this.name;
  }

  isSet(): boolean {
    return this.slot >= 0;
  }
}

/** Strict, so that the order of equal moments does not depend on when a clock was set. */
function before(a: Deadline, b: Deadline): boolean {
  return a.ownerId !== b.ownerId ? a.ownerId < b.ownerId : a.kind < b.kind;
}

const WIDTH = 4;

/**
 * The running deadlines as a heap that knows each one's place: set, clear and next cost O(log n), nothing stale stays. Four
 * children a node, and the moments in a list of their own: what is compared lies side by side in memory, and the clocks
 * themselves are looked at only when moments are equal.
 */
export class Deadlines {
  private readonly heap: Deadline[] = [];
  private readonly at: EpochMs[] = [];

  get size(): number {
    return this.heap.length;
  }

  next(): Deadline | undefined {
    return this.heap[0];
  }

  set(deadline: Deadline, at: EpochMs): void {
    deadline.at = at;
    if (deadline.slot < 0) {
      this.heap.push(deadline);
      this.at.push(at);
      this.up(deadline, at, this.heap.length - 1);
    } else if (at < (this.at[deadline.slot] as number)) this.up(deadline, at, deadline.slot);
    else this.down(deadline, at, deadline.slot);
  }

  clear(deadline: Deadline): void {
    const slot = deadline.slot;
    if (slot < 0) return;
    const last = this.heap.pop() as Deadline;
    const at = this.at.pop() as number;
    deadline.slot = -1;
    if (last === deadline) return;
    // The last one takes the free place, and moves from there to where it belongs.
    this.up(last, at, slot);
    if (last.slot === slot) this.down(last, at, slot);
  }

  /** All that are due at `now`, earliest first; they stay set until their decision clears them. */
  due(now: EpochMs, limit: number): Deadline[] {
    const found: Deadline[] = [];
    const walk = (i: number): void => {
      if (i >= this.heap.length || (this.at[i] as number) > now) return;
      found.push(this.heap[i] as Deadline);
      for (let child = WIDTH * i + 1; child <= WIDTH * i + WIDTH; child++) walk(child);
    };
    walk(0);
    found.sort((a, b) => (a.at !== b.at ? a.at - b.at : before(a, b) ? -1 : 1));
    return found.slice(0, limit);
  }

  /** Into the place `slot` or nearer to the top; what stands there moves down. */
  private up(d: Deadline, t: EpochMs, slot: number): void {
    const { heap, at } = this;
    let i = slot;
    while (i > 0) {
      const parent = ((i - 1) / WIDTH) | 0;
      const p = heap[parent] as Deadline;
      const pt = at[parent] as number;
      if (t > pt || (t === pt && !before(d, p))) break;
      heap[i] = p;
      at[i] = pt;
      p.slot = i;
      i = parent;
    }
    heap[i] = d;
    at[i] = t;
    d.slot = i;
  }

  /** Into the place `slot` or farther from the top; what stands there moves up. */
  private down(d: Deadline, t: EpochMs, slot: number): void {
    const { heap, at } = this;
    const n = heap.length;
    let i = slot;
    for (;;) {
      const first = WIDTH * i + 1;
      if (first >= n) break;
      let child = first;
      let ct = at[first] as number;
      const end = Math.min(first + WIDTH, n);
      for (let c = first + 1; c < end; c++) {
        const other = at[c] as number;
        if (other < ct || (other === ct && before(heap[c] as Deadline, heap[child] as Deadline))) {
          child = c;
          ct = other;
        }
      }
      const least = heap[child] as Deadline;
      if (t < ct || (t === ct && before(d, least))) break;
      heap[i] = least;
      at[i] = ct;
      least.slot = i;
      i = child;
    }
    heap[i] = d;
    at[i] = t;
    d.slot = i;
  }
}
