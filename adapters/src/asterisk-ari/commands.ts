import { ChannelError, type Commands } from "@kommutator/contract/channel";
import { isLive, liveLegs, newCall } from "./call.ts";
import type { CallBook } from "./call-book.ts";
import { end, endLeg, stopLegs } from "./ending.ts";
import { legChanged, offered } from "./from-ari.ts";
import { ringAgent } from "./ringing.ts";
import { letFinish } from "./speaking.ts";
import { join, letGo, lost } from "./talk.ts";
import * as to from "./to-ari.ts";

/** Performs call.prepare: of a caller who waits. */
export async function prepare(book: CallBook, command: Commands["call.prepare"]): Promise<void> {
  const call = book.calls.get(command.callKey);
  if (call === undefined || call.phase !== "waiting" || call.customer === null || call.legs.has(command.id)) return;
  book.prepared.prepare(command, call.customer);
}

/** Rings one device. Whatever goes wrong on the way to the phone comes back as the leg's end, not as an exception. */
export async function ring(book: CallBook, command: Commands["call.ring"]): Promise<void> {
  const call = book.calls.get(command.callKey);
  if (call === undefined || call.phase === "ended") {
    // The caller has gone meanwhile: the router learns it as the end of this leg.
    book.prepared.discard(command.id);
    const gone = {
      legKey: command.id,
      channelId: to.agentChannel(command.id),
      party: "agent" as const,
      employeeId: command.employeeId,
      offerId: command.offerId,
    };
    await book.context.reporter.report(command.callKey, legChanged(command.callKey, gone, "ended", book.context.host.now(), { cause: "cancelled" }));
    return;
  }
  if (call.legs.has(command.id)) return; // a retry
  await letGo(book, call);
  if (call.legs.has(command.id)) return; // one that came meanwhile
  await ringAgent(book, call, {
    legKey: command.id,
    employeeId: command.employeeId,
    offerId: command.offerId,
    endpoint: command.endpoint,
    joinsAtOnce: false,
    callerName: command.callerName,
    callerNumber: command.callerNumber,
    timeoutMs: command.timeoutMs,
  });
}

/** Performs call.rejoin: rings the agent who lost the talk; answering joins it. `rejected` when the call is gone. */
export async function rejoin(book: CallBook, command: Commands["call.rejoin"]): Promise<void> {
  const call = book.known(command.callKey);
  if (call.legs.has(command.id)) return;
  if (call.phase !== "lost" && call.phase !== "held") {
    // The old leg may not have been found out yet: the agent's return says more than our silence detection.
    for (const leg of liveLegs(call)) if (leg.employeeId === command.employeeId) lost(book, call, leg);
  }
  await ringAgent(book, call, {
    legKey: command.id,
    employeeId: command.employeeId,
    endpoint: command.endpoint,
    joinsAtOnce: true,
    callerName: "",
    callerNumber: null,
    timeoutMs: 15_000,
  });
}

/** Performs call.originate: rings the employee, who once answered hears the customer being rung. */
export async function originate(book: CallBook, command: Commands["call.originate"]): Promise<void> {
  const key = to.outgoingCall(command.id);
  if (book.calls.has(key)) return;
  if (to.dialable(command.number).replace("+", "") === "") throw new ChannelError("rejected", "not a number that can be dialled");
  const call = newCall(key, "out", null);
  call.dial = { number: command.number, callerNumber: command.callerNumber, commandId: command.id };
  book.calls.set(key, call);
  book.context.changed();
  const party = { kind: "phone" as const, value: to.dialable(command.number) };
  await book.report(call, offered(key, "out", party, command.number, book.context.host.now(), "live"));
  await ringAgent(book, call, {
    legKey: command.id,
    employeeId: command.employeeId,
    endpoint: command.endpoint,
    joinsAtOnce: false,
    callerName: "",
    callerNumber: command.number,
    timeoutMs: 25_000,
  });
}

/** Performs call.cancel. */
export async function cancel(book: CallBook, command: Commands["call.cancel"]): Promise<void> {
  const call = book.calls.get(command.callKey);
  const leg = call?.legs.get(command.legKey);
  if (call === undefined || leg === undefined || !isLive(leg)) return; // already gone: that is what was asked for
  await endLeg(book, call, leg, command.reason);
}

/** Performs call.bridge. `rejected` when the leg is gone or not answered. */
export async function bridge(book: CallBook, command: Commands["call.bridge"]): Promise<void> {
  const call = book.known(command.callKey);
  const leg = call.legs.get(command.legKey);
  if (leg === undefined || !isLive(leg)) throw new ChannelError("rejected", "the agent's leg is gone");
  if (leg.state === "bridged") return;
  if (leg.state !== "answered") throw new ChannelError("rejected", "the agent's leg is not answered yet");
  await join(book, call, leg, command.record);
}

/** Performs call.dtmf: the customer's side hears the digits. */
export async function dtmf(book: CallBook, command: Commands["call.dtmf"]): Promise<void> {
  const call = book.known(command.callKey);
  if (!/^[0-9A-D*#]{1,32}$/.test(command.digits)) throw new ChannelError("rejected", "only 0-9, A-D, * and #");
  if (call.customer === null) throw new ChannelError("rejected", "nobody to send it to yet");
  await book.must(to.dtmf(call.customer, command.digits));
}

/** Performs call.hangup. */
export async function hangup(book: CallBook, command: Commands["call.hangup"]): Promise<void> {
  const call = book.calls.get(command.callKey);
  if (call === undefined || call.phase === "ended") return;
  await end(book, call, "agent");
}

/** The caller goes on in the dialplan: ring group, recorded word, voicemail. */
export async function fallback(book: CallBook, command: Commands["call.fallback"]): Promise<void> {
  const call = book.calls.get(command.callKey);
  if (call === undefined || call.phase === "ended" || call.customer === null) return;
  const customer = call.customer;
  stopLegs(book, call);
  await letFinish(book, call);
  if (book.calls.get(command.callKey) !== call) return; // the caller hung up meanwhile
  book.context.leases.drop(customer);
  book.order(to.musicOff(customer));
  await book.must(to.toFallback(customer));
  await end(book, call, "system", { fallback: true });
}
