import { createHash } from "node:crypto";
import type { ChannelEvent, MessageReceived, Unparseable } from "@kommutator/contract/channel";
import type { EpochMs } from "@kommutator/contract/ids";
import { either, int, type Loose, obj, storable, str } from "./loose.ts";
import { contentOf, messageKeyOf, originOf, payloadText } from "./message-content.ts";

/**
 * One event of a community (dev.vk.com/reference/community-events/json-schema), as the Callback API and the Bots Long Poll
 * API both deliver it, in the words of the contract. Pure.
 */
export interface Translation {
  events: ChannelEvent[];
  /** The thread whose customer is typing. */
  typing?: string | undefined;
  /** The customer has read every message of ours up to this one. */
  read?: { peerId: number; upTo: number; eventKey: string } | undefined;
  /** A callback button was pressed: VK shows a spinner until it is answered. */
  pressed?: { eventId: string; userId: number; peerId: number } | undefined;
}

/** What the translation has to know besides the event. */
export interface Facts {
  groupId: number;
  now: EpochMs;
  /** Display name of a user, when it is known already. */
  nameOf(userId: number): string | undefined;
  /** This message_reply is the echo of a message that we sent ourselves. */
  isOurs(echo: Echo): boolean;
}

/** What tells our own message from one that staff typed in VK. */
export interface Echo {
  randomId: number | undefined;
  messageKey: string;
  /** The employee who typed it in VK: never ours. */
  adminId: number | undefined;
}

/** Conversations of several people begin here (dev.vk.com: 2000000000 + chat_id). */
const CHATS_FROM = 2_000_000_000;

/** Throws an Error in words when the event is of a known type and cannot be read. */
export function fromVk(update: unknown, facts: Facts): Translation {
  const event = obj(update);
  const type = str(event["type"]);
  const object = obj(event["object"]);
  const key = (fallback: string): string => either(event["event_id"]).slice(0, 200) || `${type}:${fallback}`;
  switch (type) {
    case "message_new":
      // Since 5.103 the message is one level deeper, beside client_info.
      return received(object["message"] === undefined ? dated(object) : obj(object["message"]), facts);
    case "message_reply":
      return replied(object, facts);
    case "message_edit":
      return edited(object, key, facts);
    case "message_allow":
    case "message_deny": {
      const userId = int(object["user_id"]);
      if (userId === undefined || userId <= 0) throw new Error(`${type} names no user`);
      const reachable = type === "message_allow";
      const identity = identityOf(userId, facts);
      const base = {
        kind: "identity.state",
        eventKey: key(`${userId}:${hash(update)}`),
        occurredAt: facts.now,
        identity,
        thread: { key: String(userId) },
      } as const;
      return { events: [reachable ? { ...base, reachable } : { ...base, reachable, reason: "denied" }] };
    }
    case "message_event":
      return pressed(object, key, facts);
    case "message_typing_state": {
      const userId = int(object["from_id"]);
      return { events: [], typing: userId !== undefined && userId > 0 ? String(userId) : undefined };
    }
    case "message_read": {
      const peerId = int(object["peer_id"]) ?? int(object["from_id"]);
      const upTo = int(object["conversation_message_id"]);
      if (peerId === undefined || upTo === undefined || !isPerson(peerId)) return { events: [] };
      return { events: [], read: { peerId, upTo, eventKey: key(`${peerId}:${upTo}`) } };
    }
    default:
      // Posts, likes, members and the like: not ours to handle.
      return { events: [] };
  }
}

/** For the error list: an authentic event that cannot be read, without its secret. */
export function unreadable(update: unknown, error: unknown, now: EpochMs): Unparseable {
  const raw = storable(update, ["secret"]);
  return {
    kind: "unparseable",
    eventKey: `unreadable:${hash(raw)}`,
    occurredAt: now,
    error: `VK sent an event that cannot be read: ${(error as Error).message}`.slice(0, 500),
    raw,
  };
}

/** The users whose names an event would show. */
export function usersIn(update: unknown): number[] {
  const object = obj(obj(update)["object"]);
  const userId = int(obj(object["message"])["from_id"]) ?? int(object["from_id"]) ?? int(object["user_id"]);
  return userId !== undefined && userId > 0 && str(obj(update)["type"]) === "message_new" ? [userId] : [];
}

/** The conversation an event belongs to, for keeping its order; "" when it belongs to none. */
export function peerIn(update: unknown): string {
  const object = obj(obj(update)["object"]);
  const peerId = int(obj(object["message"])["peer_id"]) ?? int(object["peer_id"]) ?? int(object["user_id"]) ?? int(object["from_id"]);
  return peerId === undefined ? "" : String(peerId);
}

