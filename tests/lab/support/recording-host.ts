import type { ChannelEvent, ChannelStatus, Host } from "@kommutator/contract/channel";
import { until } from "./wait.ts";

/** A Host that keeps everything in memory, as a gateway would see it: one event a key. `frozen` is a database that hangs. */
export class RecordingHost implements Host {
  readonly channelId = "00000000-0000-4000-8000-000000000001";
  readonly events: ChannelEvent[] = [];
  readonly times: number[] = [];
  readonly statuses: ChannelStatus[] = [];
  readonly transcript: string[] = [];
  readonly #keys = new Set<string>();
  readonly #abort = new AbortController();
  readonly signalAbort = this.#abort.signal;
  #state: unknown = null;
  #thaw: (() => void)[] = [];
  frozen = false;
  /** This many reports fail before one succeeds. */
  failing = 0;
  onEvent: (event: ChannelEvent) => void = () => {};

  async report(event: ChannelEvent): Promise<void> {
    await this.#commit();
    if (this.failing > 0) {
      this.failing--;
      throw new Error("the database does not answer");
    }
    if (this.#keys.has(event.eventKey)) return;
    this.#keys.add(event.eventKey);
    this.events.push(event);
    this.times.push(performance.now());
    this.onEvent(event);
  }
  status(status: ChannelStatus): void {
    this.statuses.push(status);
  }
  now(): number {
    return Date.now();
  }
  signal(): void {}
  mayAct(): boolean {
    return !this.signalAbort.aborted;
  }
  record(direction: "in" | "out", summary: string, detail?: unknown): void {
    this.transcript.push(`${direction} ${summary} ${detail === undefined ? "" : String(detail)}`);
  }
  async load(): Promise<unknown> {
    return this.#state;
  }
  async save(state: unknown): Promise<void> {
    await this.#commit();
    this.#state = structuredClone(state);
  }
  async history(): Promise<never[]> {
    return [];
  }
  async file(): Promise<null> {
    return null;
  }

  /** The state survives; a new process begins with it. */
  restarted(): RecordingHost {
    const next = new RecordingHost();
    next.#state = this.#state;
    for (const key of this.#keys) next.#keys.add(key);
    return next;
  }
  thaw(): void {
    this.frozen = false;
    for (const go of this.#thaw.splice(0)) go();
  }
  abort(): void {
    this.#abort.abort();
  }
  of<K extends ChannelEvent["kind"]>(kind: K): Extract<ChannelEvent, { kind: K }>[] {
    return this.events.filter((e): e is Extract<ChannelEvent, { kind: K }> => e.kind === kind);
  }
  /** States of an agent's leg, in the order of the reports. */
  leg(legKey: string): string[] {
    return this.of("call.leg")
      .filter((l) => l.legKey === legKey)
      .map((l) => (l.cause === undefined ? l.state : `${l.state}:${l.cause}`));
  }
  async sees<K extends ChannelEvent["kind"]>(
    kind: K,
    condition: (event: Extract<ChannelEvent, { kind: K }>) => boolean = () => true,
    timeoutMs = 10_000,
  ): Promise<Extract<ChannelEvent, { kind: K }>> {
    return until(
      `${kind} is reported (last: ${this.events
        .slice(-8)
        .map((e) => e.eventKey)
        .join(" ")})`,
      () => this.of(kind).find(condition),
      { timeoutMs },
    );
  }

  async #commit(): Promise<void> {
    if (this.frozen) await new Promise<void>((resolve) => this.#thaw.push(resolve));
  }
}
