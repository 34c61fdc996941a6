import { z } from "zod";
import { Id, IsoTime } from "./common.ts";
import { CallView, DialogSummary, Message, OfferSummary } from "./dialogs.ts";
import { Presence } from "./routing.ts";

/**
 * The live socket (socket.io, path /live, session cookie). Every event carries the stream position it brings the
 * client to; a client that reconnects says its last position in `auth: {position}` and receives what it missed from
 * the database, or `resync` when that is older than retention. Rights are evaluated at sending.
 *
 * client -> server: `watch` {dialogId, position?} / `unwatch` {dialogId} (bodies go to those who watch), `typing` {dialogId}.
 * What a client watched must be said again after a reconnect, best in `auth: {position, watch}`: then missed bodies are
 * replayed too. `watch` with the `position` of a snapshot (DialogDetail) replays what came between the two.
 * A client's cursor is the greatest position it has seen; `dialog.changed` is a state, not a fact, and may repeat.
 */
export const SocketAuth = z.object({ position: z.number().int().min(0).nullish(), watch: z.array(Id).max(50).default([]) });
export const WatchBody = z.object({ dialogId: Id, position: z.number().int().min(0).optional() });
export const TypingBody = z.object({ dialogId: Id });

export const ServerEvents = {
  /** After connecting: what the client is up to date with. */
  hello: z.object({ position: z.number().int(), serverTime: IsoTime }),
  /** The client's position is too old (or it was never connected): read the lists again. */
  resync: z.object({ position: z.number().int() }),
  /** A dialog I may see is new or changed (coalesced to 4 Hz per dialog). */
  "dialog.changed": z.object({ position: z.number().int(), dialog: DialogSummary }),
  /** I may not see it any more. */
  "dialog.removed": z.object({ position: z.number().int(), dialogId: Id }),
  /** A message was stored or changed, in a dialog I watch; with what became of the dialog by it, unless that is told a moment later. */
  message: z.object({ position: z.number().int(), message: Message, dialog: DialogSummary.optional() }),
  call: z.object({ position: z.number().int(), call: CallView }),
  /** An offer to me, and its end. Sent at once, never coalesced. */
  offer: z.object({ position: z.number().int(), offer: OfferSummary, dialog: DialogSummary }),
  "offer.ended": z.object({ position: z.number().int(), offerId: Id, dialogId: Id, outcome: z.string() }),
  presence: z.object({ position: z.number().int(), presence: Presence }),
  /** inquiry / interest / interaction / party changed: the UI invalidates what it shows of it. */
  changed: z.object({ position: z.number().int(), kind: z.string(), dialogId: Id.nullable(), payload: z.record(z.string(), z.unknown()) }),
  /** Not durable: the other side types, or a colleague is writing in the same dialog. */
  typing: z.object({ dialogId: Id, who: z.string() }),
  /** This session was ended (dismissed, password changed). */
  bye: z.object({ reason: z.string() }),
} as const;
export type ServerEventName = keyof typeof ServerEvents;
export type ServerEvent<K extends ServerEventName> = z.infer<(typeof ServerEvents)[K]>;
