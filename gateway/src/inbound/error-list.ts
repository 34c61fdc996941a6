import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";

/** An event that could not be read or ingested, with everything the provider sent. */
export interface FailedEvent {
  id: number;
  kind: string;
  eventKey: string;
  occurredAt: Date;
  receivedAt: Date;
  attempts: number;
  error: string | null;
  event: unknown;
}

/** What no adapter could read stays as it came: trying it again would change nothing. */
export const isRetriable = (event: Pick<FailedEvent, "kind">): boolean => event.kind !== "unparseable";

/** The error list of a channel, newest first. */
export async function listFailed(tx: Tx, channelId: Id, limit: number = 100): Promise<FailedEvent[]> {
  return tx<FailedEvent[]>`
    SELECT id, kind, event_key AS "eventKey", occurred_at AS "occurredAt", received_at AS "receivedAt", attempts, error, event
    FROM raw_event WHERE channel_id = ${channelId} AND state = 'failed' ORDER BY id DESC LIMIT ${limit}`;
}

/** "Try again": puts the event before ingest once more. False when it is not on the list, or could not be read at all. Wake ingest after the commit. */
export async function retryFailed(tx: Tx, channelId: Id, eventId: number): Promise<boolean> {
  const rows = await tx`
    UPDATE raw_event SET state = 'pending', attempts = 0, next_attempt_at = NULL WHERE channel_id = ${channelId} AND id = ${eventId} AND state = 'failed' AND kind <> 'unparseable' RETURNING 1`;
  return rows.length === 1;
}
