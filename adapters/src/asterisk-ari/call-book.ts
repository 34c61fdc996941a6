import { ChannelError, type ChannelEvent, type Host, type LegEndCause } from "@kommutator/contract/channel";
import type { AriRequest } from "./ari-types.ts";
import { type Call, type Leg, liveLegs } from "./call.ts";
import type { Config } from "./config.ts";
import { AriError } from "./connection.ts";
import { asChannelError } from "./errors.ts";
import { legChanged } from "./from-ari.ts";
import type { Leases } from "./lease.ts";
import { Prepared } from "./prepare.ts";
import type { Reporter } from "./reporter.ts";

/** What the calls of one Asterisk work with. */
export interface CallsContext {
  config: Config;
  host: Host;
  reporter: Reporter;
  leases: Leases;
  ask<T = unknown>(request: AriRequest): Promise<T>;
  /** The set of live calls changed: remember it. */
  changed(): void;
}

/** The live calls of one Asterisk, and the two ways of speaking about them: reports to the house, requests to Asterisk. */
export class CallBook {
  readonly context: CallsContext;
  readonly calls = new Map<string, Call>();
  /** Channel -> the call it belongs to. */
  readonly byChannel = new Map<string, Call>();
  readonly prepared: Prepared;

  constructor(context: CallsContext) {
    this.context = context;
    this.prepared = new Prepared(context);
  }

  /** Live calls and their legs, for our memory over a restart. */
  live(): Record<string, string[]> {
    return Object.fromEntries([...this.calls.values()].map((c) => [c.key, liveLegs(c).map((l) => l.legKey)]));
  }

  /** Throws `rejected` when there is no such call any more. */
  known(callKey: string): Call {
    const call = this.calls.get(callKey);
    if (call === undefined) throw new ChannelError("rejected", "the call is gone");
    return call;
  }

  /** Resolves with whether it is stored. Reports of one call keep their order. */
  report(call: Call, event: ChannelEvent): Promise<boolean> {
    return this.context.reporter.report(call.key, event);
  }

  /** What became of a leg that is not the customer's. */
  legReport(call: Call, leg: Leg, state: Parameters<typeof legChanged>[2], options: Parameters<typeof legChanged>[4] = {}): Promise<boolean> {
    const facts = {
      legKey: leg.legKey,
      channelId: leg.channelId,
      party: leg.party,
      employeeId: leg.employeeId,
      offerId: leg.offerId,
      target: leg.endpoint,
    };
    return this.report(call, legChanged(call.key, facts, state, this.context.host.now(), options));
  }

  /** What became of the customer's leg of an outgoing call, to be reported. */
  customerLeg(call: Call, state: Parameters<typeof legChanged>[2], cause?: LegEndCause): ChannelEvent {
    const facts = { legKey: call.customer ?? call.key, channelId: call.customer ?? call.key, party: "customer" as const, target: call.dial?.number };
    return legChanged(call.key, facts, state, this.context.host.now(), { cause });
  }

  /** A request whose failure changes nothing: what it was for has gone meanwhile (404 is normal), or the line is down and the snapshot will tell. */
  order(request: AriRequest): void {
    this.context.ask(request).catch((error: unknown) => {
      if (error instanceof AriError && error.status === 404) return;
      this.context.host.record("in", `not carried out: ${request.method} ${request.uri}`, error instanceof Error ? error.message : String(error));
    });
  }

  /** A request that the command depends on; `alsoFine` is a status that means it is done already. Throws ChannelError. */
  async must(request: AriRequest, alsoFine?: number): Promise<void> {
    try {
      await this.context.ask(request);
    } catch (error) {
      if (error instanceof AriError && error.status === alsoFine) return;
      throw asChannelError(error);
    }
  }
}
