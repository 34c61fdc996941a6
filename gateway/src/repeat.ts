import type { Db } from "@kommutator/contract/db";
import { keepLease, pause, type Under } from "./db/lease.ts";
import type { ReaderLog } from "./dialogs/reader.ts";

export interface RepeatedJob {
  name: string;
  everyMs: number;
  run(): Promise<void>;
}

/** Runs jobs every so often on one node at a time (lease `jobs`); a failing one is logged and comes again. */
export function repeatJobs(options: { leaseSql: Db; holder: string; jobs: RepeatedJob[]; under?: Under; log: ReaderLog }): { stop(): Promise<void> } {
  const stop = new AbortController();
  const running = keepLease(options.leaseSql, { duty: "jobs", holder: options.holder, stop: stop.signal, under: options.under }, async (lease) => {
    await Promise.all(
      options.jobs.map(async (job) => {
        while (lease.valid()) {
          await job.run().catch((error: unknown) => options.log.warn({ job: job.name, error }, "a repeated job failed"));
          await pause(job.everyMs, lease.signal);
        }
      }),
    );
  });
  return {
    async stop() {
      stop.abort();
      await running;
    },
  };
}
