import { commitWith, type Db, together } from "@kommutator/contract/db";
import type { DecideWithin, DecisionWithin } from "@kommutator/contract/ports";
import { holdLease, LeaseLost } from "../db/lease.ts";
import type { AtOnce, Fence } from "../inbound/raw-events.ts";
import { insertDone, NOT_AT_ONCE, type RawRow } from "../inbound/raw-row.ts";
import { askForCall, type CallEvent, ingestCall, isCallEvent } from "./ingest-calls.ts";
import { type IngestDeps, type IngestFacts, Outcome, readFacts } from "./ingest-deps.ts";
import { IdentificationLate } from "./open-dialog.ts";
import { isConnectionError, type ReaderLog } from "./reader.ts";

/** Transactions at once; under more load than that, events are stored together and wait for their turn. */
const AT_ONCE_MAX = 8;

export interface AtOnceOptions extends IngestDeps {
  sql: Db;
  decide: DecideWithin;
  log: ReaderLog;
  /** Called after each commit. `decided`: nothing was put before the router. */
  onCommitted: (decided: boolean) => void;
}

/**
 * The short way of a call's event: its raw row, what ingest makes of it, and the router's decision are one transaction of two round trips (steps a and b
 * of the design's section 4 have three commits and three looks at tables between them). It is for an event before which none of its call waits, on the node
 * that has the channel. Whatever goes wrong, nothing of it stands, and the event takes the ordinary way: stored first, then ingested, tried again, and in the
 * end put into the error list. Should the connection break in the commit, the ordinary way finds the row that is there.
 */
export function createAtOnce(options: AtOnceOptions): AtOnce {
  let busy = 0;
  /**
   * Numbers are looked up by this country before the facts have come; they are asked again should it have changed. On a channel with lines abroad they
   * are not: the line is looked up first.
   */
  let known: Pick<IngestFacts, "country" | "abroad"> | undefined;

  async function attempt(row: RawRow, event: CallEvent, fence: Fence, unidentified: boolean): Promise<void> {
    const outcome = new Outcome();
    let decision: DecisionWithin | null = null;
    try {
      await options.sql.begin(async (tx) => {
        try {
          const country = known?.abroad.has(row.c) === true ? undefined : known?.country;
          const asked = askForCall(tx, { channelId: row.c, event }, unidentified ? undefined : { deps: options, country, outcome });
          const [, , facts] = await together([holdLease(tx, fence), insertDone(tx, row), readFacts(tx, [row.c]), asked?.call]);
          known = facts;
          await ingestCall(tx, options, { ...facts, unidentified }, row.c, event, outcome, asked);
          // A decision that is taken back costs the router its memory: what may come late is waited for.
          await together(outcome.doubtful);
          decision = outcome.inputs.length === 0 ? null : options.decide(outcome.inputs);
          await commitWith(tx, [...outcome.sent, outcome.write(tx, options, decision)]);
        } catch (error) {
          throw await outcome.causeOf(error);
        }
      });
    } catch (error) {
      (decision as DecisionWithin | null)?.fails(error);
      throw error;
    }
    (decision as DecisionWithin | null)?.stands();
    options.onCommitted(decision !== null || outcome.inputs.length === 0);
  }

  return async (row, event, fence) => {
    if (busy >= AT_ONCE_MAX || !isCallEvent(event)) return false;
    busy++;
    try {
      await attempt(row, event, fence, false).catch((error: unknown) => {
        if (!(error instanceof IdentificationLate)) throw error;
        return attempt(row, event, fence, true);
      });
      return true;
    } catch (error) {
      if (!isExpected(error)) options.log.warn({ channelId: row.c, kind: row.n, error }, "an event of a call takes the long way");
      return false;
    } finally {
      busy--;
    }
  };
}

/** Nobody need look at these: the ordinary way says what there is to say. */
function isExpected(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return error instanceof LeaseLost || isConnectionError(error) || code === NOT_AT_ONCE || code === "40P01" || code === "40001" || code === "55P03";
}
