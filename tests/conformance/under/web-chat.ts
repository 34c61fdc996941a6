import { randomUUID } from "node:crypto";
import { webChat } from "@kommutator/adapters/web-chat";
import { HouseDoor } from "../../emulators/http/house-door.ts";
import type { AdapterUnderTest, Provider } from "../provider.ts";

/** The visitor's page as the provider: it sends again, with the same key, whatever was not answered with success. */
async function provider(): Promise<Provider> {
  const server = await HouseDoor.open();
  let token = "";
  let cursor = "";
  let acknowledged = 0;
  const sent: { key: string; text: string }[] = [];
  const replies: string[] = [];
  const session = async (): Promise<void> => {
    while (token === "") {
      const answer = await server.request("POST", "session").catch(() => null);
      if (answer?.status === 200) token = (JSON.parse(answer.body) as { token: string }).token;
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  // Each message waits for the one before it, as in the page.
  let queue: Promise<void> = Promise.resolve();
  let stopped = false;
  const deliver = async (message: { key: string; text: string }, count: boolean): Promise<void> => {
    await session();
    while (!stopped) {
      const answer = await server.request("POST", "message", { token, body: message, timeoutMs: 1_500 }).catch(() => null);
      if (answer?.status === 200) {
        if (count) acknowledged++;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const raw = (name: string, act: () => Promise<{ status: number }>) => ({
    name,
    async act() {
      const { status } = await act();
      if (status < 400 || status >= 500) throw new Error(`${name} was answered with ${status}`);
    },
  });
  return {
    config: { messagesPerMinute: 100_000 },
    attach: (channel) => server.attach(channel),
    door: server,
    async say(text) {
      const message = { key: randomUUID(), text };
      sent.push(message);
      queue = queue.then(() => deliver(message, true));
    },
    async sayBackwards(texts) {
      const news = texts.map((text) => ({ key: randomUUID(), text }));
      sent.push(...news);
      for (const message of news.reverse()) await deliver(message, true);
    },
    async sayTogether(texts) {
      await session();
      await Promise.all(
        texts.map((text) => {
          const message = { key: randomUUID(), text };
          sent.push(message);
          return deliver(message, true);
        }),
      );
    },
    acknowledged: async () => acknowledged,
    async redeliver() {
      for (const message of sent) await deliver(message, false);
    },
    down: () => server.down(),
    up: () => server.up(),
    hostile: [
      raw("malformed JSON", () => server.request("POST", "message", { token, raw: "{nope" })),
      raw("JSON that is no object", () => server.request("POST", "message", { token, raw: "[1,2,3]" })),
      raw("a polluted prototype", () => server.request("POST", "message", { token, raw: '{"__proto__":{"key":"12345678"},"text":"x"}' })),
      raw("an empty text", () => server.request("POST", "message", { token, body: { key: randomUUID(), text: "  " } })),
      raw("a text of a megabyte", () => server.request("POST", "message", { token, body: { key: randomUUID(), text: "x".repeat(1_000_000) } })),
      raw("no token", () => server.request("POST", "message", { body: { key: randomUUID(), text: "x" } })),
      raw("somebody's guess of a token", () => server.request("POST", "message", { token: "a".repeat(42), body: { key: randomUUID(), text: "x" } })),
      raw("a key with a path", () => server.request("POST", "message", { token, body: { key: "../../etc/passwd", text: "x" } })),
      raw("another site's origin", () =>
        server.request("POST", "message", { token, body: { key: randomUUID(), text: "x" }, headers: { origin: "https://evil.example" } }),
      ),
      raw("another path", () => server.request("GET", "../../secrets", { token })),
      raw("a file that is not theirs", () => server.request("GET", `file/${randomUUID()}`, { token })),
      raw("invalid UTF-8", () => server.request("POST", "message", { token, raw: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) })),
    ],
    customer: () => ({ kind: "site_visitor", value: "visitor" }),
    async received() {
      const answer = await server.request("GET", `poll?hold=0&after=${cursor}`, { token });
      const news = JSON.parse(answer.body) as { messages: { messageKey: string; direction: string; text: string }[] };
      for (const message of news.messages) if (message.direction === "out") replies.push(message.text);
      cursor = news.messages.at(-1)?.messageKey ?? cursor;
      return replies;
    },
    async stop() {
      stopped = true;
      await server.down();
      await queue;
    },
  };
}

export const webChatUnderTest: AdapterUnderTest = {
  name: "web-chat",
  adapter: webChat as never,
  commands: ["message.send", "typing.show", "thread.close"],
  lacks: {
    credentials: "the channel has none: the visitor's page is its provider",
    limit: "a reply asks nobody: the visitor's page fetches it",
    fail: "a reply asks nobody",
    refuse: "a reply asks nobody",
    swallow: "a reply asks nobody",
  },
  provider,
};
