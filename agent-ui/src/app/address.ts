/**
 * What the address asks for at this moment. A page is drawn after its address has changed: whoever changes two filters at once (leaving one
 * field by filling the next) builds on the address itself, or loses the first.
 */
export const addressNow = (): URLSearchParams => new URLSearchParams(window.location.search);

/** The address with these words put or, where they are empty, taken out. */
export function addressWith(changes: Readonly<Record<string, string | null | undefined>>): URLSearchParams {
  const next = addressNow();
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") next.delete(key);
    else next.set(key, value);
  }
  return next;
}
