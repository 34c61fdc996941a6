import type { AriEvent } from "./ari-types.ts";
import { extensionOf } from "./from-ari.ts";

/**
 * The calls of the phones that no offer brought: a colleague dials the extension, the desk phone or the browser dials, an employee's own
 * outgoing call rings its device. A phone is engaged from the first ring of such a call to its last channel's end.
 */
export class DirectCalls {
  /** Extension -> channels. */
  readonly #channels = new Map<string, Set<string>>();
  readonly #isOffer: (channelId: string) => boolean;

  /** `isOffer`: the channel is the leg of an offer, which counts nowhere here. */
  constructor(isOffer: (channelId: string) => boolean) {
    this.#isOffer = isOffer;
  }

  has(endpoint: string): boolean {
    return this.#channels.has(endpoint);
  }

  /** The extensions that are engaged. */
  engaged(): string[] {
    return [...this.#channels.keys()];
  }

  /** Returns the extension that has become engaged or free by this event; null when nothing changed. */
  onEvent(event: AriEvent): string | null {
    const { channel, type } = event;
    const ends = type === "ChannelDestroyed";
    if (channel === undefined || !(ends || type === "ChannelCreated" || type === "ChannelStateChange")) return null;
    const endpoint = extensionOf(channel);
    if (endpoint === null) return null;
    const before = this.has(endpoint);
    const known = this.#channels.get(endpoint) ?? new Set();
    if (ends) known.delete(channel.id);
    else if (!this.#isOffer(channel.id)) known.add(channel.id);
    this.#keep(endpoint, known);
    return this.has(endpoint) === before ? null : endpoint;
  }

  /** These are all the channels of the extension, as a snapshot says. */
  is(endpoint: string, channelIds: readonly string[]): void {
    this.#keep(endpoint, new Set(channelIds.filter((id) => !this.#isOffer(id))));
  }

  /** Of the channels that were known, only these are left: the end of the others was missed. Newer ones stay. */
  drop(endpoint: string, gone: readonly string[]): void {
    const known = this.#channels.get(endpoint);
    if (known === undefined) return;
    for (const id of gone) known.delete(id);
    this.#keep(endpoint, known);
  }

  of(endpoint: string): string[] {
    return [...(this.#channels.get(endpoint) ?? [])];
  }

  clear(): void {
    this.#channels.clear();
  }

  #keep(endpoint: string, channels: Set<string>): void {
    if (channels.size === 0) this.#channels.delete(endpoint);
    else this.#channels.set(endpoint, channels);
  }
}
