import type { InterestView } from "@kommutator/contract/api/interest";
import type { Board, BoardCard, BoardCards } from "@kommutator/contract/api/interest-board";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { api } from "../../../app/api.ts";
import { keys } from "../../../app/keys.ts";
import { useLive } from "../../../app/LiveProvider.tsx";
import { mergeCards, moveCard } from "./state.ts";

export interface BoardFilter {
  kindId: string;
  responsibleId: string | undefined;
  flag: string | undefined;
  q: string;
}
/** Events that come together are read together. */
const GATHER_MS = 150;
const MOST_IDS = 100;

/** The board of a kind, kept fresh card by card, and moving a card: at once on the screen, taken back when the server refuses. */
export function useBoard(filter: BoardFilter, onRefused: (card: BoardCard, stageId: string, error: unknown) => void) {
  const client = useQueryClient();
  const live = useLive();
  const key = keys.interestBoard(filter.kindId, filter.responsibleId ?? "", filter.flag ?? "", filter.q);
  const latest = useRef({ key, filter });
  latest.current = { key, filter };
  const board = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.get<Board>("/interests/board", { signal, query: { ...filter } }),
    placeholderData: keepPreviousData,
    enabled: filter.kindId !== "",
    // Next steps and flags change without an event of the Interest.
    refetchInterval: 300_000,
  });

  const refresh = useCallback(
    async (ids: string[]) => {
      const { key, filter } = latest.current;
      if (ids.length > MOST_IDS) return client.invalidateQueries({ queryKey: key });
      const fresh = await api.get<BoardCards>("/interests/board/cards", { query: { ...filter, ids: ids.join(",") } });
      client.setQueryData<Board>(key, (before) => (before === undefined ? undefined : mergeCards(before, ids, fresh)));
    },
    [client],
  );

  useEffect(() => {
    const changed = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | null = null;
    const stop = live.onChanged((kind, payload) => {
      const id = payload["interestId"];
      if (kind !== "interest.changed" || typeof id !== "string") return;
      changed.add(id);
      timer ??= setTimeout(() => {
        timer = null;
        const ids = [...changed];
        changed.clear();
        refresh(ids).catch(() => client.invalidateQueries({ queryKey: latest.current.key }));
      }, GATHER_MS);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [live, client, refresh]);

  const move = useMutation({
    mutationFn: ({ card, stageId }: { card: BoardCard; stageId: string }) =>
      api.post<InterestView>(`/interests/${card.id}/stage`, { stageId, version: card.version }),
    onMutate: ({ card, stageId }) => {
      const before = client.getQueryData<Board>(key);
      if (before !== undefined) client.setQueryData<Board>(key, moveCard(before, card.id, stageId));
      return before;
    },
    onSuccess: ({ id }) => refresh([id]),
    onError: (error, { card, stageId }, before) => {
      // Back to its very place; whatever else changed meanwhile is read again with it.
      if (before !== undefined) client.setQueryData<Board>(key, before);
      void client.invalidateQueries({ queryKey: key });
      onRefused(card, stageId, error);
    },
  });
  return { board, move: move.mutate, refresh };
}
