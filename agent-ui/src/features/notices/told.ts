const KEY = "kommutator.missed-told";

/** May what was missed be told? Once for each login in this tab: a reload does not tell it again. */
export function tellMissed(): boolean {
  const told = sessionStorage.getItem(KEY) !== null;
  sessionStorage.setItem(KEY, "1");
  return !told;
}
/** A login: what was missed until now is to be told. */
export const forgetTold = (): void => sessionStorage.removeItem(KEY);
/** Is there nothing more to tell in this tab? Then nobody need be asked for it. */
export const isTold = (): boolean => sessionStorage.getItem(KEY) !== null;

const wanted = new EventTarget();
/** Opens the list of notices, from wherever; a message outlives what has shown it. */
export const wantNotices = (): void => void wanted.dispatchEvent(new Event("wanted"));
export function onWanted(open: () => void): () => void {
  wanted.addEventListener("wanted", open);
  return () => wanted.removeEventListener("wanted", open);
}
