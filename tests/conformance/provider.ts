import type { Adapter, Channel, ChannelErrorCode, CommandKind, RawIdentity } from "@kommutator/contract/channel";
import type { HouseDoor } from "../emulators/http/house-door.ts";

/** The other end of a channel: a real server, or the visitor's page, on real sockets. */
export interface Provider {
  /** The adapter's configuration as the settings form would send it. */
  config: Record<string, unknown>;
  /** The adapter is open (or open again): providers that call us learn where. */
  attach?(channel: Channel): void;
  /** Where it calls us. Absent where we call it. */
  door?: HouseDoor;
  /** One customer says something. Resolves when the provider has it, not when we do. */
  say(text: string): Promise<void>;
  /** How many of the messages said so far the provider counts as delivered to us. */
  acknowledged(): Promise<number>;
  /** Delivers everything again that was said, whatever was acknowledged. */
  redeliver(): Promise<void>;
  /** The provider stops answering, and comes back. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Payloads no honest provider sends. Each must leave the channel working. */
  hostile: { name: string; act(): Promise<void> }[];
  /** Whom a reply goes to, and what of our replies has arrived there. */
  customer(): RawIdentity;
  received(): Promise<string[]>;
  /** Takes our credentials away, and gives them back. Absent where the channel has none. */
  credentials?: { revoke(): Promise<void>; restore(): Promise<void> };
  /** Many customers (or one, from many devices) at once, over parallel connections, in no order. Resolves when the provider has all. */
  sayTogether?(texts: string[]): Promise<void>;
  /** One customer's messages, said in this order, reach us the newest first. Resolves when the provider has all. */
  sayBackwards?(texts: string[]): Promise<void>;
  /** What the provider does with our next reply. Absent where replies ask nobody (web chat). */
  next?: {
    /** Refuses it for a while: 429 with retry-after, ESME_RTHROTTLED, flood wait. `retryAfterMs` is what it says, if it says it. */
    limit?(): { retryAfterMs: number | null };
    /** Fails with its own fault (5xx). `code` is what we must make of it. */
    fail?(): { code: ChannelErrorCode };
    /** Takes the whole request and never answers; `code` is "uncertain" unless the provider knows repeated requests. */
    swallow?(): { code: ChannelErrorCode };
    /** Refuses this one for ever, with words of its own. */
    refuse?(): { words: RegExp };
  };
  /** The error of a reply while the provider is down; absent where replies need no provider. */
  sendWhileDown?: ChannelErrorCode;
  stop(): Promise<void>;
}

export interface AdapterUnderTest {
  name: string;
  adapter: Adapter<never>;
  /** Commands this channel carries out; every other one must have no handler. */
  commands: CommandKind[];
  /** A channel that only receives (a form on a site: "in") or only sends (a vendor without incoming messages: "out"). */
  oneWay?: "in" | "out";
  /** What of the suite this channel cannot meet, and why, or where it is proven instead. */
  lacks?: Partial<Record<Trial, string>>;
  /** Starts a provider of its own for one test. */
  provider(): Promise<Provider>;
}

/** What a provider may do to us; each adapter meets it here, or says why it cannot. */
export type Trial = "together" | "backwards" | "credentials" | "limit" | "fail" | "refuse" | "swallow";
