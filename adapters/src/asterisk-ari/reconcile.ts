import type { AriChannel } from "./ari-types.ts";
import { type Call, type Leg, liveLegs, newCall, stopTimers } from "./call.ts";
import type { CallBook } from "./call-book.ts";
import { end } from "./ending.ts";
import { callerOf, clean, ended, legChanged, offered } from "./from-ari.ts";
import { HELD_LEASE_S, WAITING_LEASE_S } from "./lease.ts";
import { onward } from "./redirect.ts";
import { join } from "./talk.ts";
import * as to from "./to-ari.ts";

/** The line to Asterisk is down: nobody knows how the live legs fare. */
export function lineLost(book: CallBook, mark: string): void {
  for (const call of book.calls.values()) for (const leg of liveLegs(call)) void book.legReport(call, leg, "unknown", { mark });
}

/**
 * Channels that exist, as Asterisk says after (re)connecting. `before` are the calls that were live at our last word, `recorded`
 * those with an unread CDR. Returns those whose end is left to their record.
 */
export function reconcile(
  book: CallBook,
  channels: AriChannel[],
  bridges: { id: string; channels: string[] }[],
  before: Record<string, string[]>,
  recorded: Set<string>,
  mark: string,
): string[] {
  const alive = new Map(channels.map((c) => [c.id, c]));
  const inBridge = new Map(bridges.map((b) => [b.id, new Set(b.channels)]));
  const ours = (c: AriChannel) => c.dialplan.app_name === "Stasis";
  // 1. Calls of before our own restart.
  for (const c of channels) {
    const vars = c.channelvars ?? {};
    if (vars["KMT_ROLE"] !== "customer" || !ours(c) || book.byChannel.has(c.id)) continue;
    adopt(book, c, vars, channels, inBridge, mark);
  }
  // 2. Calls that we knew: who is still there?
  for (const call of [...book.calls.values()]) {
    let outsideLost = false;
    for (const leg of liveLegs(call)) {
      const c = alive.get(leg.channelId);
      if (c === undefined) {
        stopTimers(leg);
        leg.state = "ended";
        outsideLost ||= leg.party === "outside";
        void book.legReport(call, leg, "ended", { cause: leg.why ?? "hung-up", source: "reconciled" });
      } else reconcileLeg(book, call, leg, c, inBridge.get(to.bridgeOf(call.key)), mark);
    }
    const customer = call.customer === null ? undefined : alive.get(call.customer);
    if (customer === undefined || !ours(customer)) {
      if (call.customer !== null || liveLegs(call).length === 0) void end(book, call, "system", { source: "reconciled", fallback: customer !== undefined });
    } else if (outsideLost && call.phase === "waiting") void onward(book, call);
    else if (call.phase === "talking" && liveLegs(call).length === 0) void end(book, call, "agent", { source: "reconciled" });
  }
  // 3. Calls of our last word that are in neither: they ended while nobody looked.
  const left: string[] = [];
  for (const [key, legs] of Object.entries(before)) {
    if (book.calls.has(key)) continue;
    if (recorded.has(key)) {
      left.push(key);
      continue;
    }
    for (const legKey of legs) {
      const gone = { legKey, channelId: to.agentChannel(legKey), party: "agent" as const };
      void book.context.reporter.report(key, legChanged(key, gone, "ended", book.context.host.now(), { cause: "hung-up", source: "reconciled" }));
    }
    // The caller may still be there, in the hands of the dialplan.
    void book.context.reporter.report(key, ended(key, "system", book.context.host.now(), { source: "reconciled", fallback: alive.has(key) }));
  }
  // 4. Legs and bridges of ours without a call: nobody will ever speak to them.
  for (const c of channels) if (c.id.startsWith("kmt-") && !book.byChannel.has(c.id)) book.order(to.hangUp(c.id));
  for (const b of bridges) if (b.id.startsWith("kmt-b-") && !book.calls.has(b.id.slice("kmt-b-".length))) book.order(to.endBridge(b.id));
  book.context.changed();
  return left;
}