/** Before 5.80, which a callback server may still be set to, the writer is `user_id` and the text `body`. */
const dated = (message: Loose): Loose =>
  message["peer_id"] === undefined && message["from_id"] === undefined && message["user_id"] !== undefined
    ? { ...message, from_id: message["user_id"], peer_id: message["user_id"], text: message["body"] }
    : message;

function received(message: Loose, facts: Facts): Translation {
  const place = placeOf(message);
  if (place === null) return { events: [] };
  const fromId = int(message["from_id"]) ?? place.peerId;
  if (fromId <= 0) return { events: [] };
  const origin = originOf(message);
  const content = contentOf(message, place.peerId);
  const event: MessageReceived = {
    kind: "message.received",
    // Not event_id: found again in the conversation itself, the message is the same one.
    eventKey: `message_new:${place.messageKey}`,
    occurredAt: timeOf(message["date"], facts.now),
    messageKey: place.messageKey,
    thread: { key: String(place.peerId) },
    from: identityOf(fromId, facts),
    nature: "human",
    ...content,
    ...(origin === undefined ? {} : { origin }),
  };
  return { events: [event] };
}

function replied(message: Loose, facts: Facts): Translation {
  const place = placeOf(message);
  if (place === null) return { events: [] };
  const adminId = int(message["admin_author_id"]);
  if (facts.isOurs({ randomId: int(message["random_id"]), messageKey: place.messageKey, adminId })) return { events: [] };
  const event: MessageReceived = {
    kind: "message.received",
    eventKey: `message_reply:${place.messageKey}`,
    occurredAt: timeOf(message["date"], facts.now),
    messageKey: place.messageKey,
    thread: { key: String(place.peerId) },
    // The dialog's customer: the writer is one of us, and no contact.
    from: identityOf(place.peerId, facts),
    nature: "outside",
    ...contentOf(message, place.peerId),
  };
  return { events: [event] };
}

function edited(message: Loose, key: (fallback: string) => string, facts: Facts): Translation {
  const place = placeOf(message);
  if (place === null) return { events: [] };
  const { text } = contentOf(message, place.peerId);
  const at = int(message["update_time"]) ?? int(message["date"]);
  return {
    events: [
      {
        kind: "message.edited",
        eventKey: key(`${place.messageKey}:${at ?? hash(message)}`),
        occurredAt: timeOf(at, facts.now),
        messageKey: place.messageKey,
        thread: { key: String(place.peerId) },
        text,
      },
    ],
  };
}

/** A callback button of a keyboard: what it carries is what the person said by it. */
function pressed(object: Loose, key: (fallback: string) => string, facts: Facts): Translation {
  const userId = int(object["user_id"]);
  const peerId = int(object["peer_id"]) ?? userId;
  const eventId = str(object["event_id"]).slice(0, 100);
  if (userId === undefined || peerId === undefined || eventId === "") throw new Error("a pressed button without user or event_id");
  if (!isPerson(peerId)) return { events: [] };
  const cmid = int(object["conversation_message_id"]);
  const event: MessageReceived = {
    kind: "message.received",
    eventKey: key(`${peerId}:${eventId}`),
    occurredAt: facts.now,
    messageKey: `${peerId}_press_${eventId}`,
    thread: { key: String(peerId) },
    from: identityOf(userId, facts),
    nature: "human",
    text: payloadText(object["payload"]),
    ...(cmid === undefined ? {} : { replyTo: messageKeyOf(peerId, cmid) }),
  };
  return { events: [event], pressed: { eventId, userId, peerId } };
}

const isPerson = (peerId: number): boolean => peerId > 0 && peerId < CHATS_FROM;

/** Peer and key of a message; null when it is of a chat or of another community. */
function placeOf(message: Loose): { peerId: number; messageKey: string } | null {
  const peerId = int(message["peer_id"]) ?? int(message["from_id"]);
  if (peerId === undefined) throw new Error("a message without peer_id");
  if (!isPerson(peerId)) return null;
  const cmid = int(message["conversation_message_id"]);
  const id = int(message["id"]);
  if (cmid === undefined && (id === undefined || id === 0)) throw new Error("a message without conversation_message_id");
  return { peerId, messageKey: cmid === undefined ? `${peerId}_id${id}` : messageKeyOf(peerId, cmid) };
}

const identityOf = (userId: number, facts: Facts): MessageReceived["from"] => {
  const displayName = facts.nameOf(userId);
  return { kind: "vk", value: String(userId), ...(displayName === undefined ? {} : { displayName }) };
};

const timeOf = (seconds: unknown, now: EpochMs): EpochMs => {
  const at = int(seconds);
  return at === undefined || at <= 0 ? now : at * 1_000;
};

const hash = (value: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify(storable(value, ["secret"])) ?? "")
    .digest("base64url")
    .slice(0, 24);
