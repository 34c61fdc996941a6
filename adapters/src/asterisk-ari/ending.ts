import type { CallEnded, EventSource, LegEndCause } from "@kommutator/contract/channel";
import { type Call, isLive, type Leg, liveLegs, stopTimers } from "./call.ts";
import type { CallBook } from "./call-book.ts";
import { ended } from "./from-ari.ts";
import * as to from "./to-ari.ts";

/** No device of an agent rings or speaks on; what became of the legs is reported by `end`. */
export function stopLegs(book: CallBook, call: Call): void {
  for (const leg of liveLegs(call)) {
    stopTimers(leg);
    leg.why ??= leg.state === "bridged" || leg.state === "answered" ? "hung-up" : "cancelled";
    book.order(to.hangUp(leg.channelId));
  }
}

/** Hangs one device up for this reason. An outgoing call that has no employee any more is over. */
export async function endLeg(book: CallBook, call: Call, leg: Leg, why: LegEndCause): Promise<void> {
  if (!isLive(leg)) return;
  leg.why = why;
  book.order(to.hangUp(leg.channelId, why === "answered-elsewhere" ? 26 : why === "no-answer" ? 19 : 16));
  legEnded(book, call, leg, why);
  if (call.direction === "out" && !call.released && call.phase !== "ended" && liveLegs(call).length === 0) await end(book, call, "system");
}

/** This leg is over: nothing happens to it by itself any more, and it is reported. */
export function legEnded(book: CallBook, call: Call, leg: Leg, cause: LegEndCause): void {
  stopTimers(leg);
  leg.state = "ended";
  void book.legReport(call, leg, "ended", { cause });
}

/**
 * The one way out: every leg gone, the bridge gone. The call's end is reported before its legs' ends: they ended because the
 * call did, and no agent shall be taken for one who did not answer.
 */
export async function end(book: CallBook, call: Call, by: CallEnded["by"], how: { fallback?: boolean; source?: EventSource } = {}): Promise<void> {
  if (call.phase === "ended") return;
  const talked = call.bridged || call.recording;
  call.phase = "ended";
  call.endedBy = by;
  call.speech?.stop();
  book.calls.delete(call.key);
  stopLegs(book, call);
  if (call.customer !== null) {
    book.context.leases.drop(call.customer);
    if (how.fallback === true) book.byChannel.delete(call.customer);
    else book.order(to.hangUp(call.customer));
  }
  if (call.recording) book.order(to.stopRecording(to.recordingOf(call.key)));
  if (talked || call.legs.size > 0) book.order(to.endBridge(to.bridgeOf(call.key)));
  book.context.changed();
  const reported = book.report(call, ended(call.key, by, book.context.host.now(), how));
  for (const leg of liveLegs(call)) legEnded(book, call, leg, leg.why ?? "hung-up");
  await reported;
}
