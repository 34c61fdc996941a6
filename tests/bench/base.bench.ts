import { fork } from "node:child_process";
import { once } from "node:events";
import type { Db, Tx } from "@kommutator/contract/db";
import { connect } from "@kommutator/gateway/db/pool";
import { type CrmHouse, crmHouse } from "../support/crm.ts";
import { type BaseSize, FULL_BASE, fillBase } from "./base/data.ts";
import type { BenchResult } from "./run.ts";

/** `BASE_SHARE=0.1` takes a tenth of the base, for a quick look. */
const SHARE = Number(process.env["BASE_SHARE"] ?? 1);
const PAGE = 50;
const MESSAGES_PER_S = 500;
/** Identifications that are not timed: a process that has just started compiles its code. */
const WARM_UP = 2000;
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

/** What the registers are asked for, words and filters together (CB-03, CB-04, RG-09); the names of catalogues' entries become their ids. */
const CUSTOMER_LISTS = [
  "regionId=B3&statusId=any&kind=company",
  "regionId=B3-7&industryId=I11",
  "industryId=I5&responsibleId=aigul&addedFrom=2026-01-01",
  "q=Нұрланов&regionId=B2",
  "q=Кузнцов&kind=person&statusId=any",
  "q=алтын жибек&industryId=I7",
  "q=ТехСервис&regionId=B9&responsibleId=aigul",
  "q=Сункар&addedFrom=2025-06-01&addedTo=2025-12-31",
  "q=Ким",
  "q=770 001&regionId=B4",
  "q=client77&kind=company",
  // What most have together with what few or none have; what belongs to somebody else.
  "vip=true",
  "responsibleId=dana",
  "q=тоо",
  "q=т",
  "q=тоо&kind=person",
  "q=тоо&regionId=B3-7&industryId=I5&statusId=any",
  "q=770&vip=true",
  "q=Иванов&kind=company",
  "q=Иванов Иван&vip=true",
  "q=алтын сервис торг",
];
const CONTACT_LISTS = [
  "",
  "gone=false",
  "gone=true",
  "q=Шевчнко&gone=false",
  "q=Zhumabayev",
  "q=Айгуль Ким",
  // Words of many companies, which bring their people, alone and together.
  "q=Алтын",
  "q=алтны",
  "q=Алтын&gone=true",
  "q=Алтын Сервис",
  "q=Сункар Мет",
  "q=Иванов Алтын",
  "q=Иванов Иван",
  "q=тоо",
  "q=т",
  "q=770 0012",
  "q=567",
  "q=770&gone=true",
  "q=8 (770) 001",
  "q=1234",
  "q=box12",
];
const LEAD_LISTS = [
  "",
  "status=new",
  "overdue=true",
  "responsibleId=dana",
  "q=Иванов",
  "q=Иванов Иван",
  "q=Ким&responsibleId=nobody",
  "q=567",
  "q=770",
  "q=770&noContact=true",
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
    const customers = await listTimes(house, "customers", CUSTOMER_LISTS);
    const contacts = await listTimes(house, "contacts", CONTACT_LISTS);
    const leads = await listTimes(house, "leads", LEAD_LISTS);
    const identify = await identifyTimes(house, size);
    const [settings] = await house.sql<{ fsync: string }[]>`SELECT current_setting('fsync') AS fsync`;
    const budget = (name: string, p99: number, limit: number) => ({ name, limit: `p99 < ${limit} ms`, measured: `${p99.toFixed(1)} ms`, pass: p99 < limit });
    return {
      name: "base",
      conditions: { ...size, fsync: settings?.fsync },
      figures: { filledS: Math.round(filledS), feed, search, customers, contacts, leads, identify },
      budgets: [
        budget("feed, first page of 10,000 items", feed.first.p99, 20),
        budget("feed, 200th page", feed.deep.p99, 20),
        budget("name search with a typo, either alphabet", search.p99, 100),
        budget("register of customers, filters and words together", customers.p99, 300),
        budget("register of contacts, filters and words together", contacts.p99, 300),
        budget("register of leads, filters and words together", leads.p99, 300),
        budget(`identify, during ${MESSAGES_PER_S} messages/s`, identify.p99, 2),
        {
          name: "the limit of this machine in the same seconds: a round trip of as much work that asks nothing",
          limit: "for comparison",
          measured: `p50 ${identify.sameWork.p50} ms, p99 ${identify.sameWork.p99.toFixed(1)} ms`,
          pass: true,
        },
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
  const first = await timed(600, 100, async () => void (await page(null)));
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
  const deep = await timed(600, 100, async () => void (await page(deepest)));
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

/** The first page of a register and the one after it, through the HTTP API as an agent, rights on; `slowest`: which list took longest, typically. */
async function listTimes(house: CrmHouse, list: "customers" | "contacts" | "leads", asked: string[]) {
  const entries = await house.sql<{ code: string; id: string }[]>`SELECT code, id FROM region UNION ALL SELECT code, id FROM industry`;
  const ids = new Map(entries.map((e) => [e.code, e.id]));
  const status = Object.values(house.company.catalogues.customerStatuses)[0] as string;
  const urls = asked.map((query) => {
    const params = new URLSearchParams(query);
    for (const [key, value] of params) {
      if (key === "statusId") params.set(key, status);
      else if (key === "responsibleId") params.set(key, house.company.employees[value as "aigul"]?.id ?? value);
      else if (key.endsWith("Id")) params.set(key, ids.get(value) as string);
    }
    return `/${list}?limit=${PAGE}&${params}`;
  });
  const each = urls.map(() => [] as number[]);
  let rows = 0;
  const get = async (url: string) => {
    const answer = await house.as("aigul", "GET", url);
    if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    rows += answer.body.items.length;
    return answer.body.nextCursor as string | null;
  };
  const seconds: string[] = [];
  for (const url of urls) {
    const cursor = await get(url);
    if (cursor !== null) seconds.push(`${url}&cursor=${cursor}`);
  }
  const pages = [...urls, ...seconds];
  const times = await timed(pages.length * 14, pages.length, async (i) => {
    const began = performance.now();
    await get(pages[i % pages.length] as string);
    each[urls.indexOf((pages[i % pages.length] as string).replace(/&cursor=.*/, ""))]?.push(performance.now() - began);
  });
  const typical = each.map((some, i) => ({ asked: asked[i] ?? "", p50: quantiles(some).p50, most: some.at(-1) }));
  return { rows, ...times, slowest: typical.sort((a, b) => b.p50 - a.p50).slice(0, 3) };
}

/**
 * Identification of random people, one after the other, while another process ingests messages at a steady rate. One of ten contacts for
 * the first time: the number is written down as proven. As in ingest, that is on its way when the answer comes, and is waited for before the
 * commit (`withWrites`: until that, too). Beside it, in the same seconds, a round trip that asks nothing, and one
 * with as much to compute, there and here, as the identification of a known person has: what its tail is then is the machine's.
 */
async function identifyTimes(house: CrmHouse, size: BaseSize) {
  const load = fork(new URL("./base/ingest-load.ts", import.meta.url).pathname, [house.db.url, house.channels.chat, String(MESSAGES_PER_S)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  await once(load, "message");
  const phones = await house.sql<
    { value: string; proven: boolean }[]
  >`SELECT value_norm AS value, verified_at IS NOT NULL AS proven FROM contact_point TABLESAMPLE SYSTEM (${Math.min(100, 10 / SHARE)}::real)
    WHERE kind = 'phone' ORDER BY random() LIMIT ${WARM_UP + 6000}`;
  const times: number[] = [];
  const known: number[] = [];
  const firstContact: number[] = [];
  const written: number[] = [];
  const bare: number[] = [];
  const sameWork: number[] = [];
  // As the house asks: on the connections of ingest, whose plans are made once.
  const calls: Db = connect(house.db.url, { max: 2, applicationName: "kommutator-ingest", byKeyOnly: true });
  for (const [i, { value, proven }] of phones.entries()) {
    await calls.begin(async (tx) => {
      const empty = performance.now();
      await tx`SELECT 1`;
      let writes: Promise<unknown> | undefined;
      const follow = (sent: Promise<unknown>) => {
        writes = sent;
      };
      const began = performance.now();
      await house.crm.identify.identify(
        tx,
        { kind: "phone", value },
        { channelId: house.channels.voice, createLead: true, verifiedHow: "inbound_call", follow },
      );
      const took = performance.now() - began;
      await writes;
      if (i < WARM_UP) return;
      written.push(performance.now() - began);
      sameWork.push(await computing(tx));
      times.push(took);
      (proven ? known : firstContact).push(took);
      bare.push(began - empty);
    });
  }
  await calls.end({ timeout: 1 });
  const ended = once(load, "message");
  load.send("stop");
  const [messagesMeanwhile] = await ended;
  return {
    points: size.contactPoints,
    messagesMeanwhile,
    ...quantiles(times),
    known: quantiles(known),
    firstContact: quantiles(firstContact),
    withWrites: quantiles(written),
    emptyRoundTrip: quantiles(bare),
    sameWork: quantiles(sameWork),
  };
}

/** Milliseconds of a round trip that computes and touches no table. */
async function computing(tx: Tx): Promise<number> {
  const began = performance.now();
  await tx`SELECT count(*) FROM generate_series(1, 3000)`;
  const until = performance.now() + 0.1;
  while (performance.now() < until);
  return performance.now() - began;
}
