import { createHmac } from "node:crypto";
import { viber } from "@kommutator/adapters/viber";
import { HouseDoor } from "../../emulators/http/house-door.ts";
import { ViberServer } from "../../emulators/viber/server.ts";
import { until } from "../../lab/support/wait.ts";
import type { AdapterUnderTest, Provider } from "../provider.ts";

const TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9";
const CUSTOMER = "01234567890A=";

async function provider(): Promise<Provider> {
  const server = await ViberServer.start(TOKEN);
  const door = await HouseDoor.open();
  const said: { token: string; text: string }[] = [];
  let acknowledged = 0;
  const raw = (name: string, body: string | Buffer, expected: number, options: { signature?: string | null; path?: string; method?: string } = {}) => ({
    name,
    async act() {
      await until("Viber knows the house's address", () => server.webhook !== "");
      const { status } = await server.post(body, options);
      if (status !== expected) throw new Error(`${name} was answered with ${status}`);
    },
  });
  const message = (fields: string) => `{"event":"message","timestamp":1457764197627,"message_token":${server.nextToken()},${fields}}`;
  const hostile = [
    raw("no signature", "{}", 403, { signature: null }),
    raw("a signature of another bot", "{}", 403, { signature: createHmac("sha256", "another").update("{}").digest("hex") }),
    raw("a signature that is none", "{}", 403, { signature: "zz" }),
    raw("malformed JSON", '{"event":"message",', 200),
    raw("JSON that is no object", "[1,2,3]", 200),
    raw("an event nobody knows", '{"event":"teleported","timestamp":1,"message_token":2}', 200),
    raw("a message of nobody", message('"message":{"type":"text","text":"x"}'), 200),
    raw("a polluted prototype", message('"sender":{"id":"__proto__","name":"p"},"message":{"type":"text","text":"proto","__proto__":{"text":"y"}}'), 200),
    raw("NULs and half characters", message('"sender":{"id":"n","name":"a\\u0000b"},"message":{"type":"text","text":"x\\u0000y\\ud83d"}'), 200),
    raw("100,000 nested arrays", `{"event":"message","message":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, 200),
    raw("fields of wrong types", message('"sender":{"id":"w","name":7},"message":{"type":"location","location":"nowhere","media":{},"size":"-1"}'), 200),
    raw("invalid UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 200),
    raw("two megabytes", `"${"x".repeat(2_000_000)}"`, 413),
    raw("another path", "{}", 404, { path: "/../../secrets" }),
    raw("a forged address of a file", "", 403, { method: "GET", path: "/file/e30.AAAA/x.jpg", signature: null }),
  ];
  return {
    config: {
      token: TOKEN,
      publicUrl: door.url,
      senderName: "House",
      apiUrl: server.apiUrl,
      timeoutMs: 500,
      checkEveryMs: 50,
      retryFloorMs: 20,
    },
    attach: (channel) => door.attach(channel),
    door,
    async say(text) {
      const token = server.nextToken();
      said.push({ token, text });
      void server.say({ type: "text", text }, { token }).then(() => acknowledged++);
    },
    acknowledged: async () => acknowledged,
    async redeliver() {
      for (const { token, text } of said) await server.say({ type: "text", text }, { token });
    },
    down: () => server.down(),
    up: () => server.up(),
    hostile,
    customer: () => ({ kind: "viber", value: CUSTOMER }),
    received: async () => server.sent.map((one) => one.text ?? ""),
    credentials: { revoke: async () => server.revokeToken(), restore: async () => server.restoreToken() },
    async sayBackwards(texts) {
      const news = texts.map((text) => ({ token: server.nextToken(), text }));
      said.push(...news);
      for (const { token, text } of [...news].reverse()) {
        await server.say({ type: "text", text }, { token });
        acknowledged++;
      }
    },
    async sayTogether(texts) {
      await Promise.all(
        texts.map(async (text, i) => {
          const sender = { id: `user-${i % 7}`, name: `User ${i % 7}` };
          await server.deliver({ event: "message", timestamp: Date.now(), message_token: server.nextToken(), sender, message: { type: "text", text } });
          acknowledged++;
        }),
      );
    },
    next: {
      limit() {
        server.tricks.push({ kind: "http", status: 429, headers: { "retry-after": "7" } });
        return { retryAfterMs: 7_000 };
      },
      fail() {
        server.tricks.push({ kind: "http", status: 502 });
        return { code: "uncertain" };
      },
      swallow() {
        server.tricks.push({ kind: "swallow" });
        return { code: "uncertain" };
      },
      refuse() {
        server.tricks.push({ kind: "status", status: 6, message: "notSubscribed" });
        return { words: /not subscribed.*status 6/ };
      },
    },
    sendWhileDown: "unreachable",
    async stop() {
      await server.stop();
      await door.down();
    },
  };
}

export const viberUnderTest: AdapterUnderTest = { name: "viber", adapter: viber as never, commands: ["message.send", "media.fetch"], provider };
