import type { Call, Leg } from "./call.ts";
import type { CallBook } from "./call-book.ts";
import { lost } from "./talk.ts";
import * as to from "./to-ari.ts";

/** Without this many milliseconds of RTP a leg whose registration vanished is lost. */
const SILENCE_MS = 900;

/** Finds out which talks have lost their device. */
export class SoundWatch {
  readonly #book: CallBook;
  readonly #watches = new Set<NodeJS.Timeout>();

  constructor(book: CallBook) {
    this.#book = book;
  }

  close(): void {
    for (const timer of this.#watches) clearTimeout(timer);
    this.#watches.clear();
  }

  /**
   * The registration of this device is gone. If its talk has no more sound either, the page was reloaded or the network
   * died: the agent's leg is lost, the customer keeps music until the agent is back. (A socket replaced by a newer one keeps its sound.)
   */
  onContactGone(endpoint: string): void {
    for (const call of this.#book.calls.values())
      for (const leg of call.legs.values()) if (leg.endpoint === endpoint && leg.state === "bridged") void this.#watchSound(call, leg);
  }

  async #watchSound(call: Call, leg: Leg): Promise<void> {
    const received = async () => (await this.#book.context.ask<{ rxcount?: number }>(to.rtpStatistics(leg.channelId))).rxcount ?? 0;
    try {
      const before = await received();
      for (let waited = 0; waited < SILENCE_MS; waited += 300) {
        await this.#pause(300);
        if (leg.state !== "bridged" || call.phase === "ended" || (await received()) > before + 5) return;
      }
      lost(this.#book, call, leg);
    } catch {
      // the channel has just gone: its own event says how
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#watches.delete(timer);
        resolve();
      }, ms);
      this.#watches.add(timer);
    });
  }
}
