import { ChannelError, type Commands } from "@kommutator/contract/channel";
import type { AriChannel, AriEvent } from "./ari-types.ts";
import { type Call, isLive, type Leg } from "./call.ts";
import type { CallBook } from "./call-book.ts";
import { fallback } from "./commands.ts";
import { AriError } from "./connection.ts";
import { end, legEnded } from "./ending.ts";
import { endCauseOf } from "./from-ari.ts";
import { letFinish } from "./speaking.ts";
import { join, letGo } from "./talk.ts";
import * as to from "./to-ari.ts";

/** How long an outside number is rung; Asterisk itself keeps the time, so it holds without us. */
const RING_MS = 45_000;

/**
 * Performs call.redirect: the waiting caller goes on hearing music while the outside number is rung through the trunk, with the
 * caller's own number and the line as the diverting one (RFC 5806). Whoever answers is joined; where nobody does, the dialplan's
 * fallback has the caller. `rejected`: the caller has gone, or the number cannot be dialled.
 */
export async function redirect(book: CallBook, command: Commands["call.redirect"]): Promise<void> {
  const call = book.known(command.callKey);
  if (call.legs.has(command.id)) return; // a retry
  await letGo(book, call);
  if (call.phase !== "waiting" || call.customer === null) throw new ChannelError("rejected", "the caller is not waiting");
  if (to.dialable(command.number).replace("+", "") === "") throw new ChannelError("rejected", "not a number that can be dialled");
  const leg: Leg = {
    legKey: command.id,
    channelId: to.redirectChannel(command.id),
    party: "outside",
    endpoint: to.dialable(command.number),
    state: "trying",
    joinsAtOnce: true,
    timers: new Set(),
  };
  call.legs.set(leg.legKey, leg);
  book.byChannel.set(leg.channelId, call);
  book.context.changed();
  await letFinish(book, call);
  if (!isLive(leg)) return; // the caller hung up meanwhile
  book.order(to.next(call.customer, "fallback"));
  const order = {
    channelId: leg.channelId,
    callKey: call.key,
    legKey: leg.legKey,
    number: command.number,
    from: call.from,
    originator: call.customer,
    timeoutMs: RING_MS,
  };
  try {
    await book.context.ask<AriChannel>(to.sendOn(book.context.config, order));
    void book.legReport(call, leg, "trying");
  } catch (error) {
    if (error instanceof AriError && error.status === 409) return; // the leg exists: the same command after a break
    void book.legReport(call, leg, "trying");
    legEnded(book, call, leg, "unreachable");
    await onward(book, call);
  }
}

/** The outside number has picked up. */
export function outsideReached(book: CallBook, call: Call, leg: Leg): void {
  if (leg.state === "answered" || leg.state === "bridged") return;
  leg.state = "answered";
  void book.legReport(call, leg, "answered");
  join(book, call, leg, false).catch(() => void end(book, call, "system"));
}

/** The leg to the outside number is gone: a talk is over, or the caller goes on to the fallback. */
export function outsideGone(book: CallBook, call: Call, leg: Leg, event: AriEvent): void {
  if (leg.state === "bridged" || leg.state === "answered") {
    void end(book, call, call.endedBy ?? "agent");
    return;
  }
  legEnded(book, call, leg, leg.why ?? endCauseOf(event.cause, event.tech_cause, leg.state === "ringing"));
  void onward(book, call);
}

/** Nobody outside was reached. */
export async function onward(book: CallBook, call: Call): Promise<void> {
  if (call.phase !== "waiting") return;
  await fallback(book, { id: call.key, callKey: call.key }).catch((error: unknown) => {
    // The line is down, or the caller has just gone: the snapshot and the caller's lease know better.
    book.context.host.record("in", "not taken to the fallback", String(error));
  });
}
