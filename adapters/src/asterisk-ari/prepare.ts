import type { Commands } from "@kommutator/contract/channel";
import type { CallsContext } from "./call-book.ts";
import { AriError } from "./connection.ts";
import type { RingOrder } from "./to-ari.ts";
import * as to from "./to-ari.ts";

/** A ring that is not ordered by then will not be: its decision was taken back. */
const KEPT_MS = 2_000;

interface Device {
  /** What it was made for. */
  order: string;
  /** Resolves when Asterisk has the channel and it has entered the application; rejects with an AriError when that does not come to pass. */
  made: Promise<unknown>;
  entered(): void;
  /** Its ring has been ordered. */
  taken: boolean;
}

/**
 * Channels of agents' devices that are made while it is still being committed who is rung: what is left to do when the order comes is the dialling.
 * None of them has reached a device yet. Each waits under its own name (`kmt-p-…`): whoever takes over hangs up what no device has answered to (reconcile.ts),
 * and rings again what is still ordered.
 */
export class Prepared {
  readonly #context: CallsContext;
  /** By the ring's id. */
  readonly #devices = new Map<string, Device>();
  readonly #late = new Set<NodeJS.Timeout>();

  constructor(context: CallsContext) {
    this.#context = context;
  }

  /** Performs call.prepare. What cannot be made ready is rung in the ordinary way. */
  prepare(command: Commands["call.prepare"], originator: string): void {
    if (this.#devices.has(command.id)) return;
    const { config, ask } = this.#context;
    const order = { ...command, legKey: command.id, channelId: to.preparedChannel(command.id), originator };
    let entered: Device["entered"] = () => {};
    const inside = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#late.delete(timer);
        reject(new AriError(408, "the prepared channel did not enter the application"));
        this.discard(command.id);
      }, KEPT_MS);
      this.#late.add(timer);
      entered = resolve;
    });
    const device: Device = { order: said(order), made: Promise.all([ask(to.prepare(config, order)), inside]), entered, taken: false };
    device.made.then(
      () => device.taken && this.#devices.delete(command.id),
      () => this.#devices.delete(command.id),
    );
    this.#devices.set(command.id, device);
  }

  /** Its StasisStart has come. Returns whether it is one of these. */
  entered(channelId: string): boolean {
    const device = this.#devices.get(legOf(channelId));
    device?.entered();
    return device !== undefined;
  }

  has(channelId: string): boolean {
    return channelId.startsWith(to.preparedChannel("")) && this.#devices.has(legOf(channelId));
  }

  /** The device that was made ready for exactly this ring; it is the caller's to dial from now on. null: there is none, or the ring is another by now. */
  take(order: Omit<RingOrder, "channelId">): { channelId: string; dial(): Promise<void> } | null {
    const device = this.#devices.get(order.legKey);
    if (device === undefined || device.taken) return null;
    if (device.order !== said(order)) {
      this.discard(order.legKey);
      return null;
    }
    device.taken = true;
    const channelId = to.preparedChannel(order.legKey);
    return {
      channelId,
      dial: async () => {
        await device.made;
        this.#devices.delete(order.legKey);
        await this.#context.ask(to.dial(channelId, order));
      },
    };
  }

  /** Nobody will be rung by it. */
  discard(legKey: string): void {
    if (this.#devices.get(legKey)?.taken !== false) return;
    this.#devices.delete(legKey);
    void this.#context.ask(to.hangUp(to.preparedChannel(legKey))).catch(() => {}); // it was never made, or the line is down: the next snapshot finds it
  }

  close(): void {
    for (const timer of this.#late) clearTimeout(timer);
    for (const legKey of [...this.#devices.keys()]) this.discard(legKey);
  }
}

const legOf = (channelId: string): string => channelId.slice(to.preparedChannel("").length);

/** What the device is shown, and how it is rung. */
const said = (o: Omit<RingOrder, "channelId">): string =>
  JSON.stringify([o.endpoint, o.callKey, o.employeeId, o.offerId, o.callerName, o.callerNumber, o.timeoutMs, o.autoAnswer === true]);
