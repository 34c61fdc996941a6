import type { ChannelKind, EventSource, LegEndCause } from "./channel.ts";
import type { Identification } from "./identity.ts";
import type { EpochMs, Id, Medium, StreamPosition } from "./ids.ts";

export type Delivery = "queued" | "sent" | "delivered" | "read" | "failed" | "uncertain";
export type OfferOutcome = "accepted" | "rejected" | "timed_out" | "rescinded" | "failed";
export type EntryOutcome = "answered" | "abandoned" | "overflowed" | "transferred" | "closed" | "callback" | "redirected";
export type RungName = "responsible" | "substitute" | "least_loaded" | "queue" | "overflow" | "manual" | "forward" | "callback";

/** Payloads of the one stream of Dialogs. Past tense: these are facts. */
export interface DialogEventPayloads {
  // gateway
  "dialog.opened": {
    channelId: Id;
    channelKind: ChannelKind;
    medium: Medium;
    direction: "in" | "out";
    previousDialogId: Id | null;
    identification: Identification;
    callId: Id | null;
  };
  "dialog.identified": { identification: Identification };
  "dialog.closed": { by: Id | null; reason: "agent" | "customer" | "call-ended" | "system" };
  "message.stored": {
    messageId: Id;
    seq: number;
    direction: "in" | "out" | "internal";
    employeeId: Id | null;
    nature: "human" | "auto-reply" | "bounce" | "outside" | "system";
    at: EpochMs;
  };
  /** An edit, a deletion, or files that came after the message: whoever shows it reads it again. */
  "message.changed": { messageId: Id; seq: number; what: "edited" | "deleted" | "files" };
  "message.delivery": { messageId: Id; seq: number; delivery: Delivery; failure: string | null };
  "call.changed": {
    callId: Id;
    state: CallState;
    employeeId: Id | null;
    legId: Id | null;
    legState: string | null;
    cause: LegEndCause | null;
    source: EventSource;
  };
  "call.ended": { callId: Id; disposition: Disposition; answeredBy: Id | null; talkMs: number; source: EventSource };
  "call.recorded": { callId: Id; blobId: Id };
  // routing
  "entry.queued": { entryId: Id; queueId: Id; priority: number };
  "offer.made": {
    offerId: Id;
    entryId: Id;
    employeeId: Id;
    rung: RungName;
    reason: DecisionReason;
    deadlineAt: EpochMs;
    /** A callback: accepting it calls the number, nothing rings before. */
    callback?: { number: string } | undefined;
  };
  "offer.ended": { offerId: Id; entryId: Id; employeeId: Id; outcome: OfferOutcome; cause: string | null };
  "entry.ended": { entryId: Id; outcome: EntryOutcome };
  "dialog.assigned": { employeeId: Id; by: Id | null; offerId: Id | null };
  "dialog.unassigned": { employeeId: Id; by: Id | null; why: string };
  "presence.changed": { employeeId: Id };
  /** An emergency switch was set or ended before its time: everybody's banner is read again. */
  "emergency.changed": { emergencyId: Id };
  // crm
  "party.changed": { customerId: Id | null; contactId: Id | null; leadId: Id | null; interestId: Id | null };
  "inquiry.changed": { inquiryId: Id; status: string /** Whose it was, when it went to another. */; left?: Id | null };
  "interest.changed": { interestId: Id; status: string };
  "interaction.recorded": { interactionId: Id };
  /** Both concern one employee alone; without a dialog, whose rights are asked when the notification is read. */
  "notification.created": { notificationId: Id; employeeId: Id };
  "notification.read": { employeeId: Id };
}
export type DialogEventKind = keyof DialogEventPayloads;

export type CallState = "offered" | "ringing" | "talking" | "held" | "lost" | "unknown" | "ended";
export type Disposition = "answered" | "abandoned_queue" | "no_answer" | "busy" | "failed" | "congestion" | "voicemail" | "fallback" | "blocked";

/** Why an agent got a dialog; shown to the agent. `load` is the B0 value of the chosen; `from` and `on` say whose forwarding brought it, and upon what. */
export interface DecisionReason {
  code:
    | "responsible_interest"
    | "responsible_customer"
    | "last_talked"
    | "substitute"
    | "least_loaded"
    | "oldest_waiting"
    | "manual"
    | "forwarded"
    | "transferred"
    | "callback";
  load?: number | undefined;
  from?: Id | undefined;
  on?: ForwardOn | undefined;
}

/** When a personal forwarding takes effect; `always` leaves the person out. */
export type ForwardOn = "busy" | "no_answer" | "absent" | "out_of_hours" | "always";

export interface NewDialogEvent<K extends DialogEventKind = DialogEventKind> {
  kind: K;
  /** null for events that concern no dialog (presence). */
  dialogId: Id | null;
  payload: DialogEventPayloads[K];
}

export type DialogEvent = {
  [K in DialogEventKind]: { position: StreamPosition; id: number; at: EpochMs; kind: K; dialogId: Id | null; payload: DialogEventPayloads[K] };
}[DialogEventKind];
