import type { Message, PostMessage, UploadedBlob } from "@kommutator/contract/api/dialogs";
import type { z } from "zod";
import { ApiError, type FailureCode } from "../../app/api.ts";

export type Post = z.input<typeof PostMessage>;

/** One message on its way to the server. It survives a reload; its `clientKey` makes a second sending harmless. */
export interface Outgoing {
  dialogId: string;
  body: Post;
  /** For the screen only: names of what `body.attachments` refers to. */
  files: UploadedBlob[];
  at: string;
  /** `held`: still mine to take back, until `heldUntil`. */
  state: "held" | "sending" | "waiting" | "failed";
  /** ms since 1970. */
  heldUntil?: number;
  code: FailureCode | null;
  /** What the server said beside the code: which limit, how much would do. */
  details?: Record<string, unknown>;
}

export interface OutboxOptions {
  meId: string;
  storage: Storage | Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;
  /** `keepalive`: the page is going away, the request must outlive it. */
  post: (dialogId: string, body: Post, keepalive: boolean) => Promise<Message>;
  /** The server has it. */
  onSent: (message: Message, sent: Outgoing) => void;
  retryMs?: number;
  /** How long a message may be taken back before it leaves; asked for each one. Absent or 0: it leaves at once. */
  holdMs?: () => number;
}

/** Failures after which the same request may succeed later by itself. */
const TRANSIENT = new Set<FailureCode>(["network", "overloaded", "rate_limited", "unauthenticated"]);

/**
 * Queue of replies on this machine. Within a dialog strictly in order: the next leaves when the one before has been stored.
 * Without a connection they wait; what the server refused waits for the agent's word and holds the rest of that dialog.
 * A new one is held for some seconds, in which it can be taken back (`undo`); whoever leaves lets it go at once (`release`).
 */
