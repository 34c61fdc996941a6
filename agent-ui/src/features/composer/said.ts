/**
 * What providers and our adapters say in English, and the text of `composer:said` that says the same in the reader's language. Of each
 * sentence its unchanging part stands here; a test finds every one of them in the adapters. Whatever is not found is shown as it was said.
 * The first that fits counts, so the particular stand above the general.
 */
export const SAID: readonly (readonly [key: string, ...parts: string[]])[] = [
  [
    "credentials",
    "refuses the bot token",
    "does not accept the bot's token",
    "knows no bot with this token",
    "VK refuses the access key",
    "The access key (token) belongs to the community",
    "refused the password or key",
    "refused the login, password or API key",
    "refused the API key",
    "refused the user name or password",
    "refused the system id or the password",
  ],
  ["rights", "The access key lacks the right", "The API key has no right for this", "VK denies the access"],
  [
    "elsewhere",
    "a webhook is set elsewhere",
    "Another program is reading this bot's messages",
    "another program has taken the webhook away",
    "to another address: give this house a bot",
    "another program uses the same bot",
  ],
  [
    "callback",
    "callback address",
    "Telegram cannot deliver to",
    "VK has no callback server",
    "Viber cannot reach an address it was given",
    "check the public address",
    "Enter the public address",
  ],
  ["blocked", "blocked by the user", "is in the community's black list"],
  ["writeFirst", "must write first", "must write to the bot first", "privacy settings refuse messages"],
  [
    "gone",
    "Telegram account no longer exists",
    "page was deleted or banned",
    "page is deactivated",
    "has no Viber account any more",
    "The number does not exist",
    "the number is wrong or not served",
    "is not a mobile number",
    "cannot deliver to this number",
    "is no number that an SMS can be sent to",
  ],
  ["phoneOff", "the phone was off or out of reach", "could not be reached before the message expired"],
  ["notDelivered", "The operator could not deliver the message", "Not delivered to the phone", "It cannot be delivered"],
  [
    "forbidden",
    "The operator rejected the message",
    "The operator refused it",
    "forbids this text or this sender name",
    "it does not allow our sender address",
    "Forbidden by the operator",
  ],
  ["money", "There is no money left", "perhaps for lack of money", "balance with Viber is used up"],
  ["tooLong", "The text is longer than", "The text is too long for VK", "SMS; at most"],
  ["tooBig", "is larger than", "is too large for VK", "no files above 20 MB"],
  ["wait", "asks to wait", "asks us to slow down", "takes no more requests", "sending faster than allowed", "takes no more messages for now"],
  [
    "unreachable",
    "cannot be reached",
    "did not answer in time",
    "did not answer within",
    "is out of order",
    "is not available",
    "has a fault of its own",
    "No connection within",
    "failed by itself",
    "no connection to Asterisk",
    "The SMS centre closed the connection",
  ],
];

/** The key under `composer:said` for a sentence of an adapter; null = it is shown as it is. */
export function saidKey(sentence: string): string | null {
  return SAID.find(([, ...parts]) => parts.some((part) => sentence.includes(part)))?.[0] ?? null;
}
