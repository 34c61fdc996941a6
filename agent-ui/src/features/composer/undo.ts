/** How long what was sent can be taken back. */
export const HOLD_MS = 5_000;

const KEY = "kommutator.undoSend";

/** Whether whoever works at this browser wants time to take a message back; they do until they say no. */
export const undoes = (): boolean => localStorage.getItem(KEY) !== "no";

/** Remembers the choice, as that of the Enter key, on this machine. */
export function setUndoes(wanted: boolean): void {
  localStorage.setItem(KEY, wanted ? "yes" : "no");
}
