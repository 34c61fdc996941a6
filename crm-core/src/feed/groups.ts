import type { FeedGroup, FeedItem } from "@kommutator/contract/api/history";
import type { Query } from "../context.ts";

/** The kinds of items that each filter of a history shows. */
export const GROUP_KINDS: Record<FeedGroup, readonly FeedItem["kind"][]> = {
  calls: ["call", "interaction"],
  letters: ["dialog", "interaction"],
  chats: ["dialog", "interaction"],
  meetings: ["interaction"],
  interests: ["interest"],
  requests: ["inquiry", "claim"],
  tasks: ["task"],
  files: ["file"],
  changes: ["stage", "owner", "lead"],
};

/** Types of Interactions by what one sees of them: the code of the usual ones, the sign of those that a house made itself. */
const SIGNS: Partial<Record<FeedGroup, readonly string[]>> = {
  calls: ["call", "phone"],
  letters: ["letter", "mail"],
  chats: ["message", "messages", "chat", "sms", "message-2"],
};

/**
 * SQL condition over an Interaction `i`, over its own columns alone, so that it narrows the index before anything is joined. A call that took
 * place is one whatever type was planned; meetings are what is none of the others.
 */
export function interactionIn(tx: Query, group: FeedGroup | null) {
  if (group === null) return tx``;
  const types = (signs: readonly string[]) =>
    tx`ARRAY(SELECT gt.id FROM interaction_type gt WHERE gt.code = ANY(${[...signs]}) OR gt.icon = ANY(${[...signs]}))`;
  const signs = SIGNS[group];
  if (signs === undefined) return tx`AND i.call_id IS NULL AND i.type_id <> ALL(${types(Object.values(SIGNS).flat())})`;
  return group === "calls"
    ? tx`AND (i.call_id IS NOT NULL OR i.type_id = ANY(${types(signs)}))`
    : tx`AND i.call_id IS NULL AND i.type_id = ANY(${types(signs)})`;
}

/** SQL condition over a written dialog `d` on a channel `ch`: a request by a form waits like a letter, but is none. */
export function dialogIn(tx: Query, group: FeedGroup | null) {
  if (group === null) return tx``;
  const letter = tx`(d.medium = 'mail' AND ch.kind <> 'web-form')`;
  return group === "letters" ? tx`AND ${letter}` : tx`AND NOT ${letter}`;
}
