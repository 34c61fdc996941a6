import { ChannelError, type Host } from "@kommutator/contract/channel";
import { type Answer, exchange, NoAnswer, TooLarge } from "@kommutator/contract/net";
import { z } from "zod";
import type { ViberConfig } from "./config.ts";
import { parseExact } from "./exact-json.ts";
import { ViberRefusal } from "./statuses.ts";

/** "Maximum total JSON size of the request is 30kb." */
const MAX_REQUEST_BYTES = 30_000;
const MAX_ANSWER_BYTES = 1024 * 1024;

const answerSchema = z
  .object({
    status: z.coerce.number().int(),
    status_message: z.string().optional().catch(undefined),
    message_token: z.union([z.string(), z.number()]).transform(String).optional().catch(undefined),
    billing_status: z.number().optional().catch(undefined),
    name: z.string().optional().catch(undefined),
    uri: z.string().optional().catch(undefined),
    webhook: z.string().optional().catch(undefined),
    subscribers_count: z.number().optional().catch(undefined),
  })
  .strip();
export type ViberAnswer = z.infer<typeof answerSchema>;

/**
 * Viber's REST API: one method is one POST with the token in a header. A method that is harmless when it is done twice
 * (`set_webhook`, `get_account_info`) fails as `unreachable` whatever happened; `send_message` as `uncertain` once Viber
 * may have read it. Every exchange goes into the transcript, the token never.
 */
export class ViberApi {
  readonly #config: ViberConfig;
  readonly #host: Host;
  readonly #signal: AbortSignal;

  constructor(config: ViberConfig, host: Host, signal: AbortSignal) {
    this.#config = config;
    this.#host = host;
    this.#signal = signal;
  }

  /** The answer with status 0. Throws ChannelError; ViberRefusal when Viber itself refused. */
  async call(method: "set_webhook" | "get_account_info" | "send_message", body: Record<string, unknown>): Promise<ViberAnswer> {
    const content = JSON.stringify(body);
    if (Buffer.byteLength(content) > MAX_REQUEST_BYTES) throw new ChannelError("rejected", "The message is longer than Viber takes (30 KB in all).");
    const unsure = method === "send_message" ? "uncertain" : "unreachable";
    try {
      const answer = await this.#exchange(method, content);
      const read = this.#read(answer, unsure);
      this.#host.record("out", `Viber ${method}`, { ...about(body), status: read.status, said: read.status_message, billing: read.billing_status });
      if (read.status !== 0) throw new ViberRefusal(read.status, read.status_message);
      return read;
    } catch (error) {
      if (error instanceof ViberRefusal) throw error;
      const failure =
        error instanceof NoAnswer || error instanceof TooLarge
          ? new ChannelError(error instanceof NoAnswer && !error.written ? "unreachable" : unsure, `Viber cannot be reached: ${error.message}.`, {
              cause: error,
            })
          : error;
      this.#host.record("out", `Viber ${method} failed`, { ...about(body), error: String(failure).slice(0, 300) });
      throw failure;
    }
  }

  #exchange(method: string, body: string): Promise<Answer> {
    return exchange(new URL(`${this.#config.apiUrl}/${method}`), {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8", "x-viber-auth-token": this.#config.token },
      body,
      timeoutMs: this.#config.timeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
      signal: this.#signal,
    });
  }

  /** Viber answers 200 with its own status; any other answer comes from what stands before it. */
  #read({ status, headers, body }: Answer, unsure: "uncertain" | "unreachable"): ViberAnswer {
    if (status === 429) {
      const seconds = Number(headers["retry-after"]);
      throw new ChannelError("rate-limited", "Viber asks us to slow down.", {
        retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 60_000,
      });
    }
    if (status === 401 || status === 403) throw new ChannelError("bad-credentials", `Viber does not accept the bot's token (HTTP ${status}).`);
    if (status === 503) throw new ChannelError("unreachable", "Viber is not available at the moment (HTTP 503).");
    if (status >= 500) throw new ChannelError(unsure, `Viber failed (HTTP ${status}).`);
    if (status !== 200) throw new ChannelError("rejected", `Viber's address is not right: it answered HTTP ${status}. Check the API address of the channel.`);
    try {
      return answerSchema.parse(parseExact(body.toString("utf8")));
    } catch (cause) {
      throw new ChannelError(unsure, "Viber's answer cannot be read. Check the API address of the channel.", { cause });
    }
  }
}

/** What of a request goes into the transcript: no text, no links (they carry rights). */
const about = (body: Record<string, unknown>): Record<string, unknown> => ({ receiver: body["receiver"], type: body["type"] });
