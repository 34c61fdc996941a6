import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Db } from "@kommutator/contract/db";
import { connect } from "@kommutator/gateway/db/pool";
import { emit } from "@kommutator/gateway/dialogs/emit";
import { createIngest } from "@kommutator/gateway/dialogs/ingest";
import { createRawEvents } from "@kommutator/gateway/inbound/raw-events";
import { createBlobStore } from "@kommutator/gateway/media/blob-store";
import { insertInputs } from "@kommutator/routing/shell/inputs";
import { type CrmHouse, crmHouse } from "../support/crm.ts";
import { type BaseSize, FULL_BASE, fillBase } from "./base-data.ts";
import type { BenchResult } from "./run.ts";

/** `BASE_SHARE=0.1` takes a tenth of the base, for a quick look. */
const SHARE = Number(process.env["BASE_SHARE"] ?? 1);
const PAGE = 50;
const MESSAGES_PER_S = 500;
/** What agents type: whole words, parts, typos, another alphabet, Kazakh letters left out. */
const QUERIES = [
  "Нурланов",
  "Nurlanov",
  "Нұрлонов",
  "Кузнцов",
  "Kuznecov",
  "Шевчнко",
  "Їжакевич",
  "Тулегенов",
  "Ахмето",
  "алтын жибек",
  "Сункар Мет",
  "ТехСервис",
  "Petrov Sergej",
  "Айгуль Ким",
  "Жумабаев",
  "Zhumabayev",
  "Ким Сервис",
  "700 12-34",
  "8 (770) 001",
  "567",
];

/** A base of a company that has worked for years: identification under load, name search with typos, the deep end of a long history. */
export default async function run(): Promise<BenchResult> {
  const house = await crmHouse({ max: 10 });
  try {
    const { employees } = house.company;
    const size: BaseSize = {
      customers: Math.round(FULL_BASE.customers * SHARE),
      contactPoints: Math.round(FULL_BASE.contactPoints * SHARE),
      interactions: Math.round(FULL_BASE.interactions * SHARE),
      longHistory: FULL_BASE.longHistory,
    };
    const began = performance.now();
    const { long } = await fillBase(house.sql, size, [employees.aigul.id, employees.bolat.id, employees.dana.id]);
    const filledS = (performance.now() - began) / 1000;
    const feed = await feedTimes(house, long);
    const search = await searchTimes(house);
    const identify = await identifyTimes(house, size);
    const [settings] = await house.sql<{ fsync: string }[]>`SELECT current_setting('fsync') AS fsync`;
    const budget = (name: string, p99: number, limit: number) => ({ name, limit: `p99 < ${limit} ms`, measured: `${p99.toFixed(1)} ms`, pass: p99 < limit });
    return {
      name: "base",
      conditions: { ...size, fsync: settings?.fsync },
      figures: { filledS: Math.round(filledS), feed, search, identify },
      budgets: [
        budget("feed, first page of 10,000 items", feed.first.p99, 20),
        budget("feed, 200th page", feed.deep.p99, 20),
        budget("name search with a typo, either alphabet", search.p99, 100),
        budget(`identify, during ${MESSAGES_PER_S} messages/s`, identify.p99, 2),
      ],
    };
  } finally {
    await house.close();
  }
}

