import { randomUUID } from "node:crypto";
import { vk } from "@kommutator/adapters/vk";
import type { Channel, Commands, OutboundFile } from "@kommutator/contract/channel";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HouseDoor } from "../emulators/http/house-door.ts";
import { Vk } from "../emulators/vk/vk.ts";
import { until } from "../lab/support/wait.ts";
import { type PublishedTypes, publishedTypes } from "../support/published-types.ts";
import { Ledger } from "./host.ts";

// What goes over the wire between us and VK's emulator, held against VK's own schema of its API (github.com/VKCOM/vk-api-schema), from which
// vk-io's types are made: parameters by name and type, answers and events field by field.
const IVAN = 578_716_413;

/** The type of each method's answer; that of its parameters has the method's own name. */
const ANSWERS = {
  "docs.getMessagesUploadServer": "Objects.BaseUploadServer",
  "docs.save": "Responses.DocsSaveResponse",
  "groups.getById": "Responses.GroupsGetByIdObjectResponse",
  "groups.getCallbackConfirmationCode": "Responses.GroupsGetCallbackConfirmationCodeResponse",
  "groups.getCallbackServers": "Responses.GroupsGetCallbackServersResponse",
  "groups.getCallbackSettings": "Objects.GroupsCallbackSettings",
  "groups.getLongPollServer": "Responses.GroupsGetLongPollServerResponse",
  "groups.getLongPollSettings": "Objects.GroupsLongPollSettings",
  "groups.getTokenPermissions": "Responses.GroupsGetTokenPermissionsResponse",
  "messages.getConversations": "Responses.MessagesGetConversationsResponse",
  "messages.send": "Responses.MessagesSendUserIdsResponse",
  "messages.sendMessageEventAnswer": "Responses.BaseOkResponse",
  "messages.setActivity": "Responses.BaseOkResponse",
  "photos.getMessagesUploadServer": "Responses.PhotosGetMessagesUploadServerResponse",
  "photos.saveMessagesPhoto": "Responses.PhotosSaveMessagesPhotoResponse",
  "users.get": "Responses.UsersGetResponse",
};
const EVENTS = {
  message_new: "{ message: Objects.MessagesMessage; client_info: Objects.ClientInfoForBots }",
  message_reply: "Objects.MessagesMessage",
  message_edit: "Objects.MessagesMessage",
  message_allow: "Objects.CallbackMessageAllowObject",
  message_deny: "Objects.CallbackMessageDeny",
};
/** In VK's schema and not in the package, which leaves out a field that is described by a reference alone (groups_group, groups_long_poll_settings, messages_message). */
const BEYOND = ["is_closed", "type", "events", "fwd_messages", "out"];
const paramsOf = (method: string): string =>
  `${method
    .split(".")
    .map((part) => `${part[0]?.toUpperCase()}${part.slice(1)}`)
    .join("")}Params`;
const named = (kind: string, name: string): string => `${kind}_${name.replace(".", "_")}`;
const SOURCE = [
  'import type { Objects, Params, Responses } from "vk-io";',
  ...Object.keys(ANSWERS).map((method) => `export type ${named("Asked", method)} = Params.${paramsOf(method)};`),
  ...Object.entries(ANSWERS).map(([method, type]) => `export type ${named("Answer", method)} = ${type};`),
  ...Object.entries(EVENTS).map(([event, type]) => `export type ${named("Event", event)} = ${type};`),
].join("\n");

let types: PublishedTypes;
let emulator: Vk;
let door: HouseDoor;
let ledger: Ledger;
let abort: AbortController;
let channel: Channel;
let exchanges: { method: string; params: Record<string, string>; answer: unknown }[];
const seen = new Set<string>();

beforeAll(() => {
  types = publishedTypes(SOURCE);
}, 60_000);
beforeEach(async () => {
  [emulator, door, ledger, abort, exchanges] = [await Vk.start(), await HouseDoor.open(), new Ledger(), new AbortController(), []];
  const { community } = emulator;
  const call = community.call.bind(community);
  community.call = (method, params, origin) => {
    const answer = call(method, params, origin);
    exchanges.push({ method, params: Object.fromEntries(params), answer });
    return answer;
  };
});
afterEach(async () => {
  await channel.close();
  abort.abort();
  await emulator.down();
  await door.down();
});
afterAll(() => console.log(`vk: ${seen.size} methods and events held against vk-io's types: ${[...seen].sort().join(", ")}`));

