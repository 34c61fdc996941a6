import type { QueryClient } from "@tanstack/react-query";
import { type RefObject, useCallback, useEffect } from "react";
import { useSearchParams } from "react-router";
import { showFailure } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";
import type { LiveDialog } from "../../app/live-cache.ts";
import { readOlder } from "../dialogs/queries.ts";

/** How many pages of older messages one jump may read. */
const PAGES = 20;
const painted = () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));

/** Brings a message of this thread into the middle of the screen and marks it for a moment; older pages are read until it is there. */
export function useJump(
  client: QueryClient,
  dialogId: string,
  scroll: RefObject<HTMLElement | null>,
  atBottom: RefObject<boolean>,
): (messageId: string) => void {
  return useCallback(
    (messageId) => {
      const find = () => scroll.current?.querySelector<HTMLElement>(`[data-message="${CSS.escape(messageId)}"]`) ?? null;
      const go = async () => {
        for (let page = 0; find() === null && page < PAGES; page += 1) {
          if (client.getQueryData<LiveDialog>(keys.dialog(dialogId))?.hasMore !== true) return;
          await readOlder(client, dialogId);
          await painted();
        }
        const found = find();
        if (found === null) return;
        atBottom.current = false;
        found.scrollIntoView({ block: "center" });
        found.setAttribute("data-found", "");
        setTimeout(() => found.removeAttribute("data-found"), 1700);
      };
      go().catch(showFailure);
    },
    [client, dialogId, scroll, atBottom],
  );
}

/** A link that names a message (`?message=`) goes there once. */
export function useAsked(dialogId: string, jumpTo: (messageId: string) => void): void {
  const [params, setParams] = useSearchParams();
  const asked = params.get("message");
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each link, when the thread of its dialog stands
  useEffect(() => {
    if (asked === null) return;
    jumpTo(asked);
    setParams(
      (before) => {
        before.delete("message");
        return before;
      },
      { replace: true },
    );
  }, [asked, dialogId]);
}
