import { randomBytes } from "node:crypto";
import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { CrmHooks, NewQueue } from "@kommutator/crm-core/deps";
import type { Logger } from "pino";
import type { AdapterRegistry } from "../inbound/registry.ts";
import { openSecrets, sealSecrets } from "../inbound/secrets.ts";
import type { ChannelSupervisor } from "../ports.ts";
import type { AccessSignals } from "./access-signals.ts";
import { insertChannel, splitSecrets } from "./channels/store.ts";

export interface CrmHooksDeps {
  sql: Db;
  supervisor: ChannelSupervisor;
  registry: AdapterRegistry;
  access: AccessSignals;
  log: Logger;
  secretKey: Uint8Array;
  publicUrl: string;
  /** A dialog that a rule rejected need not wait for anybody; one that is closed stays so. */
  closeDialog?: CrmHooks["closeDialog"];
  /** A system note in a dialog's thread. */
  note?: CrmHooks["note"];
  /** Routing's own SQL makes queues. */
  createQueue(tx: Tx, queue: NewQueue): Promise<Id>;
  /** Channels that the environment describes (a mailbox, an Asterisk); the sample company gets them too. */
  configuredChannels?: (() => { kind: string; name: string; config: Record<string, unknown> }[]) | undefined;
}

/** What the gateway does when the CRM's facts change: phones follow employees, sockets follow sessions, set-up makes channels. */
export function createCrmHooks(deps: CrmHooksDeps): CrmHooks {
  const phones = async () => deps.sql<{ id: Id }[]>`SELECT id FROM channel WHERE kind = 'asterisk-ari' AND enabled AND archived_at IS NULL`;
  return {
    async onEmployeeChanged(change) {
      for (const { id } of await phones()) {
        try {
          if (change.previousExtension !== null && change.previousExtension !== change.extension) {
            await deps.supervisor.perform(id, "phone.remove", { endpoint: change.previousExtension });
          }
          // A new endpoint gets a password that nobody knows; each softphone session sets its own.
          if (change.active && change.extension !== null && change.extension !== change.previousExtension) {
            const password = randomBytes(24).toString("base64url");
            await deps.supervisor.perform(id, "phone.provision", { endpoint: change.extension, displayName: change.name, password });
          }
        } catch (error) {
          // The phone system may be away; the softphone's session provisions again when it is back.
          deps.log.warn({ err: error, channelId: id, extension: change.extension }, "the phone could not be provisioned");
        }
      }
    },
    onSessionsEnded: (employeeId, sessionIds, reason) => deps.access.sessionsEnded({ employeeId, sessionIds, reason }),
    onAccessChanged: () => deps.access.rightsChanged(),
    seal: (ownerId, secret) => sealSecrets(deps.secretKey, ownerId, { secret }).toString("base64"),
    unseal: (ownerId, sealed) => openSecrets(deps.secretKey, ownerId, Buffer.from(sealed, "base64"))["secret"] ?? "",
    createQueue: deps.createQueue,
    ...(deps.note === undefined ? {} : { note: deps.note }),
    ...(deps.closeDialog === undefined ? {} : { closeDialog: deps.closeDialog }),
    async createChannel(tx, channel) {
      const registered = deps.registry[channel.kind as keyof AdapterRegistry];
      if (registered === undefined) throw new Error(`no adapter for ${channel.kind}`);
      const adapter = await registered.load();
      adapter.parseConfig(channel.config);
      return insertChannel(tx, deps.secretKey, { ...channel, enabled: true, ...splitSecrets(adapter.fields, channel.config, {}) });
    },
    configuredChannels: deps.configuredChannels ?? (() => []),
    async onChannelsCreated(channelIds) {
      for (const id of channelIds)
        await deps.supervisor.reload(id).catch((error: unknown) => deps.log.warn({ err: error, channelId: id }, "the channel could not be opened"));
    },
    async sendMail(letter) {
      const [mailbox] = await deps.sql<{ id: Id }[]>`SELECT id FROM channel WHERE kind = 'email' AND enabled AND archived_at IS NULL ORDER BY name, id LIMIT 1`;
      if (mailbox === undefined) return false;
      await deps.supervisor.perform(mailbox.id, "message.send", {
        id: letter.id,
        threadKey: `notice:${letter.id}`,
        to: { kind: "email", value: letter.to, displayName: letter.name },
        subject: letter.subject,
        text: `${letter.text}\n\n${deps.publicUrl}${letter.path}`,
        files: [],
        references: [],
        automatic: true,
      });
      return true;
    },
    async sendText(sms) {
      const [channel] = await deps.sql<
        { id: Id }[]
      >`SELECT id FROM channel WHERE kind IN ('sms-http', 'sms-smpp') AND enabled AND archived_at IS NULL ORDER BY name, id LIMIT 1`;
      if (channel === undefined) return false;
      await deps.supervisor.perform(channel.id, "message.send", {
        id: sms.id,
        threadKey: sms.to,
        to: { kind: "phone", value: sms.to, displayName: sms.name },
        text: `${sms.text} ${deps.publicUrl}${sms.path}`,
        files: [],
        references: [],
        automatic: true,
      });
      return true;
    },
    chatUrl: (channelId) => `${deps.publicUrl}/chat/${channelId}`,
  };
}
