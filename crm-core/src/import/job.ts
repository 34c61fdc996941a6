import type { Crm } from "../context.ts";
import type { CrmJob } from "../index.ts";
import { nextChunk, storeRows, workingBatches } from "./stages.ts";

/** So long the job works before it lets the house stop or another node take over; it goes on where it was. */
const WITHIN_MS = 4_000;

/** Works through batches of import, each a chunk in turn, so that a small file does not wait for a large one. */
export function importJob(crm: Crm): CrmJob {
  return {
    name: "imports",
    everyMs: 1_000,
    async run() {
      const until = performance.now() + WITHIN_MS;
      for (let working = await workingBatches(crm.sql); working.length > 0; working = await workingBatches(crm.sql)) {
        for (const batch of working) {
          if (batch.state === "checking" && batch.total === 0) await storeRows(crm, batch);
          else await nextChunk(crm, batch.id);
        }
        if (performance.now() > until) return;
      }
    },
  };
}
