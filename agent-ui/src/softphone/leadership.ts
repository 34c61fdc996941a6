/**
 * One tab holds the phone. The browser's Web Locks say which: the lock is free again the moment its tab closes, reloads or
 * crashes, and the next waiting tab gets it. The others show the leader's state, heard over a BroadcastChannel, and send it
 * what was pressed. So a second tab neither registers a second time nor rings twice.
 */
export interface Locks {
  request(name: string, options: { signal?: AbortSignal }, held: () => Promise<unknown>): Promise<unknown>;
}
export interface Wire {
  postMessage(data: unknown): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  close(): void;
}

export interface Leadership<State, Order> {
  /** Whether this tab holds the phone now. */
  leads(): boolean;
  /** The leader tells its state; ignored in other tabs. */
  tell(state: State): void;
  /** What was pressed: carried out here if this tab leads, else by the leader. */
  order(order: Order): void;
  close(): void;
}

type Note<State, Order> = { kind: "state"; state: State } | { kind: "order"; order: Order } | { kind: "ask" };

/** Joins the tabs of one employee (`name` carries the employee's id: two people in one browser do not share a phone). */
export function joinTabs<State, Order>(options: {
  name: string;
  locks: Locks;
  wire: Wire;
  onLead: () => void;
  onState: (state: State) => void;
  onOrder: (order: Order) => void;
}): Leadership<State, Order> {
  let leading = false;
  let closed = false;
  let last: State | undefined;
  let letGo: () => void = () => undefined;
  const abort = new AbortController();
  const post = (note: Note<State, Order>): void => {
    if (!closed) options.wire.postMessage(note);
  };

  options.wire.addEventListener("message", (event) => {
    const note = event.data as Note<State, Order>;
    if (closed) return;
    if (note.kind === "state" && !leading) options.onState(note.state);
    if (note.kind === "order" && leading) options.onOrder(note.order);
    if (note.kind === "ask" && leading && last !== undefined) post({ kind: "state", state: last });
  });
  post({ kind: "ask" });

  options.locks
    .request(options.name, { signal: abort.signal }, () => {
      if (closed) return Promise.resolve();
      leading = true;
      options.onLead();
      return new Promise<void>((resolve) => {
        letGo = resolve;
      });
    })
    .catch((error: unknown) => {
      // Closing while still waiting for the lock aborts the request: that is the plan, not a failure.
      if (!closed) throw error;
    });

  return {
    leads: () => leading,
    tell(state) {
      if (!leading) return;
      last = state;
      post({ kind: "state", state });
    },
    order(order) {
      if (leading) options.onOrder(order);
      else post({ kind: "order", order });
    },
    close() {
      if (closed) return;
      closed = true;
      leading = false;
      abort.abort();
      letGo();
      options.wire.close();
    },
  };
}
