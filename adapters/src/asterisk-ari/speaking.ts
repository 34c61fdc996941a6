import type { Commands } from "@kommutator/contract/channel";
import type { AriEvent, AriSound } from "./ari-types.ts";
import type { Call, Speech } from "./call.ts";
import type { CallBook } from "./call-book.ts";
import { AriError } from "./connection.ts";
import { end } from "./ending.ts";
import { WAITING_LEASE_S } from "./lease.ts";
import { type Sounds, soundsOf, spoken } from "./prompts.ts";
import * as to from "./to-ari.ts";

/**
 * The lease while something is said. A channel that plays a sound sets no variable before the end, and a request for it holds up
 * all others of our connection until then: so the lease is set once, before, and not renewed. A word that is longer ends in the
 * fallback.
 */
const SPEAKING_LEASE_S = 30;
/** A word whose end nobody told us (the line was down) is over by then. */
const OVER_AFTER_MS = SPEAKING_LEASE_S * 1000 - 2000;

/** Speaks to waiting callers: starts, breaks off, and does what follows (music, or the end of the call). */
export class Speaking {
  readonly #book: CallBook;
  #sounds: Sounds = new Map();

  constructor(book: CallBook) {
    this.#book = book;
  }

  /** After (re)connecting: which sounds this Asterisk has now (until the answer nothing can be said), and what has been said to its end meanwhile. */
  async learn(): Promise<void> {
    for (const { speech } of this.#book.calls.values())
      if (speech !== undefined)
        this.#book.context.ask(to.playback(speech.playbackId)).catch((error: unknown) => {
          if (error instanceof AriError && error.status === 404) speech.over();
        });
    this.#sounds = soundsOf(await this.#book.context.ask<AriSound[]>({ method: "GET", uri: "sounds" }));
  }

  /** The line's own greeting, to a caller whose call is durable. */
  greet(call: Call, media: string): void {
    if (call.customer !== null && call.phase === "waiting") void this.#play(call, to.playbackOf(call.key), "greeting", [media]);
  }

  /** Performs call.announce. A caller who has gone, or talks by now, is told nothing; a newer word breaks off an older. */
  async announce(command: Commands["call.announce"]): Promise<void> {
    const call = this.#book.calls.get(command.callKey);
    if (call === undefined || call.phase !== "waiting" || call.customer === null) return;
    const playbackId = to.playbackOf(command.id);
    if (call.speech?.playbackId === playbackId) return; // a retry
    const { what } = command.say;
    const { media, lang } = spoken(command.say, [command.language, this.#book.context.config.language], this.#sounds);
    hush(this.#book, call);
    if (what === "callback_promised") this.#book.order(to.next(call.customer, "hangup"));
    if (media.length === 0) {
      this.#after(call, what);
      return;
    }
    await this.#play(call, playbackId, what, media, lang);
  }

  async #play(call: Call, playbackId: string, what: Speech["what"], media: string[], lang?: string): Promise<void> {
    const customer = call.customer as string;
    const speech = this.#begin(call, playbackId, what);
    this.#book.context.leases.drop(customer);
    this.#book.order(to.lease(customer, SPEAKING_LEASE_S));
    this.#book.order(to.says(customer, playbackId));
    try {
      await this.#book.context.ask(to.play(customer, playbackId, media.join(","), lang));
    } catch (error) {
      if (error instanceof AriError && error.status === 409 && call.speech === speech) return; // it is being said already
      this.#book.context.host.record("in", `not said: ${what}`, String(error));
      speech.over();
    }
  }

  /** PlaybackFinished. */
  onEvent(event: AriEvent): void {
    if (event.type !== "PlaybackFinished" || event.playback === undefined) return;
    const call = this.#book.byChannel.get(event.playback.target_uri.replace(/^channel:/, ""));
    if (call?.speech?.playbackId === event.playback.id) call.speech.over();
  }

  #begin(call: Call, playbackId: string, what: Speech["what"]): Speech {
    let told = () => {};
    const said = new Promise<void>((resolve) => {
      told = resolve;
    });
    const stop = () => {
      clearTimeout(timer);
      if (call.speech === speech) call.speech = undefined;
      told();
    };
    const over = () => {
      if (call.speech !== speech) return;
      stop();
      this.#after(call, what);
    };
    const speech: Speech = { playbackId, what, said, stop, over };
    const timer = setTimeout(over, OVER_AFTER_MS);
    call.speech = speech;
    return speech;
  }

  #after(call: Call, what: Speech["what"]): void {
    if (call.phase !== "waiting" || call.customer === null) return;
    if (what === "callback_promised") {
      void end(this.#book, call, "system");
      return;
    }
    this.#book.context.leases.keep(call.customer, WAITING_LEASE_S, true);
    this.#book.order(to.music(this.#book.context.config, call.customer));
  }
}

/** Breaks off what is being said: the channel takes the next request at once, and nothing follows but the lease. */
export function hush(book: CallBook, call: Call): void {
  const { speech } = call;
  if (speech === undefined) return;
  speech.stop();
  book.order(to.silence(speech.playbackId));
  if (call.customer !== null) book.context.leases.keep(call.customer, WAITING_LEASE_S, true);
}

/** Words before the end of a call's life with us (closed, emergency) are said to the end; a place is broken off. */
export async function letFinish(book: CallBook, call: Call): Promise<void> {
  const { speech } = call;
  if (speech === undefined) return;
  if (speech.what === "place" || speech.what === "greeting") hush(book, call);
  else await speech.said;
}
