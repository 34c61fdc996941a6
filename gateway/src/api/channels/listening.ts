import type { ChannelHeard, ChannelListening } from "@kommutator/contract/api/admin";
import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { writeAudit } from "@kommutator/crm-core/audit/write";
import type { z } from "zod";

/** How long the page waits for somebody to write or to call before it says that nothing came. */
const LISTEN_MS = 180_000;
/** More events than this between two looks are a flood, not a test. */
const EVENTS = 200;

/** What proves that a channel hears: a message, or a call on a trunk. */
const HEARD = ["message.received", "call.offered"];

/**
 * "Wait for a test message", the same for every channel: whatever the provider sends is stored as it came before anything is done with it
 * (`raw_event`), so the first message behind the mark proves the whole way, on whichever node it came. The mark is the page's to keep; the
 * house has nothing to forget.
 */
export async function beginListening(sql: Db, actor: Actor, id: Id): Promise<z.infer<typeof ChannelListening>> {
  await sql.begin((tx) => writeAudit(tx, actor, { objectKind: "channel", objectId: id, action: "wait", changes: {} }));
  const [row] = await sql<{ after: number }[]>`SELECT coalesce(max(id), 0)::float8 AS after FROM raw_event`;
  return { after: row?.after ?? 0, limitMs: LISTEN_MS };
}

/** What came to the channel behind the mark: the first message or call, an event that could not be read, and how many others. */
export async function heardSince(sql: Db, id: Id, after: number): Promise<z.infer<typeof ChannelHeard>> {
  const rows = await sql<{ kind: string; at: Date; from: string | null; error: string | null }[]>`
    SELECT kind, received_at AS at, coalesce(nullif(event->'from'->>'displayName', ''), event->'from'->>'value') AS from, error
    FROM raw_event WHERE id > ${after}::bigint AND channel_id = ${id} ORDER BY id LIMIT ${EVENTS}`;
  const heard = rows.find(({ kind }) => HEARD.includes(kind));
  const unreadable = rows.find(({ kind }) => kind === "unparseable");
  return {
    heard: heard === undefined ? null : { at: heard.at.toISOString(), from: heard.from },
    unreadable: unreadable === undefined ? null : { at: unreadable.at.toISOString(), error: unreadable.error ?? "" },
    others: rows.filter((row) => row !== heard && row !== unreadable).length,
  };
}
