import { Logger } from "graphile-worker";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../tests/support/database.ts";
import { runJobs } from "./job-workers.ts";
import { endJobsPool, jobsPool } from "./jobs-pool.ts";

const logger = new Logger(() => () => undefined);

test("a server that cuts the jobs' connections while they start, work or are let go of does not end the process", async () => {
  const db = await testDatabase();
  onTestFinished(() => db.drop());
  const uncaught: unknown[] = [];
  const note = (error: unknown) => void uncaught.push(error);
  process.on("uncaughtExceptionMonitor", note);
  process.on("unhandledRejection", note);
  onTestFinished(() => void process.off("uncaughtExceptionMonitor", note).off("unhandledRejection", note));
  const cutAll = () =>
    db.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = ''`;

  for (let round = 0; round < 30; round++) {
    let begun = () => {};
    const working = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const jobs = runJobs({ databaseUrl: db.url, connections: 4, concurrency: 4, pollInterval: 20, logger, tasks: { nothing: () => begun() } });
    if (round % 3 === 0) await cutAll();
    if (round % 3 === 1) {
      await db.sql`SELECT graphile_worker.add_job('nothing')`;
      await working;
    }
    const stopped = jobs.stop();
    await cutAll();
    await stopped;
    await cutAll();
    await jobs.ended;
  }
  // As one text, so that the failure says what it was.
  expect(uncaught.map((error) => (error instanceof Error ? error.stack : String(error))).join("\n")).toBe("");
});

test("a connection of the jobs that is given back twice, or was never given, is given back once or not at all", async () => {
  const db = await testDatabase();
  onTestFinished(() => db.drop());
  const pool = jobsPool(db.url, 1);
  const connected = () =>
    new Promise<{ error: Error | undefined; release: () => void }>((resolve) => pool.connect((error, _, release) => resolve({ error, release })));

  const given = await connected();
  given.release();
  given.release();
  expect(given.error).toBeUndefined();
  expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);

  endJobsPool(pool);
  const refused = await connected();
  refused.release();
  expect(refused.error?.message).toMatch(/after calling end/);
});

test("a worker that could not write that its job is done is lost, and whoever runs the workers is told", async () => {
  const db = await testDatabase();
  onTestFinished(() => db.drop());
  const jobs = runJobs({
    databaseUrl: db.url,
    connections: 2,
    concurrency: 2,
    pollInterval: 50,
    logger,
    // The queue goes away while the job is done.
    tasks: { last: async () => void (await db.sql`ALTER SCHEMA graphile_worker RENAME TO away`) },
  });
  await db.sql`SELECT graphile_worker.add_job('last')`;
  await jobs.ended;
  await db.sql`ALTER SCHEMA away RENAME TO graphile_worker`;
  await jobs.stop();
});
