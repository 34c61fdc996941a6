import { createHash } from "node:crypto";
import type { ChannelEvent, MessageReceived, MessageStateReported, RawIdentity } from "@kommutator/contract/channel";
import type { EpochMs } from "@kommutator/contract/ids";
import { parseExact, wellFormed } from "./exact-json.ts";
import { contentOf } from "./message-content.ts";
import { type Callback, callback } from "./payload.ts";

/** What Viber said, in our words. `opened` and `nothing` are not events of the house. */
export type FromViber =
  | { kind: "event"; event: Exclude<ChannelEvent, MessageStateReported> }
  /** Of a message of ours; `userId` is who got it. */
  | { kind: "state"; event: MessageStateReported; userId: string | undefined }
  /** Somebody opened the bot; `context` is the parameter of the deep link he came by. */
  | { kind: "opened"; userId: string; context: string | undefined; subscribed: boolean; at: number }
  /** The verifying call of `set_webhook`, and what says nothing about a dialog. */
  | { kind: "nothing"; what: string };

/**
 * One callback of Viber's (developers.viber.com, "Callbacks"), whose signature has been checked. Never throws: what cannot
 * be read becomes an `unparseable` event, so that Viber is answered and does not repeat it for an hour.
 */
export function fromViber(body: Uint8Array, now: number): FromViber {
  const text = new TextDecoder("utf-8", { fatal: false }).decode(body);
  let read: Callback;
  try {
    read = callback.parse(parseExact(text));
  } catch (error) {
    const why = error instanceof SyntaxError ? "it is no JSON" : error instanceof RangeError ? "it is nested too deeply" : fieldsOf(error);
    return unparseable(text, now, `Viber sent something that cannot be read: ${why}`);
  }
  const occurredAt = read.timestamp ?? now;
  switch (read.event) {
    case "message":
      return { kind: "event", event: message(read, occurredAt) };
    case "delivered":
    case "seen":
      return { kind: "state", event: stateEvent(read.event, read.message_token, occurredAt), userId: read.user_id };
    case "failed":
      return {
        kind: "state",
        event: { ...stateEvent("failed", read.message_token, occurredAt), failure: read.desc ?? "Viber could not deliver it" },
        userId: undefined,
      };
    case "subscribed":
    case "unsubscribed": {
      const user = "user" in read ? read.user : { id: read.user_id };
      const reachable = read.event === "subscribed";
      return {
        kind: "event",
        event: {
          kind: "identity.state",
          eventKey: `${read.event}:${read.message_token ?? digest(text)}`,
          occurredAt,
          identity: identityOf(user),
          thread: { key: user.id },
          reachable,
          ...(reachable ? {} : { reason: "unsubscribed" }),
        },
      };
    }
    case "conversation_started":
      return { kind: "opened", userId: read.user.id, context: read.context, subscribed: read.subscribed ?? false, at: occurredAt };
    case "webhook":
    case "client_status":
      return { kind: "nothing", what: read.event };
    case "unknown":
      return unparseable(text, now, `Viber sent an event of a kind that is not known here: ${read.name}`);
  }
}

function message(read: Extract<Callback, { event: "message" }>, occurredAt: number): MessageReceived {
  const { sender, message: said, message_token: token } = read;
  return {
    kind: "message.received",
    eventKey: `message:${token}`,
    messageKey: token,
    occurredAt,
    thread: { key: sender.id },
    from: identityOf(sender),
    nature: "human",
    ...contentOf(said, sender.name),
    ...(said.tracking_data === undefined ? {} : { raw: { tracking_data: said.tracking_data } }),
  };
}

/** What a receipt says of one message of ours. The same receipt again has the same key. */
export const stateEvent = (event: "delivered" | "seen" | "failed", messageKey: string, occurredAt: EpochMs): MessageStateReported => ({
  kind: "message.state",
  eventKey: `${event}:${messageKey}`,
  occurredAt,
  messageKey,
  state: event === "seen" ? "read" : event,
});

/** The id is scoped to the bot: the same person has another one with every other bot (developers.viber.com, FAQ). */
const identityOf = (user: { id: string; name?: string | undefined }): RawIdentity => ({
  kind: "viber",
  value: user.id,
  ...(user.name === undefined ? {} : { displayName: user.name }),
});

/** The same bytes sent again have the same key. */
const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 40);

function unparseable(text: string, now: number, error: string): FromViber {
  const eventKey = `unread:${digest(text)}`;
  const raw = wellFormed(text.replaceAll("\0", "").replaceAll("\\u0000", "").slice(0, 4_000));
  return { kind: "event", event: { kind: "unparseable", eventKey, occurredAt: now, error: error.slice(0, 300), raw } };
}

/** The fields that are missing or wrong, without their values. */
function fieldsOf(error: unknown): string {
  const issues = (error as { issues?: { path: PropertyKey[] }[] }).issues ?? [];
  const names = [...new Set(issues.map((issue) => issue.path.join(".")).filter((path) => path !== ""))];
  return names.length === 0 ? "it is no callback of Viber's" : `wrong or missing: ${names.join(", ")}`;
}
