import { type CallEnded, ChannelError, type ChannelEvent, type Commands, type EventSource, type Host, type LegEndCause } from "@kommutator/contract/channel";
import type { AriChannel, AriEvent, AriRequest } from "./ari-types.ts";
import { type Call, isLive, type Leg, liveLegs, newCall } from "./call.ts";
import type { Config } from "./config.ts";
import { AriError, NO_ANSWER, NOT_CONNECTED } from "./connection.ts";
import { callerOf, clean, endCauseOf, ended, legChanged, offered } from "./from-ari.ts";
import { HELD_LEASE_S, type Leases, WAITING_LEASE_S } from "./lease.ts";
import type { Reporter } from "./reporter.ts";
import * as to from "./to-ari.ts";

/** A device that has not even said 180 by then is not there (SIP over UDP would go on for 32 s). */
const UNREACHABLE_AFTER_MS = 4000;
const OUTSIDE_RING_MS = 60_000;
/** Without this many milliseconds of RTP a leg whose registration vanished is lost. */
const SILENCE_MS = 900;

export interface CallsContext {
  config: Config;
  host: Host;
  reporter: Reporter;
  leases: Leases;
  ask<T = unknown>(request: AriRequest): Promise<T>;
  /** The set of live calls changed: remember it. */
  changed(): void;
}

/**
 * The calls of one Asterisk: turns ARI events into reports, performs the call commands. The events of one call are
 * handled in Asterisk's order; requests to Asterisk are carried out in the order in which they are sent (one socket, one reader).
 */
export class Calls {
  readonly #x: CallsContext;
  readonly calls = new Map<string, Call>();
  /** Channel -> the call it belongs to. */
  #byChannel = new Map<string, Call>();
  #hangupSeen = new Set<string>();
  #watches = new Set<NodeJS.Timeout>();

  constructor(context: CallsContext) {
    this.#x = context;
  }

  close(): void {
    for (const call of this.calls.values()) for (const leg of call.legs.values()) stopTimers(leg);
    for (const timer of this.#watches) clearTimeout(timer);
    this.#watches.clear();
  }

  // ------------------------------------------------------------ what Asterisk says

  onEvent(event: AriEvent): void {
    const channel = event.channel;
    if (channel === undefined) return;
    switch (event.type) {
      case "StasisStart":
        this.#entered(channel, event.args ?? []);
        break;
      case "ChannelStateChange":
        this.#stateChanged(channel);
        break;
      case "ChannelHangupRequest":
        if (this.#byChannel.has(channel.id)) this.#hangupSeen.add(channel.id);
        break;
      case "StasisEnd":
        this.#left(channel);
        break;
      case "ChannelDestroyed":
        this.#destroyed(channel, event);
        break;
      case "ChannelHold":
      case "ChannelUnhold":
        this.#deviceHold(channel, event);
        break;
      default: // playback, dial progress, variables: nothing to report
    }
  }

  #entered(channel: AriChannel, args: string[]): void {
    const call = this.#byChannel.get(channel.id);
    switch (args[0]) {
      case "customer":
        if (call === undefined) this.#incoming(channel, args[1] ?? channel.dialplan.exten);
        break;
      case "agent": {
        const leg = call === undefined ? undefined : legOf(call, channel.id);
        if (call === undefined || leg === undefined || call.phase === "ended" || !isLive(leg))
          this.#order(to.hangUp(channel.id, 26)); // a late answer
        else this.#agentAnswered(call, leg);
        break;
      }
      case "outside":
        if (call === undefined || call.phase === "ended") this.#order(to.hangUp(channel.id));
        else this.#outsideAnswered(call);
        break;
      default:
        this.#order(to.hangUp(channel.id));
    }
  }

  #incoming(channel: AriChannel, line: string): void {
    const call = newCall(channel.id, "in", channel.id);
    this.calls.set(call.key, call);
    this.#byChannel.set(channel.id, call);
    const { config } = this.#x;
    const stored = this.#report(call, offered(call.key, "in", callerOf(channel), line, this.#x.host.now(), "live"));
    void stored.then((durable) => {
      if (durable && call.phase === "waiting") this.#x.leases.keep(channel.id, WAITING_LEASE_S, true);
    });
    if (config.prompt !== undefined || config.waiting === "answer") {
      call.customerUp = true;
      this.#order(to.answer(channel.id));
    }
    if (config.prompt !== undefined) this.#order(to.play(channel.id, `kmt-p-${channel.id}`, config.prompt));
    this.#order(to.music(config, channel.id));
    this.#x.changed();
  }

