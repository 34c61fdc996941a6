import type { CallView, Message, Why } from "@kommutator/contract/api/dialogs";
import type { Outgoing } from "../composer/outbox.ts";

type Decision = Why["decisions"][number];

/** What a thread shows, in order. `compact`: the same author goes on within three minutes. */
export type Item =
  | { kind: "day"; key: string; at: string }
  | { kind: "message"; key: string; at: string; message: Message; compact: boolean }
  | { kind: "outgoing"; key: string; at: string; outgoing: Outgoing }
  | { kind: "call"; key: string; at: string; call: CallView }
  | { kind: "decision"; key: string; at: string; decision: Decision };

const GROUP_MS = 3 * 60_000;
const dayOf = (iso: string) => new Date(iso).setHours(0, 0, 0, 0);
const authorOf = (message: Message) => `${message.direction}:${message.authorKind}:${message.author?.id ?? ""}`;

/** Messages, the call, decisions of routing and what is still on its way, as one column with its days. */
export function timelineOf(messages: readonly Message[], call: CallView | null, decisions: readonly Decision[], outgoing: readonly Outgoing[]): Item[] {
  const sent = new Set(messages.map((message) => message.clientKey));
  const marks: Item[] = [
    ...(call === null ? [] : [{ kind: "call" as const, key: call.id, at: call.startedAt, call }]),
    // Only decisions that brought the dialog to somebody; offers that came to nothing are in the "why" box.
    ...decisions
      .filter((each) => each.chosen !== null && each.outcome === "accepted")
      .map((decision) => ({ kind: "decision" as const, key: `why-${decision.at}-${decision.chosen?.id}`, at: decision.at, decision })),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  // Messages keep their own order (seq); marks come before the first message that is later than they are.
  const flow: Item[] = [];
  for (const message of messages) {
    while (marks[0] !== undefined && Date.parse(marks[0].at) <= Date.parse(message.at)) flow.push(marks.shift() as Item);
    flow.push({ kind: "message", key: message.id, at: message.at, message, compact: false });
  }
  flow.push(...marks);
  for (const each of outgoing) if (!sent.has(each.body.clientKey)) flow.push({ kind: "outgoing", key: each.body.clientKey, at: each.at, outgoing: each });

  const items: Item[] = [];
  let day = 0;
  let before: Item | undefined;
  for (const item of flow) {
    if (dayOf(item.at) !== day) {
      day = dayOf(item.at);
      items.push({ kind: "day", key: `day-${item.key}`, at: item.at });
      before = undefined;
    }
    if (item.kind === "message" && before?.kind === "message" && before.message.note === null && item.message.note === null)
      item.compact = authorOf(before.message) === authorOf(item.message) && Date.parse(item.at) - Date.parse(before.at) < GROUP_MS;
    items.push(item);
    before = item;
  }
  return items;
}
