import http from "node:http";
import https from "node:https";
import { ChannelError } from "@kommutator/contract/channel";
import { refusalOf } from "@kommutator/contract/fetch-file";
import { type Answer, exchange } from "@kommutator/contract/net";
import { API, APIRequest } from "vk-io";
import { API_VERSION, type VkConfig } from "./config.ts";
import { faultIn, toVkError } from "./errors.ts";

/**
 * VK's hosts for uploads, long polling and media: vk.com and its successor vk.ru, userapi.com for photos, documents and
 * voice, vkuser*.* for newer media (seen in the addresses of dev.vk.com's own examples and of real messages).
 */
const VK_DOMAINS = ["vk.com", "vk.ru", "userapi.com", "vkuser.net", "vkuseraudio.net", "vkuseraudio.com", "vkuserphoto.ru", "vkuserlive.net"] as const;

/** dev.vk.com/api/bots/development/messages: up to 20 requests a second with a community's key. */
const REQUESTS_PER_SECOND = 20;

/** Requests to VK's API and to the servers that it names. Keeps its connections until `close`. */
export class VkClient {
  /** Told of every answer: null when the request went well. */
  onOutcome: (error: ChannelError | null) => void = () => {};
  readonly #config: VkConfig;
  readonly #api: API;
  readonly #agents: http.Agent[] = [];
  readonly #stop = new AbortController();
  readonly #recent: number[] = [];

  constructor(config: VkConfig) {
    this.#config = config;
    this.#api = new API({
      token: config.token,
      apiVersion: API_VERSION,
      apiBaseUrl: config.apiUrl,
      apiTimeout: config.apiTimeoutMs,
      agent: this.#agent(config.apiUrl) as https.Agent,
    });
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
    let answer: { response?: T; error?: unknown };
    try {
      // One request of vk-io without its queue: that one retries for ever on "too many requests", in our stead and unseen.
      answer = await new APIRequest({ api: this.#api, method, params }).make();
    } catch (error) {
      if (this.#stop.signal.aborted) throw new ChannelError("unreachable", "The channel is closing", { cause: error });
      // A kept connection that VK had just closed: once more over a new one. Harmless even if the first was taken: random_id.
      if (again && /ECONNRESET|EPIPE|socket hang up/.test(describe(error))) {
        dropIdle(this.#agent(this.#config.apiUrl));
        return this.#ask(method, params, false);
      }
      throw lost(error, this.#config.apiTimeoutMs);
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

const describe = (error: unknown): string => {
  const { code, type, message } = error as { code?: string; type?: string; message?: string };
  return [code, type, message].filter((part) => part !== undefined).join(" ");
};

/** No usable answer: `unreachable` when the request cannot have been acted upon or VK said 5xx, else `uncertain`. */
function lost(error: unknown, timeoutMs: number): ChannelError {
  const said = describe(error);
  if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT|TLS|SSL/i.test(said))
    return new ChannelError("unreachable", "VK's API cannot be reached", { cause: error });
  // Not JSON is a page of a proxy before VK, as comes with a 502.
  if (/invalid-json|JSON/.test(said)) return new ChannelError("unreachable", "VK's API answers with a fault page", { cause: error });
  if (/abort/i.test(said)) return new ChannelError("uncertain", `VK has not answered within ${timeoutMs / 1_000} s`, { cause: error });
  return new ChannelError("uncertain", "The connection to VK's API was lost before the answer", { cause: error });
}
