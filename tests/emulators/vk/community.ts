import { createHash, randomBytes } from "node:crypto";
import type { Objects, Responses } from "vk-io";

/** An event as VK delivers it, by either way (dev.vk.com/reference/community-events/json-schema). */
export interface VkEvent {
  type: string;
  event_id: string;
  v: string;
  object: unknown;
  group_id: number;
}

type Message = Partial<Objects.MessagesMessage>;
/** VK's answer when it refuses a call. */
export interface Refusal {
  error_code: number;
  error_msg: string;
}

const refuse = (error_code: number, error_msg: string): { error: Refusal } => ({ error: { error_code, error_msg } });

/** A community of VK with its customers, its staff and what they wrote: the state behind the wire. */
export class Community {
  readonly groupId = 191_949_777;
  readonly secret = "aaQ13axAPQEcczQa";
  readonly confirmation = "2dd6ea6f";
  token = `vk1.a.${randomBytes(16).toString("hex")}`;
  readonly events: VkEvent[] = [];
  /** Told of every new event. */
  onEvent: (event: VkEvent) => void = () => {};
  readonly users = new Map<number, { first_name: string; last_name: string }>([[578_716_413, { first_name: "Иван", last_name: "Петров" }]]);
  /** What each customer sees in his dialog, oldest first. */
  readonly #dialogs = new Map<number, Message[]>();
  readonly #byRandomId = new Map<string, Message>();
  readonly denied = new Set<number>();
  readonly typing: number[] = [];
  readonly answeredPresses: string[] = [];
  readonly uploads = new Map<string, { name: string; mime: string; bytes: Uint8Array }>();
  readonly enabledEvents = new Map<string, 0 | 1>(
    ["message_new", "message_reply", "message_edit", "message_allow", "message_deny", "message_event", "message_typing_state", "message_read"].map((type) => [
      type,
      1,
    ]),
  );
  permissions = ["manage", "messages", "photos", "docs"];
  longPollEnabled = true;
  callbackServer: Partial<Objects.GroupsCallbackServer> | null = null;
  #messageIds = 300;
  #objectIds = 457_239_000;

  dialog(userId: number): Message[] {
    const known = this.#dialogs.get(userId);
    if (known !== undefined) return known;
    const fresh: Message[] = [];
    this.#dialogs.set(userId, fresh);
    return fresh;
  }

  /** A customer writes to the community. */
  say(userId: number, text: string, more: Message = {}): Message {
    const message = this.#add(userId, { from_id: userId, text, random_id: 0, ...more });
    this.denied.delete(userId);
    this.push("message_new", {
      message: { ...message, out: 0 },
      client_info: { button_actions: ["text", "callback"], keyboard: true, inline_keyboard: true, carousel: true, lang_id: 0 },
    });
    return message;
  }

  /** An employee of the community answers in VK itself. */
  answerInVk(userId: number, text: string): Message {
    const message = this.#add(userId, { from_id: -this.groupId, text, random_id: 1_845_310_177, admin_author_id: 100 });
    this.push("message_reply", { ...message, out: 1 });
    return message;
  }

  edit(message: Message, text: string): void {
    Object.assign(message, { text, update_time: seconds() });
    this.push("message_edit", { ...message });
  }

  deny(userId: number): void {
    this.denied.add(userId);
    this.push("message_deny", { user_id: userId });
  }
  allow(userId: number): void {
    this.denied.delete(userId);
    this.push("message_allow", { user_id: userId, key: "" } satisfies Objects.CallbackMessageAllowObject);
  }
  read(userId: number): void {
    const last = this.dialog(userId).at(-1);
    this.push("message_read", { from_id: userId, peer_id: userId, read_message_id: last?.id, conversation_message_id: last?.conversation_message_id });
  }

  push(type: string, object: unknown): VkEvent {
    const event: VkEvent = { type, event_id: createHash("sha1").update(randomBytes(8)).digest("hex"), v: "5.199", object, group_id: this.groupId };
    if (this.enabledEvents.get(type) !== 0) {
      this.events.push(event);
      this.onEvent(event);
    }
    return event;
  }

