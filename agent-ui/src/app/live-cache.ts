import type { CallView, DialogDetail, DialogSummary, Message } from "@kommutator/contract/api/dialogs";

/** One view of the list in the cache: all pages read so far. */
export interface DialogList {
  items: DialogSummary[];
  nextCursor: string | null;
  position: number;
}

const OVER = new Set(["closed", "abandoned"]);
export const isOver = (dialog: Pick<DialogSummary, "state">) => OVER.has(dialog.state);

/** Does a dialog belong to a view ("queue", "queue:telegram")? The server decides first; this keeps the lists right between two reads. */
export function belongs(name: string, dialog: DialogSummary, meId: string): boolean {
  const [view, kind] = name.split(":");
  if (kind !== undefined && kind !== dialog.channelKind) return false;
  if (view === "closed") return isOver(dialog);
  if (isOver(dialog)) return false;
  if (view === "mine") return dialog.assignee?.id === meId;
  if (view === "queue") return dialog.assignee === null;
  return true;
}

/** Who waits longest for an answer stands first; then the latest touched. */
export function byWaiting(a: DialogSummary, b: DialogSummary): number {
  if (a.waitingSince !== b.waitingSince) {
    if (a.waitingSince === null) return 1;
    if (b.waitingSince === null) return -1;
    return Date.parse(a.waitingSince) - Date.parse(b.waitingSince);
  }
  return touched(b) - touched(a);
}
const touched = (dialog: DialogSummary) => Date.parse(dialog.closedAt ?? dialog.lastMessage?.at ?? dialog.openedAt);
const order = (view: string) => (view.startsWith("closed") ? (a: DialogSummary, b: DialogSummary) => touched(b) - touched(a) : byWaiting);

/** A dialog changed: into, inside or out of a list. A picture older than the one we have is ignored. */
export function placeDialog(list: DialogList, view: string, q: string, dialog: DialogSummary, meId: string): DialogList {
  const known = list.items.find((each) => each.id === dialog.id);
  if ((known ?? list).position > dialog.position) return list;
  const wanted = belongs(view, dialog, meId) && (known !== undefined || q === "");
  if (!wanted) return known === undefined ? list : { ...list, items: list.items.filter((each) => each.id !== dialog.id) };
  const items = known === undefined ? [...list.items, dialog] : list.items.map((each) => (each.id === dialog.id ? dialog : each));
  return { ...list, items: items.sort(order(view)) };
}

/** A dialog is no longer for this agent since `position`; a list that was read later knows better. */
export function dropDialog(list: DialogList, dialogId: string, position: number): DialogList {
  const known = list.items.find((each) => each.id === dialogId);
  return known === undefined || known.position > position ? list : { ...list, items: list.items.filter((each) => each !== known) };
}

/** A dialog's page as the cache keeps it: messages oldest first, and which position each was last written at. */
export interface LiveDialog extends DialogDetail {
  seenAt: Record<string, number>;
}

const bySeq = (a: Message, b: Message) => a.seq - b.seq;

/**
 * A fresh reading joins what was scrolled up to before; when a gap is between them, only the fresh stands. What the socket told after the
 * reading was taken is newer than the reading, though that arrives later.
 */
export function mergeDetail(before: LiveDialog | undefined, fresh: DialogDetail): LiveDialog {
  const known = new Map(before?.messages.map((each) => [each.id, each]));
  const toldAt = (id: string) => before?.seenAt[id] ?? 0;
  const told = (id: string) => toldAt(id) > fresh.position;
  const messages = fresh.messages.map((each) => (told(each.id) ? (known.get(each.id) ?? each) : each)).sort(bySeq);
  const seenAt = Object.fromEntries(messages.map((each) => [each.id, Math.max(fresh.position, toldAt(each.id))]));
  if (before === undefined) return { ...fresh, messages, seenAt };
  const call = before.call !== null && told(before.call.id) ? before.call : fresh.call;
  if (call !== null) seenAt[call.id] = Math.max(fresh.position, toldAt(call.id));
  const dialog = before.dialog.position > fresh.dialog.position ? before.dialog : fresh.dialog;
  const ids = new Set(messages.map((each) => each.id));
  const first = messages[0]?.seq ?? 0;
  const older = before.messages.filter((each) => each.seq < first && !ids.has(each.id));
  const meets = older.length > 0 && (before.messages.some((each) => each.seq >= first) || (older.at(-1)?.seq ?? 0) + 1 >= first);
  const newest = messages.at(-1)?.seq ?? 0;
  const later = before.messages.filter((each) => each.seq > newest && !ids.has(each.id) && told(each.id));
  for (const each of later) seenAt[each.id] = toldAt(each.id);
  if (!meets) return { ...fresh, dialog, call, messages: [...messages, ...later], seenAt };
  for (const each of older) seenAt[each.id] = toldAt(each.id);
  return { ...fresh, dialog, call, messages: [...older, ...messages, ...later], hasMore: before.hasMore, seenAt };
}

/** Messages above those on screen, newest first as the server gives them. */
export function addOlder(detail: LiveDialog, page: { items: Message[]; hasMore: boolean }): LiveDialog {
  const known = new Set(detail.messages.map((each) => each.id));
  const older = page.items.filter((each) => !known.has(each.id)).sort(bySeq);
  return { ...detail, messages: [...older, ...detail.messages].sort(bySeq), hasMore: page.hasMore };
}

/** A message was stored or changed. The same event twice, or an older one late, changes nothing. */
export function placeMessage(detail: LiveDialog, message: Message, position: number): LiveDialog {
  const seen = detail.seenAt[message.id];
  if (seen !== undefined && seen >= position) return detail;
  const known = detail.messages.some((each) => each.id === message.id);
  const messages = known ? detail.messages.map((each) => (each.id === message.id ? message : each)) : [...detail.messages, message].sort(bySeq);
  return { ...detail, messages, seenAt: { ...detail.seenAt, [message.id]: position }, position: Math.max(detail.position, position) };
}

export function placeCall(detail: LiveDialog, call: CallView, position: number): LiveDialog {
  const seen = detail.seenAt[call.id];
  if (seen !== undefined && seen >= position) return detail;
  return { ...detail, call, seenAt: { ...detail.seenAt, [call.id]: position } };
}

export function placeSummary(detail: LiveDialog, dialog: DialogSummary): LiveDialog {
  return detail.dialog.position > dialog.position ? detail : { ...detail, dialog };
}
