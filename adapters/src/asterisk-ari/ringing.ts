import type { AriChannel } from "./ari-types.ts";
import { type Call, isLive, type Leg, liveLegs } from "./call.ts";
import type { CallBook } from "./call-book.ts";
import { AriError, NO_ANSWER, NOT_CONNECTED } from "./connection.ts";
import { end, endLeg, legEnded } from "./ending.ts";
import { join } from "./talk.ts";
import * as to from "./to-ari.ts";

/** A device that has not even said 180 by then is not there (SIP over UDP would go on for 32 s). */
const UNREACHABLE_AFTER_MS = 4000;
const OUTSIDE_RING_MS = 60_000;

/**
 * Rings one device of an agent and watches it: not a sound by the first limit is a device that is not there, no answer by
 * the second is none. What goes wrong is reported as the end of the leg.
 */
export async function ringAgent(
  book: CallBook,
  call: Call,
  order: Pick<Leg, "legKey" | "offerId" | "endpoint" | "joinsAtOnce"> & {
    employeeId: string;
    callerName: string;
    callerNumber: string | null;
    timeoutMs: number;
  },
): Promise<void> {
  const ring = { ...order, callKey: call.key, autoAnswer: order.joinsAtOnce, originator: call.customer ?? undefined };
  const ready = book.prepared.take(ring);
  const leg: Leg = {
    legKey: order.legKey,
    channelId: ready?.channelId ?? to.agentChannel(order.legKey),
    party: "agent",
    employeeId: order.employeeId,
    offerId: order.offerId,
    endpoint: order.endpoint,
    state: "trying",
    joinsAtOnce: order.joinsAtOnce,
    timers: new Set(),
  };
  call.legs.set(leg.legKey, leg);
  book.byChannel.set(leg.channelId, call);
  const after = (ms: number, run: () => void) => leg.timers.add(setTimeout(run, ms));
  after(order.timeoutMs, () => void endLeg(book, call, leg, "no-answer"));
  if (order.timeoutMs > UNREACHABLE_AFTER_MS) after(UNREACHABLE_AFTER_MS, () => leg.state === "trying" && void endLeg(book, call, leg, "unreachable"));
  try {
    if (ready === null || !(await dialled(ready))) {
      if (!isLive(leg)) return; // ended while it was waited for
      book.byChannel.delete(leg.channelId);
      leg.channelId = to.agentChannel(leg.legKey);
      book.byChannel.set(leg.channelId, call);
      await book.context.ask<AriChannel>(to.ring(book.context.config, { ...ring, channelId: leg.channelId }));
    }
    if (isLive(leg) && leg.state === "trying") void book.legReport(call, leg, "trying");
  } catch (error) {
    if (!(error instanceof AriError)) throw error;
    if (error.status === 409) return; // the same command again after a break: the leg exists
    if (error.status === NO_ANSWER) {
      // Not known whether it rings: make sure that it does not.
      await endLeg(book, call, leg, "failed");
      return;
    }
    book.byChannel.delete(leg.channelId);
    legEnded(book, call, leg, error.status === NOT_CONNECTED ? "failed" : "unreachable");
    if (call.direction === "out" && !call.released) await end(book, call, "system");
  }
}

/** Whether the device that was made ready rings. false: it could not be made, or is gone, and surely does not ring. */
async function dialled(ready: { dial(): Promise<void> }): Promise<boolean> {
  try {
    await ready.dial();
    return true;
  } catch (error) {
    if (error instanceof AriError && error.status >= 400) return false;
    throw error;
  }
}

/** The employee of an outgoing call has picked up: now the customer is dialled, and he hears ringing. */
export function dialOutside(book: CallBook, call: Call, leg: Leg): void {
  const dial = call.dial;
  if (dial === undefined) return;
  const channelId = to.outsideChannel(dial.commandId);
  call.customer = channelId;
  book.byChannel.set(channelId, call);
  book.order(to.ringback(leg.channelId));
  void book.report(call, book.customerLeg(call, "trying"));
  book.context
    .ask(
      to.dialOutside(book.context.config, {
        channelId,
        callKey: call.key,
        number: dial.number,
        callerNumber: dial.callerNumber,
        originator: leg.channelId,
        timeoutMs: OUTSIDE_RING_MS,
      }),
    )
    .catch(() => {
      void book.report(call, book.customerLeg(call, "ended", "unreachable"));
      void end(book, call, "system");
    });
}

/** The customer of an outgoing call has picked up. */
export function outsideAnswered(book: CallBook, call: Call): void {
  const leg = liveLegs(call).find((l) => l.state === "answered");
  call.customerUp = true;
  void book.report(call, book.customerLeg(call, "answered"));
  if (leg === undefined) {
    void end(book, call, "system");
    return;
  }
  book.order(to.ringbackOff(leg.channelId));
  join(book, call, leg, false).catch(() => void end(book, call, "system"));
}
