import type { CallView, DialogSummary, OfferSummary } from "@kommutator/contract/api/dialogs";
import type { SoftphoneSession } from "@kommutator/contract/api/routing";
import type { z } from "zod";
import type { CallState } from "./call-state.ts";
import type { Devices } from "./devices.ts";
import type { Quality } from "./quality.ts";
import type { Line } from "./registration.ts";

/** What every tab shows. Plain data: it travels between tabs. */
export interface SoftphoneView {
  line: Line;
  call: CallState;
  offer: OfferSummary | null;
  who: { name: string; number: string | null } | null;
  quality: Quality | null;
  /** The last thing that went wrong, as an error code of the contract or `microphone`. */
  trouble: string | null;
}

/** What the agent pressed; carried out by the tab that leads. */
export type Order =
  | { kind: "answer" }
  | { kind: "decline" }
  | { kind: "hang-up" }
  | { kind: "mute"; on: boolean }
  | { kind: "hold"; on: boolean }
  | { kind: "digits"; digits: string }
  | { kind: "dial"; number: string; customerId?: string; interestId?: string }
  | { kind: "reconnect" }
  | { kind: "forget-trouble" };

/** The server, as far as the phone needs it. Rejections carry `code` (an error of the contract). */
export interface PhoneApi {
  session(): Promise<z.infer<typeof SoftphoneSession>>;
  call(): Promise<CallView | null>;
  /** A voice offer to me that still runs, for a page that was opened while it rang. */
  pendingOffer(): Promise<{ offer: OfferSummary; dialog: DialogSummary } | null>;
  rejectOffer(offerId: string): Promise<void>;
  hold(callId: string): Promise<void>;
  resume(callId: string): Promise<void>;
  hangUp(callId: string): Promise<void>;
  rejoin(callId: string): Promise<void>;
  digits(callId: string, digits: string): Promise<void>;
  dial(number: string, about: { customerId?: string; interestId?: string }): Promise<{ callId: string }>;
}

/** What the page lends: bell, loudspeaker, memory. */
export interface PhoneDesk {
  startBell(volume: number): void;
  stopBell(): void;
  play(remote: MediaStream | null): void;
  devices(): Devices;
  /** The call whose leg this browser had last: how a reloaded page knows that it may rejoin. */
  rememberCall(callId: string | null): void;
  rememberedCall(): string | null;
}

export interface Softphone {
  view(): SoftphoneView;
  leads(): boolean;
  order(order: Order): void;
  /** Live events of the socket go in here, in every tab. */
  offer(offer: OfferSummary, dialog: DialogSummary): void;
  offerEnded(offerId: string, outcome: string): void;
  callChanged(call: CallView): void;
  /** The socket was away, or something about my dialogs changed: ask the server what is true. */
  refresh(): void;
  network(online: boolean): void;
  microphoneChosen(deviceId: string): void;
  probe(): void;
  close(): void;
}
