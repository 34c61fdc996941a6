import { ChannelError } from "@kommutator/contract/channel";
import type { Config } from "./config.ts";
import { callOfRecording } from "./from-ari.ts";

const FETCH_TIMEOUT_MS = 60_000;

/** Stored recordings over ARI's HTTP (binary files do not go through the WebSocket). Each request closes its socket. */
export class Recordings {
  readonly #config: Config;
  readonly #signal: AbortSignal;

  constructor(config: Config, signal: AbortSignal) {
    this.#config = config;
    this.#signal = signal;
  }

  /** The wav file. Throws `rejected` when there is none (any more), `unreachable` when Asterisk does not answer. */
  async fetch(recordingKey: string): Promise<{ bytes: Uint8Array; mime: string }> {
    const response = await this.#request("GET", `${this.#path(recordingKey)}/file`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const length = Number(response.headers.get("content-length") ?? bytes.length);
    if (bytes.length !== length) throw new ChannelError("unreachable", `${bytes.length} of ${length} bytes came`);
    return { bytes, mime: "audio/wav" };
  }

  /** Deleting what is not there any more is done. */
  async delete(recordingKey: string): Promise<void> {
    try {
      await (await this.#request("DELETE", this.#path(recordingKey))).arrayBuffer();
    } catch (error) {
      if (!(error instanceof ChannelError && error.code === "rejected")) throw error;
    }
  }

  #path(recordingKey: string): string {
    if (callOfRecording(recordingKey) === null || !/^[A-Za-z0-9_.-]+$/.test(recordingKey)) throw new ChannelError("rejected", "not a recording of ours");
    return `recordings/stored/${recordingKey}`;
  }

  async #request(method: string, path: string): Promise<Response> {
    const { url, user, password } = this.#config;
    let response: Response;
    try {
      response = await fetch(`${url}/${path}`, {
        method,
        headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`, connection: "close" },
        signal: AbortSignal.any([this.#signal, AbortSignal.timeout(FETCH_TIMEOUT_MS)]),
        redirect: "error",
      });
    } catch (error) {
      throw new ChannelError("unreachable", error instanceof Error ? error.message : String(error), { cause: error });
    }
    if (response.ok) return response;
    await response.arrayBuffer();
    if (response.status === 401 || response.status === 403) throw new ChannelError("bad-credentials", `HTTP ${response.status}`);
    throw new ChannelError(response.status >= 500 ? "unreachable" : "rejected", `HTTP ${response.status}`);
  }
}
