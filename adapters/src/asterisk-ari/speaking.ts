import type { Announcement, Commands } from "@kommutator/contract/channel";
import type { AriEvent, AriSound } from "./ari-types.ts";
import type { Call, Speech } from "./call.ts";
import type { CallBook } from "./call-book.ts";
import { AriError } from "./connection.ts";
import { end } from "./ending.ts";
import { WAITING_LEASE_S } from "./lease.ts";
import { type Sounds, soundsOf, spoken } from "./prompts.ts";
import * as to from "./to-ari.ts";

/**
 * The lease while something is said: Asterisk performs what is asked of a channel only after its sound has ended, renewals too.
 * So the longest word that may be said lasts so long; a word that is longer ends in the fallback.
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

  /** After (re)connecting: which sounds this Asterisk has now. Until the answer nothing can be said. */
  async learn(): Promise<void> {
    this.#sounds = soundsOf(await this.#book.context.ask<AriSound[]>({ method: "GET", uri: "sounds" }));
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
    const speech = this.#begin(call, playbackId, what);
    this.#book.order(to.lease(call.customer, SPEAKING_LEASE_S));
    try {
      await this.#book.context.ask(to.play(call.customer, playbackId, media.join(","), lang));
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

  #begin(call: Call, playbackId: string, what: Announcement["what"]): Speech {
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

  #after(call: Call, what: Announcement["what"]): void {
    if (call.phase !== "waiting" || call.customer === null) return;
    if (what === "callback_promised") {
      void end(this.#book, call, "system");
      return;
    }
    this.#book.order(to.lease(call.customer, WAITING_LEASE_S));
    this.#book.order(to.music(this.#book.context.config, call.customer));
  }
}

/** Breaks off what is being said: the channel takes the next request at once, and nothing follows. */
export function hush(book: CallBook, call: Call): void {
  const { speech } = call;
  if (speech === undefined) return;
  speech.stop();
  book.order(to.silence(speech.playbackId));
}

/** Words before the end of a call's life with us (closed, emergency) are said to the end; a place is broken off. */
export async function letFinish(book: CallBook, call: Call): Promise<void> {
  const { speech } = call;
  if (speech === undefined) return;
  if (speech.what === "place") hush(book, call);
  else await speech.said;
}
