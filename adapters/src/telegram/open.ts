import { type Channel, ChannelError, type Host } from "@kommutator/contract/channel";
import { BotApi } from "./bot-api.ts";
import type { TelegramConfig } from "./config.ts";
import { Intake } from "./intake.ts";
import { fetchMedia } from "./media.ts";
import { Polling } from "./polling.ts";
import { Sender } from "./sender.ts";
import { parseThreadKey } from "./thread.ts";
import { MAX_FILE_BYTES, MAX_FILES, MAX_TEXT } from "./to-telegram.ts";
import { tryBot } from "./trial.ts";
import { Webhook } from "./webhook.ts";

/** Begins to hear the bot, by the way that its settings name, and says what it can do. */
export async function openBot(config: TelegramConfig, host: Host): Promise<Channel> {
  const api = new BotApi(config, host);
  const intake = new Intake(api, host);
  const sender = new Sender(api, host);
  const webhook = config.mode === "webhook" ? new Webhook(config, host, api, intake) : null;
  const way = webhook ?? new Polling(config, host, api, intake);
  const letGo = (): void => api.close();
  host.signalAbort.addEventListener("abort", letGo, { once: true });
  if (host.signalAbort.aborted) letGo();
  await way.ready;
  return {
    limits: {
      textLength: MAX_TEXT,
      attachmentBytes: MAX_FILE_BYTES,
      attachments: { count: MAX_FILES },
      replyWindowMs: null,
      canStart: false,
      replies: true,
      quickAnswers: { count: 12, length: 60 },
    },
    handlers: {
      "message.send": async (command) => {
        try {
          return await sender.send(command);
        } catch (error) {
          if (error instanceof ChannelError && error.code === "bad-credentials") host.status({ state: "bad-credentials", detail: error.message });
          throw error;
        }
      },
      "media.fetch": (command) => fetchMedia(api, config, command),
      "typing.show": async ({ threadKey }) => {
        const thread = parseThreadKey(threadKey);
        if (thread === null) return;
        const { chatId, businessConnectionId: business } = thread;
        await api.call(
          "sendChatAction",
          { chat_id: chatId, action: "typing", ...(business === undefined ? {} : { business_connection_id: business }) },
          { quiet: true },
        );
      },
    },
    ...(webhook === null ? {} : { webhook: (request) => webhook.answer(request), admit: (head) => webhook.admit(head) }),
    test: () => tryBot(config, host, api),
    async close() {
      host.signalAbort.removeEventListener("abort", letGo);
      letGo();
      await way.close();
      await intake.idle();
    },
  };
}
