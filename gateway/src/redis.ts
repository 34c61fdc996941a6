import { createClient } from "redis";
import type { NodeWords, RateCounter } from "./api/deps.ts";
import type { ReaderLog } from "./dialogs/reader.ts";

const CHANNEL = "kommutator:wake";
const WORDS = "kommutator:words";

/** What nodes tell each other through Redis: "look" (the database holds the truth), and words that are kept nowhere. */
export interface NodeSignals extends NodeWords {
  announce(): void;
  counter: RateCounter;
  close(): Promise<void>;
}

/** Connects; without Redis (it is away) nodes find everything a poll later. `onWake` is called when another node announces. */
export async function connectRedis(url: string, node: string, onWake: () => void, log: ReaderLog): Promise<NodeSignals> {
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: (n) => Math.min(50 * 2 ** n, 2_000) } });
  const subscriber = client.duplicate();
  for (const c of [client, subscriber]) c.on("error", (error: unknown) => log.warn({ error }, "Redis is away"));
  const listeners = new Set<(word: unknown) => void>();
  const hear = (said: string): void => {
    const told = wordOf(said);
    if (told !== null && told.from !== node) for (const listener of listeners) listener(told.word);
  };
  const listening = subscriber
    .connect()
    .then(() => Promise.all([subscriber.subscribe(CHANNEL, (from) => from !== node && onWake()), subscriber.subscribe(WORDS, hear)]));
  const connecting = Promise.all([client.connect(), listening]);
  connecting.catch(() => undefined);
  await Promise.race([connecting, new Promise((resolve) => setTimeout(resolve, 2_000))]).catch(() => undefined);
  let announced = 0;
  return {
    announce() {
      // A hundred wake-ups a second are as good as a thousand.
      const now = performance.now();
      if (now - announced < 10 || !client.isReady) return;
      announced = now;
      client.publish(CHANNEL, node).catch(() => undefined);
    },
    tell(word) {
      if (client.isReady) client.publish(WORDS, JSON.stringify({ from: node, word })).catch(() => undefined);
    },
    onTold(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    counter: {
      incr: (key) => client.incr(key),
      pExpire: (key, ms) => client.pExpire(key, ms),
      pTTL: (key) => client.pTTL(key),
    },
    async close() {
      await Promise.all([client, subscriber].map(async (c) => (c.isOpen ? c.destroy() : undefined)));
    },
  };
}

/** What a node has said; null for what is none of ours. */
function wordOf(said: string): { from: string; word: unknown } | null {
  try {
    const told: unknown = JSON.parse(said);
    return typeof told === "object" && told !== null && "from" in told && typeof told.from === "string" && "word" in told
      ? { from: told.from, word: told.word }
      : null;
  } catch {
    return null;
  }
}
