import { TelegramEmulator } from "../../emulators/telegram/telegram.ts";
import { chatOf, type Unnumbered, userOf } from "../../emulators/telegram/updates.ts";
import { ViberServer } from "../../emulators/viber/server.ts";
import { Vk } from "../../emulators/vk/vk.ts";
import type { ChannelDriver } from "./driver.ts";
import { note, noteAsMp3 } from "./media.ts";

/** Айгерим and the bot that she writes to. */
export interface TelegramDriver extends ChannelDriver {
  server: TelegramEmulator;
  person: { id: number; first_name: string; last_name: string };
  /** A file at Telegram; the fields of a message that name it. */
  file(bytes: Buffer, path: string): { file_id: string; file_unique_id: string; file_size: number };
  /** She sends a message with these fields. */
  push(fields: object): void;
}

/** A bot asked by long polling. */
export async function telegram(token?: string): Promise<TelegramDriver> {
  const server = await TelegramEmulator.start(token);
  let last: object = {};
  const person = { id: 501_001, first_name: "Айгерим", last_name: "Телеграмова" };
  const file = (bytes: Buffer, path: string) => {
    const id = `file-${server.files.size}`;
    server.files.set(id, { path, bytes });
    return { file_id: id, file_unique_id: id, file_size: bytes.byteLength };
  };
  const push = (fields: object) =>
    server.push({
      message: { message_id: server.nextMessageId(), date: Math.floor(Date.now() / 1000), chat: chatOf(person), from: userOf(person), ...fields },
    } as Unnumbered);
  return {
    server,
    person,
    file,
    push,
    kind: "telegram",
    config: () => ({ token: server.token, mode: "polling", apiUrl: server.url, pollSeconds: 2, requestTimeoutMs: 1_000, reconnectFloorMs: 50 }),
    say: (text) => {
      last = server.say(person, text).message ?? {};
    },
    edit: (text) => server.push({ edited_message: { ...last, text, edit_date: Math.floor(Date.now() / 1000) + 1 } } as Unnumbered),
    sendPicture: (name, png) => push({ document: { ...file(png, "documents/file_1.png"), file_name: name, mime_type: "image/png" } }),
    // As a voice note: it has no name, and its length is told before it comes.
    sendSound: () => push({ voice: { ...file(note(), "voice/file_2.oga"), duration: 2, mime_type: "audio/ogg" } }),
    hasFile: (bytes) => server.delivered.some((one) => one.files.some((each) => each.bytes.equals(bytes))),
    received: () => server.received(person.id),
    best: "sent",
    down: () => server.down(),
    up: () => server.up(),
    close: () => server.down(),
  };
}

/** A Viber bot and its callbacks. */
export interface ViberDriver extends ChannelDriver {
  server: ViberServer;
  /** The customer sends a message of any kind; a file lies at Viber under `name`. */
  send(message: Record<string, unknown>): Promise<unknown>;
  file(name: string, mime: string, bytes: Buffer): string;
}

/** A community of VK and Иван, who writes to it. */
export interface VkDriver extends ChannelDriver {
  server: Vk;
  /** He sends attachments, as VK lays them out. */
  attach(...attachments: object[]): void;
  /** Address of a file that lies at VK. */
  file(name: string, mime: string, bytes: Buffer): string;
}

/** A bot that is called at its signed webhook. */
export async function viber(): Promise<ViberDriver> {
  const token = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9";
  const server = await ViberServer.start(token);
  const user = { id: "aXQncyBtZSwgVmliZXI=", name: "Болат Вайберов" };
  const file = (name: string, mime: string, bytes: Buffer): string => {
    server.media.set(name, { headers: { "content-type": mime }, body: bytes });
    return server.mediaUrl(name);
  };
  return {
    server,
    file,
    send: (message) => server.say(message, { user }),
    kind: "viber",
    config: (houseUrl) => ({
      token,
      publicUrl: houseUrl,
      senderName: "Kommutator",
      apiUrl: server.apiUrl,
      mediaHosts: "*.viber.com",
      timeoutMs: 1_000,
      checkEveryMs: 100,
      retryFloorMs: 50,
    }),
    say: (text) => server.say({ type: "text", text }, { user }),
    sendPicture: (name, png) => {
      server.media.set("picture.png", { headers: { "content-type": "image/png" }, body: png });
      return server.say({ type: "picture", text: "", media: server.mediaUrl("picture.png"), file_name: name, size: png.byteLength }, { user });
    },
    received: () => server.sent.map((one) => one.text ?? ""),
    // Viber takes an address and comes for the file itself.
    hasFile: async (bytes) => {
      const { media } = server.sent.findLast((one) => one.media !== undefined) ?? {};
      return media !== undefined && Buffer.from(await (await fetch(media)).arrayBuffer()).equals(bytes);
    },
    arrives: async () => {
      const last = server.sent.at(-1)?.token ?? "";
      await server.receipt(last, "delivered", { user_id: user.id });
      await server.receipt(last, "seen", { user_id: user.id });
    },
    best: "read",
    close: () => server.stop(),
  };
}

/** A community asked by Bots Long Poll. */
export async function vk(): Promise<VkDriver> {
  const server = await Vk.start();
  const { community } = server;
  let last: ReturnType<typeof community.say> = {};
  const person = 578_716_413;
  const file = (name: string, mime: string, bytes: Buffer): string => {
    server.media.set(name, { mime, bytes });
    return `${server.origin}/media/${name}`;
  };
  const attach = (...attachments: object[]): void => void community.say(person, "", { attachments } as never);
  return {
    server,
    file,
    attach,
    kind: "vk",
    config: () => ({
      groupId: community.groupId,
      token: community.token,
      mode: "polling",
      apiUrl: `${server.origin}/method`,
      retryFloorMs: 50,
      checkEveryMs: 1_000,
      apiTimeoutMs: 1_000,
    }),
    say: (text) => {
      last = community.say(person, text);
    },
    edit: (text) => community.edit(last, text),
    sendPicture: (name, png) => {
      server.media.set("doc.png", { mime: "image/png", bytes: png });
      const doc = { id: 7, owner_id: person, title: name, size: png.byteLength, ext: "png", url: `${server.origin}/media/doc.png`, date: 1, type: 4 };
      return community.say(person, "", { attachments: [{ type: "doc", doc }] } as never);
    },
    sendSound: () => {
      const voice = { id: 8, owner_id: person, duration: 2, waveform: [0, 7, 31, 7], access_key: "key" };
      const links = { link_ogg: file("note.ogg", "audio/ogg", note()), link_mp3: file("note.mp3", "audio/mpeg", noteAsMp3()) };
      attach({ type: "audio_message", audio_message: { ...voice, ...links } });
    },
    hasFile: (bytes) => [...community.uploads.values()].some((each) => Buffer.from(each.bytes).equals(bytes)),
    received: () => community.dialog(person).flatMap((message) => (message.from_id === person ? [] : [message.text ?? ""])),
    arrives: () => community.read(person),
    best: "read",
    close: () => server.down(),
  };
}
