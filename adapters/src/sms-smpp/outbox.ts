import { ChannelError, type Commands, type Host } from "@kommutator/contract/channel";
import type { SmppConfig } from "./config.ts";
import { STATUS, submitError } from "./errors.ts";
import type { Memory } from "./memory.ts";
import { type Pdu, readMessageId } from "./pdu.ts";
import type { Sent } from "./sent.ts";
import { NoAnswer, NotSent, type SmppSession } from "./session.ts";
import { type Submit, toSubmits } from "./to-smsc.ts";

interface OutboxParts {
  config: SmppConfig;
  host: Host;
  memory: Memory;
  sent: Sent;
  /** The bound session; throws the ChannelError that says why there is none. */
  session(): SmppSession;
  /** Rejects when the channel closes. */
  closing: Promise<never>;
}

interface Place {
  commandId: string;
  segment: number;
}

/** Sends replies: no more submits at once than the window allows, and no segment again that the SMSC has taken. */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #running = new Map<string, Promise<{ messageKey: string }>>();
  readonly #submits = new Set<Promise<unknown>>();
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#free = parts.config.window;
  }

  /** The key is the command's id: receipts name the SMSC's ids, of which a long message has several. */
  send(command: Commands["message.send"]): Promise<{ messageKey: string }> {
    const running = this.#running.get(command.id) ?? this.#send(command).finally(() => this.#running.delete(command.id));
    this.#running.set(command.id, running);
    return running;
  }

  /** Resolves when the submits now under way have their answers. */
  async settling(): Promise<void> {
    await Promise.allSettled([...this.#submits]);
  }

  async #send(command: Commands["message.send"]): Promise<{ messageKey: string }> {
    const { sent, memory, config, host, closing } = this.#parts;
    const done = { messageKey: command.id };
    if (sent.isTaken(command.id)) return done;
    const reference = sent.referenceFor(command.id);
    const submits = toSubmits(command, config, reference);
    this.#parts.session();
    const to = submits[0]?.destination_addr ?? "";
    const missing = sent.begin(command.id, to, reference, submits.length, host.now());
    const outcomes = await Promise.allSettled(
      missing.map((segment) => {
        const submit = this.#inWindow(() => this.#submit(submits[segment] as Submit, { commandId: command.id, segment }, submits.length));
        this.#submits.add(submit);
        submit.then(
          () => this.#submits.delete(submit),
          () => this.#submits.delete(submit),
        );
        return submit;
      }),
    );
    const errors = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as ChannelError] : []));
    if (errors.every((error) => error.code !== "uncertain")) sent.abandon(command.id);
    // Sent is sent: a memory that cannot be written now is written with the next change, and only receipts could miss it.
    await Promise.race([memory.save(), closing]).catch(() => {});
    const [worst] = errors.sort((a, b) => GRAVITY.indexOf(a.code) - GRAVITY.indexOf(b.code));
    if (worst !== undefined) throw worst;
    return done;
  }

  async #submit(submit: Submit, place: Place, of: number): Promise<void> {
    const { host, sent } = this.#parts;
    const session = this.#parts.session();
    const about = { to: submit.destination_addr, segment: place.segment + 1, of };
    let answer: Pdu;
    try {
      answer = await session.request("submit_sm", submit, (late) => void this.#late(late, place));
    } catch (error) {
      host.record("out", "submit_sm failed", { ...about, error: String((error as Error).message).slice(0, 200) });
      if (error instanceof NotSent) throw new ChannelError("unreachable", error.message, { cause: error });
      if (error instanceof NoAnswer) throw new ChannelError("uncertain", `${error.message}: the message may have been sent`, { cause: error });
      throw new ChannelError("rejected", `The message cannot be put into a PDU: ${(error as Error).message}`, { cause: error });
    }
    host.record("out", "submit_sm", { ...about, answer: answer.command, status: answer.status });
    if (answer.command !== "submit_sm_resp") throw new ChannelError("rejected", "The SMS centre did not understand the message (generic_nack)");
    if (answer.status !== STATUS.ok) throw submitError(answer.status);
    sent.accepted(place.commandId, place.segment, readMessageId(answer.frame));
  }

  /** An answer after the time limit settles what was uncertain. */
  async #late(answer: Pdu, { commandId, segment }: Place): Promise<void> {
    const { sent, memory, host } = this.#parts;
    if (answer.command !== "submit_sm_resp" || answer.status !== STATUS.ok) return;
    const id = readMessageId(answer.frame);
    sent.accepted(commandId, segment, id);
    memory.saveSoon();
    host.record("in", "submit_sm_resp came late", { id });
    if (!sent.isTaken(commandId)) return;
    const event = { kind: "message.state", eventKey: `late:${commandId}:${id}`, occurredAt: host.now(), messageKey: commandId, state: "sent" } as const;
    await host.report(event).catch(() => {});
  }

  async #inWindow<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free--;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

/** What several segments' errors are together: the gravest. */
const GRAVITY = ["uncertain", "rejected", "unsupported", "bad-credentials", "rate-limited", "unreachable"];