function adopt(book: CallBook, c: AriChannel, vars: Record<string, string>, channels: AriChannel[], inBridge: Map<string, Set<string>>, mark: string): void {
  const key = vars["KMT_CALL"] ? vars["KMT_CALL"] : c.id;
  const direction = c.id.startsWith("kmt-c-") ? "out" : "in";
  const call = newCall(key, direction, c.id);
  call.customerUp = c.state === "Up";
  if (direction === "in") call.from = { number: callerOf(c).value, line: vars["KMT_LINE"] ?? c.dialplan.exten };
  book.calls.set(key, call);
  book.byChannel.set(c.id, call);
  const members = inBridge.get(to.bridgeOf(key));
  call.bridged = members?.has(c.id) === true;
  call.released = direction === "out" && call.customerUp && !call.bridged;
  call.recording = call.bridged; // if it does not record, stopping it is a harmless 404
  if (direction === "in") {
    const at = Date.parse(c.creationtime);
    void book.report(
      call,
      offered(key, "in", callerOf(c), vars["KMT_LINE"] ?? c.dialplan.exten, Number.isFinite(at) ? at : book.context.host.now(), "reconciled"),
    );
  }
  for (const a of channels) {
    const v = a.channelvars ?? {};
    const outside = v["KMT_ROLE"] === "outside";
    if ((v["KMT_ROLE"] !== "agent" && !outside) || v["KMT_CALL"] !== key) continue;
    // Made ready for a ring of which nobody knows whether it was ordered.
    if (a.id.startsWith(to.preparedChannel("")) && a.state === "Down") continue;
    const leg: Leg = {
      legKey: clean(v["KMT_LEG"]),
      channelId: a.id,
      party: outside ? "outside" : "agent",
      employeeId: v["KMT_EMPLOYEE"] ? clean(v["KMT_EMPLOYEE"]) : undefined,
      offerId: v["KMT_OFFER"] ? clean(v["KMT_OFFER"]) : undefined,
      endpoint: clean(v["KMT_ENDPOINT"]),
      state: "trying",
      joinsAtOnce: outside,
      timers: new Set(),
    };
    call.legs.set(leg.legKey, leg);
    book.byChannel.set(a.id, call);
    reconcileLeg(book, call, leg, a, members, mark);
  }
  // Something is being said to the caller by our predecessor: until it ends nothing else can be asked of the channel.
  const says = vars["KMT_SAYS"];
  if (says !== undefined && says !== "" && !call.bridged && direction === "in") {
    book.order(to.silence(says));
    book.order(to.music(book.context.config, c.id));
  }
  // The router is done with this caller: only the word of farewell was left, or the outside number to be reached.
  if (vars["KMT_NEXT"] === "hangup") {
    void end(book, call, "system", { source: "reconciled" });
    return;
  }
  if (vars["KMT_NEXT"] === "fallback" && liveLegs(call).length === 0) void onward(book, call);
  if (call.bridged && liveLegs(call).some((l) => l.state === "bridged")) call.phase = "talking";
  else {
    call.phase = call.legs.size > 0 && liveLegs(call).some((l) => l.state === "bridged") ? "held" : "waiting";
    book.context.leases.keep(c.id, call.phase === "held" ? HELD_LEASE_S : WAITING_LEASE_S, false);
  }
}

function reconcileLeg(book: CallBook, call: Call, leg: Leg, c: AriChannel, members: Set<string> | undefined, mark: string): void {
  const state = members?.has(c.id) === true ? "bridged" : c.state === "Up" ? "answered" : c.state === "Ringing" ? "ringing" : "trying";
  const wasAnswered = leg.state === "answered" || leg.state === "bridged";
  leg.state = state;
  if (state === "answered" || state === "bridged") stopTimers(leg);
  void book.legReport(call, leg, state, { source: "reconciled", mark });
  // It was answered while the line was down, and nobody heard.
  if (state === "answered" && !wasAnswered && leg.joinsAtOnce) join(book, call, leg, false).catch(() => void end(book, call, "system"));
}
