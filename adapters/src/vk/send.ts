import { ChannelError, type Commands, type Host } from "@kommutator/contract/channel";
import type { VkClient } from "./client.ts";
import { DENIED, faultIn, toVkError, VkError } from "./errors.ts";
import { int, list } from "./loose.ts";
import type { Memory } from "./memory.ts";
import { messageKeyOf } from "./message-content.ts";
import { check, peerOf, toSend } from "./to-vk.ts";
import { upload } from "./upload.ts";

/** Sends one message with its files. Throws ChannelError; a repeated command finds the message that the first one made. */
export async function sendMessage(command: Commands["message.send"], parts: { host: Host; client: VkClient; memory: Memory }): Promise<{ messageKey: string }> {
  const { host, client, memory } = parts;
  check(command);
  const peerId = peerOf(command.threadKey) as number;
  const summary = { command: command.id, peer_id: peerId, files: command.files.map((file) => file.name) };
  try {
    const attachments: string[] = [];
    for (const file of command.files) attachments.push(await upload(client, peerId, file));
    const params = toSend(command, attachments);
    // Before the request: its echo may come back sooner than its answer.
    await memory.sending(params.random_id as number).catch((error: unknown) => {
      throw new ChannelError("unreachable", "What is about to be sent could not be remembered", { cause: error });
    });
    const [item] = list(await client.call<unknown>("messages.send", { ...params }));
    const fault = faultIn(item?.["error"]);
    if (fault !== null) throw toVkError(fault);
    const cmid = int(item?.["conversation_message_id"]);
    const id = int(item?.["message_id"]);
    if (cmid === undefined && id === undefined) throw new ChannelError("uncertain", "VK's answer names no message");
    const messageKey = cmid === undefined ? `${peerId}_id${id}` : messageKeyOf(peerId, cmid);
    memory.sent(command.threadKey, cmid ?? 0, messageKey);
    host.record("out", "messages.send", { ...summary, messageKey });
    return { messageKey };
  } catch (error) {
    host.record("out", "messages.send failed", { ...summary, error: String(error).slice(0, 300) });
    if (error instanceof VkError && DENIED.includes(error.vkCode)) await reportDenied(command, host, error.vkCode);
    throw error;
  }
}

/** Whoever refuses messages is marked so, until he writes or allows them again. */
async function reportDenied(command: Commands["message.send"], host: Host, code: number): Promise<void> {
  await host
    .report({
      kind: "identity.state",
      eventKey: `refused:${command.id}:${code}`,
      occurredAt: host.now(),
      identity: { kind: "vk", value: command.threadKey },
      thread: { key: command.threadKey },
      reachable: false,
      reason: "denied",
    })
    .catch((error: unknown) => host.record("in", "A refusal could not be stored", { error: String(error).slice(0, 200) }));
}
