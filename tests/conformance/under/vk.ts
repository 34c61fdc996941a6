import { vk } from "@kommutator/adapters/vk";
import { HouseDoor } from "../../emulators/http/house-door.ts";
import type { VkEvent } from "../../emulators/vk/community.ts";
import { Vk } from "../../emulators/vk/vk.ts";
import { until } from "../../lab/support/wait.ts";
import type { AdapterUnderTest, Provider } from "../provider.ts";

const IVAN = 578_716_413;

const settings = (emulator: Vk) => ({
  groupId: emulator.community.groupId,
  token: emulator.community.token,
  apiUrl: `${emulator.origin}/method`,
  retryFloorMs: 20,
  checkEveryMs: 50,
  apiTimeoutMs: 500,
});

async function customers(emulator: Vk) {
  const { community } = emulator;
  const good = community.token;
  const said: VkEvent[] = [];
  const say = (userId: number, text: string): void => {
    community.say(userId, text);
    said.push(community.events.at(-1) as VkEvent);
  };
  /** Two more questions of our watch are answered, so the answer to the first has been understood. */
  const asked = async (): Promise<void> => {
    const calls = emulator.calls.length;
    await until("VK is asked twice more", () => emulator.calls.length >= calls + 2, { timeoutMs: 30_000 });
  };
  return {
    said,
    async say(text: string) {
      say(IVAN, text);
    },
    async sayTogether(texts: string[]) {
      for (const [index, text] of texts.entries()) say(700_000_000 + index, text);
    },
    redeliver: () => emulator.redeliver([...said]),
    down: () => emulator.down(),
    up: () => emulator.up(),
    customer: () => ({ kind: "vk", value: String(IVAN) }) as const,
    received: async () => community.dialog(IVAN).flatMap((message) => (message.from_id === IVAN ? [] : [message.text ?? ""])),
    credentials: {
      async revoke() {
        emulator.rekey("vk1.a.another-key-of-the-community");
      },
      async restore() {
        emulator.rekey(good);
        if (emulator.callbackUrl !== null) await asked();
      },
    },
    next: {
      limit() {
        emulator.next("messages.send", { refusal: { error_code: 9, error_msg: "Flood control" } });
        return { retryAfterMs: 1_000 };
      },
      fail() {
        emulator.next("messages.send", { page: 502 });
        return { code: "unreachable" } as const;
      },
      swallow() {
        emulator.next("messages.send", "swallow");
        return { code: "uncertain" } as const;
      },
      refuse() {
        emulator.next("messages.send", { refusal: { error_code: 902, error_msg: "Can't send messages to this user due to their privacy settings" } });
        return { words: /privacy/ };
      },
    },
    sendWhileDown: "unreachable",
  } satisfies Partial<Provider> & { said: VkEvent[] };
}

async function byPolling(): Promise<Provider> {
  const emulator = await Vk.start();
  const people = await customers(emulator);
  const { community } = emulator;
  const odd = (name: string, ...events: unknown[]) => ({
    name,
    async act() {
      for (const event of events) community.events.push(event as VkEvent);
      community.onEvent(community.events.at(-1) as VkEvent);
    },
  });
  const answer = (name: string, body: string) => ({
    name,
    async act() {
      emulator.oddAnswers.push(body);
      // A held request ends with the next event, and the one after it meets this answer.
      community.push("group_join", { user_id: 1, join_type: "approved" });
      await until("the answer is taken", () => emulator.oddAnswers.length === 0);
    },
  });
  return {
    ...people,
    config: { ...settings(emulator), mode: "polling" },
    acknowledged: async () => new Set(community.events.slice(0, emulator.asked).filter((event) => people.said.includes(event))).size,
    hostile: [
      odd("nothing", null),
      odd("a number", 42),
      odd("a message that is none", { type: "message_new", object: { message: "hello" }, group_id: community.groupId, event_id: "1" }),
      odd("a message without peer", { type: "message_new", object: { message: { text: "x" } }, group_id: community.groupId, event_id: "2" }),
      odd("a press without a button", { type: "message_event", object: {}, group_id: community.groupId, event_id: "3" }),
      odd(
        "attachments of no kind",
        hostileMessage(community.groupId, { attachments: [null, 7, { type: "__proto__" }, { type: "photo" }, { type: "doc", doc: [] }] }),
      ),
      odd("a thousand forwards in each other", hostileMessage(community.groupId, { fwd_messages: nested(200) })),
      odd("NULs", hostileMessage(community.groupId, { text: "a\0b" })),
      answer("an answer that is no JSON", "<html>"),
      answer("an answer that is a list", "[1,2,3]"),
      answer("an answer without ts", '{"updates":[]}'),
      answer("updates that are no list", JSON.stringify({ ts: String(community.events.length), updates: "all" })),
      answer("a key that is lost", '{"failed":2}'),
    ],
    stop: () => emulator.down(),
  };
}

