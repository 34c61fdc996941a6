import http from "node:http";
import https from "node:https";
import { ChannelError } from "@kommutator/contract/channel";
import { refusalOf } from "@kommutator/contract/fetch-file";
import { type Answer, exchange, NoAnswer } from "@kommutator/contract/net";
import { API_VERSION, type VkConfig } from "./config.ts";
import { faultIn, toVkError } from "./errors.ts";

/**
 * VK's hosts for uploads, long polling and media: vk.com and its successor vk.ru, userapi.com for photos, documents and
 * voice, vkuser*.* for newer media (seen in the addresses of dev.vk.com's own examples and of real messages).
 */
const VK_DOMAINS = ["vk.com", "vk.ru", "userapi.com", "vkuser.net", "vkuseraudio.net", "vkuseraudio.com", "vkuserphoto.ru", "vkuserlive.net"] as const;

/** dev.vk.com/api/bots/development/messages: up to 20 requests a second with a community's key. */
const REQUESTS_PER_SECOND = 20;
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** Requests to VK's API and to the servers that it names. Keeps its connections until `close`. */
export class VkClient {
  /** Told of every answer: null when the request went well. */
  onOutcome: (error: ChannelError | null) => void = () => {};
  readonly #config: VkConfig;
  readonly #agents: http.Agent[] = [];
  readonly #stop = new AbortController();
  readonly #recent: number[] = [];

  constructor(config: VkConfig) {
    this.#config = config;
  }

  /** One call of the API. Throws ChannelError; `uncertain` when the request may have arrived and no answer came. */
  async call<T>(method: string, params: Record<string, unknown>): Promise<T> {
    await this.#pace();
    try {
      const result = await this.#ask<T>(method, params);
      this.onOutcome(null);
      return result;
    } catch (error) {
      if (error instanceof ChannelError && !this.#stop.signal.aborted) this.onOutcome(error);
      throw error;
    }
  }

  async #ask<T>(method: string, params: Record<string, unknown>, again = true): Promise<T> {
    const { apiUrl, apiTimeoutMs, token } = this.#config;
    const given = Object.entries({ access_token: token, v: API_VERSION, ...params }).filter(([, value]) => value !== undefined);
    let answer: { response?: T; error?: unknown };
    try {
      // Not by vk-io: its queue retries for ever on "too many requests", in our stead and unseen, and its fetch, when the time of the very
      // first request is over before its code has been loaded, emits an error that nobody hears and that ends the process.
      const { body } = await exchange(new URL(`${apiUrl}/${method}`), {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" },
        body: new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString(),
        timeoutMs: apiTimeoutMs,
        maxBytes: MAX_ANSWER_BYTES,
        agent: this.#agent(apiUrl),
        signal: this.#stop.signal,
      });
      answer = JSON.parse(body.toString()) as typeof answer;
    } catch (error) {
      if (this.#stop.signal.aborted) throw new ChannelError("unreachable", "The channel is closing", { cause: error });
      // A kept connection that VK had just closed: once more over a new one. Harmless even if the first was taken: random_id.
      if (again && /^(ECONNRESET|EPIPE)$/.test(codeOf(error))) {
        dropIdle(this.#agent(apiUrl));
        return this.#ask(method, params, false);
      }
      throw lost(error);
    }
    const fault = typeof answer === "object" && answer !== null ? faultIn(answer.error) : { code: 10, message: "an answer that is no object" };
    if (fault !== null) throw toVkError(fault);
    return answer.response as T;
  }

  /** A GET or POST to a server that the API named: only at VK, or at the configured address. Throws ChannelError. */
  async at(address: string, options: { timeoutMs: number; maxBytes: number; body?: Uint8Array; headers?: Record<string, string> }): Promise<Answer> {
    const url = URL.canParse(address) ? new URL(address) : null;
    const refusal = url === null ? "no valid address" : refusalOf(url, this.allowed);
    if (url === null || refusal !== null) throw new ChannelError("unreachable", `VK named a server that is not asked: ${refusal}`);
    try {
      return await exchange(url, {
        ...options,
        method: options.body === undefined ? "GET" : "POST",
        agent: this.#agent(url.href),
        signal: this.#stop.signal,
        publicOnly: url.origin !== new URL(this.#config.apiUrl).origin,
      });
    } catch (error) {
      throw new ChannelError("unreachable", `${url.host} cannot be reached: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Where files of messages may be fetched. */
  get allowed(): { domains: readonly string[]; configured: readonly string[] } {
    return { domains: [...VK_DOMAINS.flatMap((name) => [name, `*.${name}`]), ...this.#config.mediaHosts], configured: [this.#config.apiUrl] };
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  close(): void {
    this.#stop.abort();
    for (const agent of this.#agents) agent.destroy();
  }

  readonly #byOrigin = new Map<string, http.Agent>();
  #agent(address: string): http.Agent {
    const { origin, protocol } = new URL(address);
    const known = this.#byOrigin.get(origin);
    if (known !== undefined) return known;
    const agent = protocol === "https:" ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true });
    this.#byOrigin.set(origin, agent);
    this.#agents.push(agent);
    return agent;
  }

  /** Holds the request back while the last second has had its 20. */
  async #pace(): Promise<void> {
    for (;;) {
      const now = performance.now();
      while (this.#recent.length > 0 && now - (this.#recent[0] as number) >= 1_000) this.#recent.shift();
      if (this.#recent.length < REQUESTS_PER_SECOND) break;
      await pause(1_000 - (now - (this.#recent[0] as number)) + 1, this.#stop.signal);
      if (this.#stop.signal.aborted) throw new ChannelError("unreachable", "The channel is closing");
    }
    this.#recent.push(performance.now());
  }
}

/** Its idle connections may be as dead as the one that just failed. */
function dropIdle(agent: http.Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

/** Waits; returns early when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}

const codeOf = (error: unknown): string => String(((error as Error).cause as { code?: string } | undefined)?.code ?? "");

/** No usable answer: `unreachable` when the request cannot have been acted upon or VK said 5xx, else `uncertain`. */
function lost(error: unknown): ChannelError {
  // Not JSON is a page of a proxy before VK, as comes with a 502.
  if (error instanceof SyntaxError) return new ChannelError("unreachable", "VK's API answers with a fault page", { cause: error });
  const said = (error as Error).message;
  if (error instanceof NoAnswer && !error.written) return new ChannelError("unreachable", `VK's API cannot be reached: ${said}`, { cause: error });
  return new ChannelError("uncertain", `VK's API gave no answer: ${said}`, { cause: error });
}
