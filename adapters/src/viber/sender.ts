import { ChannelError, type Commands, type Host, type Results } from "@kommutator/contract/channel";
import type { ViberApi } from "./api.ts";
import type { ViberConfig } from "./config.ts";
import type { FileLinks } from "./file-links.ts";
import type { Memory } from "./memory.ts";
import type { Registration } from "./registration.ts";
import { NOT_SUBSCRIBED, ViberRefusal, WEBHOOK_NOT_SET } from "./statuses.ts";
import { toViber } from "./to-viber.ts";

type Send = Commands["message.send"];
type Sent = Results["message.send"];

/** How many messages are known to be out already, should the same command come again; how many persons with unseen ones. */
const KNOWN = 1_000;
const UNSEEN_OF_ONE = 100;

interface Parts {
  config: ViberConfig;
  host: Host;
  api: ViberApi;
  links: FileLinks;
  memory: Memory;
  registration: Registration;
}

/** Performs `message.send`. The message's key is Viber's token of it, of its last part when it went in two. */
export class Sender {
  readonly #parts: Parts;
  /** By the command's id: what is out, or on its way. */
  readonly #sent = new Map<string, Promise<Sent>>();
  /** Token of a text that went before its file -> token of the file. */
  readonly #texts = new Map<string, string>();

  /** By person: keys of messages that he has not seen, oldest first. */
  readonly #unseen = new Map<string, string[]>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The same command again finds what is out already (as long as this process lives). Throws ChannelError. */
  send(command: Send): Promise<Sent> {
    const known = this.#sent.get(command.id);
    if (known !== undefined) return known;
    const sending = this.#send(command);
    remember(this.#sent, command.id, sending);
    sending.then(
      ({ messageKey }) => remember(this.#unseen, command.threadKey, [...(this.#unseen.get(command.threadKey) ?? []), messageKey].slice(-UNSEEN_OF_ONE)),
      () => this.#sent.delete(command.id),
    );
    return sending;
  }

  /** The key of the message whose first part has this token. */
  partOf(token: string): string | undefined {
    return this.#texts.get(token);
  }

  /**
   * The messages before this one that are seen with it: "the seen callback will only be sent once when the user reads the
   * unread messages, regardless of the number" (developers.viber.com, "Message receipts callbacks"). Known of what went out
   * from this process.
   */
  seenWith(threadKey: string, messageKey: string): string[] {
    const unseen = this.#unseen.get(threadKey) ?? [];
    return unseen.slice(0, Math.max(0, unseen.indexOf(messageKey)));
  }

  /** All of them up to this one are reported. */
  seen(threadKey: string, messageKey: string): void {
    const unseen = this.#unseen.get(threadKey);
    if (unseen?.includes(messageKey)) this.#unseen.set(threadKey, unseen.slice(unseen.indexOf(messageKey) + 1));
  }

  async #send(command: Send): Promise<Sent> {
    const { config, links, memory } = this.#parts;
    if (command.files.length > 0 && this.#parts.host.file === undefined) throw new ChannelError("unsupported", "Files cannot be sent here.");
    const before = command.references.at(-1);
    const bodies = toViber(command, config, (name) => links.link({ threadKey: command.threadKey, id: command.id, before }, name));
    const [first, second] = bodies;
    if (first === undefined) throw new ChannelError("rejected", "The message is empty.");
    if (second === undefined) return { messageKey: await this.#out(first, command) };
    // The text is remembered before the file goes, so that a file that fails and is tried again does not repeat the text.
    let text = await memory.textOf(command.id);
    if (text === undefined) {
      text = await this.#out(first, command);
      await memory.rememberText(command.id, text);
    }
    const messageKey = await this.#out(second, command).catch((error: unknown) => {
      if (!(error instanceof ChannelError)) throw error;
      throw new ChannelError(error.code, `The text is out, its file is not. ${error.message}`, {
        cause: error,
        ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
      });
    });
    remember(this.#texts, text, messageKey);
    // It is out: that the note of its text stays a while longer harms nobody.
    await memory.forgetText(command.id).catch(() => undefined);
    return { messageKey };
  }

  async #out(body: Record<string, unknown>, command: Send): Promise<string> {
    const { api, host, registration } = this.#parts;
    try {
      const { message_token: token } = await api.call("send_message", body);
      if (token === undefined) throw new ChannelError("uncertain", "Viber took the message but named no token of it: its delivery cannot be followed.");
      return token;
    } catch (error) {
      if (error instanceof ViberRefusal && error.status === WEBHOOK_NOT_SET) registration.setAgain();
      if (error instanceof ViberRefusal && error.status === NOT_SUBSCRIBED)
        await host
          .report({
            kind: "identity.state",
            eventKey: `refused:${command.id}:${host.now()}`,
            occurredAt: host.now(),
            identity: command.to,
            thread: { key: command.threadKey },
            reachable: false,
            reason: "unsubscribed",
          })
          .catch(() => undefined);
      throw error;
    }
  }
}

/** Keeps the newest entries. */
function remember<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > KNOWN && oldest !== undefined) map.delete(oldest);
}
