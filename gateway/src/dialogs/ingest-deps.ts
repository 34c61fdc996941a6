import type { ChannelEvent, ChannelKind } from "@kommutator/contract/channel";
import { type Tx, together } from "@kommutator/contract/db";
import type { NewDialogEvent } from "@kommutator/contract/dialog-event";
import type { Id, Medium } from "@kommutator/contract/ids";
import type { DecisionWithin, EmitEvents, EnqueueRouting, Identify } from "@kommutator/contract/ports";
import type { SkillFacts } from "@kommutator/contract/requirements";
import type { RoutingInput } from "@kommutator/contract/routing-input";

/** What ingest is given by the composition root. */
export interface IngestDeps {
  emit: EmitEvents;
  enqueue: EnqueueRouting;
  identify: Identify;
  now: () => number;
  /** Files that come with their messages are shown only when the house's scanner has looked at them. */
  judgesFiles?: boolean;
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
  /** In which callers are spoken to, where the channel says it. */
  language: string | null;
}

/** A caller who has just come, as the phones that ring for him show him. */
export interface Caller {
  callId: Id;
  channelId: Id;
  callKey: string;
  dialogId: Id;
  /** null: withheld. */
  number: string | null;
  /** Empty: nobody knows. */
  name: string;
  /** By which numbers are written. */
  country: string;
}

/** Facts and inputs that gather while a batch is worked on; written at its end. */
export class Outcome {
  readonly events: NewDialogEvent[] = [];
  readonly inputs: RoutingInput[] = [];
  /** Of a call that comes in now. */
  caller: Caller | null = null;
  /** Statements that are on their way and whose end nobody needs before the batch's own. */
  readonly sent: Promise<unknown>[] = [];
  /** Those of them that may fail in good order: whoever has more to lose than the batch waits for them first. */
  readonly doubtful: Promise<unknown>[] = [];

  /** Has the batch wait for the statement at its end. */
  follow(statement: Promise<unknown>, certain = true): void {
    statement.catch(() => undefined);
    this.sent.push(statement);
    if (!certain) this.doubtful.push(statement);
  }

  /**
   * After a failure: waits for what is still on its way, which would else run when the transaction is rolled back, and says what
   * failed first when the error is only that the transaction is aborted (25P02).
   */
  async causeOf(error: unknown): Promise<unknown> {
    const aborted = (e: unknown) => (e as { code?: string }).code === "25P02";
    const failed = (await Promise.allSettled(this.sent)).flatMap((e) => (e.status === "rejected" ? [e.reason as unknown] : []));
    return aborted(error) ? (failed.find((e) => !aborted(e)) ?? error) : error;
  }

  /** Sends the facts, and the inputs or what has been decided about them. */
  async write(tx: Tx, deps: Pick<IngestDeps, "emit" | "enqueue">, decision: DecisionWithin | null = null): Promise<void> {
    const events = decision === null ? this.events : [...this.events, ...decision.events];
    const routed = decision !== null ? decision.write : this.inputs.length === 0 ? undefined : (tx: Tx) => deps.enqueue(tx, this.inputs);
    // The events last: whoever gives them their positions holds up others until the commit.
    await together([routed?.(tx), events.length === 0 ? undefined : deps.emit(tx, events)]);
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

/** What ingest looks up once for a batch. */
export interface IngestFacts {
  channels: Map<Id, ChannelFacts>;
  /** Home country for telephone numbers. */
  country: string;
  /** Channels with lines of another country: their callers' numbers are read by it. */
  abroad: ReadonlySet<Id>;
  skills: SkillFacts;
  /** The batch is tried again because identification was late: callers are routed as pending, and identified afterwards. */
  unidentified?: boolean;
}

/** The channels of a batch, the home country, and what queues ask for, in one question. */
export async function readFacts(tx: Tx, channelIds: Id[]): Promise<IngestFacts> {
  const rows = await tx<
    {
      id: Id | null;
      kind: ChannelKind;
      queue_id: Id;
      language: string | null;
      abroad: Id[] | null;
      country: string | null;
      of_queues: SkillFacts["ofQueues"] | null;
      languages: SkillFacts["languages"] | null;
    }[]
  >`
    SELECT c.id, c.kind, c.queue_id, nullif(c.config->>'language', '') AS language, (SELECT country FROM company) AS country,
      (SELECT json_agg(DISTINCT channel_id) FROM line WHERE archived_at IS NULL AND country <> (SELECT country FROM company)) AS abroad,
      (SELECT json_agg(json_build_object('queueId', q.queue_id, 'skillId', q.skill_id, 'level', q.level, 'relaxS', q.relax_s)) FROM queue_skill q JOIN skill s ON s.id = q.skill_id AND s.archived_at IS NULL) AS of_queues,
      (SELECT json_agg(json_build_object('id', s.id, 'name', s.name) ORDER BY s.name) FROM skill s WHERE s.language AND s.archived_at IS NULL) AS languages
    FROM channel c WHERE c.id = ANY(${channelIds}::uuid[])`;
  const channels = new Map<Id, ChannelFacts>();
  for (const { id, kind, queue_id: queueId, language } of rows) if (id !== null) channels.set(id, { id, kind, medium: MEDIUM[kind], queueId, language });
  const [first] = rows;
  return {
    channels,
    country: first?.country ?? "",
    abroad: new Set(first?.abroad),
    skills: { ofQueues: first?.of_queues ?? [], languages: first?.languages ?? [] },
  };
}
