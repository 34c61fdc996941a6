import type { ChannelEvent, ChannelKind } from "@kommutator/contract/channel";
import { type Tx, together } from "@kommutator/contract/db";
import type { NewDialogEvent } from "@kommutator/contract/dialog-event";
import type { Id, Medium } from "@kommutator/contract/ids";
import type { EmitEvents, EnqueueRouting, Identify } from "@kommutator/contract/ports";
import type { RoutingInput } from "@kommutator/contract/routing-input";

/** What ingest is given by the composition root. */
export interface IngestDeps {
  emit: EmitEvents;
  enqueue: EnqueueRouting;
  identify: Identify;
  now: () => number;
}

/** A pending raw event as ingest takes it. */
export interface PendingEvent {
  id: number;
  channelId: Id;
  orderKey: string;
  attempts: number;
  event: ChannelEvent;
  hasFiles: boolean;
}

/** What ingest knows of a channel, read with the batch. */
export interface ChannelFacts {
  id: Id;
  kind: ChannelKind;
  medium: Medium;
  queueId: Id;
}

/** Facts and inputs that gather while a batch is worked on; written at its end. */
export class Outcome {
  readonly events: NewDialogEvent[] = [];
  readonly inputs: RoutingInput[] = [];

  async write(tx: Tx, deps: Pick<IngestDeps, "emit" | "enqueue">): Promise<void> {
    await together([this.events.length === 0 ? undefined : deps.emit(tx, this.events), this.inputs.length === 0 ? undefined : deps.enqueue(tx, this.inputs)]);
  }
}

const MEDIUM: Record<ChannelKind, Medium> = {
  "asterisk-ari": "voice",
  email: "mail",
  "web-chat": "chat",
  "sms-smpp": "message",
  "sms-http": "message",
  telegram: "message",
  viber: "message",
  vk: "message",
  "web-form": "mail",
};

/** The channels of a batch and the home country for telephone numbers. */
export async function readFacts(tx: Tx, channelIds: Id[]): Promise<{ channels: Map<Id, ChannelFacts>; country: string }> {
  const rows = await tx<{ id: Id | null; kind: ChannelKind; queue_id: Id; country: string | null }[]>`
    SELECT c.id, c.kind, c.queue_id, (SELECT country FROM company) AS country FROM channel c WHERE c.id = ANY(${channelIds}::uuid[])`;
  const channels = new Map<Id, ChannelFacts>();
  for (const row of rows) if (row.id !== null) channels.set(row.id, { id: row.id, kind: row.kind, medium: MEDIUM[row.kind], queueId: row.queue_id });
  return { channels, country: rows[0]?.country ?? "" };
}
