import type { ChannelBody, ChannelPatch, ChannelView } from "@kommutator/contract/api/admin";
import type { Adapter, ConfigField } from "@kommutator/contract/channel";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { differences, writeAudit } from "@kommutator/crm-core/audit/write";
import { ZodError, type z } from "zod";
import type { AdapterRegistry } from "../../inbound/registry.ts";
import { openSecrets } from "../../inbound/secrets.ts";
import type { ApiDeps } from "../deps.ts";
import { insertChannel, splitSecrets, writeSecrets } from "./store.ts";
import { readChannels, type StoredChannel, toChannelView } from "./views.ts";

/** The adapter of a kind, or `validation`. */
export async function adapterOf(deps: ApiDeps, kind: string): Promise<Adapter> {
  const registered = deps.registry[kind as keyof AdapterRegistry];
  if (registered === undefined) throw new AppError("validation", { fields: { kind: "unknown" } });
  return registered.load();
}

/** Every fault of the settings at once, by field. */
function check(adapter: Adapter, config: Record<string, unknown>, secrets: Record<string, string>): void {
  try {
    adapter.parseConfig({ ...config, ...secrets });
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    throw new AppError("validation", { fields: Object.fromEntries(error.issues.map((i) => [`config.${i.path.join(".")}`, i.message])) });
  }
}

async function nameTaken<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "23505") throw new AppError("duplicate", { field: "name" });
    if (code === "23503") throw new AppError("validation", { fields: { queueId: "unknown" } });
    throw error;
  }
}

/** Opens a new channel once its settings parse. */
export async function createChannel(deps: ApiDeps, actor: Actor, body: z.infer<typeof ChannelBody>): Promise<ChannelView> {
  const adapter = await adapterOf(deps, body.kind);
  const { config, secrets } = splitSecrets(adapter.fields, body.config, {});
  check(adapter, config, secrets);
  const id = await nameTaken(
    deps.sql.begin(async (tx) => {
      const id = await insertChannel(tx, deps.config.secretKey, { ...body, config, secrets });
      await writeAudit(tx, actor, { objectKind: "channel", objectId: id, action: "create", changes: { ...body, config, secrets: Object.keys(secrets) } });
      return id;
    }),
  );
  await reopen(deps, id);
  return viewOf(deps, id, adapter);
}

/** Changes settings; a secret left out or empty keeps its value. The channel closes and opens again with the new ones. */
export async function changeChannel(deps: ApiDeps, actor: Actor, id: Id, patch: z.infer<typeof ChannelPatch>): Promise<ChannelView> {
  const [known] = await readChannels(deps.sql, id);
  if (known === undefined) throw new AppError("not_found");
  const adapter = await adapterOf(deps, known.kind);
  await nameTaken(
    deps.sql.begin(async (tx) => {
      await tx`SELECT id FROM channel WHERE id = ${id} FOR NO KEY UPDATE`;
      const [before] = await readChannels(tx, id);
      if (before === undefined) throw new AppError("not_found");
      if (before.version !== patch.version) throw new AppError("version_conflict", { current: channelView(deps, before, adapter.fields) });
      const stored = storedSecrets(deps, before);
      const { config, secrets } = patch.config === undefined ? { config: before.config, secrets: stored } : splitSecrets(adapter.fields, patch.config, stored);
      if (patch.config !== undefined) check(adapter, config, secrets);
      const next = {
        name: patch.name ?? before.name,
        enabled: patch.enabled ?? before.enabled,
        queue_id: patch.queueId ?? before.queue_id,
        purpose_id: patch.purposeId === undefined ? before.purpose_id : patch.purposeId,
        source_id: patch.sourceId === undefined ? before.source_id : patch.sourceId,
      };
      await tx`UPDATE channel SET ${tx(next)}, config = ${tx.json(config as never)}, version = version + 1 WHERE id = ${id}`;
      if (patch.config !== undefined) await writeSecrets(tx, deps.config.secretKey, id, secrets);
      const replaced = Object.keys(secrets).filter((k) => secrets[k] !== stored[k]);
      await writeAudit(tx, actor, {
        objectKind: "channel",
        objectId: id,
        action: "edit",
        changes: { ...differences({ ...before }, { ...next, config }), ...(replaced.length > 0 ? { secrets: replaced } : {}) },
      });
    }),
  );
  await reopen(deps, id);
  return viewOf(deps, id, adapter);
}

/** Takes a channel away; its dialogs stay readable. Refused while dialogs are open on it. */
export async function archiveChannel(deps: ApiDeps, actor: Actor, id: Id): Promise<void> {
  await deps.sql.begin(async (tx) => {
    const [row] = await tx<{ name: string }[]>`SELECT name FROM channel WHERE id = ${id} AND archived_at IS NULL FOR UPDATE`;
    if (row === undefined) throw new AppError("not_found");
    const [open] = await tx<{ n: number }[]>`SELECT count(*)::int AS n FROM dialog WHERE channel_id = ${id} AND closed_at IS NULL`;
    if ((open?.n ?? 0) > 0) throw new AppError("in_use", { counts: { dialogs: open?.n } });
    // The name becomes free for another one; the secrets are forgotten.
    await tx`
      UPDATE channel SET enabled = false, archived_at = now(), secrets = NULL, name = name || ' · ' || to_char(now(), 'YYYY-MM-DD HH24:MI:SS.US'), version = version + 1 WHERE id = ${id}`;
    await writeAudit(tx, actor, { objectKind: "channel", objectId: id, action: "archive", changes: { name: row.name } });
  });
  await reopen(deps, id);
}

export function storedSecrets(deps: ApiDeps, row: { id: Id; secrets: Buffer | null }): Record<string, string> {
  try {
    return openSecrets(deps.config.secretKey, row.id, row.secrets);
  } catch {
    return {};
  }
}

/** The change stands whether or not the channel opens at once: its status tells. */
async function reopen(deps: ApiDeps, id: Id): Promise<void> {
  await deps.supervisor.reload(id).catch((error: unknown) => deps.log.warn({ err: error, channelId: id }, "the channel could not be opened again"));
}

async function viewOf(deps: ApiDeps, id: Id, adapter: Adapter): Promise<ChannelView> {
  const [row] = await readChannels(deps.sql, id);
  if (row === undefined) throw new AppError("not_found");
  return channelView(deps, row, adapter.fields);
}

/** A channel as its page shows it, with the address that its provider calls. */
export function channelView(deps: ApiDeps, row: StoredChannel, fields: ConfigField[]): ChannelView {
  // A channel's own address goes before the installation's: providers may reach it by another name.
  const own = row.config["publicUrl"];
  const base = typeof own === "string" && own !== "" ? own.replace(/\/+$/, "") : deps.config.publicUrl;
  const open = deps.supervisor.open(row.id);
  const called = open === null ? row.abilities?.webhook === true : open.webhook !== undefined;
  return { ...toChannelView(deps.config.secretKey, row, fields), webhookUrl: called ? `${base}/hooks/${row.id}` : null };
}
