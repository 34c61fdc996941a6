import type { IdentityStateReported, MessageDeleted, MessageEdited, MessageReceived, MessageStateReported, ThreadEnded } from "@kommutator/contract/channel";
import { commitWith, type Db, type Tx, together } from "@kommutator/contract/db";
import { holdLease, type Lease } from "../db/lease.ts";
import { askForCall, ingestCall } from "./ingest-calls.ts";
import { ingestChange, ingestIdentityState } from "./ingest-changes.ts";
import { type IngestDeps, Outcome, type PendingEvent, readFacts } from "./ingest-deps.ts";
import { ingestMessages } from "./ingest-messages.ts";
import { ingestEnded, ingestStates, unknownStates } from "./ingest-states.ts";

/** The rows were not all pending any more: somebody else did them. Nothing of the batch stands. */
export class AlreadyIngested extends Error {}
/** Its SQLSTATE. */
const ALREADY_DONE = "KI001";

type Of<E> = PendingEvent & { event: E };
const isMessage = (p: PendingEvent): p is Of<MessageReceived> => p.event.kind === "message.received";
const isState = (p: PendingEvent): p is Of<MessageStateReported> => p.event.kind === "message.state";

/**
 * Ingests events in one transaction, in their order, and marks their rows done. Neighbouring messages are worked on
 * together. Either all of it stands or nothing; the rows' own state makes a second ingest of the same row impossible. Throws
 * LeaseLost when another node ingests by now.
 * Returns the ids of those left for a later attempt.
 */
export async function ingestBatch(
  sql: Db,
  deps: IngestDeps,
  batch: readonly PendingEvent[],
  lease: Pick<Lease, "duty" | "epoch">,
  unidentified = false,
): Promise<Set<number>> {
  const outcome = new Outcome();
  return sql.begin(async (tx) => {
    try {
      return await work(tx, deps, batch, lease, unidentified, outcome);
    } catch (error) {
      throw await outcome.causeOf(error);
    }
  });
}

async function work(
  tx: Tx,
  deps: IngestDeps,
  batch: readonly PendingEvent[],
  lease: Pick<Lease, "duty" | "epoch">,
  unidentified: boolean,
  outcome: Outcome,
): Promise<Set<number>> {
  const first = batch[0];
  // A call's first question goes out with the others.
  const asked = first === undefined ? undefined : askForCall(tx, first);
  const [, read] = await together([holdLease(tx, lease), readFacts(tx, [...new Set(batch.map((p) => p.channelId))]), asked?.call]);
  const facts = { ...read, unidentified };
  const states = batch.filter(isState);
  const early = states.length === 0 ? new Set<number>() : await unknownStates(tx, states);
  let run: Of<MessageReceived>[] = [];
  const flush = async () => {
    if (run.length > 0) for (const id of await ingestMessages(tx, deps, facts, run, outcome)) early.add(id);
    run = [];
  };
  for (const pending of batch) {
    if (isMessage(pending)) {
      run.push(pending);
      continue;
    }
    if (isState(pending)) continue;
    await flush();
    const { event } = pending;
    switch (event.kind) {
      case "message.edited":
      case "message.deleted":
        if (!(await ingestChange(tx, deps, pending as Of<MessageEdited | MessageDeleted>, outcome))) early.add(pending.id);
        break;
      case "identity.state":
        await ingestIdentityState(tx, deps, facts.country, pending as Of<IdentityStateReported>, outcome);
        break;
      case "thread.ended":
        await ingestEnded(tx, deps, pending as Of<ThreadEnded>, outcome);
        break;
      case "unparseable":
        throw new Error(event.error);
      case "message.received":
      case "message.state":
        break;
      default:
        await ingestCall(tx, deps, facts, pending.channelId, event, outcome, pending === first ? asked : undefined);
    }
  }
  await flush();
  await ingestStates(
    tx,
    states.filter((p) => !early.has(p.id)),
    outcome,
  );
  const done = batch.filter((p) => !early.has(p.id)).map((p) => p.id);
  await commitWith(tx, [...outcome.sent, outcome.write(tx, deps), markDone(tx, done)]);
  return early;
}

async function markDone(tx: Tx, ids: number[]): Promise<void> {
  if (ids.length === 0) return;
  try {
    await tx`
      WITH done AS (UPDATE raw_event SET state = 'done', done_at = now(), error = NULL WHERE id = ANY(${ids}::bigint[]) AND state = 'pending' RETURNING 1)
      SELECT must(count(*) = ${ids.length}, ${ALREADY_DONE}) FROM done`.execute();
  } catch (error) {
    throw (error as { code?: string }).code === ALREADY_DONE ? new AlreadyIngested() : error;
  }
}
