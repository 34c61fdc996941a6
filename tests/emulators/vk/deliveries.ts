import http from "node:http";
import type { VkEvent } from "./community.ts";

/**
 * VK's side of the Callback API: POSTs each event, one at a time for each person and different persons side by side, and
 * repeats what is not answered with 200 and "ok" (dev.vk.com/api/callback/getting-started).
 */
export class Deliveries {
  readonly #url: () => string | null;
  readonly #secret: string;
  readonly #lanes = new Map<string, VkEvent[]>();
  readonly #busy = new Set<string>();
  readonly #requests = new Set<http.ClientRequest>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped = false;
  /** Events answered with "ok". */
  readonly delivered: VkEvent[] = [];

  constructor(url: () => string | null, secret: string) {
    this.#url = url;
    this.#secret = secret;
  }

  add(event: VkEvent): void {
    const lane = laneOf(event);
    this.#lanes.set(lane, [...(this.#lanes.get(lane) ?? []), event]);
    this.#pump(lane);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const request of this.#requests) request.destroy();
    this.#busy.clear();
  }

  start(): void {
    this.#stopped = false;
    for (const lane of this.#lanes.keys()) this.#pump(lane);
  }

  /** One POST of anything to the callback address; status 0 when there was no answer. */
  post(body: string | Buffer, method = "POST"): Promise<{ status: number; body: string }> {
    const url = this.#url();
    if (url === null) return Promise.resolve({ status: 0, body: "" });
    return new Promise((resolve) => {
      const request = http.request(url, { method, agent: false, headers: { "content-type": "application/json", connection: "close" } }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
        response.on("error", () => resolve({ status: 0, body: "" }));
      });
      this.#requests.add(request);
      request.on("close", () => this.#requests.delete(request));
      request.on("error", () => resolve({ status: 0, body: "" }));
      request.setTimeout(1_500, () => request.destroy());
      request.end(body);
    });
  }

  #pump(lane: string): void {
    const event = this.#lanes.get(lane)?.[0];
    if (this.#stopped || event === undefined || this.#busy.has(lane) || this.#url() === null) return;
    this.#busy.add(lane);
    void this.#deliver(lane, event);
  }

  async #deliver(lane: string, event: VkEvent): Promise<void> {
    const answer = await this.post(JSON.stringify({ ...event, secret: this.#secret }));
    if (this.#stopped) return;
    this.#busy.delete(lane);
    if (answer.status === 200 && answer.body === "ok") {
      this.delivered.push(event);
      this.#lanes.get(lane)?.shift();
      return this.#pump(lane);
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#pump(lane);
    }, 50);
    this.#timers.add(timer);
  }
}

function laneOf(event: VkEvent): string {
  const object = event.object as { message?: { peer_id?: number }; peer_id?: number; user_id?: number } | null;
  return String(object?.message?.peer_id ?? object?.peer_id ?? object?.user_id ?? "");
}
