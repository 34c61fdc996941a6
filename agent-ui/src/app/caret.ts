import type { RefObject } from "react";
import { flushSync } from "react-dom";

/** Changes a field's text and puts the caret behind what came in: at once, for who types on does not wait for a frame. */
export function changeAndGoOn(input: RefObject<HTMLTextAreaElement | null>, change: () => void, caret: number): void {
  flushSync(change);
  input.current?.focus();
  input.current?.setSelectionRange(caret, caret);
}