  #add(userId: number, fields: Message): Message {
    const dialog = this.dialog(userId);
    const message = {
      date: seconds(),
      id: ++this.#messageIds,
      peer_id: userId,
      conversation_message_id: dialog.length + 1,
      attachments: [],
      fwd_messages: [],
      important: false,
      is_hidden: false,
      ...fields,
    } satisfies Message;
    dialog.push(message);
    return message;
  }

  /** Carries out one method with its parameters, all of them texts as in the form. */
  call(method: string, params: URLSearchParams, origin: string): { response: unknown } | { error: Refusal } {
    if (params.get("access_token") !== this.token) return refuse(5, "User authorization failed: invalid access_token (4).");
    if (params.get("v") === null) return refuse(8, "Invalid request: v is required");
    const group = { id: this.groupId, name: "Наш магазин", screen_name: "club191949777", is_closed: 0, type: "group" } as const;
    switch (method) {
      case "messages.send":
        return this.#send(params);
      case "users.get": {
        const ids = (params.get("user_ids") ?? "").split(",").map(Number);
        return { response: ids.flatMap((id) => (this.users.has(id) ? [{ id, ...this.users.get(id), can_access_closed: true, is_closed: false }] : [])) };
      }
      case "groups.getById":
        return { response: { groups: [group], profiles: [] } as unknown as Responses.GroupsGetByIdObjectResponse };
      case "groups.getTokenPermissions":
        return {
          response: {
            mask: 397_317,
            permissions: this.permissions.map((name, bit) => ({ name, setting: 2 ** bit })),
          } satisfies Responses.GroupsGetTokenPermissionsResponse,
        };
      case "groups.getLongPollServer":
        if (!this.longPollEnabled) return refuse(100, "One of the parameters specified was missing or invalid: longpoll for this group is not enabled");
        return {
          response: {
            server: `${origin}/lp/wh${this.groupId}`,
            key: this.token.slice(-20),
            ts: String(this.events.length),
          } satisfies Objects.GroupsLongPollServer,
        };
      case "groups.getLongPollSettings":
        return {
          response: {
            is_enabled: this.longPollEnabled,
            api_version: "5.199",
            events: Object.fromEntries(this.enabledEvents),
          } satisfies Objects.GroupsLongPollSettings,
        };
      case "groups.getCallbackServers": {
        const items = this.callbackServer === null ? [] : [this.callbackServer as Objects.GroupsCallbackServer];
        return { response: { count: items.length, items } satisfies Responses.GroupsGetCallbackServersResponse };
      }
      case "groups.getCallbackSettings":
        return { response: { api_version: "5.199", events: Object.fromEntries(this.enabledEvents) } satisfies Objects.GroupsCallbackSettings };
      case "groups.getCallbackConfirmationCode":
        return { response: { code: this.confirmation } satisfies Responses.GroupsGetCallbackConfirmationCodeResponse };
      case "messages.getConversations":
        return this.permissions.includes("messages") ? { response: this.#conversations() } : refuse(15, "Access denied: no access to call this method");
      case "messages.getHistory": {
        const items = [...this.dialog(Number(params.get("peer_id")))].reverse().slice(0, Number(params.get("count")));
        return { response: { count: items.length, items: items as Objects.MessagesMessage[] } satisfies Partial<Responses.MessagesGetHistoryResponse> };
      }
      case "messages.setActivity":
        this.typing.push(Number(params.get("peer_id")));
        return { response: 1 };
      case "messages.sendMessageEventAnswer":
        this.answeredPresses.push(params.get("event_id") ?? "");
        return { response: 1 };
      case "photos.getMessagesUploadServer":
        return { response: { upload_url: `${origin}/upload/photo`, album_id: -64, group_id: 0, user_id: 0 } };
      case "docs.getMessagesUploadServer":
        return { response: { upload_url: `${origin}/upload/${params.get("type") ?? "doc"}` } };
      case "photos.saveMessagesPhoto":
        return { response: [{ id: ++this.#objectIds, owner_id: -this.groupId, access_key: "94a5e81e6c436a13ee", album_id: -64 }] };
      case "docs.save":
        return { response: this.#savedDocument(params) };
      default:
        return refuse(3, `Unknown method passed: ${method}`);
    }
  }

  /** Conversations whose last word is the customer's, newest first. */
  #conversations(): unknown {
    const unread = [...this.#dialogs].flatMap(([id, dialog]) => {
      const answered = dialog.findLastIndex((message) => message.from_id !== id);
      const unread_count = dialog.length - 1 - answered;
      return unread_count === 0 ? [] : [{ conversation: { peer: { id, type: "user", local_id: id }, unread_count }, last_message: dialog.at(-1) as Message }];
    });
    const items = unread.sort((a, b) => (b.last_message.date ?? 0) - (a.last_message.date ?? 0));
    return { count: items.length, items, unread_count: items.length };
  }

  #savedDocument(params: URLSearchParams): unknown {
    const handle = params.get("file") ?? "";
    const common = { id: ++this.#objectIds, owner_id: -this.groupId };
    if (handle.startsWith("audio_message|"))
      return { type: "audio_message", audio_message: { ...common, duration: 1, waveform: [0, 1], link_ogg: "", link_mp3: "", access_key: "key" } };
    return { type: "doc", doc: { ...common, title: params.get("title"), size: this.uploads.get(handle)?.bytes.byteLength ?? 0, ext: "pdf", url: "" } };
  }

  #send(params: URLSearchParams): { response: Responses.MessagesSendUserIdsResponse } | { error: Refusal } {
    const peerId = Number(params.get("peer_ids"));
    const randomId = params.get("random_id");
    if (randomId === null) return refuse(100, "One of the parameters specified was missing or invalid: random_id is undefined");
    const text = params.get("message") ?? "";
    if (text === "" && params.get("attachment") === null)
      return refuse(100, "One of the parameters specified was missing or invalid: message is empty or invalid");
    if ([...text].length > 4_096) return refuse(914, "Message is too long");
    const keyboard = params.get("keyboard");
    if (keyboard !== null && !Array.isArray((JSON.parse(keyboard) as { buttons?: unknown }).buttons)) return refuse(911, "Keyboard format is invalid");
    const answer = (message: Message) => ({
      response: [{ peer_id: peerId, message_id: message.id as number, conversation_message_id: message.conversation_message_id as number }],
    });
    const known = this.#byRandomId.get(`${peerId} ${randomId}`);
    if (randomId !== "0" && known !== undefined) return answer(known);
    if (this.denied.has(peerId)) {
      const error = { code: 901, description: "Can't send messages for users without permission" };
      return { response: [{ peer_id: peerId, message_id: 0, conversation_message_id: 0, error }] };
    }
    const extra = Object.fromEntries(["attachment", "keyboard", "forward"].flatMap((name) => (params.get(name) === null ? [] : [[name, params.get(name)]])));
    const message = this.#add(peerId, { from_id: -this.groupId, text, random_id: Number(randomId), ...extra });
    this.#byRandomId.set(`${peerId} ${randomId}`, message);
    // What we asked for stays with the message, for the tests to look at; the echo shows what VK made of it.
    const shown = Object.fromEntries(Object.entries(message).filter(([name]) => !(name in extra)));
    this.push("message_reply", { ...shown, out: 1 });
    return answer(message);
  }
}

const seconds = (): number => Math.floor(Date.now() / 1_000);
