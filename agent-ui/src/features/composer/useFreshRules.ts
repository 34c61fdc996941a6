import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { keys } from "../../app/keys.ts";
import type { LiveDialog } from "../../app/live-cache.ts";

/** Longest delay that a browser's timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Whether one may write is the server's word about a moment. It is asked again when what decides it has changed: the customer wrote
 * where a window or a refusal stood, the channel said that he can or cannot be reached, the window ended.
 */
export function useFreshRules({ dialog, messages, capabilities }: LiveDialog): void {
  const client = useQueryClient();
  const { windowUntil, canReply } = capabilities;
  const lastIn = messages.findLast((each) => each.direction === "in")?.seq ?? 0;
  const lastNote = messages.findLast((each) => each.note !== null)?.seq ?? 0;
  const known = useRef({ lastIn, lastNote });
  useEffect(() => {
    const before = known.current;
    known.current = { lastIn, lastNote };
    const wrote = lastIn > before.lastIn && (windowUntil !== null || !canReply);
    if (wrote || lastNote > before.lastNote) void client.invalidateQueries({ queryKey: keys.dialog(dialog.id) });
  }, [client, dialog.id, lastIn, lastNote, windowUntil, canReply]);
  useEffect(() => {
    const left = windowUntil === null ? 0 : Date.parse(windowUntil) - Date.now();
    if (left <= 0) return;
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: keys.dialog(dialog.id) }), Math.min(left + 500, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  }, [client, dialog.id, windowUntil]);
}
