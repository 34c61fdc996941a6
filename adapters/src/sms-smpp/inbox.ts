import type { ChannelEvent, Host, MessageReceived } from "@kommutator/contract/channel";
import type { SmppConfig } from "./config.ts";
import { STATUS } from "./errors.ts";
import { fromSmsc, type Incoming, type Message, type Part } from "./from-smsc.ts";
import type { Memory } from "./memory.ts";
import { addPart, finishGroup, type Joined, overdue, textOf } from "./parts.ts";
import type { Pdu } from "./pdu.ts";
import type { Receipt } from "./receipt.ts";
import { Seen } from "./seen.ts";
import type { Sent } from "./sent.ts";

/** The answer for the SMSC, and what to note once it has gone out. */
interface Answer {
  status: number;
  gone(): void;
}

interface InboxParts {
  config: SmppConfig;
  host: Host;
  memory: Memory;
  sent: Sent;
  /** Resolves when the submits now under way have their answers. */
  settling(): Promise<unknown>;
}

const SWEEP_MS = 60_000;

/**
 * Takes what the SMSC delivers. The order is: remember, report, answer. Only what is stored is answered with OK; anything
 * else with a temporary error, and the SMSC delivers it again.
 */
export class Inbox {
  readonly #parts: InboxParts;
  /** The last delivery of each sender: his messages are reported one after the other, strangers' at once. */
  readonly #lines = new Map<string, Promise<void>>();
  readonly #seen: Seen;
  readonly #sweeping: NodeJS.Timeout;

  constructor(parts: InboxParts) {
    this.#parts = parts;
    this.#seen = new Seen(parts.memory.state.seen);
    this.#sweeping = setInterval(() => void this.#giveUp(), Math.min(SWEEP_MS, parts.config.incompleteAfterMs / 4));
    void this.#giveUp();
  }

  close(): void {
    clearInterval(this.#sweeping);
  }

  /** Never rejects. */
  async take(pdu: Pdu): Promise<Answer> {
    const { host, memory, config } = this.#parts;
    const incoming = fromSmsc(pdu, config);
    let hash: string | null = null;
    try {
      hash = await this.#store(incoming, pdu);
    } catch (error) {
      host.record("in", `${pdu.command} put off`, { error: String((error as Error).message).slice(0, 200) });
      return { status: STATUS.temporaryError, gone: () => {} };
    }
    return {
      status: STATUS.ok,
      gone: () => {
        if (hash !== null) this.#seen.answered(hash);
        memory.saveSoon();
      },
    };
  }

  /** Resolves, with the hash to be noted as answered, when it is stored. */
  async #store(incoming: Incoming, pdu: Pdu): Promise<string | null> {
    switch (incoming.kind) {
      case "receipt":
        await this.#receipt(incoming.receipt);
        return null;
      case "perhaps-receipt":
        if (await this.#receipt(incoming.receipt)) return null;
        return this.#message(incoming.message);
      case "message":
        return this.#message(incoming.message);
      case "part":
        await this.#inLine(incoming.part.from, () => this.#part(incoming.part));
        return null;
      case "unreadable": {
        const eventKey = await this.#keyOf(incoming.hash, "bad");
        this.#parts.host.record("in", `${pdu.command} unreadable`, { error: incoming.error });
        const raw = { pdu: pdu.frame.toString("hex").slice(0, 4_000) };
        await this.#report({ kind: "unparseable", eventKey, occurredAt: this.#parts.host.now(), error: incoming.error, raw });
        return incoming.hash;
      }
    }
  }

  async #message(message: Message): Promise<string> {
    await this.#inLine(message.from, async () => {
      await this.#report(this.#received(message, await this.#keyOf(message.hash, "sms")));
    });
    return message.hash;
  }

  async #part(part: Part): Promise<void> {
    const { memory, host } = this.#parts;
    const { kind, joined } = addPart(memory.state.parts, part, host.now());
    host.record("in", "deliver_sm part", { from: part.from, ...part.piece });
    if (kind === "partial") await memory.save();
    if (kind !== "whole") return;
    // The SMSC still holds this last part: were we to end here, it would come again and complete the message again.
    await this.#report(this.#whole(joined));
    this.#done(joined);
  }

  /** What has not come within its time is shown as far as it came, under the key that the whole would have had. */
  async #giveUp(): Promise<void> {
    const { memory, host, config } = this.#parts;
    for (const joined of overdue(memory.state.parts, config.incompleteAfterMs, host.now())) {
      const truncated = Object.keys(joined.state.got).length < joined.state.total;
      const given = { ...this.#whole(joined), ...(truncated ? { truncated } : {}) };
      const stored = await this.#report(given).then(
        () => true,
        () => false,
      );
      if (stored) this.#done(joined);
    }
  }

  #whole({ group, state }: Joined): MessageReceived {
    return this.#received({ hash: group, from: state.from, to: state.to, text: textOf(state) }, `long:${state.at.toString(36)}:${group}`);
  }

  #done(joined: Joined): void {
    const { memory, host } = this.#parts;
    finishGroup(memory.state.parts, joined, host.now());
    memory.saveSoon();
  }

  /** False when no message of ours has that id. One that came before the answer to its submit waits for that answer. */
  async #receipt(receipt: Receipt): Promise<boolean> {
    const { sent, host, memory } = this.#parts;
    let outcome = sent.receipt(receipt);
    if (outcome.kind === "unknown") {
      await this.#parts.settling();
      outcome = sent.receipt(receipt);
    }
    host.record("in", "delivery receipt", { id: receipt.id, state: receipt.state, failure: receipt.failure, known: outcome.kind !== "unknown" });
    if (outcome.kind === "unknown") return false;
    // One segment of several: what is known so far must outlive us before the SMSC forgets it.
    if (outcome.kind === "underway" && receipt.state === "delivered") await memory.save();
    if (outcome.kind !== "final") return true;
    const { commandId, state, id, failure } = outcome;
    const eventKey = `receipt:${commandId}:${state}:${id}`;
    await this.#report({ kind: "message.state", eventKey, occurredAt: host.now(), messageKey: commandId, state, failure });
    sent.finish(commandId, state);
    memory.saveSoon();
    return true;
  }

  #received(message: Message, key: string): MessageReceived {
    const named = !/^\+?\d+$/.test(message.from);
    return {
      kind: "message.received",
      eventKey: key,
      messageKey: key,
      occurredAt: this.#parts.host.now(),
      thread: { key: message.from },
      from: { kind: "phone", value: message.from, ...(named ? { displayName: message.from } : {}) },
      to: message.to,
      text: message.text,
      nature: "human",
    };
  }

  async #keyOf(hash: string, prefix: string): Promise<string> {
    const { memory, host } = this.#parts;
    const at = this.#seen.first(hash, host.now());
    await memory.save();
    return `${prefix}:${at.toString(36)}:${hash}`;
  }

  async #report(event: ChannelEvent): Promise<void> {
    await this.#parts.host.report(event);
    if (event.kind === "message.received") this.#parts.host.record("in", "deliver_sm", { from: event.from.value, characters: event.text.length });
  }

  /** Behind one that could not be stored, those that follow from the same sender are put off too: order is kept. */
  #inLine(sender: string, work: () => Promise<void>): Promise<void> {
    const before = this.#lines.get(sender);
    const now = before === undefined ? work() : before.then(work);
    this.#lines.set(sender, now);
    const leave = (): void => {
      if (this.#lines.get(sender) === now) this.#lines.delete(sender);
    };
    now.then(leave, leave);
    return now;
  }
}
