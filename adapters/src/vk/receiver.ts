import type { Host } from "@kommutator/contract/channel";
import type { VkClient } from "./client.ts";
import type { VkConfig } from "./config.ts";
import { fromVk, type Translation, unreadable, usersIn } from "./from-vk.ts";
import type { Memory } from "./memory.ts";
import { messageKeyOf } from "./message-content.ts";
import type { Names } from "./names.ts";

/** Takes one event of VK into the house, however it came. */
export class Receiver {
  readonly #config: VkConfig;
  readonly #host: Host;
  readonly #client: VkClient;
  readonly #memory: Memory;
  readonly #names: Names;

  constructor(config: VkConfig, host: Host, parts: { client: VkClient; memory: Memory; names: Names }) {
    this.#config = config;
    this.#host = host;
    this.#client = parts.client;
    this.#memory = parts.memory;
    this.#names = parts.names;
  }

  /** Asks for the names of all who write in these events, together. Never rejects. */
  prepare(updates: readonly unknown[]): Promise<void> {
    return this.#names.want(updates.flatMap(usersIn));
  }

  /** Resolves when all that the event says is stored. Throws when it is not: VK keeps it then. */
  async take(update: unknown): Promise<void> {
    await this.#memory.refresh(update);
    let translation: Translation;
    try {
      translation = fromVk(update, {
        groupId: this.#config.groupId,
        now: this.#host.now(),
        nameOf: (userId) => this.#names.of(userId),
        isOurs: (echo) => this.#memory.isOurs(echo),
      });
    } catch (error) {
      const event = unreadable(update, error, this.#host.now());
      this.#host.record("in", "An event that cannot be read", { error: event.error });
      return this.#host.report(event);
    }
    for (const event of translation.events) await this.#host.report(event);
    await this.#reportRead(translation);
    if (translation.typing !== undefined) this.#host.signal({ kind: "typing", threadKey: translation.typing });
    if (translation.pressed !== undefined) this.#answerButton(translation.pressed);
  }

  /** Being read counts for everything before it too. */
  async #reportRead({ read }: Translation): Promise<void> {
    if (read === undefined) return;
    for (const cmid of this.#memory.readUpTo(String(read.peerId), read.upTo)) {
      const messageKey = messageKeyOf(read.peerId, cmid);
      await this.#host.report({
        kind: "message.state",
        eventKey: `${read.eventKey}:${cmid}`,
        occurredAt: this.#host.now(),
        messageKey,
        state: "read",
      });
    }
    this.#host.signal({ kind: "seen", threadKey: String(read.peerId) });
  }

  /** Ends the spinner on the button; it has only a minute and matters to nobody else. */
  #answerButton({ eventId, userId, peerId }: NonNullable<Translation["pressed"]>): void {
    this.#client.call("messages.sendMessageEventAnswer", { event_id: eventId, user_id: userId, peer_id: peerId }).catch((error: unknown) => {
      this.#host.record("out", "messages.sendMessageEventAnswer failed", { error: String(error).slice(0, 300) });
    });
  }
}
