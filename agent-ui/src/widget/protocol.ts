/** The visitor's side of the web-chat channel's protocol (adapters/src/web-chat). */
export interface ChatMessage {
  messageKey: string;
  direction: "in" | "out";
  text: string;
  at: number;
  state: string;
  author?: string;
  files: { key: string; name: string; mime: string; bytes: number }[];
}
export interface News {
  messages: ChatMessage[];
  cursor: string | null;
  version: number;
  typing: boolean;
  ended: boolean;
}
export interface Settings {
  title: string;
  greeting: string;
  maxFileBytes: number;
  maxTextLength: number;
}
export interface Claims {
  name?: string;
  phone?: string;
  email?: string;
}

/** The server answered, but not with success. `retryAfterMs` is set when it asks us to wait. */
export class Refused extends Error {
  readonly status: number;
  readonly retryAfterMs: number | null;
  constructor(status: number, retryAfter: string | null) {
    super(`HTTP ${status}`);
    this.status = status;
    this.retryAfterMs = retryAfter === null ? null : Number(retryAfter) * 1_000;
  }
  /** Sending the same thing again cannot help. */
  get final(): boolean {
    return [400, 403, 404, 413].includes(this.status);
  }
}

const REQUEST_MS = 20_000;

export class ChatServer {
  readonly #base: string;
  token = "";

  constructor(channelId: string) {
    this.#base = `/hooks/${encodeURIComponent(channelId)}`;
  }

  settings = (): Promise<Settings> => this.#json("GET", "settings");
  session = async (): Promise<string> => (await this.#json<{ token: string }>("POST", "session")).token;
  message = (body: { key: string; text: string; name?: string; claims?: Claims }): Promise<{ at: number }> => this.#json("POST", "message", body);
  state = (body: { delivered?: string; read?: string }): Promise<void> => this.#json("POST", "state", body);
  typing = (): Promise<void> => this.#json("POST", "typing");
  end = (key: string): Promise<void> => this.#json("POST", "end", { key });

  /** Held by the server until there is news, up to 25 s. */
  poll(after: string | null, version: number, signal: AbortSignal): Promise<News> {
    const query = new URLSearchParams({ version: String(version), ...(after === null ? {} : { after }) });
    return this.#request<News>("GET", `poll?${query}`, { signal: AbortSignal.any([signal, AbortSignal.timeout(40_000)]) });
  }

  file(key: string, file: File): Promise<{ at: number }> {
    const query = new URLSearchParams({ key, name: file.name });
    return this.#request("POST", `file?${query}`, {
      body: file,
      headers: { "content-type": file.type || "application/octet-stream" },
      signal: AbortSignal.timeout(180_000),
    });
  }

  async download(key: string): Promise<Blob> {
    const response = await fetch(`${this.#base}/file/${encodeURIComponent(key)}`, { headers: this.#headers(), signal: AbortSignal.timeout(180_000) });
    if (!response.ok) throw new Refused(response.status, response.headers.get("retry-after"));
    return new Blob([await response.arrayBuffer()], { type: response.headers.get("x-file-type") ?? "application/octet-stream" });
  }

  #json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    return this.#request<T>(method, path, { ...content, signal: AbortSignal.timeout(REQUEST_MS) });
  }

  async #request<T>(method: string, path: string, init: RequestInit): Promise<T> {
    const response = await fetch(`${this.#base}/${path}`, { ...init, method, headers: { ...this.#headers(), ...init.headers }, credentials: "omit" });
    if (!response.ok) throw new Refused(response.status, response.headers.get("retry-after"));
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  #headers(): Record<string, string> {
    return this.token === "" ? {} : { authorization: `Bearer ${this.token}` };
  }
}
