import type { AriChannel, AriEvent } from "./ari-types.ts";
import { type Call, isLive, type Leg, legOf, liveLegs, newCall, stopTimers } from "./call.ts";
import type { CallBook } from "./call-book.ts";
import { AriError } from "./connection.ts";
import { end, legEnded, stopLegs } from "./ending.ts";
import { callerOf, clean, digitPressed, endCauseOf, extensionOf, offered } from "./from-ari.ts";
import { WAITING_LEASE_S } from "./lease.ts";
import { outsideGone, outsideReached } from "./redirect.ts";
import { dialOutside, outsideAnswered } from "./ringing.ts";
import type { Speaking } from "./speaking.ts";
import { join, lost } from "./talk.ts";
import * as to from "./to-ari.ts";

/** An attacker who dials numbers at random shall not fill our memory. */
const LINES_MAX = 10_000;

/** What Asterisk says of the calls, event by event, in its own order. */
export class CallEvents {
  readonly #book: CallBook;
  readonly #speaking: Speaking;
  readonly #hangupSeen = new Set<string>();
  /** Lines whose last caller was given to us. */
  readonly #lines = new Set<string>();
  /** Channels of such lines that have not come yet, and their line. */
  readonly #onTheirWay = new Map<string, string>();

  constructor(book: CallBook, speaking: Speaking) {
    this.#book = book;
    this.#speaking = speaking;
  }

