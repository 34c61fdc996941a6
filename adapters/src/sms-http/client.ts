import { ChannelError } from "@kommutator/contract/channel";
import { exchange, NoAnswer, retryAfterMs } from "@kommutator/contract/net";
import type { SmsHttpConfig } from "./config.ts";
import type { Fault, Operation, SmsVendor, VendorRequest } from "./vendor.ts";

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** The vendor's own words about a request, beside the error that we make of them. */
export class VendorFault extends ChannelError {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.code, fault.text.slice(0, 500), fault.retryAfterMs === undefined ? {} : { retryAfterMs: fault.retryAfterMs });
    this.fault = fault;
  }
}

/** Asks the vendor one thing, over a connection of its own: a few in a minute need no pool, and none is left behind. */
export class VendorClient {
  readonly #config: SmsHttpConfig;
  readonly #vendor: SmsVendor;
  readonly #stop: AbortSignal;

  constructor(config: SmsHttpConfig, vendor: SmsVendor, stop: AbortSignal) {
    this.#config = config;
    this.#vendor = vendor;
    this.#stop = stop;
  }

  /**
   * The vendor's answer, parsed. Throws ChannelError; a request that changes something (`send`) ends in `uncertain` once the
   * vendor may have read all of it, every other one in `unreachable`.
   */
  async ask(operation: Operation, request: VendorRequest): Promise<unknown> {
    const { status, retryAfter, text } = await this.#exchange(operation, request);
    const { title } = this.#vendor;
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch {
      answer = undefined;
    }
    // A fault in the vendor's own words tells more than the number in front of it.
    const fault = typeof answer === "object" && answer !== null ? this.#vendor.fault(operation, answer) : null;
    if (status === 429)
      throw new ChannelError("rate-limited", `${title} takes no more requests for a while`, { retryAfterMs: retryAfter ?? fault?.retryAfterMs ?? 30_000 });
    if (status === 503) throw new ChannelError("unreachable", `${title} is not available just now (503)`);
    // 500, 502 and 504 come from something that may have taken the message before it broke (RFC 9110 section 15.6).
    if (status >= 500) throw this.#lost(operation, `${title} failed by itself (${status})`);
    if (fault !== null) throw new VendorFault({ ...fault, text: this.#clean(fault.text) });
    if (status === 401 || status === 403)
      throw new ChannelError("bad-credentials", `${title} refused the password or key (${status}): check it in the channel's settings`);
    if (status >= 400) throw new ChannelError("rejected", `${title} refused the request (${status}): check the API address`);
    if (status >= 300) throw new ChannelError("unreachable", `${title} sends us elsewhere (${status}): set the API address to where it lives now`);
    if (answer === undefined) throw this.#lost(operation, `${title} answered something that is not JSON: check the API address`);
    return answer;
  }

  /** An answer that never came, or that says nothing. */
  #lost(operation: Operation, text: string): ChannelError {
    return new ChannelError(operation === "send" ? "uncertain" : "unreachable", text);
  }

  /** A vendor that repeats our request in its complaint must not bring a secret into an error. */
  #clean(text: string): string {
    return [this.#config.password, this.#config.apiKey].filter((secret) => secret !== "").reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
  }

  async #exchange(operation: Operation, request: VendorRequest): Promise<{ status: number; retryAfter: number | undefined; text: string }> {
    const { title } = this.#vendor;
    const base = this.#config.apiUrl === "" ? this.#vendor.apiUrl : this.#config.apiUrl;
    const url = new URL(`${base.replace(/\/+$/, "")}/${request.path}`);
    const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json", connection: "close" };
    const body = new URLSearchParams({ ...this.#vendor.common(this.#config), ...request.fields }).toString();
    try {
      const answer = await exchange(url, {
        method: "POST",
        headers,
        body,
        timeoutMs: this.#config.timeoutMs,
        maxBytes: MAX_ANSWER_BYTES,
        signal: this.#stop,
      });
      return { status: answer.status, retryAfter: retryAfterMs(answer.headers["retry-after"]), text: answer.body.toString("utf8") };
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof NoAnswer && !error.written)
        throw new ChannelError("unreachable", `${title} at ${url.host} cannot be reached: ${message}`, { cause: error });
      throw this.#lost(operation, `${title} did not answer in full: ${message}`);
    }
  }
}
