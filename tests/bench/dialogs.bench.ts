import { type ChildProcess, fork } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { Db } from "@kommutator/contract/db";
import { Child } from "../faults/support/child.ts";
import { testDatabase } from "../support/database.ts";
import { numberIn, type Plan, type Providers, type Report } from "./dialogs/plan.ts";
import { seed, VIBER_TOKEN } from "./dialogs/seed.ts";
import type { BenchResult } from "./run.ts";

const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 60);
const PER_SECOND = Number(process.env["BENCH_RATE"] ?? 500);
/** Before the time that counts, at the same rate: the house has just started, and every dialog is heard of for the first time today. */
const WARM_UP_SECONDS = Number(process.env["BENCH_WARM_UP"] ?? 10);
const AGENTS = Number(process.env["BENCH_AGENTS"] ?? 500);
const BUDGET_MS = 50;
/** With --kill the house is killed (SIGKILL) and started again after a third and after two thirds of the run. */
const KILL = process.argv.includes("--kill");

/**
 * An inbound message to the agent's screen: the whole house as a process with its real adapters, 500 messages a second over the wires
 * of three channels, 500 agents on live sockets with their rights; the load generator is a second process on the same cores. Time
 * runs from the scheduled send to the receipt in the socket of the agent who watches the dialog. It is preceded by ten seconds at the
 * same rate that are not timed. Afterwards the rows of all are compared: nothing lost, nothing twice, each dialog in its order.
 */
export default async function run(): Promise<BenchResult> {
  const database = await testDatabase({ max: 4 });
  const dir = await mkdtemp(join(tmpdir(), "kommutator-dialogs-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { DATABASE_URL: database.url, DATA_DIR: dir, PORT: String(port), HOST: "127.0.0.1", UI_DIR: "none", LOG_LEVEL: "error", NODE_NAME: "bench" };
  const start = () => Child.house(env);
  const load = fork(new URL("./dialogs/load.ts", import.meta.url).pathname, { execArgv: ["--import", "tsx"], stdio: ["ignore", "inherit", "inherit", "ipc"] });
  let house: Child | undefined;
  try {
    const providers = await hear<Providers>(load);
    const company = await seed(database.sql, url, AGENTS, providers);
    house = start();
    await house.ready;
    const ready = hear<"ready">(load);
    const plan: Plan = {
      url,
      ...company,
      viberToken: VIBER_TOKEN,
      perSecond: PER_SECOND,
      seconds: SECONDS,
      warmUpSeconds: WARM_UP_SECONDS,
      newEvery: 50,
      graceSeconds: KILL ? 120 : 20,
    };
    load.send(plan);
    await ready;
    const reported = hear<Report>(load);
    const before = loadavg()[0];
    const [{ pid: backend } = { pid: 0 }] = await database.sql<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    const postmaster = Number(statOf(backend)[1]);
    const cpuBefore = cpuSeconds(house.process.pid);
    const databaseBefore = familySeconds(postmaster);
    for (let kills = 0; KILL && kills < 2; kills++) {
      await new Promise((resolve) => setTimeout(resolve, (SECONDS * 1_000) / 3));
      await house.kill("SIGKILL");
      house = start();
      await house.ready;
    }
    const report = await reported;
    const houseCpuMsPerMessage = KILL ? null : Math.round(((cpuSeconds(house.process.pid) - cpuBefore) / report.scheduled) * 100_000) / 100;
    const databaseCpuMsPerMessage = Math.round(((familySeconds(postmaster) - databaseBefore) / report.scheduled) * 100_000) / 100;
    const rows = await compare(database.sql, report.scheduled);
    const [settings] = await database.sql<
      { fsync: string; commit: string }[]
    >`SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit`;
    const whole = report.received === report.scheduled && report.repeated === 0;
    return {
      name: "dialogs",
      conditions: {
        ...settings,
        cores: availableParallelism(),
        loadBefore: before,
        loadAfter: loadavg()[0],
        agents: AGENTS,
        perSecond: PER_SECOND,
        seconds: SECONDS,
        warmUpSeconds: WARM_UP_SECONDS,
        killed: KILL ? 2 : 0,
      },
      figures: { ...report, houseCpuMsPerMessage, databaseCpuMsPerMessage, rows },
      budgets: [
        { name: "received in the sockets, each once", limit: `${report.scheduled}`, measured: `${report.received}, ${report.repeated} twice`, pass: whole },
        {
          name: "stored, each once, every dialog in its order",
          limit: `${report.scheduled}, 0, 0`,
          measured: `${rows.stored}, ${rows.twice}, ${rows.outOfOrder}`,
          pass: rows.stored === report.scheduled && rows.twice === 0 && rows.outOfOrder === 0,
        },
        ...(KILL
          ? []
          : [{ name: "to the agent's screen, p99", limit: `< ${BUDGET_MS} ms`, measured: `${report.latency.p99} ms`, pass: report.latency.p99 < BUDGET_MS }]),
      ],
    };
  } finally {
    if (load.exitCode === null) load.kill("SIGTERM");
    await house?.kill("SIGTERM");
    await database.drop();
    await rm(dir, { recursive: true, force: true });
  }
}

/** The next message of the generator; its end before that is a failure. */
function hear<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null) => reject(new Error(`the load generator ended with ${code}`));
    child.once("exit", gone);
    child.once("message", (message) => {
      child.off("exit", gone);
      resolve(message as T);
    });
  });
}