export class Outbox {
  #options: OutboxOptions;
  #items: Outgoing[] = [];
  #busy = new Set<string>();
  #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #holds = new Set<ReturnType<typeof setTimeout>>();
  #takers = new Map<string, (item: Outgoing) => void>();
  #leaving = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    const { storage } = options;
    for (let index = 0; index < storage.length; index += 1) {
      const key = storage.key(index);
      if (key?.startsWith(this.#prefix) !== true) continue;
      const item = parse(storage.getItem(key));
      // Another tab of mine may be holding it: it is not to leave from here before its time.
      if (item !== null) this.#items.push({ ...item, state: item.state === "failed" || item.state === "held" ? item.state : "waiting" });
    }
    this.#items.sort((a, b) => a.at.localeCompare(b.at));
    for (const item of this.#items) if (item.state === "held") this.#letGoLater(item);
  }

  get #prefix(): string {
    return `kommutator.outbox.${this.#options.meId}.`;
  }
  get items(): readonly Outgoing[] {
    return this.#items;
  }
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  add(item: Pick<Outgoing, "dialogId" | "body" | "files">): void {
    const ms = this.#options.holdMs?.() ?? 0;
    const now = Date.now();
    const held = ms > 0 ? { state: "held" as const, heldUntil: now + ms } : { state: "waiting" as const };
    const added: Outgoing = { ...item, at: new Date(now).toISOString(), code: null, ...held };
    this.#set([...this.#items, added]);
    if (ms > 0) this.#letGoLater(added);
    else this.pump();
  }

  /** Who writes in this dialog now and gets back what is undone. Returns how to stop. */
  receive(dialogId: string, take: (item: Outgoing) => void): () => void {
    this.#takers.set(dialogId, take);
    return () => {
      if (this.#takers.get(dialogId) === take) this.#takers.delete(dialogId);
    };
  }

  /** Takes a held message back into the composer, the latest of the dialog unless one is named. False: nothing is held any more. */
  undo(dialogId: string, clientKey?: string): boolean {
    const take = this.#takers.get(dialogId);
    const item = this.#items.findLast(
      (each) => each.dialogId === dialogId && each.state === "held" && (clientKey === undefined || each.body.clientKey === clientKey),
    );
    if (take === undefined || item === undefined || !this.#isStored(item)) return false;
    this.discard(item.body.clientKey);
    take(item);
    return true;
  }

  /** Lets held messages leave at once, of one dialog or of all; the promise ends when they have been stored, or cannot be now. */
  async release(dialogId?: string): Promise<void> {
    const mine = (item: Outgoing) => dialogId === undefined || item.dialogId === dialogId;
    if (!this.#items.some((item) => mine(item) && item.state === "held")) return;
    this.#set(this.#items.map((item) => (mine(item) && item.state === "held" ? { ...item, state: "waiting" as const } : item)));
    this.pump();
    // What stands behind a refused one, or one without a connection, waits for more than us.
    const firsts = () => [
      ...new Map(
        this.#items
          .filter(mine)
          .map((item) => [item.dialogId, item] as const)
          .reverse(),
      ).values(),
    ];
    const under = () => firsts().some((item) => item.state === "sending" || (item.state === "waiting" && item.code === null));
    await new Promise<void>((resolve) => {
      const look = () => {
        if (under()) return;
        stop();
        resolve();
      };
      const stop = this.subscribe(look);
      look();
    });
  }

  /**
   * The page goes away: what is held is posted now, with requests that outlive it, in the order in which it was written. No answer can be
   * waited for; what does not arrive is still stored here and leaves, by the same key, when the page is opened again.
   */
  leave = (): void => {
    const held = this.#items.filter((item) => item.state === "held" && !this.#items.some((each) => each.dialogId === item.dialogId && each.state === "failed"));
    this.#leaving = true;
    for (const item of held) {
      this.#change(item.body.clientKey, (each) => ({ ...each, state: "sending" }));
      void this.#send(item);
    }
    this.#leaving = false;
  };

  /** Tries a refused one again; `takeOver` when the agent decided to take the dialog. */
  retry(clientKey: string, takeOver = false): void {
    this.#change(clientKey, (item) => ({ ...item, state: "waiting", code: null, body: takeOver ? { ...item.body, takeOver: true } : item.body }));
    this.pump();
  }

  discard(clientKey: string): Outgoing | undefined {
    const item = this.#items.find((each) => each.body.clientKey === clientKey);
    this.#options.storage.removeItem(this.#prefix + clientKey);
    this.#set(this.#items.filter((each) => each !== item));
    this.pump();
    return item;
  }

  /** Sends the first waiting one of every dialog. Called on adding, on reconnecting, and by itself after a transient failure. */
  pump = (): void => {
    for (const dialogId of new Set(this.#items.map((item) => item.dialogId))) this.#next(dialogId);
  };

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const hold of this.#holds) clearTimeout(hold);
    this.#holds.clear();
  }

  #isStored(item: Outgoing): boolean {
    return this.#options.storage.getItem(this.#prefix + item.body.clientKey) !== null;
  }

  #letGoLater(item: Outgoing): void {
    const hold = setTimeout(() => {
      this.#holds.delete(hold);
      const still = this.#items.find((each) => each.body.clientKey === item.body.clientKey);
      if (still?.state !== "held") return;
      // Taken back, or sent, in another tab.
      if (!this.#isStored(still)) return void this.discard(still.body.clientKey);
      this.#change(still.body.clientKey, (each) => ({ ...each, state: "waiting" }));
      this.#next(still.dialogId);
    }, left(item));
    this.#holds.add(hold);
  }

  #next(dialogId: string): void {
    const first = this.#items.find((item) => item.dialogId === dialogId);
    if (first === undefined || first.state === "failed" || isHeld(first) || this.#busy.has(dialogId)) return;
    this.#busy.add(dialogId);
    this.#change(first.body.clientKey, (item) => ({ ...item, state: "sending" }));
    void this.#send(first).then((stored) => {
      this.#busy.delete(dialogId);
      // A transient failure waits for its timer or for the connection.
      if (stored) this.#next(dialogId);
    });
  }

  /** Whether the server has it now. */
  async #send(item: Outgoing): Promise<boolean> {
    const { clientKey } = item.body;
    try {
      const message = await this.#options.post(item.dialogId, item.body, this.#leaving);
      this.#options.storage.removeItem(this.#prefix + clientKey);
      this.#set(this.#items.filter((each) => each.body.clientKey !== clientKey));
      this.#options.onSent(message, item);
      return true;
    } catch (error) {
      const code = error instanceof ApiError ? error.code : "unknown";
      const transient = TRANSIENT.has(code);
      this.#change(clientKey, (each) => ({ ...each, state: transient ? "waiting" : "failed", code, details: error instanceof ApiError ? error.details : {} }));
      if (transient) this.#again();
      return false;
    }
  }

  #again(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.pump();
    }, this.#options.retryMs ?? 3000);
  }

  #change(clientKey: string, change: (item: Outgoing) => Outgoing): void {
    this.#set(this.#items.map((item) => (item.body.clientKey === clientKey ? change(item) : item)));
  }

  #set(items: Outgoing[]): void {
    this.#items = items;
    for (const item of items) this.#options.storage.setItem(this.#prefix + item.body.clientKey, JSON.stringify(item));
    for (const each of this.#listeners) each();
  }
}

/** How long a held message still waits; a clock that was set back holds nothing for hours. */
const left = (item: Outgoing): number => Math.min(Math.max(0, (item.heldUntil ?? 0) - Date.now()), 10_000);
const isHeld = (item: Outgoing): boolean => item.state === "held" && left(item) > 0;

function parse(text: string | null): Outgoing | null {
  try {
    const value = JSON.parse(text ?? "null") as Outgoing | null;
    return value !== null && typeof value.body?.clientKey === "string" && typeof value.dialogId === "string" ? value : null;
  } catch {
    return null;
  }
}
