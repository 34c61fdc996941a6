import type { Commands } from "@kommutator/contract/channel";
import type { AriChannel, AriEvent } from "./ari-types.ts";
import { type Call, legOf, stopTimers } from "./call.ts";
import { CallBook, type CallsContext } from "./call-book.ts";
import * as commands from "./commands.ts";
import { CallEvents } from "./events.ts";
import { lineLost, reconcile } from "./reconcile.ts";
import { redirect } from "./redirect.ts";
import { SoundWatch } from "./sound-watch.ts";
import { Speaking } from "./speaking.ts";
import * as talk from "./talk.ts";

/**
 * The calls of one Asterisk: turns ARI events into reports, performs the call commands. The events of one call are
 * handled in Asterisk's order; requests to Asterisk are carried out in the order in which they are sent (one socket, one reader).
 *
 * call-book: what is known of the live calls · events: what Asterisk says · commands: what we are told to do ·
 * prepare, ringing, speaking, talk, redirect, ending: the parts of a call's life · sound-watch: devices that vanish · reconcile: after a break of the line.
 */
export class Calls {
  readonly #book: CallBook;
  readonly #events: CallEvents;
  readonly #sound: SoundWatch;
  readonly #speaking: Speaking;

  constructor(context: CallsContext) {
    this.#book = new CallBook(context);
    this.#sound = new SoundWatch(this.#book);
    this.#speaking = new Speaking(this.#book);
    this.#events = new CallEvents(this.#book, this.#speaking);
  }

  /** The live calls by their key. */
  get calls(): ReadonlyMap<string, Call> {
    return this.#book.calls;
  }
  /** Live calls and their legs, for our memory over a restart. */
  live(): Record<string, string[]> {
    return this.#book.live();
  }
  close(): void {
    for (const call of this.#book.calls.values()) {
      call.speech?.stop();
      for (const leg of call.legs.values()) stopTimers(leg);
    }
    this.#book.prepared.close();
    this.#sound.close();
  }

  // ------------------------------------------------------------ what Asterisk says

  onEvent(event: AriEvent): void {
    this.#speaking.onEvent(event);
    this.#events.onEvent(event);
  }
  /** Which sounds this Asterisk has: asked after each connecting. */
  learnSounds(): Promise<void> {
    return this.#speaking.learn();
  }
  /** Is this channel the leg of an offer? Of these the router knows by itself. */
  isOffer(channelId: string): boolean {
    const call = this.#book.byChannel.get(channelId);
    if (this.#book.prepared.has(channelId)) return true;
    return call !== undefined && legOf(call, channelId)?.offerId !== undefined;
  }
  onContactGone(endpoint: string): void {
    this.#sound.onContactGone(endpoint);
  }
  lineLost(mark: string): void {
    lineLost(this.#book, mark);
  }
  /** See reconcile.ts. */
  reconcile(
    channels: AriChannel[],
    bridges: { id: string; channels: string[] }[],
    before: Record<string, string[]>,
    recorded: Set<string>,
    mark: string,
  ): string[] {
    return reconcile(this.#book, channels, bridges, before, recorded, mark);
  }

  // ------------------------------------------------------------ what we are told to do

  prepare(command: Commands["call.prepare"]): Promise<void> {
    return commands.prepare(this.#book, command);
  }
  ring(command: Commands["call.ring"]): Promise<void> {
    return commands.ring(this.#book, command);
  }
  rejoin(command: Commands["call.rejoin"]): Promise<void> {
    return commands.rejoin(this.#book, command);
  }
  originate(command: Commands["call.originate"]): Promise<void> {
    return commands.originate(this.#book, command);
  }
  cancel(command: Commands["call.cancel"]): Promise<void> {
    return commands.cancel(this.#book, command);
  }
  bridge(command: Commands["call.bridge"]): Promise<void> {
    return commands.bridge(this.#book, command);
  }
  dtmf(command: Commands["call.dtmf"]): Promise<void> {
    return commands.dtmf(this.#book, command);
  }
  hangup(command: Commands["call.hangup"]): Promise<void> {
    return commands.hangup(this.#book, command);
  }
  fallback(command: Commands["call.fallback"]): Promise<void> {
    return commands.fallback(this.#book, command);
  }
  announce(command: Commands["call.announce"]): Promise<void> {
    return this.#speaking.announce(command);
  }
  redirect(command: Commands["call.redirect"]): Promise<void> {
    return redirect(this.#book, command);
  }
  release(command: Commands["call.release"]): Promise<void> {
    return talk.release(this.#book, command);
  }
  hold(command: Commands["call.hold"]): Promise<void> {
    return talk.hold(this.#book, command);
  }
  resume(command: Commands["call.resume"]): Promise<void> {
    return talk.resume(this.#book, command);
  }
}
