/**
 * Where a message belongs: the id of the private chat, or for the chats of a connected business account
 * `b:<business_connection_id>:<chat id>` (core.telegram.org/bots/api#businessconnection).
 */
export interface Thread {
  chatId: number;
  businessConnectionId?: string | undefined;
}

/** The thread key of the contract. */
export const threadKey = (thread: Thread): string =>
  thread.businessConnectionId === undefined ? String(thread.chatId) : `b:${thread.businessConnectionId}:${thread.chatId}`;

/** Null when the key is none of ours. */
export function parseThreadKey(key: string): Thread | null {
  const match = /^(?:b:(.+):)?(-?\d{1,16})$/.exec(key);
  if (match === null) return null;
  const [, business, chat] = match;
  return { chatId: Number(chat), ...(business === undefined ? {} : { businessConnectionId: business }) };
}