  onEvent(event: AriEvent): void {
    const channel = event.channel;
    if (channel === undefined) return;
    switch (event.type) {
      case "ChannelCreated":
        this.#announced(channel);
        break;
      case "StasisStart":
        this.#entered(channel, event.args ?? []);
        break;
      case "ChannelStateChange":
        this.#stateChanged(channel);
        break;
      case "ChannelHangupRequest":
        if (this.#book.byChannel.has(channel.id)) this.#hangupSeen.add(channel.id);
        break;
      case "StasisEnd":
        this.#left(channel);
        break;
      case "ChannelDestroyed":
        this.#destroyed(channel, event);
        break;
      case "ChannelDtmfReceived":
        this.#digit(channel, event);
        break;
      case "ChannelHold":
      case "ChannelUnhold":
        this.#deviceHold(channel, event);
        break;
      default: // dial progress, variables: nothing to report
    }
  }

  #entered(channel: AriChannel, args: string[]): void {
    const call = this.#book.byChannel.get(channel.id);
    switch (args[0]) {
      case "customer":
        if (call === undefined) this.#incoming(channel, args[1] ?? channel.dialplan.exten);
        break;
      case "agent": {
        const leg = call === undefined ? undefined : legOf(call, channel.id);
        if (call === undefined || leg === undefined || call.phase === "ended" || !isLive(leg))
          this.#book.order(to.hangUp(channel.id, 26)); // a late answer
        else this.#agentAnswered(call, leg);
        break;
      }
      case "redirect": {
        const leg = call === undefined ? undefined : legOf(call, channel.id);
        if (call === undefined || leg === undefined || call.phase !== "waiting" || !isLive(leg)) this.#book.order(to.hangUp(channel.id, 26));
        else outsideReached(this.#book, call, leg);
        break;
      }
      case "outside":
        if (call === undefined || call.phase === "ended") this.#book.order(to.hangUp(channel.id));
        else outsideAnswered(this.#book, call);
        break;
      case "prepared":
        // Taken already, or forgotten meanwhile.
        if (!this.#book.prepared.entered(channel.id) && call === undefined) this.#book.order(to.hangUp(channel.id));
        break;
      default:
        this.#book.order(to.hangUp(channel.id));
    }
  }

  /** A caller from outside, still in the dialplan, on a line whose callers the dialplan gives to us. */
  #announced(channel: AriChannel): void {
    const line = channel.dialplan.exten;
    if (channel.state !== "Ring" || channel.id.startsWith("kmt-") || extensionOf(channel) !== null || !this.#lines.has(line)) return;
    this.#onTheirWay.set(channel.id, line);
    const { host } = this.#book.context;
    host.expect?.(offered(channel.id, "in", callerOf(channel), line, host.now(), "live"));
  }

  #incoming(channel: AriChannel, line: string): void {
    const call = newCall(channel.id, "in", channel.id);
    call.from = { number: callerOf(channel).value, line };
    this.#onTheirWay.delete(channel.id);
    this.#lines.add(line);
    if (this.#lines.size > LINES_MAX) this.#lines.clear();
    this.#book.calls.set(call.key, call);
    this.#book.byChannel.set(channel.id, call);
    const { config } = this.#book.context;
    const stored = this.#book.report(call, offered(call.key, "in", callerOf(channel), line, this.#book.context.host.now(), "live"));
    void stored.then((durable) => {
      if (!durable || call.phase !== "waiting") return;
      if (config.prompt === undefined) this.#book.context.leases.keep(channel.id, WAITING_LEASE_S, true);
      else this.#speaking.greet(call, config.prompt);
    });
    if (config.prompt !== undefined || config.waiting === "answer") {
      call.customerUp = true;
      this.#book.order(to.answer(channel.id));
    }
    this.#book.order(to.music(config, channel.id));
    this.#book.context.changed();
  }

  #agentAnswered(call: Call, leg: Leg): void {
    if (leg.state === "answered" || leg.state === "bridged") return;
    stopTimers(leg);
    leg.state = "answered";
    void this.#book.legReport(call, leg, "answered");
    if (call.dial !== undefined && call.customer === null) dialOutside(this.#book, call, leg);
    else if (leg.joinsAtOnce) join(this.#book, call, leg, false).catch(() => void end(this.#book, call, "system"));
  }

  #stateChanged(channel: AriChannel): void {
    const call = this.#book.byChannel.get(channel.id);
    if (call === undefined) return;
    const leg = legOf(call, channel.id);
    if (leg === undefined) {
      if (channel.id === call.customer && call.direction === "out" && channel.state === "Ringing")
        void this.#book.report(call, this.#book.customerLeg(call, "ringing"));
      return;
    }
    if (channel.state === "Ringing" && leg.state === "trying") {
      leg.state = "ringing";
      void this.#book.legReport(call, leg, "ringing");
    }
    // One that was made before its ring has entered long ago.
    if (channel.state === "Up" && channel.id === to.preparedChannel(leg.legKey) && isLive(leg)) this.#agentAnswered(call, leg);
  }

  /** Out of the application: hung up, or the lease ran out and the dialplan has the caller now. */
  #left(channel: AriChannel): void {
    const call = this.#book.byChannel.get(channel.id);
    if (call === undefined || call.phase === "ended" || channel.id !== call.customer) return;
    if (this.#hangupSeen.has(channel.id)) {
      void end(this.#book, call, "customer");
      return;
    }
    stopLegs(this.#book, call);
    this.#book.context.ask(to.channel(channel.id)).then(
      () => end(this.#book, call, "system", { fallback: true }),
      (error: unknown) => end(this.#book, call, "customer", error instanceof AriError && error.status !== 404 ? { fallback: true } : {}),
    );
  }

  #destroyed(channel: AriChannel, event: AriEvent): void {
    const call = this.#book.byChannel.get(channel.id);
    this.#hangupSeen.delete(channel.id);
    // A caller who was on his way to us and never came: the dialplan has other plans for the line now.
    const line = this.#onTheirWay.get(channel.id);
    if (line !== undefined && this.#onTheirWay.delete(channel.id)) this.#lines.delete(line);
    if (call === undefined) return;
    this.#book.byChannel.delete(channel.id);
    if (channel.id === call.customer) {
      if (call.phase !== "ended" && call.direction === "out" && !call.customerUp)
        void this.#book.report(call, this.#book.customerLeg(call, "ended", endCauseOf(event.cause, event.tech_cause, false)));
      void end(this.#book, call, "customer");
      return;
    }
    const leg = legOf(call, channel.id);
    if (leg === undefined || !isLive(leg)) return;
    if (leg.party === "outside") {
      outsideGone(this.#book, call, leg, event);
      return;
    }
    if (leg.state === "bridged") {
      if (leg.why === undefined && !isNormalClearing(event)) lost(this.#book, call, leg);
      else void end(this.#book, call, call.endedBy ?? "agent");
      return;
    }
    const wasAnswered = leg.state === "answered";
    legEnded(this.#book, call, leg, leg.why ?? (wasAnswered ? "hung-up" : endCauseOf(event.cause, event.tech_cause, leg.state === "ringing")));
    if (call.direction === "out" && !call.released && liveLegs(call).length === 0) void end(this.#book, call, "agent");
  }

  /** A key of a caller who waits; in a talk the keys are none of our business. */
  #digit(channel: AriChannel, event: AriEvent): void {
    const call = this.#book.byChannel.get(channel.id);
    if (call === undefined || call.customer !== channel.id || call.phase !== "waiting" || call.direction !== "in") return;
    const { host } = this.#book.context;
    void this.#book.report(call, digitPressed(call.key, clean(event.digit, 1), host.now(), event.timestamp ?? String(host.now())));
  }

  /** The device itself put the other side on hold (re-INVITE); Asterisk plays the music. */
  #deviceHold(channel: AriChannel, event: AriEvent): void {
    const call = this.#book.byChannel.get(channel.id);
    const leg = call === undefined ? undefined : legOf(call, channel.id);
    if (call === undefined || leg?.state !== "bridged") return;
    void this.#book.legReport(call, leg, event.type === "ChannelHold" ? "held" : "resumed", { mark: event.timestamp ?? String(this.#book.context.host.now()) });
  }
}

/** Q.850 16 (or none, or 26 answered elsewhere) is somebody hanging up; anything else is a device that vanished. */
function isNormalClearing(event: AriEvent): boolean {
  return event.cause === 16 || event.cause === 26 || event.cause === 0 || event.cause === undefined;
}