  #agentAnswered(call: Call, leg: Leg): void {
    if (leg.state === "answered" || leg.state === "bridged") return;
    stopTimers(leg);
    leg.state = "answered";
    void this.#legReport(call, leg, "answered");
    if (call.dial !== undefined && call.customer === null) this.#dialOutside(call, leg);
    else if (leg.joinsAtOnce) this.#join(call, leg, false).catch(() => void this.#end(call, "system"));
  }

  #stateChanged(channel: AriChannel): void {
    const call = this.#byChannel.get(channel.id);
    if (call === undefined) return;
    const leg = legOf(call, channel.id);
    if (leg === undefined) {
      if (channel.id === call.customer && call.direction === "out" && channel.state === "Ringing") void this.#report(call, this.#customerLeg(call, "ringing"));
      return;
    }
    if (channel.state === "Ringing" && leg.state === "trying") {
      leg.state = "ringing";
      void this.#legReport(call, leg, "ringing");
    }
  }

  /** Out of the application: hung up, or the lease ran out and the dialplan has the caller now. */
  #left(channel: AriChannel): void {
    const call = this.#byChannel.get(channel.id);
    if (call === undefined || call.phase === "ended" || channel.id !== call.customer) return;
    if (this.#hangupSeen.has(channel.id)) {
      void this.#end(call, "customer");
      return;
    }
    this.#stopLegs(call);
    this.#x.ask(to.channel(channel.id)).then(
      () => this.#end(call, "system", { fallback: true }),
      (error: unknown) => this.#end(call, "customer", error instanceof AriError && error.status !== 404 ? { fallback: true } : {}),
    );
  }

  #destroyed(channel: AriChannel, event: AriEvent): void {
    const call = this.#byChannel.get(channel.id);
    this.#hangupSeen.delete(channel.id);
    if (call === undefined) return;
    this.#byChannel.delete(channel.id);
    if (channel.id === call.customer) {
      if (call.phase !== "ended" && call.direction === "out" && !call.customerUp)
        void this.#report(call, this.#customerLeg(call, "ended", endCauseOf(event.cause, event.tech_cause, false)));
      void this.#end(call, "customer");
      return;
    }
    const leg = legOf(call, channel.id);
    if (leg === undefined || !isLive(leg)) return;
    if (leg.state === "bridged") {
      if (leg.why === undefined && !isNormalClearing(event)) this.#lost(call, leg);
      else void this.#end(call, call.endedBy ?? "agent");
      return;
    }
    const wasAnswered = leg.state === "answered";
    this.#legEnded(call, leg, leg.why ?? (wasAnswered ? "hung-up" : endCauseOf(event.cause, event.tech_cause, leg.state === "ringing")));
    if (call.direction === "out" && liveLegs(call).length === 0) void this.#end(call, "agent");
  }

  /** The device itself put the other side on hold (re-INVITE); Asterisk plays the music. */
  #deviceHold(channel: AriChannel, event: AriEvent): void {
    const call = this.#byChannel.get(channel.id);
    const leg = call === undefined ? undefined : legOf(call, channel.id);
    if (call === undefined || leg?.state !== "bridged") return;
    void this.#legReport(call, leg, event.type === "ChannelHold" ? "held" : "resumed", { mark: event.timestamp ?? String(this.#x.host.now()) });
  }

  /**
   * The registration of this device is gone. If its talk has no more sound either, the page was reloaded or the network
   * died: the agent's leg is lost, the customer keeps music until the agent is back. (A socket replaced by a newer one keeps its sound.)
   */
  onContactGone(endpoint: string): void {
    for (const call of this.calls.values())
      for (const leg of call.legs.values()) if (leg.endpoint === endpoint && leg.state === "bridged") void this.#watchSound(call, leg);
  }

  async #watchSound(call: Call, leg: Leg): Promise<void> {
    const received = async () => (await this.#x.ask<{ rxcount?: number }>(to.rtpStatistics(leg.channelId))).rxcount ?? 0;
    try {
      const before = await received();
      for (let waited = 0; waited < SILENCE_MS; waited += 300) {
        await this.#pause(300);
        if (leg.state !== "bridged" || call.phase === "ended" || (await received()) > before + 5) return;
      }
      this.#lost(call, leg);
    } catch {
      // the channel has just gone: its own event says how
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#watches.delete(timer);
        resolve();
      }, ms);
      this.#watches.add(timer);
    });
  }

  #lost(call: Call, leg: Leg): void {
    if (!isLive(leg) || call.phase === "ended") return;
    stopTimers(leg);
    leg.state = "ended";
    call.phase = "lost";
    void this.#legReport(call, leg, "lost");
    this.#order(to.hangUp(leg.channelId));
    this.#aside(call);
    this.#x.changed();
  }

  /** The customer out of the bridge, with music and a lease. */
  #aside(call: Call): void {
    const customer = call.customer;
    if (customer === null) return;
    call.bridged = false;
    this.#order(to.removeFromBridge(to.bridgeOf(call.key), customer));
    this.#order(to.music(this.#x.config, customer));
    this.#x.leases.keep(customer, HELD_LEASE_S, true);
  }

  // ------------------------------------------------------------ what we are told to do

  /** Rings one device. Whatever goes wrong on the way to the phone comes back as the leg's end, not as an exception. */
  async ring(command: Commands["call.ring"]): Promise<void> {
    const call = this.calls.get(command.callKey);
    if (call === undefined || call.phase === "ended") {
      // The caller has gone meanwhile: the router learns it as the end of this leg.
      const gone = {
        legKey: command.id,
        channelId: to.agentChannel(command.id),
        party: "agent" as const,
        employeeId: command.employeeId,
        offerId: command.offerId,
      };
      await this.#x.reporter.report(command.callKey, legChanged(command.callKey, gone, "ended", this.#x.host.now(), { cause: "cancelled" }));
      return;
    }
    if (call.legs.has(command.id)) return; // a retry
    await this.#ringAgent(call, {
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

  async rejoin(command: Commands["call.rejoin"]): Promise<void> {
    const call = this.#known(command.callKey);
    if (call.legs.has(command.id)) return;
    if (call.phase !== "lost" && call.phase !== "held") {
      // The old leg may not have been found out yet: the agent's return says more than our silence detection.
      for (const leg of liveLegs(call)) if (leg.employeeId === command.employeeId) this.#lost(call, leg);
    }
    await this.#ringAgent(call, {
      legKey: command.id,
      employeeId: command.employeeId,
      endpoint: command.endpoint,
      joinsAtOnce: true,
      callerName: "",
      callerNumber: null,
      timeoutMs: 15_000,
    });
  }

  async originate(command: Commands["call.originate"]): Promise<void> {
    const key = `kmt-o-${command.id}`;
    if (this.calls.has(key)) return;
    if (to.dialable(command.number).replace("+", "") === "") throw new ChannelError("rejected", "not a number that can be dialled");
    const call = newCall(key, "out", null);
    call.dial = { number: command.number, callerNumber: command.callerNumber, commandId: command.id };
    this.calls.set(key, call);
    this.#x.changed();
    const party = { kind: "phone" as const, value: to.dialable(command.number) };
    await this.#report(call, offered(key, "out", party, command.number, this.#x.host.now(), "live"));
    await this.#ringAgent(call, {
      legKey: command.id,
      employeeId: command.employeeId,
      endpoint: command.endpoint,
      joinsAtOnce: false,
      callerName: "",
      callerNumber: command.number,
      timeoutMs: 25_000,
    });
  }

  async cancel(command: Commands["call.cancel"]): Promise<void> {
    const call = this.calls.get(command.callKey);
    const leg = call?.legs.get(command.legKey);
    if (call === undefined || leg === undefined || !isLive(leg)) return; // already gone: that is what was asked for
    await this.#endLeg(call, leg, command.reason);
  }

  async bridge(command: Commands["call.bridge"]): Promise<void> {
    const call = this.#known(command.callKey);
    const leg = call.legs.get(command.legKey);
    if (leg === undefined || !isLive(leg)) throw new ChannelError("rejected", "the agent's leg is gone");
    if (leg.state === "bridged") return;
    if (leg.state !== "answered") throw new ChannelError("rejected", "the agent's leg is not answered yet");
    await this.#join(call, leg, command.record);
  }

  async hold(command: Commands["call.hold"]): Promise<void> {
    const call = this.#known(command.callKey);
    if (call.phase === "held") return;
    const leg = liveLegs(call).find((l) => l.state === "bridged");
    if (call.phase !== "talking" || leg === undefined || call.customer === null) throw new ChannelError("rejected", "there is no talk to hold");
    call.phase = "held";
    call.bridged = false;
    await this.#must(to.removeFromBridge(to.bridgeOf(call.key), call.customer));
    await this.#must(to.music(this.#x.config, call.customer));
    this.#x.leases.keep(call.customer, HELD_LEASE_S, true);
    await this.#legReport(call, leg, "held", { mark: command.id });
  }

  async resume(command: Commands["call.resume"]): Promise<void> {
    const call = this.#known(command.callKey);
    if (call.phase === "talking") return;
    const leg = liveLegs(call).find((l) => l.state === "bridged");
    if (call.phase !== "held" || leg === undefined || call.customer === null) throw new ChannelError("rejected", "there is no held talk");
    await this.#connect(call, [call.customer, leg.channelId]);
    await this.#legReport(call, leg, "resumed", { mark: command.id });
  }

  async dtmf(command: Commands["call.dtmf"]): Promise<void> {
    const call = this.#known(command.callKey);
    if (!/^[0-9A-D*#]{1,32}$/.test(command.digits)) throw new ChannelError("rejected", "only 0-9, A-D, * and #");
    if (call.customer === null) throw new ChannelError("rejected", "nobody to send it to yet");
    await this.#must(to.dtmf(call.customer, command.digits));
  }

  async hangup(command: Commands["call.hangup"]): Promise<void> {
    const call = this.calls.get(command.callKey);
    if (call === undefined || call.phase === "ended") return;
    await this.#end(call, "agent");
  }

  /** The caller goes on in the dialplan: ring group, recorded word, voicemail. */
  async fallback(command: Commands["call.fallback"]): Promise<void> {
    const call = this.calls.get(command.callKey);
    if (call === undefined || call.phase === "ended" || call.customer === null) return;
    const customer = call.customer;
    this.#x.leases.drop(customer);
    this.#stopLegs(call);
    this.#order(to.musicOff(customer));
    await this.#must(to.toFallback(customer));
    await this.#end(call, "system", { fallback: true });
  }

  // ------------------------------------------------------------ parts

  async #ringAgent(
    call: Call,
    order: Pick<Leg, "legKey" | "employeeId" | "offerId" | "endpoint" | "joinsAtOnce"> & { callerName: string; callerNumber: string | null; timeoutMs: number },
  ): Promise<void> {
    const leg: Leg = {
      legKey: order.legKey,
      channelId: to.agentChannel(order.legKey),
      employeeId: order.employeeId,
      offerId: order.offerId,
      endpoint: order.endpoint,
      state: "trying",
      joinsAtOnce: order.joinsAtOnce,
      timers: new Set(),
    };
    call.legs.set(leg.legKey, leg);
    this.#byChannel.set(leg.channelId, call);
    const request = to.ring(this.#x.config, {
      ...order,
      channelId: leg.channelId,
      callKey: call.key,
      autoAnswer: order.joinsAtOnce,
      originator: call.customer ?? undefined,
    });
    const after = (ms: number, run: () => void) => leg.timers.add(setTimeout(run, ms));
    after(order.timeoutMs, () => void this.#endLeg(call, leg, "no-answer"));
    if (order.timeoutMs > UNREACHABLE_AFTER_MS) after(UNREACHABLE_AFTER_MS, () => leg.state === "trying" && void this.#endLeg(call, leg, "unreachable"));
    try {
      await this.#x.ask<AriChannel>(request);
      if (isLive(leg) && leg.state === "trying") void this.#legReport(call, leg, "trying");
    } catch (error) {
      if (!(error instanceof AriError)) throw error;
      if (error.status === 409) return; // the same command again after a break: the leg exists
      if (error.status === NO_ANSWER) {
        // Not known whether it rings: make sure that it does not.
        await this.#endLeg(call, leg, "failed");
        return;
      }
      this.#byChannel.delete(leg.channelId);
      this.#legEnded(call, leg, error.status === NOT_CONNECTED ? "failed" : "unreachable");
      if (call.direction === "out") await this.#end(call, "system");
    }
  }

  #dialOutside(call: Call, leg: Leg): void {
    const dial = call.dial;
    if (dial === undefined) return;
    const channelId = to.outsideChannel(dial.commandId);
    call.customer = channelId;
    this.#byChannel.set(channelId, call);
    this.#order(to.ringback(leg.channelId));
    void this.#report(call, this.#customerLeg(call, "trying"));
    this.#x
      .ask(
        to.dialOutside(this.#x.config, {
          channelId,
          callKey: call.key,
          number: dial.number,
          callerNumber: dial.callerNumber,
          originator: leg.channelId,
          timeoutMs: OUTSIDE_RING_MS,
        }),
      )
      .catch(() => {
        void this.#report(call, this.#customerLeg(call, "ended", "unreachable"));
        void this.#end(call, "system");
      });
  }

  #outsideAnswered(call: Call): void {
    const leg = liveLegs(call).find((l) => l.state === "answered");
    call.customerUp = true;
    void this.#report(call, this.#customerLeg(call, "answered"));
    if (leg === undefined) {
      void this.#end(call, "system");
      return;
    }
    this.#order(to.ringbackOff(leg.channelId));
    this.#join(call, leg, false).catch(() => void this.#end(call, "system"));
  }

  /** Bridges customer and agent; the lease is cleared: from here the talk needs nobody but Asterisk. */
  async #join(call: Call, leg: Leg, record: boolean): Promise<void> {
    const customer = call.customer;
    if (customer === null) throw new ChannelError("rejected", "the customer is not there yet");
    const answering = call.customerUp ? [] : [this.#must(to.answer(customer))];
    call.customerUp = true;
    await Promise.all([...answering, this.#connect(call, [customer, leg.channelId])]);
    leg.state = "bridged";
    if (record && !call.recording) {
      call.recording = true;
      await this.#x.ask(to.recordBridge(to.bridgeOf(call.key), to.recordingOf(call.key))).catch((error: unknown) => {
        // 409: it records already (a retry). Anything else must not cost the talk; the missing recording is visible.
        if (!(error instanceof AriError && error.status === 409)) {
          call.recording = false;
          this.#x.host.record("in", "recording did not start", String(error));
        }
      });
    }
    await this.#legReport(call, leg, "bridged", { mark: leg.legKey });
    this.#x.changed();
  }

  async #connect(call: Call, channels: string[]): Promise<void> {
    const bridge = to.bridgeOf(call.key);
    const customer = call.customer as string;
    this.#x.leases.drop(customer);
    this.#order(to.musicOff(customer));
    // 409: it exists already, from before a hold, a loss or a retry.
    const made = this.#must(to.makeBridge(bridge), 409);
    const added = this.#must(to.addToBridge(bridge, channels));
    for (const channel of channels) this.#order(to.lease(channel, 0));
    await Promise.all([made, added]);
    call.phase = "talking";
    call.bridged = true;
  }

  /** No device of an agent rings or speaks on; what became of the legs is reported by `#end`. */
  #stopLegs(call: Call): void {
    for (const leg of liveLegs(call)) {
      stopTimers(leg);
      leg.why ??= leg.state === "bridged" || leg.state === "answered" ? "hung-up" : "cancelled";
      this.#order(to.hangUp(leg.channelId));
    }
  }

  async #endLeg(call: Call, leg: Leg, why: LegEndCause): Promise<void> {
    if (!isLive(leg)) return;
    leg.why = why;
    this.#order(to.hangUp(leg.channelId, why === "answered-elsewhere" ? 26 : why === "no-answer" ? 19 : 16));
    this.#legEnded(call, leg, why);
    if (call.direction === "out" && call.phase !== "ended" && liveLegs(call).length === 0) await this.#end(call, "system");
  }

  #legEnded(call: Call, leg: Leg, cause: LegEndCause): void {
    stopTimers(leg);
    leg.state = "ended";
    void this.#legReport(call, leg, "ended", { cause });
  }

  /**
   * The one way out: every leg gone, the bridge gone. The call's end is reported before its legs' ends: they ended because the
   * call did, and no agent shall be taken for one who did not answer.
   */
  async #end(call: Call, by: CallEnded["by"], how: { fallback?: boolean; source?: EventSource } = {}): Promise<void> {
    if (call.phase === "ended") return;
    const talked = call.bridged || call.recording;
    call.phase = "ended";
    call.endedBy = by;
    this.calls.delete(call.key);
    this.#stopLegs(call);
    if (call.customer !== null) {
      this.#x.leases.drop(call.customer);
      if (how.fallback === true) this.#byChannel.delete(call.customer);
      else this.#order(to.hangUp(call.customer));
    }
    if (call.recording) this.#order(to.stopRecording(to.recordingOf(call.key)));
    if (talked || call.legs.size > 0) this.#order(to.endBridge(to.bridgeOf(call.key)));
    this.#x.changed();
    const reported = this.#report(call, ended(call.key, by, this.#x.host.now(), how));
    for (const leg of liveLegs(call)) this.#legEnded(call, leg, leg.why ?? "hung-up");
    await reported;
  }

  // ------------------------------------------------------------ when the connection breaks

  /** The line to Asterisk is down: nobody knows how the live legs fare. */
  lineLost(mark: string): void {
    for (const call of this.calls.values()) for (const leg of liveLegs(call)) void this.#legReport(call, leg, "unknown", { mark });
  }

  /**
   * Channels that exist, as Asterisk says after (re)connecting. `before` are the calls that were live at our last word, `recorded`
   * those with an unread CDR. Returns those whose end is left to their record.
   */
  reconcile(
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
      if (vars["KMT_ROLE"] !== "customer" || !ours(c) || this.#byChannel.has(c.id)) continue;
      this.#adopt(c, vars, channels, inBridge, mark);
    }
    // 2. Calls that we knew: who is still there?
    for (const call of [...this.calls.values()]) {
      for (const leg of liveLegs(call)) {
        const c = alive.get(leg.channelId);
        if (c === undefined) {
          stopTimers(leg);
          leg.state = "ended";
          void this.#legReport(call, leg, "ended", { cause: leg.why ?? "hung-up", source: "reconciled" });
        } else this.#reconcileLeg(call, leg, c, inBridge.get(to.bridgeOf(call.key)), mark);
      }
      const customer = call.customer === null ? undefined : alive.get(call.customer);
      if (customer === undefined || !ours(customer)) {
        if (call.customer !== null || liveLegs(call).length === 0) void this.#end(call, "system", { source: "reconciled", fallback: customer !== undefined });
      } else if (call.phase === "talking" && liveLegs(call).length === 0) void this.#end(call, "agent", { source: "reconciled" });
    }
    // 3. Calls of our last word that are in neither: they ended while nobody looked.
    const left: string[] = [];
    for (const [key, legs] of Object.entries(before)) {
      if (this.calls.has(key)) continue;
      if (recorded.has(key)) {
        left.push(key);
        continue;
      }
      for (const legKey of legs) {
        const gone = { legKey, channelId: to.agentChannel(legKey), party: "agent" as const };
        void this.#x.reporter.report(key, legChanged(key, gone, "ended", this.#x.host.now(), { cause: "hung-up", source: "reconciled" }));
      }
      // The caller may still be there, in the hands of the dialplan.
      void this.#x.reporter.report(key, ended(key, "system", this.#x.host.now(), { source: "reconciled", fallback: alive.has(key) }));
    }
    // 4. Legs and bridges of ours without a call: nobody will ever speak to them.
    for (const c of channels) if (c.id.startsWith("kmt-") && !this.#byChannel.has(c.id)) this.#order(to.hangUp(c.id));
    for (const b of bridges) if (b.id.startsWith("kmt-b-") && !this.calls.has(b.id.slice("kmt-b-".length))) this.#order(to.endBridge(b.id));
    this.#x.changed();
    return left;
  }

  #adopt(c: AriChannel, vars: Record<string, string>, channels: AriChannel[], inBridge: Map<string, Set<string>>, mark: string): void {
    const key = vars["KMT_CALL"] ? vars["KMT_CALL"] : c.id;
    const direction = c.id.startsWith("kmt-c-") ? "out" : "in";
    const call = newCall(key, direction, c.id);
    call.customerUp = c.state === "Up";
    this.calls.set(key, call);
    this.#byChannel.set(c.id, call);
    const members = inBridge.get(to.bridgeOf(key));
    call.bridged = members?.has(c.id) === true;
    call.recording = call.bridged; // if it does not record, stopping it is a harmless 404
    if (direction === "in") {
      const at = Date.parse(c.creationtime);
      void this.#report(
        call,
        offered(key, "in", callerOf(c), vars["KMT_LINE"] ?? c.dialplan.exten, Number.isFinite(at) ? at : this.#x.host.now(), "reconciled"),
      );
    }
    for (const a of channels) {
      const v = a.channelvars ?? {};
      if (v["KMT_ROLE"] !== "agent" || v["KMT_CALL"] !== key) continue;
      const leg: Leg = {
        legKey: clean(v["KMT_LEG"]),
        channelId: a.id,
        employeeId: clean(v["KMT_EMPLOYEE"]),
        offerId: v["KMT_OFFER"] ? clean(v["KMT_OFFER"]) : undefined,
        endpoint: clean(v["KMT_ENDPOINT"]),
        state: "trying",
        joinsAtOnce: false,
        timers: new Set(),
      };
      call.legs.set(leg.legKey, leg);
      this.#byChannel.set(a.id, call);
      this.#reconcileLeg(call, leg, a, members, mark);
    }
    if (call.bridged && liveLegs(call).some((l) => l.state === "bridged")) call.phase = "talking";
    else {
      call.phase = call.legs.size > 0 && liveLegs(call).some((l) => l.state === "bridged") ? "held" : "waiting";
      this.#x.leases.keep(c.id, call.phase === "held" ? HELD_LEASE_S : WAITING_LEASE_S, false);
    }
  }

  #reconcileLeg(call: Call, leg: Leg, c: AriChannel, members: Set<string> | undefined, mark: string): void {
    const state = members?.has(c.id) === true ? "bridged" : c.state === "Up" ? "answered" : c.state === "Ringing" ? "ringing" : "trying";
    const wasAnswered = leg.state === "answered" || leg.state === "bridged";
    leg.state = state;
    if (state === "answered" || state === "bridged") stopTimers(leg);
    void this.#legReport(call, leg, state, { source: "reconciled", mark });
    // It was answered while the line was down, and nobody heard.
    if (state === "answered" && !wasAnswered && leg.joinsAtOnce) this.#join(call, leg, false).catch(() => void this.#end(call, "system"));
  }

  /** Live calls and their legs, for our memory over a restart. */
  live(): Record<string, string[]> {
    return Object.fromEntries([...this.calls.values()].map((c) => [c.key, liveLegs(c).map((l) => l.legKey)]));
  }

  // ------------------------------------------------------------ small change

  #known(callKey: string): Call {
    const call = this.calls.get(callKey);
    if (call === undefined) throw new ChannelError("rejected", "the call is gone");
    return call;
  }

  #report(call: Call, event: ChannelEvent): Promise<boolean> {
    return this.#x.reporter.report(call.key, event);
  }

  #legReport(call: Call, leg: Leg, state: Parameters<typeof legChanged>[2], options: Parameters<typeof legChanged>[4] = {}): Promise<boolean> {
    const facts = {
      legKey: leg.legKey,
      channelId: leg.channelId,
      party: "agent" as const,
      employeeId: leg.employeeId,
      offerId: leg.offerId,
      target: leg.endpoint,
    };
    return this.#report(call, legChanged(call.key, facts, state, this.#x.host.now(), options));
  }

  #customerLeg(call: Call, state: Parameters<typeof legChanged>[2], cause?: LegEndCause): ChannelEvent {
    const facts = { legKey: call.customer ?? call.key, channelId: call.customer ?? call.key, party: "customer" as const, target: call.dial?.number };
    return legChanged(call.key, facts, state, this.#x.host.now(), { cause });
  }

  /** A request whose failure changes nothing: what it was for has gone meanwhile (404 is normal), or the line is down and the snapshot will tell. */
  #order(request: AriRequest): void {
    this.#x.ask(request).catch((error: unknown) => {
      if (error instanceof AriError && error.status === 404) return;
      this.#x.host.record("in", `not carried out: ${request.method} ${request.uri}`, error instanceof Error ? error.message : String(error));
    });
  }

  async #must(request: AriRequest, alsoFine?: number): Promise<void> {
    try {
      await this.#x.ask(request);
    } catch (error) {
      if (error instanceof AriError && error.status === alsoFine) return;
      throw asChannelError(error);
    }
  }
}

/** What a failed request of ARI means to whoever gave the command. */
export function asChannelError(error: unknown): ChannelError {
  if (!(error instanceof AriError)) return new ChannelError("rejected", error instanceof Error ? error.message : String(error), { cause: error });
  if (error.status === NOT_CONNECTED) return new ChannelError("unreachable", error.message, { cause: error });
  if (error.status === NO_ANSWER) return new ChannelError("uncertain", error.message, { cause: error });
  return new ChannelError("rejected", error.message, { cause: error });
}

const legOf = (call: Call, channelId: string): Leg | undefined => [...call.legs.values()].find((l) => l.channelId === channelId);

/** Q.850 16 (or none, or 26 answered elsewhere) is somebody hanging up; anything else is a device that vanished. */
function isNormalClearing(event: AriEvent): boolean {
  return event.cause === 16 || event.cause === 26 || event.cause === 0 || event.cause === undefined;
}

function stopTimers(leg: Leg): void {
  for (const timer of leg.timers) clearTimeout(timer);
  leg.timers.clear();
}
