import type { Host } from "@kommutator/contract/channel";
import type { EpochMs } from "@kommutator/contract/ids";
import { z } from "zod";

/** What we know of one message that went out, by the id of its command. */
const outgoing = z.object({
  /** The vendor's key; null while nobody knows whether it was taken. */
  key: z.string().nullable(),
  to: z.string(),
  at: z.number(),
  state: z.enum(["sending", "sent", "delivered", "read", "failed"]),
  /** How often it was sent again after the vendor reported that it failed. */
  attempt: z.number().int().default(0),
});
export type Outgoing = z.infer<typeof outgoing>;
const stored = z.object({ incomingAfter: z.string().nullable().default(null), outgoing: z.record(z.string(), outgoing).default({}) });

/** The vendors report nothing later than this. */
const KEEP_MS = 3 * 86_400_000;
const KEEP_COUNT = 500;

/**
 * What the channel remembers over restarts, through the host: up to where incoming messages are reported, and which of our
 * messages wait for a state or for an answer to "do you have it?". Writes follow each other; the last one wins.
 */
export class Memory {
  readonly #host: Pick<Host, "load" | "save">;
  #data: z.infer<typeof stored> | null = null;
  #saving: Promise<void> = Promise.resolve();
  #waitingWrite: Promise<void> | null = null;

  constructor(host: Pick<Host, "load" | "save">) {
    this.#host = host;
  }

  /** Reads it once; a failed reading is tried again by the next caller. */
  async load(): Promise<void> {
    if (this.#data !== null) return;
    const read = stored.safeParse((await this.#host.load()) ?? {});
    this.#data ??= read.success ? read.data : { incomingAfter: null, outgoing: {} };
  }

  get incomingAfter(): string | null {
    return this.#data?.incomingAfter ?? null;
  }
  set incomingAfter(id: string | null) {
    if (this.#data !== null) this.#data.incomingAfter = id;
  }

  get(commandId: string): Outgoing | undefined {
    return this.#data?.outgoing[commandId];
  }
  put(commandId: string, message: Outgoing): void {
    if (this.#data !== null) this.#data.outgoing[commandId] = message;
  }
  drop(commandId: string): void {
    if (this.#data !== null) delete this.#data.outgoing[commandId];
  }
  byKey(key: string): Outgoing | undefined {
    return Object.values(this.#data?.outgoing ?? {}).find((one) => one.key === key);
  }

  /** Messages whose last state is not known yet. */
  waiting(): (Outgoing & { key: string })[] {
    const all = Object.values(this.#data?.outgoing ?? {});
    return all.filter((one): one is Outgoing & { key: string } => one.key !== null && (one.state === "sent" || one.state === "delivered"));
  }

  /** Resolves when everything up to now is stored. Whoever comes while a write waits for the one before it shares it. */
  save(now: EpochMs): Promise<void> {
    if (this.#waitingWrite !== null) return this.#waitingWrite;
    const write = this.#saving.then(() => {
      this.#waitingWrite = null;
      this.#forget(now);
      return this.#host.save(structuredClone(this.#data));
    });
    this.#waitingWrite = write;
    this.#saving = write.catch(() => {});
    return write;
  }

  #forget(now: EpochMs): void {
    if (this.#data === null) return;
    const kept = Object.entries(this.#data.outgoing).filter(([, one]) => now - one.at < KEEP_MS);
    this.#data.outgoing = Object.fromEntries(kept.sort(([, a], [, b]) => a.at - b.at).slice(-KEEP_COUNT));
  }
}
