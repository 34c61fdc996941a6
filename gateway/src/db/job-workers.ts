import { EventEmitter } from "node:events";
import { runTaskList, type TaskList, type WorkerEvents, type WorkerPoolOptions } from "graphile-worker";
import { endJobsPool, jobsPool } from "./jobs-pool.ts";

export interface JobWorkersOptions extends Pick<WorkerPoolOptions, "concurrency" | "pollInterval" | "logger" | "forbiddenFlags"> {
  databaseUrl: string;
  /** At most so many connections for all workers. */
  connections: number;
  tasks: TaskList;
}

export interface JobWorkers {
  /** Resolves when the workers have ended, or one of them has been lost: graphile-worker does not replace who could not write that a job is done. */
  ended: Promise<void>;
  /** Takes no more jobs and waits for those that are being done. */
  stop(): Promise<void>;
}

/**
 * Workers of graphile-worker over connections of their own. Its `run` is not used: it also starts a timetable, which nobody here needs, and when
 * the database goes away in that one's first moment, the error reaches nobody and ends the process. The schema is migrated elsewhere.
 */
export function runJobs({ databaseUrl, connections, tasks, ...options }: JobWorkersOptions): JobWorkers {
  const pool = jobsPool(databaseUrl, connections);
  const events: WorkerEvents = new EventEmitter();
  const lost = new Promise<void>((resolve) => events.on("worker:stop", ({ error }) => (error === undefined ? undefined : resolve())));
  const workers = runTaskList({ ...options, events, noHandleSignals: true }, tasks, pool);
  return {
    ended: Promise.race([workers.promise, lost]),
    async stop() {
      await workers.gracefulShutdown();
      endJobsPool(pool);
    },
  };
}
