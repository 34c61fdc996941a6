/** Content that came: when first, and whether the SMSC has our answer. */
export interface SeenState {
  at: number;
  answered: boolean;
}

/** The same content within this time is the same message (there is no id that would tell). */
const SAME_MS = 60_000;
/** Content whose answer never went out is delivered again after the connection is back. */
const UNANSWERED_MS = 3_600_000;

/**
 * When the content with this hash came first: its time makes the key, so that a repeated delivery has the same key, and
 * the same words written again later are a new message. The caller stores `seen` before it reports.
 */
export function firstSeen(seen: Record<string, SeenState>, hash: string, now: number): number {
  const known = seen[hash];
  if (known !== undefined && now - known.at < (known.answered ? SAME_MS : UNANSWERED_MS)) return known.at;
  for (const [other, { at }] of Object.entries(seen)) if (now - at >= UNANSWERED_MS) delete seen[other];
  seen[hash] = { at: now, answered: false };
  return now;
}

/** The SMSC has our answer. */
export function answered(seen: Record<string, SeenState>, hash: string): void {
  const known = seen[hash];
  if (known !== undefined) known.answered = true;
}
