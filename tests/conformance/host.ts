import type { ChannelEvent, ChannelSignal, ChannelStatus, Commands, Host, MessageReceived, ThreadMessage } from "@kommutator/contract/channel";

/**
 * The gateway's side of the contract for the conformance suite: what it stores stays stored over several openings of a
 * channel, and any of its answers can be made to fail or to hang.
 */
export class Ledger {
  /** Every call of report that resolved, doubles included. */
  readonly reported: ChannelEvent[] = [];
  readonly statuses: ChannelStatus[] = [];
  readonly signals: ChannelSignal[] = [];
  readonly transcript: string[] = [];
  memory: unknown = null;
  /** Replies of ours, as the gateway's message table holds them. */
  /** Our replies, each with how many messages had come before it: two of the same millisecond have an order too. */
  readonly replies: { threadKey: string; message: ThreadMessage; behind: number }[] = [];
  /** Calls of load, save and report so far in this opening. */
  calls = 0;
  /** The call with this number fails or hangs; null = none. */
  trouble: { at: number; kind: "fail" | "hang" } | null = null;
  /** Called when a report begins, before anything is stored. */
  beforeReport: (event: ChannelEvent) => Promise<void> = async () => {};

  /** One event per key: what ingest would see. */
  get events(): ChannelEvent[] {
    return [...new Map(this.reported.map((event) => [event.eventKey, event])).values()];
  }
  get messages(): MessageReceived[] {
    return this.events.filter((event) => event.kind === "message.received");
  }
  get status(): ChannelStatus | undefined {
    return this.statuses.at(-1);
  }

  /** A host for one opening of the channel. */
  open(abort: AbortSignal): Host {
    this.calls = 0;
    const step = async (): Promise<void> => {
      const { trouble } = this;
      if (trouble === null || this.calls++ !== trouble.at) return;
      if (trouble.kind === "hang") await new Promise(() => {});
      this.trouble = null;
      throw new Error("The database is away");
    };
    return {
      channelId: "00000000-0000-4000-8000-000000000001",
      report: async (event) => {
        await this.beforeReport(event);
        await step();
        this.reported.push(event);
      },
      status: (status) => void this.statuses.push(status),
      now: () => Date.now(),
      signal: (signal) => void this.signals.push(signal),
      record: (direction, summary, detail) => void this.transcript.push(`${direction} ${summary} ${JSON.stringify(detail ?? {})}`),
      load: async () => {
        await step();
        return structuredClone(this.memory);
      },
      save: async (state) => {
        await step();
        this.memory = structuredClone(state);
      },
      history: async (threadKey, after, limit) => {
        const placed = [
          ...this.messages.map((event, i) => ({ threadKey: event.thread.key, message: asThreadMessage(event), behind: i + 1 })),
          ...this.replies.map((reply) => ({ ...reply, behind: reply.behind + 0.5 })),
        ].sort((a, b) => a.behind - b.behind);
        const all = placed.filter((one) => one.threadKey === threadKey).map((one) => one.message);
        const from = all.findIndex((message) => message.messageKey === after);
        return from < 0 ? all.slice(-limit) : all.slice(from + 1, from + 1 + limit);
      },
      file: async () => null,
      mayAct: () => !abort.aborted,
      signalAbort: abort,
    };
  }

  /** Our reply, stored as sent, for `message.send` and the history. */
  reply(command: Commands["message.send"]): void {
    this.replies.push({
      threadKey: command.threadKey,
      behind: this.messages.length,
      message: { messageKey: command.id, direction: "out", text: command.text, at: Date.now(), state: "sent", author: "Ann", files: [] },
    });
  }
}

const asThreadMessage = (event: MessageReceived): ThreadMessage => ({
  messageKey: event.messageKey,
  direction: "in",
  text: event.text,
  at: event.occurredAt,
  state: "sent",
  files: [],
});
