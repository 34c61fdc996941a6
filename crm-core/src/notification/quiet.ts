import { QUIET_HOURS } from "@kommutator/contract/api/notification";
import type { EpochMs } from "@kommutator/contract/ids";
import { localDate, startOfDay } from "@kommutator/contract/working-time";

export interface Quiet {
  enabled: boolean;
  /** Local times, HH:MM; `from` after `to` goes over midnight. */
  from: string;
  to: string;
}

const MINUTE_MS = 60_000;
const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** The moment at which the clock on the wall shows so many minutes on that day, over changes of the clock too. */
function wall(day: string, minutes: number, tz: string): EpochMs {
  const guess = startOfDay(day, tz) + minutes * MINUTE_MS;
  const shown = new Intl.DateTimeFormat("en-GB", { timeZone: tz, hour: "2-digit", minute: "2-digit", hour12: false }).format(guess);
  const off = minutesOf(shown === "24:00" ? "00:00" : shown) - minutes;
  // On a day whose clock is moved, the wall is up to an hour off.
  return Math.abs(off) <= 120 ? guess - off * MINUTE_MS : guess;
}

/**
 * When something may leave the house for a person: now, or the end of the quiet hours in which now lies (B19: 21:00 to 09:00 of the
 * person's zone). `quiet: null`: nothing was chosen, so the house's hours. Equal ends mean no quiet hours.
 */
export function afterQuiet(now: EpochMs, quiet: Quiet | null, tz: string): EpochMs {
  const { enabled, from, to } = quiet ?? QUIET_HOURS;
  if (!enabled || from === to) return now;
  const today = localDate(now, tz);
  const yesterday = localDate(startOfDay(today, tz) - 1, tz);
  for (const day of [yesterday, today]) {
    const start = wall(day, minutesOf(from), tz);
    const overnight = minutesOf(to) <= minutesOf(from);
    const nextDay = localDate(startOfDay(day, tz) + 30 * 60 * MINUTE_MS, tz);
    const end = wall(overnight ? nextDay : day, minutesOf(to), tz);
    if (now >= start && now < end) return end;
  }
  return now;
}
