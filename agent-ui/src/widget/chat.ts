import { Memory, type Unsent } from "./memory.ts";
import { type ChatMessage, ChatServer, type Claims, type News, Refused, type Settings } from "./protocol.ts";

export type Link = "connecting" | "online" | "offline" | "busy";

/** A file on its way; its bytes live in this page only. */
export interface Upload {
  key: string;
  file: File;
  at: number;
  failed: boolean;
}

export interface ChatState {
  link: Link;
  settings: Settings;
  messages: ChatMessage[];
  unsent: readonly Unsent[];
  uploads: Upload[];
  typing: boolean;
  ended: boolean;
  unread: number;
}

/** A key of ours. `crypto.randomUUID` is missing on pages without HTTPS. */
function newKey(): string {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const RETRY_FLOOR_MS = 800;
const RETRY_CAP_MS = 15_000;

/** The chat without its looks: keeps the messages, sends what is unsent in order, polls, reports what was seen. */
export class Chat {
  readonly server: ChatServer;
  readonly #memory: Memory;
  readonly #changed: () => void;
  state: ChatState;
  #cursor: string | null = null;
  #version = 0;
  #sending = false;
  #failures = 0;
  #typedAt = 0;
  #readKey = "";
  #nudge: () => void = () => {};
  #poll = new AbortController();
  #watched = false;

  constructor(channelId: string, changed: () => void) {
    this.server = new ChatServer(channelId);
    this.#memory = new Memory(channelId);
    this.#changed = changed;
    this.server.token = this.#memory.token;
    this.state = {
      link: "connecting",
      settings: { title: "", greeting: "", maxFileBytes: 10 * 1024 * 1024, maxTextLength: 4_000 },
      messages: [],
      unsent: this.#memory.unsent,
      uploads: [],
      typing: false,
      ended: false,
      unread: 0,
    };
  }

  get name(): string {
    return this.#memory.name;
  }

  /** Runs for the page's life: asks, is held, gets news, asks again; backs off while there is no connection. */
  async run(): Promise<never> {
    addEventListener("online", () => this.#retryNow());
    addEventListener("offline", () => this.#poll.abort());
    let known = false;
    for (;;) {
      try {
        if (!known) {
          this.#set({ settings: await this.server.settings() });
          known = true;
        }
        if (this.server.token === "") {
          this.server.token = await this.server.session();
          this.#memory.keep({ token: this.server.token });
        }
        this.#poll = new AbortController();
        // The first answer comes at once and shows that the line works; later ones are held.
        const news = await this.server.poll(this.#cursor, this.state.link === "online" ? this.#version : -1, this.#poll.signal);
        this.#failures = 0;
        this.#set({ link: "online" });
        this.#take(news);
        void this.#sendAll();
      } catch (error) {
        await this.#backOff(error);
      }
    }
  }

  send(text: string, claims?: Claims): void {
    const message: Unsent = { key: newKey(), text, at: Date.now(), ...(claims === undefined ? {} : { claims }) };
    const name = claims?.name ?? this.#memory.name;
    this.#memory.keep({ unsent: [...this.#memory.unsent, message], name });
    this.#set({ unsent: this.#memory.unsent, ended: false });
    void this.#sendAll();
  }

  upload(file: File): void {
    this.#set({ uploads: [...this.state.uploads, { key: newKey(), file, at: Date.now(), failed: false }], ended: false });
    void this.#sendAll();
  }

  retry(key: string): void {
    this.#memory.keep({ unsent: this.#memory.unsent.map(({ failed: _, ...rest }) => rest) });
    this.#set({ unsent: this.#memory.unsent, uploads: this.state.uploads.map((one) => (one.key === key ? { ...one, failed: false } : one)) });
    void this.#sendAll();
  }

  /** At most one signal in three seconds, and only while somebody may read it. */
  typed(): void {
    if (this.state.link !== "online" || Date.now() - this.#typedAt < 3_000 || this.state.messages.length === 0) return;
    this.#typedAt = Date.now();
    this.server.typing().catch(() => {});
  }

  async end(): Promise<void> {
    await this.server.end(newKey());
    this.#set({ ended: true });
  }

  /** Whether the visitor has the conversation before his eyes. */
  watched(watched: boolean): void {
    this.#watched = watched;
    if (watched) this.#seen();
  }

  #take(news: News): void {
    this.#cursor = news.cursor;
    this.#version = news.version;
    const have = new Map(this.state.messages.map((message) => [message.messageKey, message]));
    const fresh = news.messages.filter((message) => !have.has(message.messageKey));
    for (const message of news.messages) have.set(message.messageKey, message);
    const messages = [...have.values()].sort((a, b) => a.at - b.at);
    // A message that the server shows is certainly sent, also when its confirmation was lost on the way.
    const unsent = this.#memory.unsent.filter((message) => !have.has(message.key));
    if (unsent.length !== this.#memory.unsent.length) this.#memory.keep({ unsent: [...unsent] });
    const ours = fresh.filter((message) => message.direction === "out");
    const unread = this.state.unread + ours.filter((message) => message.state !== "read").length;
    this.#set({
      messages,
      unsent: this.#memory.unsent,
      uploads: this.state.uploads.filter((one) => !have.has(one.key)),
      typing: news.typing,
      ended: news.ended,
      unread,
    });
    const last = ours.at(-1);
    if (last === undefined) return;
    if (this.#watched) this.#seen();
    else if (ours.some((message) => message.state === "sent" || message.state === "queued")) this.server.state({ delivered: last.messageKey }).catch(() => {});
  }

  #seen(): void {
    const last = this.state.messages.findLast((message) => message.direction === "out");
    if (this.state.unread > 0) this.#set({ unread: 0 });
    if (last === undefined || last.messageKey === this.#readKey || last.state === "read") return;
    const key = last.messageKey;
    this.#readKey = key;
    this.server.state({ delivered: key, read: key }).catch(() => {
      this.#readKey = "";
    });
  }

  /** One after another, so that the order stays; the server knows the key if the answer was lost. */
  async #sendAll(): Promise<void> {
    if (this.#sending || this.server.token === "") return;
    this.#sending = true;
    try {
      for (;;) {
        const message = this.#memory.unsent.find((one) => one.failed !== true);
        const upload = this.state.uploads.find((one) => !one.failed);
        if (message !== undefined && (upload === undefined || message.at <= upload.at)) await this.#sendOne(message);
        else if (upload !== undefined) await this.#uploadOne(upload);
        else return;
      }
    } catch (error) {
      // The polling loop notices the same loss and comes back here when the line works again.
      if (error instanceof Refused && error.retryAfterMs !== null) setTimeout(() => void this.#sendAll(), error.retryAfterMs + 200);
      else if (this.state.link === "online") setTimeout(() => void this.#sendAll(), 2_000);
    } finally {
      this.#sending = false;
    }
  }

  async #sendOne(message: Unsent): Promise<void> {
    const name = this.#memory.name;
    let failed = false;
    let at = message.at;
    try {
      const body = {
        key: message.key,
        text: message.text,
        ...(name === "" ? {} : { name }),
        ...(message.claims === undefined ? {} : { claims: message.claims }),
      };
      at = (await this.server.message(body)).at;
    } catch (error) {
      if (!(error instanceof Refused && error.final)) throw error;
      failed = true;
    }
    const rest = this.#memory.unsent.filter((one) => one.key !== message.key);
    this.#memory.keep({ unsent: failed ? [...rest, { ...message, failed }] : rest });
    if (!failed)
      this.#show({
        messageKey: message.key,
        direction: "in",
        text: message.text || Object.values(message.claims ?? {}).join(", "),
        at,
        state: "sent",
        files: [],
      });
    this.#set({ unsent: this.#memory.unsent });
  }

  async #uploadOne(upload: Upload): Promise<void> {
    try {
      const { at } = await this.server.file(upload.key, upload.file);
      const { name, type, size } = upload.file;
      this.#show({ messageKey: upload.key, direction: "in", text: "", at, state: "sent", files: [{ key: "", name, mime: type, bytes: size }] });
      this.#set({ uploads: this.state.uploads.filter((one) => one.key !== upload.key) });
    } catch (error) {
      if (!(error instanceof Refused && error.final)) throw error;
      this.#set({ uploads: this.state.uploads.map((one) => (one.key === upload.key ? { ...one, failed: true } : one)) });
    }
  }

  #show(message: ChatMessage): void {
    if (!this.state.messages.some((one) => one.messageKey === message.messageKey)) this.#set({ messages: [...this.state.messages, message] });
  }

  async #backOff(error: unknown): Promise<void> {
    this.#failures++;
    const asked = error instanceof Refused ? error.retryAfterMs : null;
    this.#set({ link: error instanceof Refused && error.status === 429 ? "busy" : "offline" });
    const ceiling = Math.min(RETRY_FLOOR_MS * 2 ** (this.#failures - 1), RETRY_CAP_MS);
    await new Promise<void>((resolve) => {
      this.#nudge = resolve;
      setTimeout(resolve, Math.max(asked ?? 0, ceiling * (0.5 + Math.random() / 2)));
    });
  }

  #retryNow(): void {
    this.#failures = 0;
    this.#nudge();
  }

  #set(change: Partial<ChatState>): void {
    this.state = { ...this.state, ...change };
    this.#changed();
  }
}
