import { ChannelError } from "@kommutator/contract/channel";
import smpp from "smpp";

/** command_status values that we answer or look at (SMPP 3.4 section 5.1.3). */
export const STATUS = {
  ok: 0x00,
  invalidCommandId: 0x03,
  alreadyBound: 0x05,
  systemError: 0x08,
  bindFailed: 0x0d,
  invalidPassword: 0x0e,
  invalidSystemId: 0x0f,
  queueFull: 0x14,
  throttled: 0x58,
  /** "ESME Receiver Temporary App Error": the SMSC is to deliver it again later. */
  temporaryError: 0x64,
} as const;

const WORDS: Record<number, string> = {
  1: "the length of the message is wrong",
  4: "the connection may not send messages",
  8: "it has an internal error",
  10: "it does not allow our sender address",
  11: "the number is wrong or not served",
  20: "its queue is full",
  51: "the number is wrong or not served",
  67: "it does not take long messages in this form",
  69: "it could not take the message",
  72: "it does not allow the type of our sender address (TON)",
  73: "it does not allow the numbering plan of our sender address (NPI)",
  80: "the number is wrong or not served",
  81: "the number is wrong or not served",
  88: "we are sending faster than allowed",
  97: "the time of sending is wrong",
  98: "the validity period is wrong",
  100: "it has a temporary error",
  101: "it refuses the message for good",
  102: "it refuses the message",
  257: "the service is prohibited",
  259: "the service is denied, perhaps for lack of money",
};

const names = new Map(Object.entries(smpp.errors).map(([name, status]) => [status, name]));

/** "the number is wrong or not served (ESME_RINVDSTADR)"; vendors' own codes as numbers. */
export function wordsOf(status: number): string {
  const name = names.get(status) ?? `status 0x${status.toString(16).padStart(8, "0")}`;
  const words = WORDS[status];
  return words === undefined ? name : `${words} (${name})`;
}

/** Milliseconds to wait after a refusal that says for itself only that it was too much. */
const THROTTLE_MS = 2_000;
const QUEUE_FULL_MS = 10_000;

/** Many that were refused together must not come back together. */
const spread = (ms: number): number => Math.round(ms * (1 + Math.random()));

/** What a submit_sm_resp that is not OK means for the message: nothing was taken in any of these cases. */
export function submitError(status: number): ChannelError {
  const message = `The SMS centre refused the message: ${wordsOf(status)}`;
  switch (status) {
    case STATUS.throttled:
      return new ChannelError("rate-limited", message, { retryAfterMs: spread(THROTTLE_MS) });
    case STATUS.queueFull:
      return new ChannelError("rate-limited", message, { retryAfterMs: spread(QUEUE_FULL_MS) });
    // Its own fault, or a connection it does not see as bound: another time it goes.
    case STATUS.systemError:
    case STATUS.temporaryError:
    case 0x04:
      return new ChannelError("unreachable", message);
    default:
      return new ChannelError("rejected", message);
  }
}

/** Why a bind was refused: our credentials, or something that may pass. */
export class BindRefused extends Error {
  readonly credentials: boolean;
  /** It does not know this kind of bind. */
  readonly unknownCommand: boolean;
  constructor(status: number) {
    const credentials = status === STATUS.invalidPassword || status === STATUS.invalidSystemId || status === STATUS.bindFailed;
    super(
      credentials
        ? `The SMS centre refused the system id or the password: ${wordsOf(status)}`
        : status === STATUS.alreadyBound
          ? "The SMS centre says that this system id is connected already: close the other connection (ESME_RALYBND)"
          : `The SMS centre refused the connection: ${wordsOf(status)}`,
    );
    this.credentials = credentials;
    this.unknownCommand = status === STATUS.invalidCommandId;
  }
}
