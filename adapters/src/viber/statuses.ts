import { ChannelError, type ChannelErrorCode } from "@kommutator/contract/channel";

/** `{"status": n}` of every answer (developers.viber.com, "Error Codes"): what it means for us, and what to do about it. */
const STATUSES: Record<number, [ChannelErrorCode, string]> = {
  1: ["rejected", "Viber cannot reach an address it was given, or does not accept it. It must be a public https address with a trusted certificate."],
  2: ["bad-credentials", "Viber does not accept the bot's token. Copy it again from the bot's settings in Viber."],
  3: ["rejected", "Viber says the request is malformed."],
  4: ["rejected", "Viber says a required field is missing."],
  5: ["rejected", "This person has no Viber account any more."],
  6: ["rejected", "This person is not subscribed to the bot (any more). Viber delivers only to subscribers: the customer must write first."],
  7: ["rejected", "Viber has blocked this bot. Ask Viber's support."],
  8: ["rejected", "Viber knows no bot with this token. Check that the bot still exists."],
  9: ["rejected", "Viber has suspended this bot. Ask Viber's support."],
  10: ["unreachable", "Viber has no webhook address of this bot. It is being set again."],
  11: ["rejected", "None of this person's devices has a Viber that shows messages of bots."],
  12: ["rate-limited", "Viber takes no more messages for now: at most 100 an hour to a person who does not answer."],
  13: ["rejected", "This person's Viber is too old for this message."],
  14: ["rejected", "This message needs a newer version of Viber's interface."],
  15: ["rejected", "This bot may not do that. Ask Viber's support for the permission."],
  16: ["rejected", "Viber does not allow this message inside another chat."],
  17: ["rejected", "This bot may not write inside another chat."],
  18: ["rejected", "This bot has no public chat."],
  19: ["rejected", "Viber does not allow this bot to send to many at once."],
  20: ["rejected", "Viber does not allow this bot to send to many at once."],
  21: ["rejected", "Viber does not deliver messages of bots to this person's country."],
  22: ["rejected", "This bot may not send payment messages."],
  23: [
    "rejected",
    "This month's free messages outside a conversation are used up, and the bot has no billing. Wait for the customer to write, or arrange billing with Viber.",
  ],
  24: ["rejected", "The bot's balance with Viber is used up. Top it up, or wait for the customer to write."],
};

/** Viber does not say when to try again after status 12. */
const RETRY_AFTER_MS = 60_000;

/** The person is not (any more) subscribed to the bot. */
export const NOT_SUBSCRIBED = 6;
export const WEBHOOK_NOT_SET = 10;

/** The error of an answer whose status is not 0; Viber's own words come behind ours. */
export class ViberRefusal extends ChannelError {
  readonly status: number;
  constructor(status: number, said: string | undefined) {
    const [code, words] = STATUSES[status] ?? ["rejected", "Viber refused it."];
    super(code, `${words} (Viber: ${said === undefined || said === "" ? "" : `${said.slice(0, 200)}, `}status ${status})`, {
      ...(code === "rate-limited" ? { retryAfterMs: RETRY_AFTER_MS } : {}),
    });
    this.status = status;
  }
}
