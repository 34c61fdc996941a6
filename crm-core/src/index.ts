import type { Identify, StreamReader } from "@kommutator/contract/ports";
import type { FastifyPluginAsync } from "fastify";
import { runAbsences } from "./absence/change.ts";
import { createAbsenceKeeper } from "./absence/keeper.ts";
import { suggestAbsences } from "./absence/no-show.ts";
import { remindReturned } from "./absence/remind.ts";
import { writeAudit } from "./audit/index.ts";
import { type Crm, companyReader, type StreamHandler } from "./context.ts";
import type { CrmDeps } from "./deps.ts";
import { scanAtNight } from "./duplicate/scan.ts";
import { createIdentify } from "./identify/index.ts";
import { createReachabilityKeeper } from "./identify/reachability.ts";
import { importJob } from "./import/job.ts";
import { escalateInquiries } from "./inquiry/escalate.ts";
import { createInquiryKeeper } from "./inquiry/keeper.ts";
import { createRecorder } from "./interaction/recorder.ts";
import { watchInterests } from "./interest/watch.ts";
import { remindOfLeads } from "./lead/remind.ts";
import { publishChangedLoads } from "./load/index.ts";
import { tellOfAside } from "./notification/aside.ts";
import { deliverNotices } from "./notification/deliver.ts";
import { createMentionKeeper } from "./notification/mention.ts";
import { remind } from "./notification/remind.ts";
import { crmRoutes } from "./routes.ts";

export type { CrmDeps, CrmHooks, NewChannel, NewQueue } from "./deps.ts";

/** Repeating work: `run` every `everyMs`, on one node at a time; running it twice or late is harmless. */
export interface CrmJob {
  name: string;
  everyMs: number;
  run(): Promise<void>;
}

export interface CrmCore {
  identify: Identify;
  /** All slices' routes without a prefix; the gateway mounts them under /api/v1. */
  routes: FastifyPluginAsync;
  /** To be run by the stream (`stream.run(reader)`), each with its own position. */
  readers: StreamReader[];
  jobs: CrmJob[];
}

/** Handlers of the same events as one reader: every reader of its own costs a commit for each batch of messages. */
function asOne(name: string, handlers: readonly StreamHandler[]): StreamReader {
  return {
    name,
    kinds: [...new Set(handlers.flatMap((h) => h.kinds))],
    async handle(tx, events) {
      for (const { kinds, handle } of handlers) {
        const mine = events.filter((e) => kinds.includes(e.kind));
        if (mine.length > 0) await handle(tx, mine);
      }
    },
  };
}

/** The CRM: identification for ingest, routes for people, readers that record what happened, jobs of the day. */
export function createCrm(deps: CrmDeps): CrmCore {
  const crm: Crm = { ...deps, audit: writeAudit, company: companyReader() };
  return {
    identify: createIdentify(crm),
    routes: crmRoutes(crm),
    readers: [
      asOne("crm-recorder", [createRecorder(crm), createReachabilityKeeper(crm), createMentionKeeper(crm), createAbsenceKeeper(crm)]),
      createInquiryKeeper(crm),
    ],
    jobs: [
      importJob(crm),
      {
        name: "absences",
        everyMs: 5_000,
        async run() {
          await runAbsences(crm);
          await remindReturned(crm);
        },
      },
      { name: "lead-deadlines", everyMs: 30_000, run: () => remindOfLeads(crm) },
      { name: "inquiry-escalation", everyMs: 30_000, run: () => escalateInquiries(crm) },
      { name: "reminders", everyMs: 5_000, run: () => remind(crm) },
      { name: "notice-letters", everyMs: 5_000, run: () => deliverNotices(crm) },
      { name: "interest-watch", everyMs: 30_000, run: () => watchInterests(crm) },
      // Pairs that resemble one another are looked for once a night (B14).
      { name: "duplicates", everyMs: 600_000, run: () => scanAtNight(crm) },
      { name: "routing-aside", everyMs: 5_000, run: () => tellOfAside(crm) },
      { name: "no-shows", everyMs: 60_000, run: () => suggestAbsences(crm) },
      {
        // A day begins at another moment in each calendar's zone; absences begin at any time.
        name: "publish-loads",
        everyMs: 60_000,
        async run() {
          await publishChangedLoads(crm);
        },
      },
    ],
  };
}
