import type { CannedAnswer, CannedList, Rendered } from "@kommutator/contract/api/canned";
import { useQuery } from "@tanstack/react-query";
import { type RefObject, useMemo } from "react";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";
import { findCanned, openVariables } from "./canned.ts";
import { type Suggestions, useSuggestions } from "./useSuggestions.ts";

/** Canned answers by "/" in a reply: a chosen one comes with its variables filled for this dialog (null: for nobody yet). */
export function useCanned(options: {
  dialogId: string | null;
  input: RefObject<HTMLTextAreaElement | null>;
  text: string;
  enabled: boolean;
  insert: (piece: string, from: number, to: number) => void;
}): { suggestions: Suggestions<CannedAnswer>; open: ReturnType<typeof openVariables> } {
  const { dialogId, input, text, enabled, insert } = options;
  const answers = useQuery({
    queryKey: keys.canned,
    queryFn: ({ signal }) => api.get<z.infer<typeof CannedList>>("/canned-answers", { signal, query: { limit: 500 } }),
    enabled: enabled && text.includes("/"),
  });
  const suggestions = useSuggestions<CannedAnswer>({
    input,
    text,
    sign: "/",
    find: (word) => findCanned(answers.data?.items ?? [], word),
    onChoose: (answer, from, to) => {
      api.post<Rendered>(`/canned-answers/${answer.id}/render`, { dialogId }).then((filled) => insert(filled.text, from, to), showFailure);
    },
    enabled,
  });
  const open = useMemo(() => openVariables(text), [text]);
  return { suggestions, open };
}
