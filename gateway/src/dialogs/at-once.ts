import type { CallOffered, ChannelEvent } from "@kommutator/contract/channel";
import { commitWith, type Db, together } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { DecideWithin, DecisionWithin } from "@kommutator/contract/ports";
import { holdLease, LeaseLost } from "../db/lease.ts";
import type { AtOnce, Fence } from "../inbound/raw-events.ts";
import { insertDone, NOT_AT_ONCE, type RawRow } from "../inbound/raw-row.ts";
import { askForCall, type CallEvent, ingestCall, isCallEvent } from "./ingest-calls.ts";
import { type Caller, type IngestDeps, type IngestFacts, Outcome, readFacts } from "./ingest-deps.ts";
import { IdentificationLate } from "./open-dialog.ts";
import { isConnectionError, type ReaderLog } from "./reader.ts";

/** Transactions at once; under more load than that, events are stored together and wait for their turn. */
const AT_ONCE_MAX = 8;
/** Of these, begun for calls that are not reported yet. */
const AHEAD_MAX = 4;
/** What was announced and does not come in this time was none of ours. */
const EXPECTED_MS = 100;

export interface AtOnceOptions extends IngestDeps {
  sql: Db;
  decide: DecideWithin;
  log: ReaderLog;
  /** Called after each commit. `decided`: nothing was put before the router. */
  onCommitted: (decided: boolean) => void;
  /** These rings are ordered when the decision about the caller stands: what takes time before a phone rings may be done meanwhile. */
  makeReady?(caller: Caller, rings: DecisionWithin["rings"]): void;
  /** How long an announced call is waited for; default 100 ms: it comes within two. */
  expectedMs?: number;
}

/** An event with its row. */
interface Reported {
  row: RawRow;
  event: CallEvent;
}

/** A call that was announced: its questions are being asked in a transaction that waits for the event itself. */
interface Ahead {
  event: CallOffered;
  fence: Fence;
  comes(reported: Reported): void;
  /** Resolves when everything stands; rejects when nothing does. */
  done: Promise<void>;
}

/** The expected call was not reported. */
class NeverCame extends Error {}

/**
 * The short way of a call's event: its raw row, what ingest makes of it, and the router's decision are one transaction of two round trips (steps a and b
 * of the design's section 4 have three commits and three looks at tables between them). It is for an event before which none of its call waits, on the node
 * that has the channel. Whatever goes wrong, nothing of it stands, and the event takes the ordinary way: stored first, then ingested, tried again, and in the
 * end put into the error list. Should the connection break in the commit, the ordinary way finds the row that is there.
 *
 * A call that is announced (`expect`) has its first round trip while it is still on its way to us: who calls which line is known by then.
 */
export function createAtOnce(options: AtOnceOptions): AtOnce {
  let busy = 0;
  const expected = new Map<string, Ahead>();
  /**
   * Numbers are looked up by this country before the facts have come; they are asked again should it have changed. On a channel with lines abroad they
   * are not: the line is looked up first.
   */
  let known: Pick<IngestFacts, "country" | "abroad"> | undefined;

  /** `reported` is there from the beginning, or comes while the questions about `event` are being answered. */
  async function attempt(
    channelId: Id,
    event: CallEvent,
    fence: Fence,
    reported: Reported | Promise<Reported>,
    { unidentified = false }: { unidentified?: boolean } = {},
  ): Promise<void> {
    const outcome = new Outcome();
    let decision: DecisionWithin | null = null;
    try {
      await options.sql.begin(async (tx) => {
        try {
          const country = known?.abroad.has(channelId) === true ? undefined : known?.country;
          const asked = askForCall(tx, { channelId, event }, unidentified ? undefined : { deps: options, country, outcome });
          const held = holdLease(tx, fence);
          // Behind it goes whatever is written of the call; should the event be there already, nothing of this stands.
          const stored = reported instanceof Promise ? reported.then(({ row }) => insertDone(tx, row)) : insertDone(tx, reported.row);
          outcome.follow(stored);
          const [, facts] = await together([held, readFacts(tx, [channelId]), asked?.call]);
          known = facts;
          const here = await reported;
          await ingestCall(tx, options, { ...facts, unidentified }, channelId, here.event, outcome, asked);
          // The database works on these rows while the router decides.
          await new Promise((resolve) => setImmediate(resolve));
          // A decision that is taken back costs the router its memory: what may come late is waited for.
          await together(outcome.doubtful);
          decision = outcome.inputs.length === 0 ? null : options.decide(outcome.inputs);
          if (decision !== null && outcome.caller !== null) options.makeReady?.(outcome.caller, decision.rings);
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

  function expect(channelId: Id, event: CallOffered, fence: Fence): void {
    const key = `${channelId} ${event.callKey}`;
    if (expected.has(key) || expected.size >= AHEAD_MAX || busy >= AT_ONCE_MAX) return;
    busy++;
    let comes: Ahead["comes"] = () => undefined;
    const reported = new Promise<Reported>((resolve, reject) => {
      const timer = setTimeout(() => {
        expected.delete(key);
        reject(new NeverCame());
      }, options.expectedMs ?? EXPECTED_MS);
      comes = (it) => {
        clearTimeout(timer);
        resolve(it);
      };
    });
    reported.catch(() => undefined);
    const done = attempt(channelId, event, fence, reported).finally(() => {
      busy--;
      if (expected.get(key)?.done === done) expected.delete(key);
    });
    done.catch(() => undefined);
    expected.set(key, { event, fence, comes, done });
  }

  /** The transaction that was begun for this event, if it is the one that was expected. */
  function begunFor(reported: Reported, fence: Fence): Promise<void> | undefined {
    const { row, event } = reported;
    if (event.kind !== "call.offered") return undefined;
    const key = `${row.c} ${event.callKey}`;
    const ahead = expected.get(key);
    if (ahead === undefined || ahead.fence.epoch !== fence.epoch || !asksTheSame(ahead.event, event)) return undefined;
    expected.delete(key);
    ahead.comes(reported);
    return ahead.done;
  }

  async function store(row: RawRow, event: ChannelEvent, fence: Fence): Promise<boolean> {
    if (!isCallEvent(event)) return false;
    const reported = { row, event };
    const ahead = begunFor(reported, fence);
    if (ahead === undefined && busy >= AT_ONCE_MAX) return false;
    busy++;
    try {
      await (ahead ?? attempt(row.c, event, fence, reported)).catch((error: unknown) => {
        if (!isLate(error)) throw error;
        return attempt(row.c, event, fence, reported, { unidentified: true });
      });
      return true;
    } catch (error) {
      if (!isExpected(error)) options.log.warn({ channelId: row.c, kind: row.n, error }, "an event of a call takes the long way");
      return false;
    } finally {
      busy--;
    }
  }

  return { store, expect };
}

/** Are the call, its line and its caller those that were asked for? */
function asksTheSame(one: CallOffered, other: CallOffered): boolean {
  const asked = ({ callKey, direction, from, to }: CallOffered) => JSON.stringify([callKey, direction, from.kind, from.value, from.displayName, to]);
  return asked(one) === asked(other);
}

/** The limit of identification binds what goes out beside it too (57014, query_canceled): a machine that stumbles is late, not wrong. */
function isLate(error: unknown): boolean {
  return error instanceof IdentificationLate || (error as { code?: string }).code === "57014";
}

/** Nobody need look at these: the ordinary way says what there is to say. */
function isExpected(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return error instanceof LeaseLost || isConnectionError(error) || code === NOT_AT_ONCE || code === "40P01" || code === "40001" || code === "55P03";
}
