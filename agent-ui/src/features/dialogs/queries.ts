import type { DialogSummary, MessagePage } from "@kommutator/contract/api/dialogs";
import { type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";
import { useLive } from "../../app/LiveProvider.tsx";
import type { LiveBridge, LiveOffer } from "../../app/live.ts";
import { addOlder, type DialogList, isOver, type LiveDialog, mergeDetail } from "../../app/live-cache.ts";
import { useMe } from "../../app/me.ts";

export type View = "mine" | "queue" | "all" | "closed";
const PAGE = 100;

/** A view of one kind of channel only: "queue:telegram". */
type Listed = View | `${View}:${string}`;
const asked = (listed: Listed) => {
  const [view, kind] = listed.split(":");
  return { view, kind };
};

async function readList(listed: Listed, q: string, wanted: number, signal: AbortSignal): Promise<DialogList> {
  const query = { ...asked(listed), q, limit: PAGE };
  let list = await api.get<DialogList>("/dialogs", { signal, query });
  // What was unrolled before stays unrolled.
  while (list.nextCursor !== null && list.items.length < wanted) {
    const more = await api.get<DialogList>("/dialogs", { signal, query: { ...query, cursor: list.nextCursor } });
    list = { ...more, items: [...list.items, ...more.items], position: list.position };
  }
  return list;
}

/** How a view of the list is read into the cache. */
function listQuery(client: QueryClient, live: LiveBridge, view: Listed, q: string) {
  return queryOptions({
    queryKey: keys.dialogs(view, q),
    queryFn: ({ signal }) => {
      const before = client.getQueryData<DialogList>(keys.dialogs(view, q))?.items.length ?? 0;
      return live.readList(view, q, () => readList(view, q, before, signal));
    },
  });
}

/** One view of the list, kept by the live bridge. */
export function useDialogs(view: Listed, q = "", enabled = true) {
  return useQuery({ ...listQuery(useQueryClient(), useLive(), view, q), enabled });
}

/** My dialogs as the cache has them, read (with whoever reads them already) only when nobody has since the connection came back. */
export async function currentMine(client: QueryClient, live: LiveBridge): Promise<DialogSummary[]> {
  const key = keys.dialogs("mine");
  const known = client.getQueryState<DialogList>(key);
  if (known?.data !== undefined && known.fetchStatus === "idle" && live.isRead("mine")) return known.data.items;
  return (await client.fetchQuery({ ...listQuery(client, live, "mine", ""), staleTime: 0 })).items;
}

/** The next page of a list into the same cache entry. */
export async function readMore(client: QueryClient, view: Listed, q: string): Promise<void> {
  const key = keys.dialogs(view, q);
  const list = client.getQueryData<DialogList>(key);
  if (list === undefined || list.nextCursor === null) return;
  const more = await api.get<DialogList>("/dialogs", { query: { ...asked(view), q, limit: PAGE, cursor: list.nextCursor } });
  client.setQueryData<DialogList>(key, (now) => {
    if (now === undefined) return now;
    const known = new Set(now.items.map((each) => each.id));
    return { ...now, items: [...now.items, ...more.items.filter((each) => !known.has(each.id))], nextCursor: more.nextCursor };
  });
}

/** One dialog with its latest messages; a re-reading keeps what was scrolled up to. */
export function useDialog(id: string) {
  const client = useQueryClient();
  return useQuery({
    queryKey: keys.dialog(id),
    queryFn: async ({ signal }) => {
      const fresh = await api.get<LiveDialog>(`/dialogs/${id}`, { signal });
      return mergeDetail(client.getQueryData<LiveDialog>(keys.dialog(id)), fresh);
    },
  });
}

export async function readOlder(client: QueryClient, id: string): Promise<void> {
  const first = client.getQueryData<LiveDialog>(keys.dialog(id))?.messages[0]?.seq;
  const query = first === undefined ? {} : { before: first };
  const page = await api.get<z.infer<typeof MessagePage>>(`/dialogs/${id}/messages`, { query });
  client.setQueryData<LiveDialog>(keys.dialog(id), (detail) => (detail === undefined ? detail : addOlder(detail, page)));
}

/** Offers to me, from the socket and (after a reload) from the lists. */
export function useOffers(): LiveOffer[] {
  const me = useMe();
  const mine = useDialogs("mine");
  const queue = useDialogs("queue");
  const pushed = useQuery<LiveOffer[]>({ queryKey: keys.offers, queryFn: () => [], staleTime: Number.POSITIVE_INFINITY, enabled: false });
  return useMemo(() => {
    const byDialog = new Map<string, LiveOffer>();
    const listed = (dialogs: DialogSummary[] | undefined) => {
      for (const dialog of dialogs ?? []) if (dialog.offer?.employeeId === me.id) byDialog.set(dialog.id, { offer: dialog.offer, dialog });
    };
    listed(mine.data?.items);
    listed(queue.data?.items);
    for (const each of pushed.data ?? []) byDialog.set(each.dialog.id, each);
    return [...byDialog.values()].sort((a, b) => Date.parse(a.offer.deadlineAt) - Date.parse(b.offer.deadlineAt));
  }, [mine.data, queue.data, pushed.data, me.id]);
}

/** The rail's badge: dialogs of mine with something unread or unanswered, and offers to me. */
export function useWaitingForMe(): number {
  const mine = useDialogs("mine");
  const offers = useOffers();
  return (mine.data?.items.filter((dialog) => !isOver(dialog) && (dialog.unread > 0 || dialog.waitingSince !== null)).length ?? 0) + offers.length;
}