/** What the rows say: how many of the messages are stored, how many twice, in how many dialogs the order is another than the senders'. */
async function compare(
  sql: Db,
  scheduled: number,
): Promise<{ stored: number; twice: number; outOfOrder: number; pending: number; failed: number; ingestMs: number[] }> {
  const pending = async () => (await sql<{ n: number }[]>`SELECT count(*)::int AS n FROM raw_event WHERE state = 'pending'`)[0]?.n;
  for (const end = Date.now() + 60_000; (await pending()) !== 0 && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 100));
  const rows = await sql<{ dialog_id: string; body: string }[]>`SELECT dialog_id, body FROM message WHERE direction = 'in' ORDER BY dialog_id, seq`;
  const seen = new Set<number>();
  let twice = 0;
  const wrong = new Set<string>();
  const last = new Map<string, number>();
  for (const { dialog_id, body } of rows) {
    const n = numberIn(body);
    // Of the past.
    if (n < 0) continue;
    if (seen.has(n)) twice++;
    seen.add(n);
    if (n < (last.get(dialog_id) ?? -1)) wrong.add(dialog_id);
    last.set(dialog_id, n);
  }
  const [raw] = await sql<{ pending: number; failed: number }[]>`
    SELECT count(*) FILTER (WHERE state = 'pending')::int AS pending, count(*) FILTER (WHERE state = 'failed')::int AS failed FROM raw_event`;
  const [stages] = await sql<{ ingest: number[] }[]>`
    SELECT percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM done_at - received_at) * 1000) AS ingest FROM raw_event WHERE state = 'done'`;
  const stored = [...seen].filter((n) => n >= 0 && n < scheduled).length;
  return { stored, twice, outOfOrder: wrong.size, pending: raw?.pending ?? 0, failed: raw?.failed ?? 0, ingestMs: (stages?.ingest ?? []).map(Math.round) };
}

/** The fields of proc(5) `stat` from the third on: [0] state, [1] parent, [11] to [14] user and system time, own and of ended children. */
const statOf = (pid: number): string[] => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];

/** Seconds of processor time that a process has used (in ticks of 10 ms). */
function cpuSeconds(pid: number | undefined): number {
  const fields = statOf(pid ?? 0);
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The same of a process and its children, those that ended included. */
function familySeconds(parent: number): number {
  const own = statOf(parent);
  let seconds = cpuSeconds(parent) + (Number(own[13]) + Number(own[14])) / 100;
  for (const name of readdirSync("/proc")) {
    if (!/^[0-9]+$/.test(name)) continue;
    try {
      if (statOf(Number(name))[1] === String(parent)) seconds += cpuSeconds(Number(name));
    } catch {
      // It ended between the listing and the look.
    }
  }
  return seconds;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
