import { randomUUID } from "node:crypto";
import { telegram } from "@kommutator/adapters/telegram";
import type { Channel, Commands, OutboundFile } from "@kommutator/contract/channel";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HouseDoor } from "../emulators/http/house-door.ts";
import { badRequest, botBlocked, type Call, floodWait } from "../emulators/telegram/answers.ts";
import { TelegramEmulator, TOKEN } from "../emulators/telegram/telegram.ts";
import { blocked, contact, inGroup, type Person, pressed } from "../emulators/telegram/updates.ts";
import { until } from "../lab/support/wait.ts";
import { type PublishedTypes, publishedTypes } from "../support/published-types.ts";
import { Ledger } from "./host.ts";

// What goes over the wire between us and Telegram's emulator, held against the types that grammY publishes of the Bot API: the emulator may
// not answer what Telegram does not, nor we ask what it does not know.
const SOURCE = `
  import type { ApiError, ApiMethods, Update } from "@grammyjs/types";
  type Methods = ApiMethods<string>;
  export type Calls = { [M in keyof Methods]: { args: NonNullable<Parameters<Methods[M]>[0]>; result: ReturnType<Methods[M]> } };
  export type Said = Update;
  export type Refusal = ApiError;
`;
const AZHAR: Person = { id: 770111, first_name: "Ажар", last_name: "Сұлтан", username: "azhar", language_code: "kk" };

let types: PublishedTypes;
let server: TelegramEmulator;
let door: HouseDoor;
let abort: AbortController;
let ledger: Ledger;
let channel: Channel;
/** telegraf names the method once more inside a form. */
const BEYOND = ["method"];
/** Methods whose requests and answers were looked at in this file. */
const seen = new Set<string>();

beforeAll(() => {
  types = publishedTypes(SOURCE);
}, 60_000);
beforeEach(async () => {
  [server, door, ledger, abort] = [await TelegramEmulator.start(), await HouseDoor.open(), new Ledger(), new AbortController()];
});
afterEach(async () => {
  await channel.close();
  abort.abort();
  await server.down();
  await door.down();
});
afterAll(() => console.log(`telegram: ${seen.size} methods held against @grammyjs/types: ${[...seen].sort().join(", ")}`));

async function open(mode: "polling" | "webhook"): Promise<void> {
  const config = {
    token: TOKEN,
    mode,
    apiUrl: server.url,
    publicUrl: door.url,
    pollSeconds: 2,
    requestTimeoutMs: 2_000,
    checkEveryMs: 50,
    reconnectFloorMs: 20,
  };
  channel = await telegram.open(telegram.parseConfig(config), ledger.open(abort.signal));
  door.attach(channel);
}
const file = (name: string, mime: string): OutboundFile => ({ name, mime, bytes: 4, read: async () => new Uint8Array([1, 2, 3, 4]) });
const send = (fields: Partial<Commands["message.send"]>) =>
  channel.handlers["message.send"]?.({
    id: randomUUID(),
    threadKey: String(AZHAR.id),
    to: { kind: "telegram", value: String(AZHAR.id) },
    text: "",
    files: [],
    references: [],
    ...fields,
  });
const hears = (count: number) => until(`${count} events are here`, () => ledger.events.length >= count, { timeoutMs: 20_000 });

/** The arguments of a request: what was uploaded under a field of its own stands for itself. */
function argumentsOf({ params, files }: Call): Record<string, unknown> {
  const named = JSON.stringify(params);
  return { ...params, ...Object.fromEntries(files.filter(({ field }) => !named.includes(`attach://${field}`)).map(({ field }) => [field, "a file"])) };
}

/** Nothing that went over the wire so far is other than published. */
function expectPublished(): void {
  expect(server.exchanges.length).toBeGreaterThan(0);
  for (const { call, body } of server.exchanges) {
    const { method } = call;
    seen.add(method);
    const args = argumentsOf(call);
    if (Object.keys(args).length > 0)
      expect(types.faults(`Calls ${method} args`, args, { textual: call.files.length > 0, beyond: BEYOND }), `what we ask of ${method}`).toEqual([]);
    const { ok, result } = body as { ok: boolean; result: unknown };
    if (ok) expect(types.faults(`Calls ${method} result`, result), `what ${method} answers`).toEqual([]);
    else expect(types.faults("Refusal", body), `how ${method} is refused`).toEqual([]);
  }
}

