import type { MessageReceived, Origin } from "@kommutator/contract/channel";
import { attached } from "./attachments.ts";
import { either, int, type Loose, list, obj, str } from "./loose.ts";

/** Key of a message, the same for what `messages.send` returns, its echo, its edit and its being read. */
export const messageKeyOf = (peerId: number, conversationMessageId: number): string => `${peerId}_${conversationMessageId}`;

export type Content = Pick<MessageReceived, "text" | "quoted" | "files" | "replyTo" | "truncated">;

/** Text, files, what it answers and what it carries along. */
export function contentOf(message: Loose, peerId: number): Content {
  const { files, lines } = attached(message);
  const reply = obj(message["reply_message"]);
  const replyKey = int(reply["conversation_message_id"]);
  const forwarded = list(message["fwd_messages"])
    .map((one) => forwardedText(one, 0, files))
    .filter((one) => one !== "");
  const own = [plain(str(message["text"])), ...lines].filter((line) => line.trim() !== "").join("\n");
  const carried = [...(Object.keys(reply).length === 0 ? [] : [forwardedText(reply, 0, [])]), ...forwarded].filter((one) => one !== "").join("\n");
  // A bare forward is what the person has to say: it must not be folded away.
  const text = own === "" && files.length === 0 && forwarded.length > 0 ? forwarded.join("\n") : own;
  const quoted = text === own && carried !== "" ? carried.slice(0, 20_000) : undefined;
  const nothing = text === "" && files.length === 0;
  return {
    text,
    ...(quoted === undefined ? {} : { quoted }),
    ...(files.length === 0 ? {} : { files }),
    ...(replyKey === undefined ? {} : { replyTo: messageKeyOf(peerId, replyKey) }),
    // is_cropped: VK left a part out of what bots get. Nothing at all: a vanishing message, or a kind shown in VK alone.
    ...(message["is_cropped"] === true || message["is_cropped"] === 1 || nothing ? { truncated: true } : {}),
  };
}

/** Forwarded messages nest up to 45 deep (dev.vk.com/reference/objects/message); deeper than this nobody reads. */
const MAX_DEPTH = 5;

function forwardedText(message: Loose, depth: number, files: NonNullable<MessageReceived["files"]>): string {
  if (depth > MAX_DEPTH) return "";
  const { files: found, lines } = attached(message);
  for (const file of found) if (files.length < 30) files.push(file);
  const inner = list(message["fwd_messages"]).map((one) => forwardedText(one, depth + 1, files));
  return [plain(str(message["text"])), ...lines, ...inner]
    .filter((line) => line.trim() !== "")
    .join("\n")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => `> ${line}`)
    .join("\n");
}

/** Mentions are written [id1|Name], [club1|Name]: people read the name. */
const plain = (text: string): string => text.replace(/\[(?:id|club|public|event)\d+\|([^\]\n]{1,200})\]/g, "$1").trim();

/** ref and ref_source of a vk.me/group?ref=… link come with the first message only (dev.vk.com/reference/objects/message). */
export function originOf(message: Loose): Origin | undefined {
  const source = either(message["ref"]).slice(0, 255);
  const referrer = either(message["ref_source"]).slice(0, 255);
  if (source === "" && referrer === "") return undefined;
  return { ...(source === "" ? {} : { source }), ...(referrer === "" ? {} : { referrer }) };
}

/** What a button carries: its label, text or command, or the payload itself. */
export function payloadText(payload: unknown): string {
  let value = payload;
  if (typeof payload === "string") {
    try {
      value = JSON.parse(payload);
    } catch {
      // a text as it is
    }
  }
  const { label, text, answer, command, button } = obj(value);
  const words = either(label, text, answer, command, button);
  // A button that carries nothing was pressed all the same.
  if (words === "" && (value === null || value === undefined || (typeof value === "object" && Object.keys(value).length === 0))) return "🔘";
  return words !== "" ? words.slice(0, 1_000) : str(typeof value === "string" ? value : JSON.stringify(value ?? "")).slice(0, 1_000);
}
