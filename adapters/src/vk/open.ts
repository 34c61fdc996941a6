import { type Channel, ChannelError, type Commands, type Host } from "@kommutator/contract/channel";
import { fetchFile } from "@kommutator/contract/fetch-file";
import { fetchWithPreview } from "@kommutator/contract/preview";
import { callback, MAX_BODY_BYTES } from "./callback.ts";
import { pause, VkClient } from "./client.ts";
import type { VkConfig } from "./config.ts";
import { longPoll } from "./long-poll.ts";
import { Memory } from "./memory.ts";
import { Names } from "./names.ts";
import { probe } from "./probe.ts";
import { Receiver } from "./receiver.ts";
import { sendMessage } from "./send.ts";
import { peerOf, vkLimits } from "./to-vk.ts";

const MEDIA_TIMEOUT_MS = 120_000;

/** Begins to hear the community, by the way that its settings name. */
export function openCommunity(config: VkConfig, host: Host): Channel {
  const client = new VkClient(config);
  const memory = new Memory(host);
  const names = new Names(client);
  const receiver = new Receiver(config, host, { client, memory, names });
  let wasRefused = false;
  client.onOutcome = (error) => {
    if (error?.code === "bad-credentials") {
      wasRefused = true;
      host.status({ state: "bad-credentials", detail: error.message });
    } else if (error === null && wasRefused) {
      wasRefused = false;
      host.status({ state: "up" });
    }
  };
  host.status({ state: "connecting" });
  const running = config.mode === "polling" ? longPoll(config, host, { client, memory, receiver }) : watch(config, host, client);
  const close = (): void => client.close();
  host.signalAbort.addEventListener("abort", close, { once: true });
  const hookUrl = config.publicUrl === null ? null : `${config.publicUrl}/hooks/${host.channelId}/`;
  return {
    limits: vkLimits,
    // random_id: VK answers a repeated request with the message it made of the first one.
    repeatsSafely: true,
    handlers: {
      "message.send": (command) => sendMessage(command, { host, client, memory }),
      "typing.show": ({ threadKey }) => showTyping(client, threadKey),
      "media.fetch": (command: Commands["media.fetch"]) =>
        fetchWithPreview(command, ({ fileKey, maxBytes }) =>
          fetchFile(fileKey, { provider: "VK", allowed: client.allowed, maxBytes, timeoutMs: MEDIA_TIMEOUT_MS, signal: client.signal }),
        ),
    },
    ...(config.mode === "callback" ? { webhook: callback(config, host, { client, receiver }), admit: () => MAX_BODY_BYTES } : {}),
    test: () => probe(config, client, hookUrl),
    async close() {
      host.signalAbort.removeEventListener("abort", close);
      close();
      await running;
    },
  };
}

/** VK shows "is typing" for ten seconds or until the message (dev.vk.com/method/messages.setActivity). */
async function showTyping(client: VkClient, threadKey: string): Promise<void> {
  const peerId = peerOf(threadKey);
  if (peerId !== null) await client.call("messages.setActivity", { peer_id: peerId, type: "typing" });
}

/** While VK calls us nothing tells that the key was revoked, or that VK is away: so it is tried from time to time. */
async function watch(config: VkConfig, host: Host, client: VkClient): Promise<void> {
  let up = false;
  while (!client.signal.aborted) {
    try {
      await client.call("groups.getById", {});
      if (!up) host.status({ state: "up" });
      up = true;
    } catch (error) {
      if (client.signal.aborted) return;
      if (error instanceof ChannelError && error.code !== "bad-credentials") host.status({ state: "degraded", detail: error.message });
      up = false;
    }
    await pause(up ? config.checkEveryMs : Math.min(config.checkEveryMs, config.retryFloorMs * 5), client.signal);
  }
}
