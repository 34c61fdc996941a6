import { useEffect, useRef, useState } from "react";
import { api } from "../../app/api.ts";
import { draftOf, type ReceptionForm } from "./form.ts";

const QUIET_MS = 700;

export interface Draft {
  saved: boolean;
  failed: boolean;
  /** It is being finished: nothing is saved any more. */
  stop(): void;
  /** It could not be finished: saving goes on. */
  goOn(): void;
  /** Leaves this form for whoever goes on with the inquiry. */
  leave(form: ReceptionForm): Promise<unknown>;
}

/** Saves the half-filled wizard a moment after the last change, and at once when the pane closes. */
export function useDraft(inquiryId: string, form: ReceptionForm): Draft {
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
    goOn: () => {
      stopped.current = false;
    },
    leave: (left) => api.put(`/inquiries/${inquiryId}/draft`, { draft: draftOf(left), purposeId: left.purposeId }),
  };
}
