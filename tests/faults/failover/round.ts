import { until } from "../../lab/support/wait.ts";
import type { Cluster, ClusterNode } from "./cluster.ts";
import type { Talk, Traffic } from "./traffic.ts";
import { routerAgain, writtenBy } from "./written-rows.ts";

export const STRIKES = ["kill -9", "SIGSTOP", "cut from the database"] as const;
export type Strike = (typeof STRIKES)[number];

export interface Round {
  strike: Strike;
  /** From the strike to the first decision of the other node, ms. */
  decisionMs: number;
  /** From the strike to the first INVITE that the other node caused, ms. */
  ringMs: number;
  /** Talks under way at the strike that did not outlive it, or fell silent for longer than a second. */
  talksDropped: number;
  longestSilenceMs: number;
  /** Of the struck node after the other one had taken over. */
  lateRows: { relation: string; what: string | null; n: number }[];
  lateRequests: string[];
  /** From the strike until the struck node got the router again by right: it is watched no longer than that. */
  backMs: number | null;
}

const TALKS = 2;
/** More than any stumble of the machine, less than what people bear. */
const SILENCE_MS = 1_000;
/** How long the struck node is left alone after the other has begun to decide, and watched after it is back. */
const AWAY_MS = 500;
const WATCHED_MS = 1_500;

/** Strikes the node that holds the duties, under the running load, and watches who decides, writes, asks and talks. */
export async function playRound(cluster: Cluster, traffic: Traffic, strike: Strike): Promise<Round> {
  await cluster.settled();
  await traffic.served();
  const struck = (await cluster.holder()) as ClusterNode;
  const other = cluster.nodes.find((n) => n !== struck) as ClusterNode;
  const talks = await Promise.all(Array.from({ length: TALKS }, () => traffic.talkAtLast()));
  const pid = struck.process.process.pid ?? 0;
  const heardFrom = performance.now();
  const at = Date.now();
  await STRIKE[strike](struck);
  let mended = false;
  const mend = async () => {
    mended = true;
    await MEND[strike](struck);
  };
  try {
    return await watch();
  } finally {
    // A round that came to nothing leaves the next one both nodes and all agents.
    if (!mended) await mend();
    for (const talk of talks) traffic.hangUp(talk);
  }

  async function watch(): Promise<Round> {
    const decided = await until("the other node decides", () => firstDecision(cluster, other, at), { timeoutMs: 15_000, everyMs: 20 });
    const rung = await until("a telephone rings again", () => traffic.ringTimes.find((t) => t >= decided), { timeoutMs: 15_000, everyMs: 20 });
    await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
    await mend();
    await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
    // Whoever decides has the duties: from then on nothing of the struck node may follow, unless they are given back to it.
    const back = await routerAgain(cluster.db.sql, struck.role, decided);
    const end = back ?? Date.now();
    const silence = talks.map((talk) => silenceOf(talk, heardFrom));
    const lateRows = await writtenBy(cluster.db.sql, struck.role, decided, end);
    const lateRequests = cluster.ari.requests.filter((r) => r.pid === pid && r.at > decided && r.at < end).map((r) => `${r.method} ${r.uri.split("?")[0]}`);
    return {
      ...{ strike, decisionMs: decided - at, ringMs: rung - at, lateRows, lateRequests, backMs: back === null ? null : back - at },
      talksDropped: silence.filter((ms) => ms > SILENCE_MS).length,
      longestSilenceMs: Math.round(Math.max(...silence)),
    };
  }
}

const STRIKE: Record<Strike, (node: ClusterNode) => Promise<void>> = {
  "kill -9": (node) => node.process.kill("SIGKILL"),
  SIGSTOP: async (node) => void node.process.process.kill("SIGSTOP"),
  "cut from the database": async (node) => node.database.stall(),
};
const MEND: Record<Strike, (node: ClusterNode) => Promise<void>> = {
  "kill -9": (node) => node.restart(),
  SIGSTOP: async (node) => void node.process.process.kill("SIGCONT"),
  "cut from the database": async (node) => node.database.flow(),
};

async function firstDecision(cluster: Cluster, node: ClusterNode, after: number): Promise<number | null> {
  const [row] = await cluster.db.sql<{ at: Date | null }[]>`
    SELECT min(at) AS at FROM written WHERE by_node = ${node.role} AND relation = 'decision' AND at > ${new Date(after)}`;
  return row?.at?.getTime() ?? null;
}

/** The longest time without a packet at either end since the moment; infinite when the talk is over. */
function silenceOf(talk: Talk, from: number): number {
  if (talk.caller.state !== "up" || talk.agent.state !== "up") return Number.POSITIVE_INFINITY;
  return Math.max(talk.caller.rtp.longestGap(from), talk.agent.rtp.longestGap(from));
}
