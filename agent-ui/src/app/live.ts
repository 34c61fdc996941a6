import type { DialogSummary, OfferSummary } from "@kommutator/contract/api/dialogs";
import type { Board, Presence } from "@kommutator/contract/api/routing";
import type { ServerEvent, ServerEventName } from "@kommutator/contract/api/socket";
import type { QueryClient } from "@tanstack/react-query";
import { keys, STALE_BY_CHANGE } from "./keys.ts";
import { type DialogList, dropDialog, type LiveDialog, placeCall, placeDialog, placeMessage, placeSummary } from "./live-cache.ts";
import { readAgain } from "./read-again.ts";

/** What of socket.io the bridge needs; tests give their own wire. */
export interface LiveSocket {
  on(event: string, handler: (payload: never) => void): unknown;
  emit(event: string, payload: unknown): unknown;
  connect(): unknown;
  disconnect(): unknown;
}

export interface LiveStatus {
  state: "connecting" | "online" | "offline";
  /** Since when, epoch ms. */
  since: number;
}

export interface LiveOffer {
  offer: OfferSummary;
  dialog: DialogSummary;
}

export interface LiveOptions {
  client: QueryClient;
  meId: string;
  /** sessionStorage: a reload of this tab resumes where it was. */
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  now?: () => number;
  /** Spreads the re-reading of many browsers after a restart of the server. */
  jitterMs?: () => number;
  /** A customer wrote in a dialog of mine. */
  onIncoming?: (dialog: DialogSummary) => void;
  /** The session was ended elsewhere. */
  onBye?: (reason: string) => void;
}

const POSITION = "kommutator.position";
type ListChange = (list: DialogList, view: string, q: string) => DialogList;

/**
 * Socket -> query cache. It keeps the last position, resumes from it, drops duplicates and late pictures
 * (each carries its position), and never hides that the connection is gone.
 */
export class LiveBridge {
  #options: LiveOptions;
  #socket: LiveSocket | null = null;
  #position: number | null;
  #status: LiveStatus;
  #listeners = new Set<() => void>();
  #watched = new Map<string, number>();
  #typing = new Map<string, { who: string; at: number }>();
  #timers = new Set<ReturnType<typeof setTimeout>>();
  #boardTimer: ReturnType<typeof setTimeout> | null = null;
  #rereadTimer: ReturnType<typeof setTimeout> | null = null;
  /** How often the wire came back; and in which of these lives each list was last asked for. */
  #life = 0;
  readonly #askedIn = new Map<string, number>();
  /** What is told of lists while one is being read. */
  readonly #readings = new Set<ListChange[]>();
  readonly #changeListeners = new Set<(kind: string, payload: Record<string, unknown>) => void>();

  constructor(options: LiveOptions) {
    this.#options = options;
    const stored = Number(options.storage.getItem(`${POSITION}.${options.meId}`) ?? Number.NaN);
    this.#position = Number.isInteger(stored) && stored >= 0 ? stored : null;
    this.#status = { state: "connecting", since: this.#now() };
  }

