import type { DialogEvent } from "@kommutator/contract/dialog-event";
import type { Id, StreamPosition } from "@kommutator/contract/ids";
import type { Stream } from "../../ports.ts";
import type { Ownership } from "../dialogs/visibility.ts";

const PAGE = 1_000;
/** Cut off in pieces: each cut moves all that stay. */
const PIECE = 5_000;

type Row = Ownership & { id: Id };

/**
 * The last stretch of the stream, and whose the dialogs in it are now, in memory for everybody who comes back. After a restart five hundred
 * browsers come back at once; each of them reading what it missed for itself would keep the house busy longer than it was away.
 */
export class Recent {
  readonly #keep: number;
  readonly #readEvents: Stream["read"];
  readonly #readRows: (ids: Id[]) => Promise<Row[]>;
  /** Without gaps; the last one is at `#last`. */
  #events: DialogEvent[] = [];
  #last: StreamPosition = 0;
  /** Each dialog of the stretch: its last event, and whose it was when that was read after it (null: there is none). */
  readonly #dialogs = new Map<Id, { at: StreamPosition; whose: Ownership | null | undefined }>();
  #filling: Promise<unknown> = Promise.resolve();

  /** Keeps at least `keep` events when so many have come or were asked for. */
  constructor(options: { keep: number; readEvents: Stream["read"]; readRows: (ids: Id[]) => Promise<Row[]> }) {
    this.#keep = options.keep;
    this.#readEvents = options.readEvents;
    this.#readRows = options.readRows;
  }

  /** Begins anew after this position. */
  begin(position: StreamPosition): void {
    this.#events = [];
    this.#dialogs.clear();
    this.#last = position;
  }

  /** What follows, with its dialogs as they were read after it; without them they are read when somebody asks. */
  add(events: readonly DialogEvent[], rows: ReadonlyMap<Id, Ownership> | null): void {
    const first = events[0];
    if (first === undefined) return;
    if (first.position !== this.#last + 1) this.begin(first.position - 1);
    for (const e of events) {
      this.#events.push(e);
      if (e.dialogId === null) continue;
      const known = this.#dialogs.get(e.dialogId);
      const whose = rows === null ? undefined : keep(known?.whose, rows.get(e.dialogId) ?? null);
      if (known === undefined) this.#dialogs.set(e.dialogId, { at: e.position, whose });
      else {
        known.at = e.position;
        known.whose = whose;
      }
    }
    this.#last = events.at(-1)?.position ?? this.#last;
    if (this.#events.length > this.#keep + PIECE) this.#cut();
  }

  #cut(): void {
    this.#events.splice(0, this.#events.length - this.#keep);
    const oldest = this.#events[0]?.position ?? 0;
    for (const [id, { at }] of this.#dialogs) if (at < oldest) this.#dialogs.delete(id);
  }

  get #first(): StreamPosition {
    return this.#events[0]?.position ?? this.#last + 1;
  }

  /** At most `limit` events after `from`, in their order. What is not in memory yet is read once for all. */
  async since(from: StreamPosition, limit: number): Promise<DialogEvent[]> {
    if (from + 1 < this.#first) await this.#inTurn(() => this.#fill(from));
    const begin = from + 1 - this.#first;
    // The stretch could not be joined: the stream's own retention, or a new beginning meanwhile.
    if (begin < 0) return this.#readEvents(from, limit);
    return this.#events.slice(begin, begin + limit);
  }

  async #fill(from: StreamPosition): Promise<void> {
    const found: DialogEvent[] = [];
    for (let at = from; at + 1 < this.#first; ) {
      const page = await this.#readEvents(at, Math.min(PAGE, this.#first - 1 - at));
      if (page.length === 0) return;
      for (const e of page) found.push(e);
      at = page.at(-1)?.position ?? at;
    }
    if (found.at(-1)?.position !== this.#first - 1) return;
    for (const e of found) if (e.dialogId !== null && !this.#dialogs.has(e.dialogId)) this.#dialogs.set(e.dialogId, { at: e.position, whose: undefined });
    this.#events = [...found, ...this.#events];
  }

  /** Reads the rows of those dialogs that are not known. */
  async load(ids: Iterable<Id>): Promise<void> {
    const missing = [...ids].filter((id) => this.whose(id) === undefined);
    if (missing.length === 0) return;
    await this.#inTurn(async () => {
      // Somebody before us may have asked for the same ones.
      const wanted = missing.flatMap((id) => {
        const known = this.#dialogs.get(id);
        return known !== undefined && known.whose === undefined ? [{ id, at: known.at }] : [];
      });
      for (let i = 0; i < wanted.length; i += PAGE) {
        const part = wanted.slice(i, i + PAGE);
        const rows = new Map((await this.#readRows(part.map(({ id }) => id))).map((row) => [row.id, row]));
        for (const { id, at } of part) {
          const known = this.#dialogs.get(id);
          if (known?.at === at && known.whose === undefined) known.whose = keep(undefined, rows.get(id) ?? null);
        }
      }
    });
  }

  /** Whose a dialog of the stretch is now; null: it is no more; undefined: not known, so anything may be true of it. */
  whose(id: Id): Ownership | null | undefined {
    return this.#dialogs.get(id)?.whose;
  }

  /** Several who come back want the same: whoever is first reads it. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#filling.then(work);
    this.#filling = done.catch(() => undefined);
    return done;
  }
}

/**
 * What is kept of a dialog's wide row: the few fields that say whose it is, and the ones kept before when they are equal. Rows that are
 * held for seconds and then replaced grow old in the heap: each collection of them takes the processor from everybody for a tenth of a second.
 */
function keep(before: Ownership | null | undefined, row: Ownership | null): Ownership | null {
  if (row === null) return null;
  const { assignee_id, offer_employee_id, owner_id, owner_department_id, vq_id, vq_department_id, inquirer_ids } = row;
  const same =
    before?.assignee_id === assignee_id &&
    before.offer_employee_id === offer_employee_id &&
    before.owner_id === owner_id &&
    before.owner_department_id === owner_department_id &&
    before.vq_id === vq_id &&
    before.vq_department_id === vq_department_id &&
    before.inquirer_ids.join() === inquirer_ids.join();
  return same ? before : { assignee_id, offer_employee_id, owner_id, owner_department_id, vq_id, vq_department_id, inquirer_ids };
}
