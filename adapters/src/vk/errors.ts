import { ChannelError } from "@kommutator/contract/channel";
import { APIErrorCode } from "vk-io";

/** What VK says about a request it refused. */
export interface VkFault {
  code: number;
  message: string;
}

/** VK refused the request, with its own code (dev.vk.com/reference/errors). */
export class VkError extends ChannelError {
  readonly vkCode: number;
  constructor(fault: VkFault, ...args: ConstructorParameters<typeof ChannelError>) {
    super(...args);
    this.name = "VkError";
    this.vkCode = fault.code;
  }
}

const REFUSALS: Record<number, string> = {
  [APIErrorCode.CAPTCHA]: "VK asks for a captcha: somebody must answer one in the community itself, then try again",
  [APIErrorCode.PERMISSION]: "The access key lacks the right for this: make a new one with messages, photos, documents and management",
  [APIErrorCode.ACCESS]: "VK denies the access: the key lacks a right, or messages of the community are switched off",
  [APIErrorCode.AUTH_VALIDATION]: "VK wants the account to be confirmed first",
  [APIErrorCode.USER_DELETED]: "This person's page was deleted or banned",
  [APIErrorCode.USER_DEACTIVATED]: "This person's page is deactivated",
  [APIErrorCode.MESSAGES_USER_BLOCKED]: "The person is in the community's black list, or has it in his",
  [APIErrorCode.MESSAGES_DENY_SEND]: "The person has not allowed messages from the community: he must write first",
  [APIErrorCode.MESSAGES_PRIVACY]: "The person's privacy settings refuse messages",
  [APIErrorCode.MESSAGES_TOO_BIG]: "The message is too large for VK",
  [APIErrorCode.MESSAGES_KEYBOARD_INVALID]: "VK refuses the ready answers as they are written",
  [APIErrorCode.MESSAGES_CHAT_BOT_FEATURE]: "Ready answers need the bot abilities switched on in the community's message settings",
  [APIErrorCode.MESSAGES_TOO_LONG_FORWARDS]: "Too many forwarded messages",
  [APIErrorCode.MESSAGES_TOO_LONG_MESSAGE]: "The text is too long for VK: shorten it or send it in parts",
  [APIErrorCode.MESSAGES_CONTACT_NOT_FOUND]: "VK knows nobody with this number",
};

const LIMITS: Record<number, { words: string; retryAfterMs: number }> = {
  [APIErrorCode.TOO_MANY]: { words: "VK takes no more than 20 requests a second", retryAfterMs: 1_000 },
  [APIErrorCode.FLOOD]: { words: "VK takes this for a flood of equal messages", retryAfterMs: 60_000 },
  [APIErrorCode.RATE_LIMIT]: { words: "The day's or hour's limit of this method is used up", retryAfterMs: 600_000 },
};

/** Internal faults of VK: the same request is fine a little later. */
const PASSING: readonly number[] = [APIErrorCode.UNKNOWN, APIErrorCode.SERVER, APIErrorCode.WAIT, APIErrorCode.TIMEOUT, APIErrorCode.SECTION_DISABLED];
const CREDENTIALS: readonly number[] = [APIErrorCode.AUTH, APIErrorCode.GROUP_AUTH, APIErrorCode.APP_AUTH];

/** The person cannot be written to until he allows it again. */
export const DENIED: readonly number[] = [
  APIErrorCode.USER_DELETED,
  APIErrorCode.USER_DEACTIVATED,
  APIErrorCode.MESSAGES_USER_BLOCKED,
  APIErrorCode.MESSAGES_DENY_SEND,
  APIErrorCode.MESSAGES_PRIVACY,
];

/** One of the six errors of the contract for a refusal of VK. */
export function toVkError(fault: VkFault): VkError {
  const said = fault.message === "" ? `error ${fault.code}` : `${fault.message} (error ${fault.code})`;
  const limit = LIMITS[fault.code];
  if (limit !== undefined) return new VkError(fault, "rate-limited", `${limit.words}: ${said}`, { retryAfterMs: limit.retryAfterMs });
  if (CREDENTIALS.includes(fault.code)) return new VkError(fault, "bad-credentials", `VK refuses the access key (token): ${said}`);
  if (PASSING.includes(fault.code)) return new VkError(fault, "unreachable", `VK has a fault of its own: ${said}`);
  const words = REFUSALS[fault.code];
  return new VkError(fault, "rejected", words === undefined ? `VK refuses it: ${said}` : `${words}: ${said}`);
}

/** The fault inside an answer of the API or inside one item of `messages.send` with `peer_ids`; null when there is none. */
export function faultIn(error: unknown): VkFault | null {
  if (error === undefined || error === null) return null;
  if (typeof error === "string") return { code: 0, message: error.slice(0, 300) };
  const { error_code, code, error_msg, description } = error as Record<string, unknown>;
  return { code: Number(error_code ?? code ?? 0) || 0, message: String(error_msg ?? description ?? "").slice(0, 300) };
}
