import { createClient } from "redis";
import type { RateCounter } from "./api/deps.ts";
import type { ReaderLog } from "./dialogs/reader.ts";

const CHANNEL = "kommutator:wake";

/** What nodes tell each other through Redis: only "look", never what; the database holds the truth. */
export interface NodeSignals {
  announce(): void;
  counter: RateCounter;
  close(): Promise<void>;
}

/** Connects; without Redis (it is away) nodes find everything a poll later. `onWake` is called when another node announces. */
export async function connectRedis(url: string, node: string, onWake: () => void, log: ReaderLog): Promise<NodeSignals> {
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: (n) => Math.min(50 * 2 ** n, 2_000) } });
  const subscriber = client.duplicate();
  for (const c of [client, subscriber]) c.on("error", (error: unknown) => log.warn({ error }, "Redis is away"));
  const connecting = Promise.all([client.connect(), subscriber.connect().then(() => subscriber.subscribe(CHANNEL, (from) => from !== node && onWake()))]);
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
