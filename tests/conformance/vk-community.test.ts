import { randomUUID } from "node:crypto";
import { vk } from "@kommutator/adapters/vk";
import type { Channel, Commands, MessageReceived, RemoteFile } from "@kommutator/contract/channel";
import { afterEach, describe, expect, it } from "vitest";
import { HouseDoor } from "../emulators/http/house-door.ts";
import { Vk } from "../emulators/vk/vk.ts";
import { until } from "../lab/support/wait.ts";
import { Ledger } from "./host.ts";

const IVAN = 578_716_413;
const CHANNEL = "00000000-0000-4000-8000-000000000001";

interface Stage {
  emulator: Vk;
  ledger: Ledger;
  channel: Channel;
  reopen(): Promise<void>;
  /** The same channel on a second node, which VK calls from now on; the first one goes on sending. */
  secondNode(): Promise<void>;
  send(fields?: Partial<Commands["message.send"]>): Promise<{ messageKey: string }>;
  heard(text: string): Promise<MessageReceived>;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A community with its channel open, by long polling or with a callback address of ours. */
async function stage(mode: "polling" | "callback", config: Record<string, unknown> = {}): Promise<Stage> {
  const emulator = await Vk.start();
  const door = await HouseDoor.open();
  closing.push(
    () => emulator.down(),
    () => door.down(),
  );
  const { community } = emulator;
  if (mode === "callback") emulator.callbackUrl = door.hook;
  const ledger = new Ledger();
  const settings = {
    groupId: community.groupId,
    token: community.token,
    apiUrl: `${emulator.origin}/method`,
    mode,
    secret: community.secret,
    confirmation: community.confirmation,
    publicUrl: "https://crm.example",
    retryFloorMs: 20,
    apiTimeoutMs: 400,
    ...config,
  };
  const open = async (): Promise<Channel> => {
    const abort = new AbortController();
    const channel = await vk.open(vk.parseConfig(settings), ledger.open(abort.signal));
    door.attach(channel);
    closing.push(async () => {
      await channel.close();
      abort.abort();
    });
    return channel;
  };
  const made: Stage = {
    emulator,
    ledger,
    channel: await open(),
    async reopen() {
      await (closing.pop() as () => Promise<void>)();
      made.channel = await open();
    },
    async secondNode() {
      await open();
    },
    async send(fields = {}) {
      const perform = made.channel.handlers["message.send"];
      const command: Commands["message.send"] = {
        id: randomUUID(),
        threadKey: String(IVAN),
        to: { kind: "vk", value: String(IVAN) },
        text: "Да, доставим",
        files: [],
        references: [],
        ...fields,
      };
      return (await perform?.(command)) as { messageKey: string };
    },
    heard: (text) => until(`we have heard "${text}"`, () => ledger.messages.find((message) => message.text === text)),
  };
  await until("the channel is up", () => ledger.status?.state === "up");
  return made;
}

const fileOf = (message: MessageReceived): RemoteFile => message.files?.[0] as RemoteFile;

describe.each(["polling", "callback"] as const)("a community by %s", (mode) => {
  it("a customer writes and an employee answers in VK itself: two messages, the second sent outside, however often its echo comes", async () => {
    const { emulator, ledger, heard } = await stage(mode);
    emulator.community.say(IVAN, "Есть ли доставка?");
    await heard("Есть ли доставка?");
    emulator.community.answerInVk(IVAN, "Да, по всему городу");
    await heard("Да, по всему городу");
    const before = ledger.reported.length;
    await emulator.redeliver([...emulator.community.events]);
    await until("both came again", () => ledger.reported.length >= before + 2);
    expect(ledger.messages).toMatchObject([
      { text: "Есть ли доставка?", nature: "human", thread: { key: String(IVAN) }, from: { kind: "vk", value: String(IVAN), displayName: "Иван Петров" } },
      { text: "Да, по всему городу", nature: "outside", thread: { key: String(IVAN) } },
    ]);
  });

  it("the echo of our own answer is no message: not at once, not repeated, not after a restart", async () => {
    const made = await stage(mode);
    const { emulator, ledger } = made;
    emulator.community.say(IVAN, "one");
    await made.heard("one");
    await made.send();
    const echo = emulator.community.events.at(-1);
    expect(echo?.type).toBe("message_reply");
    emulator.community.say(IVAN, "two");
    await made.heard("two");
    await made.reopen();
    await emulator.redeliver(echo === undefined ? [] : [echo]);
    emulator.community.say(IVAN, "three");
    await made.heard("three");
    expect(ledger.messages.map((message) => message.text)).toEqual(["one", "two", "three"]);
  });

  it("an answer that was taken without an answer to us is sent again as the same message", async () => {
    const made = await stage(mode);
    made.emulator.community.say(IVAN, "one");
    await made.heard("one");
    const id = randomUUID();
    made.emulator.next("messages.send", "swallow");
    await expect(made.send({ id })).rejects.toMatchObject({ code: "uncertain" });
    expect(made.channel.repeatsSafely).toBe(true);
    const { messageKey } = await made.send({ id });
    expect(messageKey).toBe(`${IVAN}_2`);
    expect(made.emulator.community.dialog(IVAN)).toHaveLength(2);
    made.emulator.community.say(IVAN, "two");
    await made.heard("two");
    expect(made.ledger.messages).toHaveLength(2);
  });

  it("an edit has the key of what was sent, by the customer and by us", async () => {
    const made = await stage(mode);
    const said = made.emulator.community.say(IVAN, "one");
    await made.heard("one");
    const { messageKey } = await made.send();
    made.emulator.community.edit(said, "one and a half");
    made.emulator.community.edit(made.emulator.community.dialog(IVAN)[1] ?? {}, "Да, завтра");
    await until("both edits are here", () => made.ledger.events.filter((event) => event.kind === "message.edited").length === 2);
    expect(made.ledger.events.filter((event) => event.kind === "message.edited")).toMatchObject([
      { messageKey: made.ledger.messages[0]?.messageKey, text: "one and a half" },
      { messageKey, text: "Да, завтра" },
    ]);
  });

  it("what the customer has read is read, and everything before it", async () => {
    const made = await stage(mode);
    const keys = [await made.send({ text: "a" }), await made.send({ text: "b" })].map((sent) => sent.messageKey);
    made.emulator.community.read(IVAN);
    await until("both are read", () => made.ledger.events.filter((event) => event.kind === "message.state").length === 2);
    const states = made.ledger.events.filter((event) => event.kind === "message.state");
    expect(states).toMatchObject(keys.map((messageKey) => ({ messageKey, state: "read" })));
  });

  it("messages denied: told at once, and a message that is refused for it says so", async () => {
    const made = await stage(mode);
    const reach = () => made.ledger.events.filter((event) => event.kind === "identity.state");
    made.emulator.community.deny(IVAN);
    await until("it is known", () => reach().length === 1);
    await expect(made.send()).rejects.toMatchObject({ code: "rejected", message: expect.stringMatching(/must write first/) });
    made.emulator.community.allow(IVAN);
    await until("he allows them again", () => reach().length === 3);
    expect(reach()).toMatchObject([
      { reachable: false, reason: "denied" },
      { reachable: false, reason: "denied", identity: { kind: "vk", value: String(IVAN) } },
      { reachable: true },
    ]);
    await made.send();
  });

  it("a callback button is a message, and its spinner ends", async () => {
    const made = await stage(mode);
    made.emulator.community.push("message_event", {
      user_id: IVAN,
      peer_id: IVAN,
      event_id: "9f1c2b3a",
      payload: '{"label":"Позвоните мне"}',
      conversation_message_id: 1,
    });
    await made.heard("Позвоните мне");
    await until("it is answered", () => made.emulator.community.answeredPresses.includes("9f1c2b3a"));
  });

  it("typing is shown both ways", async () => {
    const made = await stage(mode);
    await made.channel.handlers["typing.show"]?.({ threadKey: String(IVAN) });
    expect(made.emulator.community.typing).toEqual([IVAN]);
    made.emulator.community.push("message_typing_state", { state: "typing", from_id: IVAN, to_id: -made.emulator.community.groupId });
    await until("he types", () => made.ledger.signals.some((signal) => signal.kind === "typing" && signal.threadKey === String(IVAN)));
  });

  it("chats of several people are left alone", async () => {
    const made = await stage(mode);
    made.emulator.community.say(2_000_000_001, "hello all", { from_id: IVAN });
    made.emulator.community.say(IVAN, "to you alone");
    await made.heard("to you alone");
    expect(made.ledger.messages).toHaveLength(1);
  });

  it("a name that does not come delays nobody", async () => {
    const made = await stage(mode);
    made.emulator.next("users.get", "swallow");
    made.emulator.community.say(42, "who am I");
    expect((await made.heard("who am I")).from.displayName).toBeUndefined();
  });
});

it("the echo of what one node sent is no message on another node either", async () => {
  const made = await stage("callback");
  await made.secondNode();
  await made.send({ text: "from the first node" });
  made.emulator.community.answerInVk(IVAN, "typed in VK");
  await made.heard("typed in VK");
  expect(made.ledger.messages.map((message) => message.text)).toEqual(["typed in VK"]);
});

describe("files", () => {
  it("of a customer are fetched from VK alone and within the limit", async () => {
    const made = await stage("callback");
    const { emulator } = made;
    emulator.media.set("photo.jpg", { mime: "image/jpeg", bytes: Buffer.from("a photo") });
    const sizes = [{ type: "x", url: `${emulator.origin}/media/photo.jpg`, width: 604, height: 604 }];
    emulator.community.say(IVAN, "look", { attachments: [{ type: "photo", photo: { id: 1, owner_id: IVAN, sizes } }] as never });
    const { fileKey } = fileOf(await made.heard("look"));
    const fetching = made.channel.handlers["media.fetch"];
    const fetched = await fetching?.({ fileKey, maxBytes: 1_000 });
    expect(fetched).toMatchObject({ mime: "image/jpeg" });
    expect(Buffer.from(fetched?.bytes ?? []).toString()).toBe("a photo");
    await expect(fetching?.({ fileKey, maxBytes: 3 })).rejects.toMatchObject({ code: "rejected", message: expect.stringMatching(/larger/) });
    await expect(fetching?.({ fileKey: `${emulator.origin}/media/gone.jpg`, maxBytes: 10 })).rejects.toMatchObject({ code: "rejected" });
    for (const elsewhere of [
      "https://evil.example/a.jpg",
      "http://127.0.0.1:1/a",
      "https://userapi.com.evil.example/a",
      "file:///etc/passwd",
      "http://sun9-1.userapi.com:8080/a.jpg",
    ])
      await expect(fetching?.({ fileKey: elsewhere, maxBytes: 10 }), elsewhere).rejects.toMatchObject({ code: "rejected" });
  });

  it("of ours go up as photo, voice and document, whole, and with the message", async () => {
    const made = await stage("callback");
    const file = (name: string, mime: string, content: string) => ({ name, mime, bytes: content.length, read: async () => new TextEncoder().encode(content) });
    await made.send({ text: "", files: [file("a.png", "image/png", "png"), file("b.ogg", "audio/ogg", "ogg"), file("Договор.pdf", "application/pdf", "pdf")] });
    const { community } = made.emulator;
    expect([...community.uploads.values()].map(({ name, mime, bytes }) => [name, mime, Buffer.from(bytes).toString()])).toEqual([
      ["a.png", "image/png", "png"],
      ["b.ogg", "audio/ogg", "ogg"],
      ["Договор.pdf", "application/pdf", "pdf"],
    ]);
    expect(community.dialog(IVAN)[0]).toMatchObject({
      attachment: expect.stringMatching(/^photo-191949777_\d+_94a5e81e6c436a13ee,audio_message-191949777_\d+_key,doc-191949777_\d+$/),
    });
  });

  it("that cannot be put up now leave the message certain: it was not sent", async () => {
    const made = await stage("callback");
    made.emulator.next("docs.getMessagesUploadServer", "swallow");
    const files = [{ name: "a.pdf", mime: "application/pdf", bytes: 1, read: async () => new Uint8Array(1) }];
    await expect(made.send({ files })).rejects.toMatchObject({ code: "unreachable" });
    expect(made.emulator.community.dialog(IVAN)).toHaveLength(0);
  });
});

describe("long polling that was away too long", () => {
  it("finds what VK no longer keeps in the conversations themselves", async () => {
    const made = await stage("polling");
    const { emulator } = made;
    emulator.community.say(IVAN, "before");
    await made.heard("before");
    await until("it is acknowledged", () => emulator.asked === 1);
    await emulator.down();
    emulator.community.say(IVAN, "meanwhile 1");
    emulator.community.say(IVAN, "meanwhile 2");
    emulator.community.say(700_000_001, "meanwhile 3");
    emulator.keptFrom = emulator.community.events.length;
    await emulator.up();
    for (const text of ["meanwhile 1", "meanwhile 2", "meanwhile 3"]) await made.heard(text);
    emulator.community.say(IVAN, "after");
    await made.heard("after");
    expect(made.ledger.messages.map((message) => message.text).sort()).toEqual(["after", "before", "meanwhile 1", "meanwhile 2", "meanwhile 3"]);
    expect(new Set(made.ledger.messages.map((message) => message.messageKey)).size).toBe(5);
  });

  it("says so in the error list when the key may not read conversations", async () => {
    const made = await stage("polling");
    const { emulator } = made;
    emulator.community.say(IVAN, "before");
    await until("it is acknowledged", () => emulator.asked === 1);
    emulator.community.permissions = ["manage"];
    await emulator.down();
    emulator.community.say(IVAN, "meanwhile");
    emulator.keptFrom = emulator.community.events.length;
    await emulator.up();
    await until("it is in the error list", () => made.ledger.events.some((event) => event.kind === "unparseable" && /no longer keeps/.test(event.error)));
    emulator.community.say(IVAN, "after");
    await made.heard("after");
  });

  it("asks for a new key and keeps its place when the old one is lost, or everything is", async () => {
    const made = await stage("polling");
    for (const failed of ['{"failed":2}', '{"failed":3}']) {
      made.emulator.oddAnswers.push(failed);
      made.emulator.community.say(IVAN, `before ${failed}`);
      await made.heard(`before ${failed}`);
      made.emulator.community.say(IVAN, `after ${failed}`);
      await made.heard(`after ${failed}`);
    }
    expect(made.ledger.messages).toHaveLength(4);
  });
});

describe("the callback address", () => {
  it("confirms itself with the string, also before VK knows the secret, and only for its community", async () => {
    const { emulator } = await stage("callback");
    const { groupId, secret, confirmation } = emulator.community;
    const ask = (body: object) => emulator.deliveries.post(JSON.stringify(body));
    expect(await ask({ type: "confirmation", group_id: groupId })).toEqual({ status: 200, body: confirmation });
    expect(await ask({ type: "confirmation", group_id: groupId, secret })).toEqual({ status: 200, body: confirmation });
    expect((await ask({ type: "confirmation", group_id: groupId, secret: "wrong" })).status).toBe(403);
    expect((await ask({ type: "confirmation", group_id: 1 })).status).toBe(403);
  });
});

it("a callback address without a confirmation string asks VK for it, once", async () => {
  const { emulator } = await stage("callback", { confirmation: "" });
  const { groupId, confirmation } = emulator.community;
  const wish = JSON.stringify({ type: "confirmation", group_id: groupId });
  for (let round = 0; round < 3; round++) expect(await emulator.deliveries.post(wish)).toEqual({ status: 200, body: confirmation });
  expect(emulator.calls.filter((call) => call.method === "groups.getCallbackConfirmationCode")).toHaveLength(1);
});

describe("the test button", () => {
  const server = {
    id: 1,
    title: "Kommutator",
    creator_id: 100,
    url: `https://crm.example/hooks/${CHANNEL}/`,
    secret_key: "aaQ13axAPQEcczQa",
    status: "ok",
  } as const;

  it.each<[string, "polling" | "callback", (emulator: Vk) => void, RegExp | true]>([
    ["all is well by long polling", "polling", () => {}, true],
    ["all is well by callback", "callback", () => {}, true],
    ["the key is refused", "polling", (e) => e.rekey("another"), /token/],
    ["the key lacks a right", "polling", (e) => e.community.permissions.splice(1, 1), /lacks the right to messages/],
    ["long polling is off", "polling", (e) => Object.assign(e.community, { longPollEnabled: false }), /Long Poll API is switched off/],
    ["message_reply is off", "polling", (e) => e.community.enabledEvents.set("message_reply", 0), /message_reply are switched off.*what staff answers in VK/],
    ["message_deny is off", "callback", (e) => e.community.enabledEvents.set("message_deny", 0), /message_deny are switched off/],
    ["VK does not know our address", "callback", (e) => Object.assign(e.community, { callbackServer: null }), /add it.*Callback API/],
    ["VK gave up on our address", "callback", (e) => Object.assign(e.community.callbackServer ?? {}, { status: "failed" }), /"failed"/],
    ["the secrets differ", "callback", (e) => Object.assign(e.community.callbackServer ?? {}, { secret_key: "other" }), /secret key/],
  ])("%s", async (_name, mode, spoil, expected) => {
    const { emulator, channel } = await stage(mode);
    emulator.community.callbackServer = { ...server };
    spoil(emulator);
    const result = await channel.test?.();
    if (expected === true) expect(result).toMatchObject({ ok: true });
    else expect(result).toMatchObject({ ok: false, detail: expect.stringMatching(expected) });
    expect(result?.detail).not.toContain(emulator.community.secret);
  });

  it("the key of another community is told by its number", async () => {
    const made = await stage("polling", { groupId: 5 });
    expect(await made.channel.test?.()).toMatchObject({ ok: false, detail: expect.stringMatching(/community 191949777, not to 5/) });
  });
});

it("every fault of a configuration is named at once, and the token never travels openly", () => {
  const faults = (raw: unknown) => {
    const parsed = (() => {
      try {
        vk.parseConfig(raw);
        return [];
      } catch (error) {
        return (error as { issues: { path: string[] }[] }).issues.map((issue) => issue.path.join("."));
      }
    })();
    return parsed.sort();
  };
  expect(faults({ mode: "callback", token: "t", groupId: 1 })).toEqual(["publicUrl", "secret"]);
  expect(faults({ mode: "polling", groupId: -1, token: "" })).toEqual(["groupId", "token"]);
  expect(faults({ mode: "polling", groupId: 1, token: "t", apiUrl: "http://api.vk.example/method" })).toEqual(["apiUrl"]);
  expect(faults({ mode: "polling", groupId: 1, token: "t" })).toEqual([]);
});
