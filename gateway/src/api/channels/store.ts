import type { ConfigField } from "@kommutator/contract/channel";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { sealSecrets } from "../../inbound/secrets.ts";

export interface ChannelRow {
  kind: string;
  name: string;
  enabled: boolean;
  queueId: Id;
  purposeId: Id | null;
  sourceId: Id | null;
  /** Without secrets. */
  config: Record<string, unknown>;
  secrets: Record<string, string>;
}

/** Takes the secrets out of what the form sent. A secret that is missing or empty keeps its stored value. */
export function splitSecrets(
  fields: ConfigField[],
  raw: Record<string, unknown>,
  stored: Record<string, string>,
): { config: Record<string, unknown>; secrets: Record<string, string> } {
  const names = new Set(fields.filter((f) => f.type === "secret").map((f) => f.name));
  const secrets = { ...stored };
  const config: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (!names.has(name)) config[name] = value;
    else if (typeof value === "string" && value !== "") secrets[name] = value;
  }
  return { config, secrets };
}

/** Inserts a channel with its sealed secrets; the supervisor opens it after the commit. */
export async function insertChannel(tx: Tx, key: Uint8Array, channel: ChannelRow): Promise<Id> {
  const [row] = await tx<{ id: Id }[]>`
    INSERT INTO channel (kind, name, enabled, queue_id, purpose_id, source_id, config)
    VALUES (${channel.kind}, ${channel.name}, ${channel.enabled}, ${channel.queueId}, ${channel.purposeId}, ${channel.sourceId}, ${tx.json(channel.config as never)}) RETURNING id`;
  const { id } = row as { id: Id };
  await writeSecrets(tx, key, id, channel.secrets);
  return id;
}

/** The channel's id is part of the seal, so secrets are written once the id is known. */
export async function writeSecrets(tx: Tx, key: Uint8Array, id: Id, secrets: Record<string, string>): Promise<void> {
  await tx`UPDATE channel SET secrets = ${Object.keys(secrets).length === 0 ? null : sealSecrets(key, id, secrets)} WHERE id = ${id}`;
}
