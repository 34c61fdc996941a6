const CHUNK = 96;

/**
 * A list kept in the order of `before` (a strict total order). Elements live in chunks of at most 96, found by binary search
 * over the chunks' first elements, so insert, remove and first cost O(log n) plus one short move. An element's key must not
 * change while it is in the list.
 */
export class SortedList<T> {
  private readonly before: (a: T, b: T) => boolean;
  private chunks: T[][] = [];
  size = 0;

  constructor(before: (a: T, b: T) => boolean) {
    this.before = before;
  }

  /** The chunk that holds `item` or into which it belongs. */
  private chunkOf(item: T): number {
    let low = 0;
    let high = this.chunks.length - 1;
    while (low < high) {
      const mid = (low + high + 1) >>> 1;
      const first = this.chunks[mid]?.[0] as T;
      if (this.before(item, first)) high = mid - 1;
      else low = mid;
    }
    return low;
  }

  private placeIn(chunk: T[], item: T): number {
    let low = 0;
    let high = chunk.length;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (this.before(chunk[mid] as T, item)) low = mid + 1;
      else high = mid;
    }
    return low;
  }

  insert(item: T): void {
    this.size++;
    if (this.chunks.length === 0) {
      this.chunks.push([item]);
      return;
    }
    // What arrives now mostly belongs behind everything that is here.
    const last = this.chunks[this.chunks.length - 1] as T[];
    if (last.length < CHUNK && this.before(last[last.length - 1] as T, item)) {
      last.push(item);
      return;
    }
    const c = this.chunkOf(item);
    const chunk = this.chunks[c] as T[];
    chunk.splice(this.placeIn(chunk, item), 0, item);
    if (chunk.length > CHUNK) this.chunks.splice(c + 1, 0, chunk.splice(CHUNK >>> 1));
  }

  /** Returns false when it was not there. */
  remove(item: T): boolean {
    if (this.size === 0) return false;
    // And what goes is mostly the first.
    const front = this.chunks[0] as T[];
    if (front[0] === item) {
      this.size--;
      if (front.length === 1) this.chunks.shift();
      else front.shift();
      return true;
    }
    const c = this.chunkOf(item);
    const chunk = this.chunks[c] as T[];
    const at = this.placeIn(chunk, item);
    if (chunk[at] !== item) return false;
    this.size--;
    if (chunk.length === 1) this.chunks.splice(c, 1);
    else chunk.splice(at, 1);
    return true;
  }

  /** The first element in order that `accept` takes. */
  find(accept: (item: T) => boolean): T | undefined {
    for (const chunk of this.chunks) for (const item of chunk) if (accept(item)) return item;
    return undefined;
  }

  /** How many elements stand before where `item` stands or would stand. O(n / 96). */
  countBefore(item: T): number {
    if (this.size === 0) return 0;
    const c = this.chunkOf(item);
    const chunk = this.chunks[c] as T[];
    // To look for the element itself touches nothing but the list; only a stranger's place is searched by comparing.
    let n = chunk.indexOf(item);
    if (n < 0) n = this.placeIn(chunk, item);
    for (let i = 0; i < c; i++) n += (this.chunks[i] as T[]).length;
    return n;
  }

  first(): T | undefined {
    return this.chunks[0]?.[0];
  }

  take(n: number): T[] {
    const out: T[] = [];
    for (const chunk of this.chunks)
      for (const item of chunk) {
        if (out.length === n) return out;
        out.push(item);
      }
    return out;
  }

  toArray(): T[] {
    return this.take(this.size);
  }
}
