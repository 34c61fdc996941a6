import { useEffect, useRef, useState } from "react";
import { api } from "../../app/api.ts";
import { draftOf, type ReceptionForm } from "./form.ts";

const QUIET_MS = 700;

/** Saves the half-filled wizard a moment after the last change, and at once when the pane closes. `stop` ends it (finished). */
export function useDraft(inquiryId: string, form: ReceptionForm): { saved: boolean; failed: boolean; stop: () => void } {
  const [state, setState] = useState<"none" | "saved" | "failed">("none");
  const first = useRef(form);
  const waiting = useRef<ReceptionForm | null>(null);
  const stopped = useRef(false);
  const save = useRef(() => Promise.resolve());
  save.current = () => {
    const now = waiting.current;
    if (now === null || stopped.current) return Promise.resolve();
    waiting.current = null;
    return api.put(`/inquiries/${inquiryId}/draft`, { draft: draftOf(now), purposeId: now.purposeId }).then(
      () => setState("saved"),
      () => {
        // Kept in hand: the next change or the closing of the pane tries again.
        waiting.current ??= now;
        setState("failed");
      },
    );
  };
  useEffect(() => {
    if (form === first.current) return;
    waiting.current = form;
    setState("none");
    const timer = setTimeout(() => void save.current(), QUIET_MS);
    return () => clearTimeout(timer);
  }, [form]);
  useEffect(() => () => void save.current(), []);
  return {
    saved: state === "saved",
    failed: state === "failed",
    stop: () => {
      stopped.current = true;
    },
  };
}
