import type { ChannelView } from "@kommutator/contract/api/admin";
import type { ConfigField } from "@kommutator/contract/channel";
import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { ChannelAbilities } from "../../inbound/abilities.ts";
import { openSecrets } from "../../inbound/secrets.ts";

export interface StoredChannel {
  id: Id;
  kind: string;
  name: string;
  enabled: boolean;
  queue_id: Id;
  purpose_id: Id | null;
  source_id: Id | null;
  config: Record<string, unknown>;
  secrets: Buffer | null;
  status: { state?: string; detail?: string | null };
  status_since: Date;
  version: number;
  abilities: ChannelAbilities | null;
  last_event_at: Date | null;
  lag_ms: number | null;
  pending: number;
  failed: number;
}

export async function readChannels(sql: Db | Tx, id: Id | null = null): Promise<StoredChannel[]> {
  return sql<StoredChannel[]>`
    SELECT c.id, c.kind, c.name, c.enabled, c.queue_id, c.purpose_id, c.source_id, c.config, c.secrets, c.status, c.status_since, c.version, c.abilities,
           (SELECT received_at FROM raw_event WHERE channel_id = c.id ORDER BY id DESC LIMIT 1) AS last_event_at,
           (SELECT (extract(epoch FROM clock_timestamp() - min(received_at)) * 1000)::float8 FROM raw_event WHERE channel_id = c.id AND state = 'pending') AS lag_ms,
           (SELECT count(*) FROM raw_event WHERE channel_id = c.id AND state = 'pending')::int AS pending,
           (SELECT count(*) FROM raw_event WHERE channel_id = c.id AND state = 'failed')::int AS failed
    FROM channel c WHERE c.archived_at IS NULL ${id === null ? sql`` : sql`AND c.id = ${id}`} ORDER BY c.name, c.id`;
}

/** Names of the secrets that have a value; unreadable ones (another key) count as not set, so they are asked for again. */
export function secretNames(key: Uint8Array, row: Pick<StoredChannel, "id" | "secrets">): string[] {
  try {
    return Object.keys(openSecrets(key, row.id, row.secrets)).sort();
  } catch {
    return [];
  }
}

/** A channel for the administrator: everything but the secrets. */
export function toChannelView(key: Uint8Array, row: StoredChannel, fields: ConfigField[]): ChannelView {
  const hidden = new Set(fields.filter((f) => f.type === "secret").map((f) => f.name));
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    enabled: row.enabled,
    queueId: row.queue_id,
    purposeId: row.purpose_id,
    sourceId: row.source_id,
    config: Object.fromEntries(Object.entries(row.config).filter(([name]) => !hidden.has(name))),
    secretsSet: secretNames(key, row),
    status: { state: row.enabled ? (row.status.state ?? "connecting") : "down", detail: row.status.detail ?? null, since: row.status_since.toISOString() },
    lastEventAt: row.last_event_at?.toISOString() ?? null,
    lagMs: row.lag_ms,
    pending: row.pending,
    failed: row.failed,
    version: row.version,
  };
}