  /** Sent with every connection: where this page is. */
  get auth(): { position?: number; watch: string[] } {
    const watch = [...this.#watched.keys()].slice(0, 50);
    return this.#position === null ? { watch } : { position: this.#position, watch };
  }
  get position(): number | null {
    return this.#position;
  }
  get status(): LiveStatus {
    return this.#status;
  }
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes the wire into use. */
  attach(socket: LiveSocket): void {
    this.#socket = socket;
    const on = <K extends ServerEventName>(name: K, handler: (event: ServerEvent<K>) => void) => socket.on(name, handler as (payload: never) => void);
    socket.on("connect", () => this.#connected());
    socket.on("disconnect", () => this.#disconnected());
    socket.on("connect_error", () => this.#disconnected());
    on("hello", (event) => this.#reach(event.position));
    on("resync", (event) => this.#resync(event.position));
    on("dialog.changed", (event) => this.#ordered(event.position, () => this.#dialogChanged(event.dialog)));
    on("dialog.removed", (event) => this.#ordered(event.position, () => this.#dialogRemoved(event.dialogId, event.position)));
    on("message", (event) => this.#ordered(event.position, () => this.#message(event)));
    on("call", (event) => this.#ordered(event.position, () => this.#detail(event.call.dialogId, (detail) => placeCall(detail, event.call, event.position))));
    on("offer", (event) => this.#ordered(event.position, () => this.#offer(event)));
    on("offer.ended", (event) => this.#ordered(event.position, () => this.#offerEnded(event.offerId)));
    on("presence", (event) => this.#ordered(event.position, () => this.#presence(event.presence)));
    on("changed", (event) =>
      this.#ordered(event.position, () => {
        this.#changed(event.kind, event.dialogId);
        for (const each of this.#changeListeners) each(event.kind, event.payload);
      }),
    );
    on("typing", (event) => this.#typed(event.dialogId, event.who));
    on("bye", (event) => this.#options.onBye?.(event.reason));
    socket.connect();
  }

  /** Bodies of a dialog come while someone watches it. Returns what stops watching. */
  watch(dialogId: string): () => void {
    const count = this.#watched.get(dialogId) ?? 0;
    this.#watched.set(dialogId, count + 1);
    if (count === 0) this.#sayWatch(dialogId);
    return () => {
      const left = (this.#watched.get(dialogId) ?? 1) - 1;
      if (left > 0) this.#watched.set(dialogId, left);
      else {
        this.#watched.delete(dialogId);
        this.#socket?.emit("unwatch", { dialogId });
      }
    };
  }

  /** With the position of the picture in hand, so that what came between picture and watching is sent too. */
  #sayWatch(dialogId: string): void {
    const position = this.#options.client.getQueryData<LiveDialog>(keys.dialog(dialogId))?.position;
    this.#socket?.emit("watch", position === undefined ? { dialogId } : { dialogId, position });
  }

  sayTyping(dialogId: string): void {
    if (this.#status.state === "online") this.#socket?.emit("typing", { dialogId });
  }

  /** Who types in a dialog now, or null. A signal holds for 6 s. */
  typingIn(dialogId: string): string | null {
    const last = this.#typing.get(dialogId);
    return last !== undefined && this.#now() - last.at < 6000 ? last.who : null;
  }

  /** Ends for good (logout): timers gone, position forgotten when `forget`. */
  close(forget: boolean): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    if (this.#boardTimer !== null) clearTimeout(this.#boardTimer);
    if (this.#rereadTimer !== null) clearTimeout(this.#rereadTimer);
    this.#socket?.disconnect();
    this.#socket = null;
    if (forget) this.#options.storage.removeItem(`${POSITION}.${this.#options.meId}`);
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }
  #tell(): void {
    for (const each of this.#listeners) each();
  }
  #later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }

  #connected(): void {
    const again = this.#status.state === "offline";
    this.#status = { state: "online", since: this.#now() };
    for (const dialogId of this.#watched.keys()) this.#sayWatch(dialogId);
    if (again) {
      this.#life++;
      if (this.#rereadTimer !== null) clearTimeout(this.#rereadTimer);
      this.#rereadTimer = setTimeout(() => this.#reread(), this.#options.jitterMs?.() ?? Math.random() * 1500);
    }
    this.#tell();
  }

  /**
   * Missed facts come by position. Pictures that carry none are read again, and the lists, whose coalesced changes may have died with the wire:
   * each once, so not those that somebody has asked for since.
   */
  #reread(): void {
    const { client } = this.#options;
    this.#rereadTimer = null;
    readAgain(client, { queryKey: ["dialogs"], predicate: ({ queryKey }) => !this.isRead(String(queryKey[1]), String(queryKey[2] ?? "")) });
    readAgain(client, { queryKey: ["presence"] });
    readAgain(client, { queryKey: keys.board });
  }

  /** Was this list asked for since the wire last came back (or ever, when it never broke)? */
  isRead(view: string, q = ""): boolean {
    return this.#askedIn.get(`${view} ${q}`) === this.#life;
  }

  #disconnected(): void {
    if (this.#status.state === "offline") return;
    this.#status = { state: "offline", since: this.#now() };
    this.#tell();
  }

  #reach(position: number): void {
    if (this.#position !== null && position <= this.#position) return;
    this.#position = position;
    this.#options.storage.setItem(`${POSITION}.${this.#options.meId}`, String(position));
  }

  /** The effect first, then the position: a fault in between is healed by the next resume. */
  #ordered(position: number, effect: () => void): void {
    effect();
    this.#reach(position);
  }

  #resync(position: number): void {
    const had = this.#position !== null;
    this.#position = position;
    this.#options.storage.setItem(`${POSITION}.${this.#options.meId}`, String(position));
    // On a first connection pictures taken after `position` are good already; otherwise nothing is.
    readAgain(this.#options.client, {
      predicate: (query) => {
        const [word] = query.queryKey;
        if (word === "me" || word === "setup" || word === "catalogues") return false;
        if (had) return true;
        const data = query.state.data as { position?: number } | undefined;
        return data?.position !== undefined && data.position < position;
      },
    });
  }

  /** Reads a list and lays over it what the socket told meanwhile: the answer may be older than that, though it comes later. */
  async readList(view: string, q: string, read: () => Promise<DialogList>): Promise<DialogList> {
    const told: ListChange[] = [];
    this.#readings.add(told);
    this.#askedIn.set(`${view} ${q}`, this.#life);
    try {
      const list = await read();
      return told.reduce((laid, change) => change(laid, view, q), list);
    } catch (error) {
      this.#askedIn.delete(`${view} ${q}`);
      throw error;
    } finally {
      this.#readings.delete(told);
    }
  }

  #lists(change: ListChange): void {
    const { client } = this.#options;
    for (const told of this.#readings) told.push(change);
    for (const [key, list] of client.getQueriesData<DialogList>({ queryKey: ["dialogs"] })) {
      if (list === undefined) continue;
      const next = change(list, String(key[1]), String(key[2] ?? ""));
      if (next !== list) client.setQueryData(key, next);
    }
  }

  #detail(dialogId: string, change: (detail: LiveDialog) => LiveDialog): void {
    const key = keys.dialog(dialogId);
    const before = this.#options.client.getQueryData<LiveDialog>(key);
    if (before === undefined) return;
    const next = change(before);
    if (next !== before) this.#options.client.setQueryData(key, next);
  }

  #known(dialogId: string): DialogSummary | undefined {
    for (const [, list] of this.#options.client.getQueriesData<DialogList>({ queryKey: ["dialogs"] })) {
      const found = list?.items.find((each) => each.id === dialogId);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #dialogChanged(dialog: DialogSummary): void {
    const { meId, onIncoming } = this.#options;
    const before = this.#known(dialog.id);
    const stale = before !== undefined && before.position > dialog.position;
    this.#lists((list, view, q) => placeDialog(list, view, q, dialog, meId));
    this.#detail(dialog.id, (detail) => placeSummary(detail, dialog));
    this.#syncOffer(dialog);
    this.#touchBoard();
    const wrote = dialog.lastMessage?.direction === "in" && dialog.lastMessage.at !== before?.lastMessage?.at;
    if (!stale && wrote && dialog.assignee?.id === meId && before !== undefined) onIncoming?.(dialog);
    this.#heal(dialog);
  }

  /** The list knows of a message that the open thread does not: it is read again if it does not come by itself. */
  #heal(dialog: DialogSummary): void {
    const last = dialog.lastMessage?.at;
    const missing = () => {
      const detail = this.#options.client.getQueryData<LiveDialog>(keys.dialog(dialog.id));
      const newest = detail?.messages.at(-1)?.at;
      return detail !== undefined && last !== undefined && (newest === undefined || Date.parse(newest) < Date.parse(last));
    };
    if (this.#watched.has(dialog.id) && missing())
      this.#later(1500, () => {
        if (missing()) readAgain(this.#options.client, { queryKey: keys.dialog(dialog.id) });
      });
  }

  #dialogRemoved(dialogId: string, position: number): void {
    this.#lists((list) => dropDialog(list, dialogId, position));
    this.#setOffers((offers) => offers.filter((each) => each.dialog.id !== dialogId));
    readAgain(this.#options.client, { queryKey: keys.dialog(dialogId) });
    this.#touchBoard();
  }

  #message(event: ServerEvent<"message">): void {
    const { message, position } = event;
    if (message.direction === "in") this.#typing.delete(message.dialogId);
    this.#detail(message.dialogId, (detail) => placeMessage(detail, message, position));
    if (event.dialog !== undefined) this.#dialogChanged(event.dialog);
  }

  #setOffers(change: (offers: LiveOffer[]) => LiveOffer[]): void {
    this.#options.client.setQueryData<LiveOffer[]>(keys.offers, (offers) => change(offers ?? []));
  }
  #offer(event: LiveOffer): void {
    this.#setOffers((offers) => [...offers.filter((each) => each.offer.id !== event.offer.id), { offer: event.offer, dialog: event.dialog }]);
    this.#lists((list, view, q) => placeDialog(list, view, q, event.dialog, this.#options.meId));
  }
  #offerEnded(offerId: string): void {
    this.#setOffers((offers) => offers.filter((each) => each.offer.id !== offerId));
  }
  /** The dialog's own picture says whether an offer to me still stands. */
  #syncOffer(dialog: DialogSummary): void {
    const mine = dialog.offer?.employeeId === this.#options.meId ? dialog.offer : null;
    const offers = this.#options.client.getQueryData<LiveOffer[]>(keys.offers) ?? [];
    const before = offers.find((each) => each.dialog.id === dialog.id);
    if (before === undefined && mine === null) return;
    if (before !== undefined && before.dialog.position > dialog.position) return;
    this.#setOffers((all) => [...all.filter((each) => each.dialog.id !== dialog.id), ...(mine === null ? [] : [{ offer: mine, dialog }])]);
  }

  #presence(presence: Presence): void {
    const { client, meId } = this.#options;
    if (presence.employeeId === meId) client.setQueryData(keys.presence, presence);
    client.setQueryData<Board>(keys.board, (board) =>
      board === undefined
        ? board
        : { ...board, agents: board.agents.map((agent) => (agent.employeeId === presence.employeeId ? { ...agent, ...presence } : agent)) },
    );
    this.#touchBoard();
  }

  /** Hears every `changed` event in its order, for views that patch single rows. Returns how to stop. */
  onChanged(listener: (kind: string, payload: Record<string, unknown>) => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  #changed(kind: string, dialogId: string | null): void {
    const noun = kind.split(".")[0] ?? kind;
    const stale = new Set(STALE_BY_CHANGE[noun] ?? [noun]);
    readAgain(this.#options.client, {
      predicate: ({ queryKey: [word, id] }) =>
        (typeof word === "string" && stale.has(word)) || (word === "dialog-part" && dialogId !== null && id === dialogId),
    });
    if (noun === "inquiry") this.#touchBoard();
  }

  /** The board is numbers over many rows: read again at most once a second. */
  #touchBoard(): void {
    if (this.#boardTimer !== null || this.#options.client.getQueryState(keys.board) === undefined) return;
    this.#boardTimer = setTimeout(() => {
      this.#boardTimer = null;
      readAgain(this.#options.client, { queryKey: keys.board });
    }, 1000);
  }

  #typed(dialogId: string, who: string): void {
    this.#typing.set(dialogId, { who, at: this.#now() });
    this.#tell();
    this.#later(6100, () => this.#tell());
  }
}