const quantiles = (times: number[]) => {
  times.sort((a, b) => a - b);
  const at = (share: number) => Number((times[Math.min(times.length - 1, Math.floor(times.length * share))] as number).toFixed(2));
  return { n: times.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
};

async function timed(n: number, warm: number, work: (i: number) => Promise<void>): Promise<ReturnType<typeof quantiles>> {
  const times: number[] = [];
  for (let i = 0; i < n + warm; i++) {
    const began = performance.now();
    await work(i);
    if (i >= warm) times.push(performance.now() - began);
  }
  return quantiles(times);
}

/** Through the HTTP API as an agent, rights on. The 200th page is walked to by its cursors, as a person scrolls. */
async function feedTimes(house: CrmHouse, customer: string) {
  const page = async (cursor: string | null) => {
    const answer = await house.as("aigul", "GET", `/customers/${customer}/feed?limit=${PAGE}${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
    if (answer.status !== 200) throw new Error(`the feed answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body as { items: unknown[]; nextCursor: string | null };
  };
  const first = await timed(300, 50, async () => void (await page(null)));
  let cursor: string | null = null;
  let items = 0;
  let pages = 0;
  let deepest: string | null = null;
  do {
    deepest = cursor;
    const answer: { items: unknown[]; nextCursor: string | null } = await page(cursor);
    items += answer.items.length;
    pages++;
    cursor = answer.nextCursor;
  } while (cursor !== null && pages < 200);
  const deep = await timed(300, 50, async () => void (await page(deepest)));
  return { items, pages, first, deep };
}

async function searchTimes(house: CrmHouse) {
  let found = 0;
  const times = await timed(QUERIES.length * 14, QUERIES.length, async (i) => {
    const answer = await house.as("aigul", "GET", `/search?q=${encodeURIComponent(QUERIES[i % QUERIES.length] as string)}&limit=8`);
    if (answer.status !== 200) throw new Error(`the search answered ${answer.status}`);
    if ((answer.body as { items: unknown[] }).items.length > 0) found++;
  });
  return { found, asked: QUERIES.length * 15, ...times };
}

/** Identification of random known people, one after the other, while messages are ingested at a steady rate beside it. */
async function identifyTimes(house: CrmHouse, size: BaseSize) {
  const stop = new AbortController();
  const { sent: load } = await ingestAtRate(house, stop.signal);
  const phones = await house.sql<
    { value: string }[]
  >`SELECT value_norm AS value FROM contact_point TABLESAMPLE SYSTEM (${Math.min(100, 2 / SHARE)}::real) WHERE kind = 'phone' ORDER BY random() LIMIT 1500`;
  const times: number[] = [];
  for (const [i, { value }] of phones.entries()) {
    await house.sql.begin(async (tx) => {
      const began = performance.now();
      await house.crm.identify.identify(tx, { kind: "phone", value }, { channelId: house.channels.voice, createLead: true, verifiedHow: "inbound_call" });
      if (i >= 200) times.push(performance.now() - began);
    });
  }
  stop.abort();
  const sent = await load;
  return { points: size.contactPoints, messagesMeanwhile: sent, ...quantiles(times) };
}

async function ingestAtRate(house: CrmHouse, stop: AbortSignal): Promise<{ sent: Promise<number> }> {
  const dir = await mkdtemp(join(tmpdir(), "kommutator-bench-"));
  const strict: Db = connect(house.db.url, { max: 6, applicationName: "kommutator-ingest", idleInTransactionMs: 1_000 });
  const leases: Db = connect(house.db.url, { max: 2 });
  const quiet = { warn: () => undefined, error: () => undefined };
  const ingest = createIngest({
    sql: strict,
    leaseSql: leases,
    holder: "bench",
    log: quiet,
    emit,
    enqueue: async (tx, inputs) => void (await insertInputs(tx, inputs)),
    identify: house.crm.identify,
    now: Date.now,
    onCommitted: () => undefined,
  });
  const raw = createRawEvents(strict, createBlobStore(dir), (lane) => ingest.wake(lane));
  ingest.start();
  const run = async (): Promise<number> => {
    const began = performance.now();
    const reports: Promise<void>[] = [];
    while (!stop.aborted) {
      const due = Math.floor(((performance.now() - began) / 1000) * MESSAGES_PER_S);
      while (reports.length < due) {
        const n = reports.length;
        reports.push(
          raw.report(house.channels.chat, {
            kind: "message.received",
            eventKey: `load-${n}`,
            messageKey: `load-${n}`,
            occurredAt: Date.now(),
            thread: { key: `visitor-${n % 400}` },
            from: { kind: "site_visitor", value: `visitor-${n % 400}` },
            text: `Message ${n}`,
            nature: "human",
          }),
        );
      }
      await pause(5);
    }
    await Promise.all(reports);
    await ingest.stop();
    await Promise.all([strict.end({ timeout: 1 }), leases.end({ timeout: 1 })]);
    await rm(dir, { recursive: true, force: true });
    return reports.length;
  };
  return { sent: run() };
}
