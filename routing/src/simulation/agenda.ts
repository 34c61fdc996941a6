/** What is to happen and when: a binary heap; equal moments happen in the order in which they were put in. */
export class Agenda<T> {
  readonly #at: number[] = [];
  readonly #seq: number[] = [];
  readonly #what: T[] = [];
  #count = 0;

  get nextAt(): number | undefined {
    return this.#at[0];
  }

  put(at: number, what: T): void {
    let i = this.#at.length;
    this.#at.push(at);
    this.#seq.push(this.#count++);
    this.#what.push(what);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#before(i, parent)) break;
      this.#swap(i, parent);
      i = parent;
    }
  }

  take(): T | undefined {
    const first = this.#what[0];
    const last = this.#at.length - 1;
    if (last < 0) return undefined;
    this.#swap(0, last);
    this.#at.pop();
    this.#seq.pop();
    this.#what.pop();
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (child < last && this.#before(child, least)) least = child;
      if (least === i) break;
      this.#swap(i, least);
      i = least;
    }
    return first;
  }

  #before(i: number, j: number): boolean {
    const a = this.#at[i] as number;
    const b = this.#at[j] as number;
    return a !== b ? a < b : (this.#seq[i] as number) < (this.#seq[j] as number);
  }

  #swap(i: number, j: number): void {
    for (const list of [this.#at, this.#seq, this.#what] as unknown[][]) {
      const kept = list[i];
      list[i] = list[j];
      list[j] = kept;
    }
  }
}
