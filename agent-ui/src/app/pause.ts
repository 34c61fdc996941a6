/** Why somebody is on a break, as the menu offers it; `auto`: the machine's own, after two offers in a row that nobody answered. */
export const PAUSE_REASONS = ["break", "lunch", "meeting", "training", "paperwork"] as const;

/** The reason of a break in words: a known code by its text of `call:presence.reason`, what a supervisor wrote as it stands. */
export function pauseWords(reason: string | null, t: (key: string) => string): string | null {
  if (reason === null || reason === "") return null;
  return reason === "auto" || (PAUSE_REASONS as readonly string[]).includes(reason) ? t(`call:presence.reason.${reason}`) : reason;
}
