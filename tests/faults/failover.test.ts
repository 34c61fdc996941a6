import { afterAll, beforeAll, expect, test } from "vitest";
import { compareBooks } from "./failover/books.ts";
import { type Cluster, startCluster } from "./failover/cluster.ts";
import { playRound, type Round, STRIKES } from "./failover/round.ts";
import { Traffic } from "./failover/traffic.ts";

/** Two nodes and one Asterisk under a load that this suite's neighbours bear; `npm run bench -- failover` plays twenty rounds of each kind under 20 calls and 100 messages a second. */
const ROUNDS = 5;
/** The other node decides, however busy this machine is; the three seconds of an undisturbed one are the benchmark's. */
const TAKEN_OVER_WITHIN_MS = 10_000;

let cluster: Cluster;
let traffic: Traffic;
beforeAll(async () => {
  cluster = await startCluster();
  traffic = await Traffic.open(cluster, { agents: 8, callsPerSecond: 4, messagesPerSecond: 10, visitors: 10 });
  traffic.start();
}, 180_000);
afterAll(async () => {
  traffic?.close();
  await cluster?.close();
}, 60_000);

test.each(STRIKES)(
  `%s: the other node decides, talks go on, and the struck one does nothing more, five times over`,
  { timeout: 60_000 + ROUNDS * 60_000 },
  async (strike) => {
    for (let i = 0; i < ROUNDS; i++) {
      const round: Round = await playRound(cluster, traffic, strike);
      console.log(`  ${JSON.stringify(round)}`);
      expect(round.decisionMs).toBeLessThan(TAKEN_OVER_WITHIN_MS);
      expect(round).toMatchObject({ talksDropped: 0, lateRows: [], lateRequests: [] });
    }
  },
);

test("afterwards every caller and every message stands in the books, once, and no offer was made twice", { timeout: 180_000 }, async () => {
  await traffic.stop();
  const books = await compareBooks(cluster, traffic);
  console.log(`  ${JSON.stringify(books)}`);
  expect(books).toMatchObject({ callsLost: [], callsTwice: 0, messagesLost: 0, messagesTwice: 0, outOfOrder: 0, offersDoubled: 0 });
});
