import { ChannelError, type Commands } from "@kommutator/contract/channel";
import { type Call, isLive, type Leg, liveLegs, stopTimers } from "./call.ts";
import type { CallBook } from "./call-book.ts";
import { AriError } from "./connection.ts";
import { HELD_LEASE_S, WAITING_LEASE_S } from "./lease.ts";
import { hush } from "./speaking.ts";
import * as to from "./to-ari.ts";

/** Bridges customer and agent; the lease is cleared: from here the talk needs nobody but Asterisk. */
export async function join(book: CallBook, call: Call, leg: Leg, record: boolean): Promise<void> {
  const customer = call.customer;
  if (customer === null) throw new ChannelError("rejected", "the customer is not there yet");
  hush(book, call);
  const answering = call.customerUp ? [] : [book.must(to.answer(customer))];
  call.customerUp = true;
  await Promise.all([...answering, connect(book, call, [customer, leg.channelId])]);
  leg.state = "bridged";
  if (record && !call.recording) {
    call.recording = true;
    await book.context.ask(to.recordBridge(to.bridgeOf(call.key), to.recordingOf(call.key))).catch((error: unknown) => {
      // 409: it records already (a retry). Anything else must not cost the talk; the missing recording is visible.
      if (!(error instanceof AriError && error.status === 409)) {
        call.recording = false;
        book.context.host.record("in", "recording did not start", String(error));
      }
    });
  }
  await book.legReport(call, leg, "bridged", { mark: leg.legKey });
  book.context.changed();
}

/** Both into one bridge, without music and leases; the requests leave together, in this order. */
async function connect(book: CallBook, call: Call, channels: string[]): Promise<void> {
  const bridge = to.bridgeOf(call.key);
  const customer = call.customer as string;
  book.context.leases.drop(customer);
  book.order(to.musicOff(customer));
  // 409: it exists already, from before a hold, a loss or a retry.
  const made = book.must(to.makeBridge(bridge), 409);
  const added = book.must(to.addToBridge(bridge, channels));
  for (const channel of channels) book.order(to.lease(channel, 0));
  await Promise.all([made, added]);
  call.phase = "talking";
  call.bridged = true;
}

/** Performs call.hold: the customer hears music. `rejected` when nobody talks. */
export async function hold(book: CallBook, command: Commands["call.hold"]): Promise<void> {
  const call = book.known(command.callKey);
  if (call.phase === "held") return;
  const leg = liveLegs(call).find((l) => l.state === "bridged");
  if (call.phase !== "talking" || leg === undefined || call.customer === null) throw new ChannelError("rejected", "there is no talk to hold");
  call.phase = "held";
  call.bridged = false;
  await book.must(to.removeFromBridge(to.bridgeOf(call.key), call.customer));
  await book.must(to.music(book.context.config, call.customer));
  book.context.leases.keep(call.customer, HELD_LEASE_S, true);
  await book.legReport(call, leg, "held", { mark: command.id });
}

/** Performs call.resume. `rejected` when nothing is held. */
export async function resume(book: CallBook, command: Commands["call.resume"]): Promise<void> {
  const call = book.known(command.callKey);
  if (call.phase === "talking") return;
  const leg = liveLegs(call).find((l) => l.state === "bridged");
  if (call.phase !== "held" || leg === undefined || call.customer === null) throw new ChannelError("rejected", "there is no held talk");
  await connect(book, call, [call.customer, leg.channelId]);
  await book.legReport(call, leg, "resumed", { mark: command.id });
}

/** The agent's device has vanished in the middle of the talk: the customer waits with music for its return. */
export function lost(book: CallBook, call: Call, leg: Leg): void {
  if (!isLive(leg) || call.phase === "ended") return;
  stopTimers(leg);
  leg.state = "ended";
  call.phase = "lost";
  void book.legReport(call, leg, "lost");
  book.order(to.hangUp(leg.channelId));
  aside(book, call);
  book.context.changed();
}

/** Performs call.release: this agent's part is over, the customer waits with music. Nobody of that name talks: it is done. */
export async function release(book: CallBook, command: Commands["call.release"]): Promise<void> {
  const call = book.known(command.callKey);
  await letGo(book, call, (leg) => leg.employeeId === command.employeeId);
}

/**
 * Whoever of these talks does so no more. Without `whose`: of everybody, as the customer is about to be brought to somebody else and the
 * order to release was lost with whoever ruled before.
 */
export async function letGo(book: CallBook, call: Call, whose: (leg: Leg) => boolean = () => true): Promise<void> {
  const leg = liveLegs(call).find((l) => l.state === "bridged" && l.party === "agent" && whose(l));
  if (leg === undefined || call.customer === null) return;
  call.released = true;
  call.phase = "waiting";
  aside(book, call, WAITING_LEASE_S);
  stopTimers(leg);
  leg.state = "ended";
  book.order(to.hangUp(leg.channelId));
  book.context.changed();
  await book.legReport(call, leg, "ended", { cause: "transferred" });
}

/** The customer out of the bridge, with music and a lease. */
function aside(book: CallBook, call: Call, leaseS = HELD_LEASE_S): void {
  const customer = call.customer;
  if (customer === null) return;
  call.bridged = false;
  book.order(to.removeFromBridge(to.bridgeOf(call.key), customer));
  book.order(to.music(book.context.config, customer));
  book.context.leases.keep(customer, leaseS, true);
}
