import { ChannelError, type Commands, type Host } from "@kommutator/contract/channel";
import type { AriEndpoint, AriEvent, AriRequest } from "./ari-types.ts";
import type { Config } from "./config.ts";
import { AriError } from "./connection.ts";
import { DirectCalls } from "./direct-calls.ts";
import { asChannelError } from "./errors.ts";
import { clean, isExtension, phoneStatus } from "./from-ari.ts";
import type { Reporter } from "./reporter.ts";
import { provision, unprovision } from "./to-ari.ts";

/** How often an engaged phone is looked at, should the end of its call have been missed: nobody stays in a call for ever. */
const LOOK_EVERY_MS = 10_000;

/** Which phones can ring, as Asterisk's contacts say; which are engaged; and the phones' accounts in Asterisk's own store. */
export class Phones {
  readonly #config: Config;
  readonly #host: Host;
  readonly #reporter: Reporter;
  readonly #ask: <T = unknown>(request: AriRequest) => Promise<T>;
  readonly #direct: DirectCalls;
  #said = new Map<string, { reachable: boolean; directCall: boolean }>();
  #look: NodeJS.Timeout | null = null;
  #n = 0;

  constructor(config: Config, host: Host, reporter: Reporter, ask: <T = unknown>(request: AriRequest) => Promise<T>, isOffer: (channelId: string) => boolean) {
    this.#config = config;
    this.#host = host;
    this.#reporter = reporter;
    this.#ask = ask;
    this.#direct = new DirectCalls(isOffer);
  }

  close(): void {
    if (this.#look !== null) clearInterval(this.#look);
    this.#look = null;
  }

  /** After (re)connecting: subscribe to all phones, then say how each is, known or not. */
  async resync(app: string): Promise<void> {
    await this.#ask({ method: "POST", uri: `applications/${encodeURIComponent(app)}/subscription`, query: { eventSource: "endpoint:PJSIP" } });
    const endpoints = await this.#ask<AriEndpoint[]>({ method: "GET", uri: "endpoints/PJSIP" });
    const seen = new Set<string>();
    this.#direct.clear();
    for (const e of endpoints) {
      if (!isExtension(e.resource)) continue;
      seen.add(e.resource);
      this.#direct.is(e.resource, e.channel_ids);
      this.#say(e.resource, e.state === "online", true);
    }
    for (const endpoint of this.#said.keys()) if (!seen.has(endpoint)) this.#say(endpoint, false, true);
  }

  /** Returns the extension whose contact has gone, for its talk's sake. */
  onEvent(event: AriEvent): string | null {
    const changed = this.#direct.onEvent(event);
    if (changed !== null) this.#say(changed, this.#said.get(changed)?.reachable ?? false, false);
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

  /** No phone can be rung while Asterisk is away, and nobody knows what they are doing. */
  lineLost(): void {
    this.#direct.clear();
    for (const endpoint of this.#said.keys()) this.#say(endpoint, false, false);
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
    const directCall = this.#direct.has(endpoint);
    const before = this.#said.get(endpoint);
    this.#watch();
    if (!always && before?.reachable === reachable && before.directCall === directCall) return;
    const now = { reachable, directCall };
    this.#said.set(endpoint, now);
    void this.#reporter.report(`phone:${endpoint}`, phoneStatus(endpoint, now, this.#host.now(), String(this.#n++)));
  }

  /** Engaged phones are looked at now and then, as long as there are any. */
  #watch(): void {
    const any = this.#direct.engaged().length > 0;
    if (any === (this.#look !== null)) return;
    if (this.#look !== null) clearInterval(this.#look);
    this.#look = any ? setInterval(() => void this.#lookAtEngaged(), LOOK_EVERY_MS) : null;
  }

  async #lookAtEngaged(): Promise<void> {
    for (const endpoint of this.#direct.engaged()) {
      const known = this.#direct.of(endpoint);
      try {
        const e = await this.#ask<AriEndpoint>({ method: "GET", uri: `endpoints/PJSIP/${encodeURIComponent(endpoint)}` });
        this.#direct.drop(
          endpoint,
          known.filter((id) => !e.channel_ids.includes(id)),
        );
        this.#say(endpoint, e.state === "online", false);
      } catch {
        // the account or the line is gone: both have their own word
      }
    }
  }
}
