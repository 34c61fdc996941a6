import { randomUUID } from "node:crypto";

/** A visitor of the web chat on the wire: what the visitor's page sends and reads (adapters/src/web-chat). */
export class Visitor {
  readonly hook: string;
  #token = "";
  readonly #from: string | null;
  constructor(hook: string, from: string | null) {
    this.hook = hook;
    this.#from = from;
  }

  /** `from`: the address a proxy in front of the house would name (TRUST_PROXY), for crowds that one address may not be. */
  static async arrive(houseUrl: string, channelId: string, from: string | null = null): Promise<Visitor> {
    const visitor = new Visitor(`${houseUrl}/hooks/${channelId}`, from);
    const { token } = (await visitor.call("POST", "session", {})) as { token: string };
    visitor.#token = token;
    return visitor;
  }

  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.hook}/${path}`, {
      method,
      headers: {
        ...(this.#from === null ? {} : { "x-forwarded-for": this.#from }),
        ...(this.#token === "" ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw Object.assign(new Error(`${method} ${path}: ${response.status} ${text}`), { status: response.status });
    return text === "" ? null : JSON.parse(text);
  }

  /** Resolves when the house has acknowledged, that is stored, the message. */
  async say(text: string, extra: { key?: string; claims?: { phone?: string; email?: string; name?: string } } = {}): Promise<string> {
    const key = extra.key ?? randomUUID();
    await this.call("POST", "message", { key, text, ...(extra.claims === undefined ? {} : { claims: extra.claims }) });
    return key;
  }

  async sendFile(name: string, mime: string, bytes: Uint8Array): Promise<void> {
    const response = await fetch(`${this.hook}/file?key=${randomUUID()}&name=${encodeURIComponent(name)}`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.#token}`, "content-type": mime },
      body: new Uint8Array(bytes),
    });
    if (!response.ok) throw new Error(`the file was answered with ${response.status}: ${await response.text()}`);
  }

  /** The files that the house has sent, each fetched as the page fetches it. */
  async files(): Promise<Uint8Array[]> {
    const keys = (await this.#messages()).filter((m) => m.direction === "out").flatMap((m) => m.files.map((file) => file.key));
    return Promise.all(
      keys.map(async (key) => {
        const response = await fetch(`${this.hook}/file/${encodeURIComponent(key)}`, { headers: { authorization: `Bearer ${this.#token}` } });
        if (!response.ok) throw new Error(`the file was answered with ${response.status}`);
        return new Uint8Array(await response.arrayBuffer());
      }),
    );
  }

  /** The page shows all that has come, and says so. */
  async seen(): Promise<void> {
    const last = (await this.#messages()).findLast((m) => m.direction === "out");
    if (last !== undefined) await this.call("POST", "state", { delivered: last.messageKey, read: last.messageKey });
  }

  async #messages(): Promise<{ messageKey: string; direction: "in" | "out"; files: { key: string }[] }[]> {
    return ((await this.call("GET", "poll?version=0&hold=0")) as { messages: { messageKey: string; direction: "in" | "out"; files: { key: string }[] }[] })
      .messages;
  }

  async read(): Promise<{ text: string; mine: boolean }[]> {
    const answer = (await this.call("GET", "poll?after=0&version=0&hold=0")) as {
      messages: { text: string; from?: string; mine?: boolean; direction?: string }[];
    };
    return answer.messages.map((m) => ({ text: m.text, mine: m.mine ?? (m.from === "visitor" || m.direction === "in") }));
  }
}
