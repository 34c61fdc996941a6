import { useQuery } from "@tanstack/react-query";
import { type RefObject, useMemo } from "react";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";
import { findCanned, openVariables } from "./canned.ts";
import { type Suggestions, useSuggestions } from "./useSuggestions.ts";

interface Answer {
  id: string;
  title: string;
  shortcut: string | null;
  body: string;
  tags: string[];
  uses: number;
}

/** Canned answers by "/" in a reply: chosen ones come with their variables filled for this dialog. */
export function useCanned(options: {
  dialogId: string;
  input: RefObject<HTMLTextAreaElement | null>;
  text: string;
  enabled: boolean;
  insert: (piece: string, from: number, to: number) => void;
}): { suggestions: Suggestions<Answer>; open: ReturnType<typeof openVariables> } {
  const { dialogId, input, text, enabled, insert } = options;
  const answers = useQuery({
    queryKey: keys.canned,
    queryFn: async ({ signal }) => (await api.get<{ items: Answer[] }>("/canned-answers", { signal })).items,
    enabled: enabled && text.includes("/"),
  });
  const suggestions = useSuggestions<Answer>({
    input,
    text,
    sign: "/",
    find: (word) => findCanned(answers.data ?? [], word),
    onChoose: (answer, from, to) => {
      api.post<{ text: string }>(`/canned-answers/${answer.id}/render`, { dialogId }).then((filled) => insert(filled.text, from, to), showFailure);
    },
    enabled,
  });
  const open = useMemo(() => openVariables(text), [text]);
  return { suggestions, open };
}
