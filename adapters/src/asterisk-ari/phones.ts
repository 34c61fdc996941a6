import { ChannelError, type Commands, type Host } from "@kommutator/contract/channel";
import type { AriEndpoint, AriEvent, AriRequest } from "./ari-types.ts";
import type { Config } from "./config.ts";
import { AriError } from "./connection.ts";
import { asChannelError } from "./errors.ts";
import { clean, isExtension, phoneStatus } from "./from-ari.ts";
import type { Reporter } from "./reporter.ts";
import { provision, unprovision } from "./to-ari.ts";

/** Which phones can ring, as Asterisk's contacts say, and the phones' accounts in Asterisk's own store. */
export class Phones {
  readonly #config: Config;
  readonly #host: Host;
  readonly #reporter: Reporter;
  readonly #ask: <T = unknown>(request: AriRequest) => Promise<T>;
  #reachable = new Map<string, boolean>();
  #n = 0;

  constructor(config: Config, host: Host, reporter: Reporter, ask: <T = unknown>(request: AriRequest) => Promise<T>) {
    this.#config = config;
    this.#host = host;
    this.#reporter = reporter;
    this.#ask = ask;
  }

  /** After (re)connecting: subscribe to all phones, then say how each is, known or not. */
  async resync(app: string): Promise<void> {
    await this.#ask({ method: "POST", uri: `applications/${encodeURIComponent(app)}/subscription`, query: { eventSource: "endpoint:PJSIP" } });
    const endpoints = await this.#ask<AriEndpoint[]>({ method: "GET", uri: "endpoints/PJSIP" });
    const seen = new Set<string>();
    for (const e of endpoints) {
      if (!isExtension(e.resource)) continue;
      seen.add(e.resource);
      this.#say(e.resource, e.state === "online", true);
    }
    for (const endpoint of this.#reachable.keys()) if (!seen.has(endpoint)) this.#say(endpoint, false, true);
  }

  /** Returns the extension whose contact has gone, for its talk's sake. */
  onEvent(event: AriEvent): string | null {
    if (event.type !== "ContactStatusChange" && event.type !== "PeerStatusChange") return null;
    const endpoint = event.endpoint?.resource;
    if (endpoint === undefined || !isExtension(endpoint)) return null;
    void this.refresh(endpoint);
    return event.type === "ContactStatusChange" && event.contact_info?.contact_status === "Removed" ? endpoint : null;
  }

  /** The event is only the occasion: Asterisk's present word on the endpoint is the truth. */
  async refresh(endpoint: string): Promise<void> {
    try {
      const e = await this.#ask<AriEndpoint>({ method: "GET", uri: `endpoints/PJSIP/${encodeURIComponent(endpoint)}` });
      this.#say(endpoint, e.state === "online", false);
    } catch (error) {
      if (error instanceof AriError && error.status === 404) this.#say(endpoint, false, false);
      // otherwise the line is down, and that has its own word
    }
  }

  /** No phone can be rung while Asterisk is away. */
  lineLost(): void {
    for (const endpoint of this.#reachable.keys()) this.#say(endpoint, false, false);
  }

  async provision(command: Commands["phone.provision"]): Promise<void> {
    if (!isExtension(command.endpoint)) throw new ChannelError("rejected", "an extension is two to six digits");
    if (command.password.length < 8 || clean(command.password, 1000) !== command.password)
      throw new ChannelError("rejected", "a password is at least eight characters, none of them a control character");
    try {
      for (const request of provision(this.#config, command)) await this.#ask(request);
    } catch (error) {
      throw asChannelError(error);
    }
  }

  async remove(command: Commands["phone.remove"]): Promise<void> {
    if (!isExtension(command.endpoint)) throw new ChannelError("rejected", "an extension is two to six digits");
    for (const request of unprovision(command.endpoint)) {
      try {
        await this.#ask(request);
      } catch (error) {
        if (!(error instanceof AriError && error.status === 404)) throw asChannelError(error);
      }
    }
    this.#say(command.endpoint, false, false);
  }

  #say(endpoint: string, reachable: boolean, always: boolean): void {
    if (!always && this.#reachable.get(endpoint) === reachable) return;
    this.#reachable.set(endpoint, reachable);
    void this.#reporter.report(`phone:${endpoint}`, phoneStatus(endpoint, reachable, this.#host.now(), String(this.#n++)));
  }
}
