import { Logger } from "graphile-worker";
import type { ReaderLog } from "../dialogs/reader.ts";

/** graphile-worker's words in our log: warnings and errors only. */
export function workerLogger(log: ReaderLog): Logger {
  return new Logger(() => (level, message, meta) => {
    if (level === "error") log.error({ ...meta, part: "jobs" }, message);
    // Its advice that a pool should be as large as the concurrency: our jobs wait for providers, not for connections.
    else if (level === "warning" && !message.includes("maxPoolSize")) log.warn({ ...meta, part: "jobs" }, message);
  });
}
