import type { Update } from "@grammyjs/types";
import { telegram } from "@kommutator/adapters/telegram";
import { HouseDoor } from "../../emulators/http/house-door.ts";
import { botBlocked, floodWait, internalError } from "../../emulators/telegram/answers.ts";
import { TelegramEmulator, TOKEN } from "../../emulators/telegram/telegram.ts";
import { type Person, text, type Unnumbered } from "../../emulators/telegram/updates.ts";
import { until } from "../../lab/support/wait.ts";
import type { AdapterUnderTest, Provider } from "../provider.ts";

const CUSTOMER: Person = { id: 1111111, first_name: "Test Firstname", last_name: "Test Lastname", username: "Testusername", language_code: "ru" };

async function provider(mode: "polling" | "webhook"): Promise<Provider> {
  const server = await TelegramEmulator.start();
  const door = mode === "webhook" ? await HouseDoor.open() : null;
  const said: Update[] = [];
  const fate = (what: Parameters<typeof server.fates.set>[1][number]): void => void server.fates.set("sendMessage", [what]);
  /** An update that no honest Telegram sends; the id is the emulator's, unless the update has one of its own. */
  const forged = (name: string, update: object) => ({
    name,
    async act() {
      server.push(update as Unnumbered);
    },
  });
  const message = (fields: object) => ({
    message: { message_id: 1, date: 1_700_000_000, chat: { id: CUSTOMER.id, type: "private" }, from: CUSTOMER, ...fields },
  });
  const nested = (depth: number): unknown => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);

  return {
    config: {
      token: TOKEN,
      mode,
      apiUrl: server.url,
      publicUrl: door?.url ?? "",
      pollSeconds: 2,
      requestTimeoutMs: 2_000,
      checkEveryMs: 100,
      reconnectFloorMs: 50,
    },
    ...(door === null ? {} : { door, attach: (channel) => door.attach(channel) }),
    async say(text) {
      said.push(server.say(CUSTOMER, text));
    },
    acknowledged: async () => said.filter((update) => server.acknowledged.has(update.update_id)).length,
    async redeliver() {
      // An update that is still on its way would only come once.
      await until("all is acknowledged", () => said.every((update) => server.acknowledged.has(update.update_id)));
      server.again(said);
    },
    down: () => server.down(),
    up: () => server.up(),
    ...(mode === "polling"
      ? {}
      : {
          async sayBackwards(texts: string[]) {
            const news = texts.map((words, index) => ({ update_id: 200_000_001 + index, ...text(CUSTOMER, 1 + index, words) }));
            for (const update of news.reverse()) said.push(server.push(update));
          },
        }),
    async sayTogether(texts) {
      for (const [index, text] of texts.entries()) said.push(server.say({ ...CUSTOMER, id: CUSTOMER.id + 1 + index }, text));
    },
    hostile: [
      forged("a message without a chat", { message: { message_id: 1, date: 1, text: "x" } }),
      forged("a text that is an object", message({ text: { toString: "x" } })),
      forged("a photo that is a string", message({ photo: "x" })),
      forged("a message id beyond what JSON numbers hold", message({ message_id: 2 ** 60, text: "x" })),
      forged("a date of the next millennium", message({ date: 1e18, text: "x" })),
      forged(
        "entities outside the text",
        message({ message_id: 2, text: "ab", entities: [{ type: "text_link", offset: 1, length: 99, url: "https://evil.example" }] }),
      ),
      forged("NULs and half a surrogate", message({ message_id: 3, text: "a\0b\ud800c" })),
      forged("a megabyte of text", message({ message_id: 4, text: "x".repeat(1_000_000) })),
      forged("a polluted prototype", JSON.parse('{"__proto__":{"message":1},"message":{"__proto__":{"text":"x"}}}') as object),
      forged("an update nested a thousand deep", { message: nested(1_000) }),
      forged("an update of a kind nobody knows", { gift_exploded: { id: 1 } }),
      ...(mode === "webhook" ? webhookOnly(server) : pollingOnly(server)),
    ],
    customer: () => ({ kind: "telegram", value: String(CUSTOMER.id) }),
    received: async () => server.received(CUSTOMER.id),
    credentials: {
      async revoke() {
        server.valid = false;
        // What is on its way has been let in already.
        await server.down();
        await server.up();
      },
      async restore() {
        server.valid = true;
      },
    },
    next: {
      limit() {
        fate(floodWait(2));
        return { retryAfterMs: 2_000 };
      },
      fail() {
        fate(internalError);
        return { code: "unreachable" };
      },
      refuse() {
        fate(botBlocked);
        return { words: /blocked by the user/ };
      },
      swallow() {
        fate("swallow");
        return { code: "uncertain" };
      },
    },
    sendWhileDown: "unreachable",
    async stop() {
      await server.down();
      await door?.down();
    },
  };
}

/** What only somebody who calls our webhook can try. */
function webhookOnly(server: TelegramEmulator): Provider["hostile"] {
  const secret = (): Record<string, string> => ({ "x-telegram-bot-api-secret-token": server.deliveries.target?.secret ?? "" });
  const posted = (name: string, body: string | Buffer, headers: () => Record<string, string>, expected: number) => ({
    name,
    async act() {
      const status = await server.deliveries.post(body, headers());
      if (status !== expected) throw new Error(`${name} was answered with ${status}`);
    },
  });
  const fake = JSON.stringify({ update_id: 1, message: { message_id: 1, date: 1, chat: { id: 5, type: "private" }, text: "not from Telegram" } });
  return [
    posted("malformed JSON", "{nope", secret, 200),
    posted("JSON that is no object", "null", secret, 200),
    posted("invalid UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), secret, 200),
    posted("nothing at all", "", secret, 200),
    posted("no secret", fake, () => ({}), 401),
    posted("a wrong secret", fake, () => ({ "x-telegram-bot-api-secret-token": "x".repeat(43) }), 401),
  ];
}

/** What only somebody who stands between us and Telegram can try. */
function pollingOnly(server: TelegramEmulator): Provider["hostile"] {
  const answered = (name: string, body: unknown, status = 200) => ({
    name,
    async act() {
      server.fates.set("getUpdates", [{ status, body }]);
    },
  });
  return [
    answered("an answer that is a string", "nope"),
    answered("a result that is no list", { ok: true, result: { update_id: 1 } }),
    answered("updates that are none", { ok: true, result: [null, 7, "x", { update_id: "1" }, { update_id: -5 }] }),
    answered("a page of HTML", "<html>", 502),
  ];
}

const under = (mode: "polling" | "webhook"): AdapterUnderTest => ({
  name: `telegram by ${mode}`,
  adapter: telegram as never,
  commands: ["message.send", "media.fetch", "typing.show"],
  ...(mode === "polling" ? { lacks: { backwards: "Telegram hands its updates out by their numbers" } } : {}),
  provider: () => provider(mode),
});

export const telegramByPollingUnderTest = under("polling");
export const telegramByWebhookUnderTest = under("webhook");