async function byCallback(): Promise<Provider> {
  const emulator = await Vk.start();
  const door = await HouseDoor.open();
  emulator.callbackUrl = door.hook;
  const people = await customers(emulator);
  const { groupId, secret, confirmation } = emulator.community;
  const raw = (name: string, body: string | Buffer | object, expected: number, method?: string) => ({
    name,
    async act() {
      const { status } = await emulator.deliveries.post(typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body), method);
      if (status !== expected) throw new Error(`${name} was answered with ${status}`);
    },
  });
  return {
    ...people,
    config: { ...settings(emulator), mode: "callback", secret, confirmation, publicUrl: "https://crm.example" },
    attach: (channel) => door.attach(channel),
    door,
    async sayBackwards(texts) {
      emulator.callbackUrl = null;
      for (const text of texts) await people.say(text);
      emulator.callbackUrl = door.hook;
      for (const event of [...people.said].reverse()) emulator.deliveries.add(event);
    },
    acknowledged: async () => new Set(emulator.deliveries.delivered.filter((event) => people.said.includes(event))).size,
    hostile: [
      raw("malformed JSON", "{nope", 400),
      raw("invalid UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400),
      raw("a list", "[1,2,3]", 403),
      raw("no secret", { type: "message_new", group_id: groupId, object: {} }, 403),
      raw("somebody's guess of the secret", { type: "message_new", group_id: groupId, secret: "aaQ13axAPQEcczQb", object: {} }, 403),
      raw("a secret that is no text", { type: "message_new", group_id: groupId, secret: [secret], object: {} }, 403),
      raw("another community", { type: "message_new", group_id: 1, secret, object: {} }, 403),
      raw("a GET", "", 405, "GET"),
      raw("a polluted prototype", `{"__proto__":{"secret":"${secret}"},"type":"message_new","group_id":${groupId}}`, 403),
      raw("five megabytes", JSON.stringify({ type: "message_new", group_id: groupId, secret, object: "x".repeat(5_000_000) }), 413),
      raw("a message that is none", { type: "message_new", group_id: groupId, secret, event_id: "1", object: { message: "hello" } }, 200),
      raw("an event of an unknown kind", { type: "toaster_ready", group_id: groupId, secret, event_id: "2", object: {} }, 200),
      raw("NULs", { ...hostileMessage(groupId, { text: "a\0b" }), secret }, 200),
      raw("forwards without end", { ...hostileMessage(groupId, { fwd_messages: nested(200) }), secret }, 200),
    ],
    async stop() {
      await emulator.down();
      await door.down();
    },
  };
}

const hostileMessage = (groupId: number, fields: object) => ({
  type: "message_new",
  group_id: groupId,
  event_id: JSON.stringify(fields).slice(0, 40),
  object: { message: { peer_id: 1, from_id: 1, conversation_message_id: Object.keys(fields).length + JSON.stringify(fields).length, text: "", ...fields } },
});

const nested = (depth: number): object[] => (depth === 0 ? [] : [{ text: "x", fwd_messages: nested(depth - 1) }]);

const commands = ["message.send", "typing.show", "media.fetch"] as const;
export const vkByCallbackUnderTest: AdapterUnderTest = { name: "vk by callback", adapter: vk as never, commands: [...commands], provider: byCallback };
export const vkByPollingUnderTest: AdapterUnderTest = {
  name: "vk by long poll",
  adapter: vk as never,
  commands: [...commands],
  lacks: { backwards: "the long poll server numbers its events and hands them out by their numbers" },
  provider: byPolling,
};
