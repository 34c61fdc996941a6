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
  state: "sending" | "waiting" | "failed";
  code: FailureCode | null;
  /** What the server said beside the code: which limit, how much would do. */
  details?: Record<string, unknown>;
}

export interface OutboxOptions {
  meId: string;
  storage: Storage | Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;
  post: (dialogId: string, body: Post) => Promise<Message>;
  /** The server has it. */
  onSent: (message: Message, sent: Outgoing) => void;
  retryMs?: number;
}

/** Failures after which the same request may succeed later by itself. */
const TRANSIENT = new Set<FailureCode>(["network", "overloaded", "rate_limited", "unauthenticated"]);

/**
 * Queue of replies on this machine. Within a dialog strictly in order: the next leaves when the one before has been stored.
 * Without a connection they wait; what the server refused waits for the agent's word and holds the rest of that dialog.
 */
export class Outbox {
  #options: OutboxOptions;
  #items: Outgoing[] = [];
  #busy = new Set<string>();
  #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
    const { storage } = options;
    for (let index = 0; index < storage.length; index += 1) {
      const key = storage.key(index);
      if (key?.startsWith(this.#prefix) !== true) continue;
      const item = parse(storage.getItem(key));
      if (item !== null) this.#items.push({ ...item, state: item.state === "failed" ? "failed" : "waiting" });
    }
    this.#items.sort((a, b) => a.at.localeCompare(b.at));
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
    this.#set([...this.#items, { ...item, at: new Date().toISOString(), state: "waiting", code: null }]);
    this.pump();
  }

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
  }

  #next(dialogId: string): void {
    const first = this.#items.find((item) => item.dialogId === dialogId);
    if (first === undefined || first.state === "failed" || this.#busy.has(dialogId)) return;
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
      const message = await this.#options.post(item.dialogId, item.body);
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

function parse(text: string | null): Outgoing | null {
  try {
    const value = JSON.parse(text ?? "null") as Outgoing | null;
    return value !== null && typeof value.body?.clientKey === "string" && typeof value.dialogId === "string" ? value : null;
  } catch {
    return null;
  }
}
