import { until } from "../../lab/support/wait.ts";
import type { Cluster } from "./cluster.ts";
import type { Traffic } from "./traffic.ts";

export interface Books {
  calls: number;
  /** Spoke to an agent. */
  answered: number;
  /** Spoke to the static fallback. */
  fallback: number;
  /** Neither, but there is an inquiry: somebody will call back. */
  inquiry: number;
  /** No answer, no voicemail, no inquiry. */
  callsLost: string[];
  /** Numbers that stand in the books more than once. */
  callsTwice: number;
  messages: number;
  messagesLost: number;
  messagesTwice: number;
  outOfOrder: number;
  /** One offer at two INVITEs, one caller at two telephones at once, one entry won twice. */
  offersDoubled: number;
}

/** After the load: every caller and every acknowledged message must stand in the books, once. */
export async function compareBooks(cluster: Cluster, traffic: Traffic): Promise<Books> {
  const { sql } = cluster.db;
  await until(
    "everything is ingested and every call is over",
    async () => {
      const [row] = await sql<{ pending: number; open: number; known: number }[]>`
        SELECT (SELECT count(*)::int FROM raw_event WHERE state = 'pending') AS pending, (SELECT count(*)::int FROM call WHERE ended_at IS NULL) AS open,
          (SELECT count(DISTINCT from_norm)::int FROM call) AS known`;
      return row?.pending === 0 && row.open === 0 && row.known >= traffic.callers.length;
    },
    { timeoutMs: 60_000, everyMs: 200 },
  ).catch(() => undefined);
  await inquiriesAreWritten(cluster);
  const rows = await sql<{ number: string; n: number; answered: boolean; inquiry: boolean }[]>`
    SELECT c.number, (SELECT count(*)::int FROM call k WHERE k.from_norm = c.number) AS n,
      EXISTS (SELECT FROM call k WHERE k.from_norm = c.number AND k.answered_by IS NOT NULL) AS answered,
      EXISTS (SELECT FROM inquiry q WHERE q.identity_value = c.number) AS inquiry
    FROM unnest(${traffic.callers}::text[]) AS c(number)`;
  const sort = { answered: 0, fallback: 0, inquiry: 0 };
  const lost: string[] = [];
  for (const { number, answered, inquiry } of rows) {
    if (answered) sort.answered++;
    else if (traffic.guarded.has(number)) sort.fallback++;
    else if (inquiry) sort.inquiry++;
    else lost.push(number);
  }
  const stored = await sql<{ keys: string[] }[]>`
    SELECT array_agg(m.message_key ORDER BY d.opened_at, m.seq) AS keys FROM message m JOIN dialog d ON d.id = m.dialog_id
    WHERE m.channel_id = ${cluster.channels.chat} AND m.direction = 'in' GROUP BY m.thread_key`;
  const threads = new Map(stored.map(({ keys }) => [`visitor-${/^v(\d+)-/.exec(keys[0] ?? "")?.[1]}`, keys]));
  const messages = { messages: 0, messagesLost: 0, messagesTwice: 0, outOfOrder: 0 };
  for (const [visitor, keys] of traffic.acknowledged) {
    const have = threads.get(visitor) ?? [];
    messages.messages += keys.length;
    messages.messagesLost += keys.filter((k) => !have.includes(k)).length;
    messages.messagesTwice += have.length - new Set(have).size;
    if ([...have].sort().join() !== have.join()) messages.outOfOrder++;
  }
  const [doubled] = await sql<
    { n: number }[]
  >`SELECT count(*)::int AS n FROM (SELECT entry_id FROM offer WHERE state = 'accepted' GROUP BY 1 HAVING count(*) > 1) twice`;
  const invited = [...traffic.rings.values()].filter((n) => n > 1).length;
  return {
    ...{ calls: traffic.callers.length, ...sort, callsLost: lost, callsTwice: rows.filter((r) => r.n > 1).length, ...messages },
    offersDoubled: (doubled?.n ?? 0) + invited + traffic.rungTwice.length,
  };
}

/** The readers of the stream (inquiries of missed calls) have read everything. */
async function inquiriesAreWritten(cluster: Cluster): Promise<void> {
  await until(
    "the readers of the stream are at its head",
    async () => {
      const [row] = await cluster.db.sql<{ behind: number }[]>`
        SELECT ((SELECT position FROM stream_head) - (SELECT min(position) FROM stream_reader))::int AS behind`;
      return row?.behind === 0;
    },
    { timeoutMs: 30_000, everyMs: 100 },
  ).catch(() => undefined);
}