describe("what goes over the wire is what is published of the Bot API", () => {
  it("a customer's messages of every kind, fetched by us, and our own of every kind", async () => {
    await open("polling");
    const updates = [
      server.say(AZHAR, "hello"),
      server.sendPhoto(AZHAR, Buffer.from("a picture"), "look"),
      server.push(contact(AZHAR, server.nextMessageId(), "+77011234567")),
      server.push(pressed(AZHAR, server.nextMessageId(), server.bot, "Yes", "yes")),
      server.push(inGroup(AZHAR, server.nextMessageId(), -100_500, "all of you")),
      server.push(blocked(AZHAR, server.bot)),
    ];
    for (const update of updates) expect(types.faults("Said", update)).toEqual([]);
    await hears(5);
    await send({ text: "Good day", replyTo: "1001" });
    await send({ text: "Which day?", quickAnswers: ["Monday", "Tuesday"] });
    await send({ text: "A picture", files: [file("a.jpg", "image/jpeg")] });
    await send({ text: "An album", files: [file("a.jpg", "image/jpeg"), file("b.mp4", "video/mp4")] });
    for (const one of [
      file("a.mp4", "video/mp4"),
      file("a.pdf", "application/pdf"),
      file("a.gif", "image/gif"),
      file("a.mp3", "audio/mpeg"),
      file("a.ogg", "audio/ogg"),
    ])
      await send({ files: [one] });
    await channel.handlers["typing.show"]?.({ threadKey: String(AZHAR.id) } as Commands["typing.show"]);
    const photo = ledger.messages.flatMap(({ files = [] }) => files).find((one) => "fileKey" in one);
    if (photo === undefined || !("fileKey" in photo)) throw new Error("no picture came");
    await channel.handlers["media.fetch"]?.({ fileKey: photo.fileKey, maxBytes: 1_000 } as Commands["media.fetch"]);
    await channel.test?.();
    expectPublished();
  });

  it("a webhook that is set, and the same updates delivered", async () => {
    await open("webhook");
    await until("the webhook is set", () => server.deliveries.target !== null);
    server.say(AZHAR, "hello");
    await hears(1);
    expect(await channel.test?.()).toMatchObject({ ok: true });
    expectPublished();
  });

  it("refusals: a flood, a bad request, a customer who has blocked the bot", async () => {
    await open("polling");
    server.say(AZHAR, "hello");
    await hears(1);
    server.fates.set("sendMessage", [floodWait(2), badRequest("message is too long"), botBlocked]);
    for (const code of ["rate-limited", "rejected", "rejected"]) await expect(send({ text: "x" })).rejects.toMatchObject({ code });
    expectPublished();
  });
});

describe("the types are asked in earnest", () => {
  it("what is missing, of another type, or no field at all is found", async () => {
    await open("polling");
    expect(types.faults("Calls sendMessage args", { chat_id: 1, text: "x", parse_mod: "HTML" })).toEqual([expect.stringContaining("parse_mod is no field")]);
    expect(types.faults("Calls sendMessage args", { chat_id: true, text: 7 }).join()).toMatch(/chat_id is true.*text is 7/);
    expect(types.faults("Calls sendMessage args", { chat_id: 1 })).toEqual(["text is missing"]);
    expect(
      types.faults("Said", { update_id: 1, message: { message_id: 1, date: 1, chat: { id: 1, type: "private", first_name: "A" }, from: { id: 1 } } }).join(),
    ).toMatch(/message\.from\.(is_bot|first_name) is missing/);
    expect(types.faults("Calls sendMessage args", { chat_id: "1", text: "x", disable_notification: "true" })).not.toEqual([]);
    expect(types.faults("Calls sendMessage args", { chat_id: "1", text: "x", disable_notification: "true" }, { textual: true })).toEqual([]);
  });
});
