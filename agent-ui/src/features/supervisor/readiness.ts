import type { Board } from "@kommutator/contract/api/routing";

type Queue = Pick<Board["queues"][number], "readyAgents" | "media">;

/**
 * What a supervisor should see beside the number of the ready: `late` somebody waits whom nobody could be given to; `lacking` the media that
 * nobody is ready for though others are, a queue of one medium having none of these.
 */
export function readinessOf(queue: Queue): { late: boolean; lacking: Queue["media"] } {
  const late = queue.media.some((m) => m.waiting > 0 && m.ready === 0);
  return { late, lacking: queue.readyAgents === 0 ? [] : queue.media.filter((m) => m.ready === 0) };
}
