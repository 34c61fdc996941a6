import type { ApiError, ApiSuccess, Message } from "@grammyjs/types";

/** Answers of the Bot API (core.telegram.org/bots/api#making-requests); descriptions as bots meet them in the field. */
export interface Answer {
  status: number;
  body: unknown;
}
const refuse = (code: number, description: string, parameters?: ApiError["parameters"]): Answer => ({
  status: code,
  body: { ok: false, error_code: code, description, ...(parameters === undefined ? {} : { parameters }) },
});

export const ok = <T>(result: T): Answer => ({ status: 200, body: { ok: true, result } satisfies ApiSuccess<T> });
export const unauthorized = refuse(401, "Unauthorized");
export const floodWait = (seconds: number): Answer => refuse(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
export const internalError = refuse(500, "Internal Server Error");
export const chatNotFound = refuse(400, "Bad Request: chat not found");
export const botBlocked = refuse(403, "Forbidden: bot was blocked by the user");
export const otherPoller = refuse(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running");
export const webhookActive = refuse(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first");
export const badRequest = (description: string): Answer => refuse(400, `Bad Request: ${description}`);

/** What a request carried: fields decoded from JSON or from a form, files beside them. */
export interface Call {
  method: string;
  params: Record<string, unknown>;
  files: { field: string; name: string; mime: string; bytes: Buffer }[];
}

const LIMITS = { text: 4_096, caption: 1_024, photo: 10 * 1024 * 1024, file: 50 * 1024 * 1024 };

/** What Telegram finds wrong with a message of ours; null when it takes it. */
export function fault(call: Call): Answer | null {
  const { method, params, files } = call;
  const text = params["text"];
  if (method === "sendMessage") {
    if (typeof text !== "string" || text.trim() === "") return badRequest("message text is empty");
    if (text.length > LIMITS.text) return badRequest("message is too long");
    return null;
  }
  const media = (params["media"] ?? []) as { type: string; media: string; caption?: string }[];
  if (method === "sendMediaGroup" && (media.length < 2 || media.length > 10)) return badRequest("group send failed");
  for (const one of media) if (!files.some((file) => one.media === `attach://${file.field}`)) return badRequest("wrong file identifier/HTTP URL specified");
  const captions = [params["caption"], ...media.map((one) => one.caption)];
  if (captions.some((one) => typeof one === "string" && one.length > LIMITS.caption)) return badRequest("message caption is too long");
  if (files.length === 0) return badRequest("there is no file in the request");
  const limit = method === "sendPhoto" ? LIMITS.photo : LIMITS.file;
  if (files.some((file) => file.bytes.byteLength > limit)) return refuse(413, "Request Entity Too Large");
  return null;
}

/** The message that Telegram made of a request; of an album the one at this place. */
export function made(call: Call, messageId: number, bot: Message["from"], chatId: number, place = 0): Message {
  const { text, media = [] } = call.params as { text?: string; media?: { type: string; media: string; caption?: string }[] };
  const one = media[place];
  const caption = one === undefined ? call.params["caption"] : one.caption;
  const kind = one?.type ?? call.method.replace(/^send/, "").toLowerCase();
  const file = one === undefined ? call.files[0] : call.files.find(({ field }) => one.media === `attach://${field}`);
  return {
    message_id: messageId,
    ...(bot === undefined ? {} : { from: bot }),
    chat: { id: chatId, type: "private", first_name: "Test" },
    date: Math.floor(Date.now() / 1_000),
    ...(text === undefined ? {} : { text }),
    ...(typeof caption === "string" ? { caption } : {}),
    ...(file === undefined ? {} : kept(kind, file)),
  };
}

/** The file as it stands in the message: Telegram looks into it, we do not. */
function kept(kind: string, { name, mime, bytes }: Call["files"][number]): Partial<Message> {
  const stored = { file_id: "BQACAgIAAxkDAAIB", file_unique_id: "AgADAQAD", file_size: bytes.byteLength };
  const named = { ...stored, file_name: name, mime_type: mime };
  const picture = { width: 591, height: 1_280 };
  switch (kind) {
    case "photo":
      return { photo: [{ ...stored, ...picture }] };
    case "video":
      return { video: { ...named, ...picture, duration: 1 } };
    case "animation":
      return { animation: { ...named, ...picture, duration: 1 }, document: named };
    case "audio":
      return { audio: { ...named, duration: 1 } };
    case "voice":
      return { voice: { ...stored, mime_type: mime, duration: 1 } };
    default:
      return { document: named };
  }
}