async function open(mode: "polling" | "callback"): Promise<void> {
  const { community } = emulator;
  const base = { groupId: community.groupId, token: community.token, apiUrl: `${emulator.origin}/method`, retryFloorMs: 20, apiTimeoutMs: 1_000 };
  const calling = { secret: community.secret, publicUrl: "https://crm.example" };
  if (mode === "callback") emulator.callbackUrl = door.hook;
  channel = await vk.open(vk.parseConfig({ ...base, mode, ...calling }), ledger.open(abort.signal));
  door.attach(channel);
}
const file = (name: string, mime: string): OutboundFile => ({ name, mime, bytes: 4, read: async () => new Uint8Array([1, 2, 3, 4]) });
const send = (fields: Partial<Commands["message.send"]>) =>
  channel.handlers["message.send"]?.({
    id: randomUUID(),
    threadKey: String(IVAN),
    to: { kind: "vk", value: String(IVAN) },
    text: "",
    files: [],
    references: [],
    ...fields,
  });

/** Nothing that went over the wire so far is other than published. */
function expectPublished(): void {
  expect(exchanges.length).toBeGreaterThan(0);
  for (const { method, params, answer } of exchanges) {
    seen.add(method);
    // What every call carries: dev.vk.com/reference/protocol.
    expect(types.faults(named("Asked", method), params, { textual: true, beyond: ["access_token", "v", "lang"] }), `what we ask of ${method}`).toEqual([]);
    const { response } = answer as { response?: unknown };
    if (response !== undefined)
      expect(types.faults(named("Answer", method), response, { partial: true, beyond: BEYOND }), `what ${method} answers`).toEqual([]);
  }
  for (const { type, object } of emulator.community.events) {
    if (!(type in EVENTS)) continue;
    seen.add(type);
    expect(types.faults(named("Event", type), object, { partial: true, beyond: BEYOND }), `the event ${type}`).toEqual([]);
  }
}

describe("what goes over the wire is what VK publishes of its API", () => {
  it("by long polling: messages of a customer's and of staff, an edit, a permission, our own of every kind, the test", async () => {
    await open("polling");
    await until("it listens", () => ledger.status?.state === "up", { timeoutMs: 20_000 });
    const { community } = emulator;
    const said = community.say(IVAN, "Есть доставка?");
    community.edit(said, "Есть доставка завтра?");
    community.answerInVk(IVAN, "Да");
    community.deny(IVAN);
    community.allow(IVAN);
    community.push("message_event", { user_id: IVAN, peer_id: IVAN, event_id: "9f1c2b3a4d5e", payload: { label: "Да" }, conversation_message_id: 1 });
    await until("all is here", () => ledger.events.length >= 6 && community.answeredPresses.length === 1, { timeoutMs: 20_000 });
    await send({ text: "Да", replyTo: `${IVAN}_1`, quickAnswers: ["Спасибо", "Нет"] });
    for (const one of [file("a.jpg", "image/jpeg"), file("a.pdf", "application/pdf"), file("a.ogg", "audio/ogg")]) await send({ text: "Файл", files: [one] });
    await channel.handlers["typing.show"]?.({ threadKey: String(IVAN) } as Commands["typing.show"]);
    await channel.test?.();
    expectPublished();
  });

  it("by callbacks: the address, its settings and its confirmation", async () => {
    await open("callback");
    emulator.community.callbackServer = {
      id: 1,
      title: "House",
      creator_id: 100,
      url: "https://crm.example/hooks/00000000-0000-4000-8000-000000000001",
      secret_key: emulator.community.secret,
      status: "ok",
    };
    emulator.community.say(IVAN, "Добрый день");
    await until("it is here", () => ledger.messages.length === 1, { timeoutMs: 20_000 });
    const confirmed = await emulator.deliveries.post(JSON.stringify({ type: "confirmation", group_id: emulator.community.groupId }));
    expect(confirmed).toEqual({ status: 200, body: emulator.community.confirmation });
    await channel.test?.();
    expectPublished();
  });

  it("a parameter that VK does not know would be found", () => {
    expect(types.faults("Asked_messages_send", { peer_ids: "1", random_id: "7", mesage: "x" }, { textual: true })).toEqual([
      expect.stringContaining("mesage is no field"),
    ]);
    expect(types.faults("Asked_messages_send", { peer_ids: "1", random_id: "seven" }, { textual: true })).toEqual([expect.stringContaining("random_id is")]);
  });
});
