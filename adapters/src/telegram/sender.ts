import { ChannelError, type Commands, type Host } from "@kommutator/contract/channel";
import type { BotApi } from "./bot-api.ts";
import { unreachableReason } from "./errors.ts";
import { parseThreadKey } from "./thread.ts";
import { asDocument, type Step, safeName, toRequests } from "./to-telegram.ts";

/** Uploads get a minute on top of the usual time. */
const UPLOAD_MS = 80_000;
/** Commands whose outcome is remembered, so that a repeated one finds what exists. */
const REMEMBERED = 2_000;
const NOT_A_PHOTO = /PHOTO_INVALID_DIMENSIONS|PHOTO_EXT_INVALID|IMAGE_PROCESS_FAILED|PHOTO_SAVE_FILE_INVALID/;

interface Sent {
  /** Message keys of the requests that went through. */
  keys: string[];
  /** The attempt on its way or done. */
  attempt: Promise<{ messageKey: string }> | null;
}

/**
 * Carries out `message.send`. The Bot API knows no key of ours, so what was sent is remembered here: a repeated command makes
 * no second message, and one that stopped half way (429 between two files) goes on where it stopped. The memory is the
 * process's; after a restart the house knows from its own rows what was sent.
 */
export class Sender {
  readonly #api: BotApi;
  readonly #host: Host;
  readonly #sent = new Map<string, Sent>();

  constructor(api: BotApi, host: Host) {
    this.#api = api;
    this.#host = host;
  }

  /** Resolves with the key of the message that carries the text. Throws a ChannelError. */
  send(command: Commands["message.send"]): Promise<{ messageKey: string }> {
    const sent = this.#sent.get(command.id) ?? { keys: [], attempt: null };
    this.#sent.set(command.id, sent);
    for (const id of this.#sent.keys()) {
      if (this.#sent.size <= REMEMBERED) break;
      this.#sent.delete(id);
    }
    sent.attempt ??= this.#attempt(command, sent).catch((error: unknown) => {
      sent.attempt = null;
      throw error;
    });
    return sent.attempt;
  }

  async #attempt(command: Commands["message.send"], sent: Sent): Promise<{ messageKey: string }> {
    const thread = parseThreadKey(command.threadKey);
    if (thread === null) throw new ChannelError("rejected", "This is not a Telegram chat");
    try {
      for (const step of toRequests(command, thread).slice(sent.keys.length)) sent.keys.push(await this.#perform(step));
    } catch (error) {
      const why = unreachableReason(error);
      if (why !== null) await this.#unreachable(command, String(thread.chatId), why.reason);
      throw error;
    }
    return { messageKey: sent.keys[0] as string };
  }

  async #perform(step: Step): Promise<string> {
    try {
      return await this.#call(step);
    } catch (error) {
      const other = error instanceof ChannelError && error.code === "rejected" && NOT_A_PHOTO.test(error.message) ? asDocument(step) : null;
      if (other === null) throw error;
      return this.#call(other);
    }
  }

  async #call(step: Step): Promise<string> {
    const { payload } = step;
    if (step.files.length === 0) return keyOf(await this.#api.call(step.method, payload));
    const uploads = await Promise.all(step.files.map(async (file) => ({ source: Buffer.from(await file.read()), filename: safeName(file.name) })));
    const media = payload["media"] as object[] | undefined;
    const full = {
      ...payload,
      // telegraf writes only some fields of a multipart request as JSON; a reply would silently be left out.
      ...(payload["reply_parameters"] === undefined ? {} : { reply_parameters: JSON.stringify(payload["reply_parameters"]) }),
      ...(media === undefined ? { [step.upload ?? "document"]: uploads[0] } : { media: media.map((one, index) => ({ ...one, media: uploads[index] })) }),
    };
    return keyOf(await this.#api.call(step.method, full, { timeoutMs: UPLOAD_MS }));
  }

  /** The refusal is the answer to the agent either way; the report only spares the next agent from trying. */
  async #unreachable(command: Commands["message.send"], chat: string, reason: "blocked" | "denied" | undefined): Promise<void> {
    const event = {
      kind: "identity.state" as const,
      eventKey: `refused:${command.id}`,
      occurredAt: this.#host.now(),
      identity: { kind: "telegram" as const, value: chat },
      thread: { key: command.threadKey },
      reachable: false,
      ...(reason === undefined ? {} : { reason }),
    };
    await this.#host
      .report(event)
      .catch((error: unknown) => this.#host.record("in", "The refusal could not be stored", { error: String(error).slice(0, 200) }));
  }
}

/** The key of what was made: of an album, of its first message. */
function keyOf(result: unknown): string {
  const message = (Array.isArray(result) ? result[0] : result) as { message_id?: unknown } | undefined;
  if (typeof message?.message_id !== "number") throw new ChannelError("uncertain", "Telegram's answer makes no sense: it may have the message or not");
  return String(message.message_id);
}
