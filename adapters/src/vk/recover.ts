import { ChannelError, type Host } from "@kommutator/contract/channel";
import type { EpochMs } from "@kommutator/contract/ids";
import type { Responses } from "vk-io";
import type { VkClient } from "./client.ts";
import { int, list, obj } from "./loose.ts";
import type { Receiver } from "./receiver.ts";

/** messages.getConversations and messages.getHistory give at most 200 at once. */
const PAGE = 200;
const MAX_PAGES = 10;

/**
 * Long polling keeps its events for a while only. What customers wrote since the given time and nobody of the community has
 * read yet is read from the conversations themselves; what is stored already has the same key and stays one message. Edits and
 * answers typed in VK meanwhile are not found this way. Throws ChannelError, `rejected` when the key may not read conversations.
 */
export async function recover(since: EpochMs, parts: { host: Host; client: VkClient; receiver: Receiver; groupId: number }): Promise<void> {
  const { host, client, groupId } = parts;
  let found = 0;
  for (let page = 0; page < MAX_PAGES; page++) {
    const params = { group_id: groupId, filter: "unread", count: PAGE, offset: page * PAGE };
    const items = list(obj(await client.call<Responses.MessagesGetConversationsResponse>("messages.getConversations", params))["items"]);
    // Newest first: past the first conversation that is older, all are.
    const recent = items.filter((item) => secondsOf(obj(item["last_message"])) * 1_000 >= since);
    for (const item of recent) found += await conversation(obj(item["conversation"]), since, parts);
    if (recent.length < PAGE) break;
  }
  if (found > 0) host.record("in", `${found} messages of the time without connection were found in the conversations`);
}

async function conversation(about: Record<string, unknown>, since: EpochMs, { client, receiver, groupId }: Parameters<typeof recover>[1]): Promise<number> {
  const peerId = int(obj(about["peer"])["id"]);
  const unread = int(about["unread_count"]) ?? 0;
  if (peerId === undefined || unread === 0) return 0;
  const params = { group_id: groupId, peer_id: peerId, count: Math.min(PAGE, unread) };
  const history = list(obj(await client.call<Responses.MessagesGetHistoryResponse>("messages.getHistory", params))["items"]);
  const missed = history
    .filter((message) => (int(message["from_id"]) ?? 0) > 0 && secondsOf(message) * 1_000 >= since)
    .map((message) => ({ type: "message_new", object: { message }, group_id: groupId }))
    .reverse();
  await receiver.prepare(missed);
  for (const event of missed) await receiver.take(event);
  return missed.length;
}

const secondsOf = (message: Record<string, unknown>): number => int(message["date"]) ?? 0;

/** The conversations may not be read with this key: what is missing has to be looked for by hand. */
export const isForbidden = (error: unknown): boolean => error instanceof ChannelError && error.code === "rejected";
