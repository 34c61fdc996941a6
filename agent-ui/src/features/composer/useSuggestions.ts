import { type KeyboardEvent, type RefObject, useState } from "react";

/** A list that opens under the caret while a word is being typed: `@name`, `/answer`. */
export interface Suggestions<T> {
  /** What was typed after the sign; null = no such word at the caret. */
  word: string | null;
  found: T[];
  active: number;
  choose: (item: T) => void;
  onKeyDown: (event: KeyboardEvent<HTMLTextAreaElement>) => boolean;
}

/** The word that begins with `sign` and ends at the caret. */
export function wordAt(text: string, caret: number, sign: string): string | null {
  const before = text.slice(0, caret);
  const start = before.lastIndexOf(sign);
  if (start < 0 || (start > 0 && !/\s/.test(before[start - 1] ?? ""))) return null;
  const word = before.slice(start + 1);
  return /^[\p{L}\p{N}_-]{0,40}$/u.test(word) ? word : null;
}

export function useSuggestions<T>(options: {
  input: RefObject<HTMLTextAreaElement | null>;
  text: string;
  sign: string;
  find: (word: string) => T[];
  /** Takes the place of the sign and the word. */
  onChoose: (item: T, from: number, to: number) => void;
  enabled: boolean;
}): Suggestions<T> {
  const { input, text, sign, find, onChoose, enabled } = options;
  const [active, setActive] = useState(0);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const caret = input.current?.selectionStart ?? text.length;
  const word = enabled ? wordAt(text, caret, sign) : null;
  const found = word === null || word === dismissed ? [] : find(word);
  const at = Math.min(active, Math.max(0, found.length - 1));
  const choose = (item: T) => {
    setActive(0);
    onChoose(item, caret - (word?.length ?? 0) - sign.length, caret);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): boolean => {
    const item = found[at];
    if (item === undefined) return false;
    if (event.key === "ArrowDown") setActive((at + 1) % found.length);
    else if (event.key === "ArrowUp") setActive((at + found.length - 1) % found.length);
    else if (event.key === "Enter" || event.key === "Tab") choose(item);
    else if (event.key === "Escape") setDismissed(word);
    else {
      setDismissed(null);
      return false;
    }
    event.preventDefault();
    return true;
  };
  return { word, found, active: at, choose, onKeyDown };
}
