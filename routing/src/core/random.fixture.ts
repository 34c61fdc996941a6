import type { Id } from "@kommutator/contract/ids";
import type { Chance } from "../simulation/random.ts";
import { CUSTOMERS, DIALOGS, type Happening, mediumOf, PEOPLE, QUEUE_NAMES, SETTINGS, STRAY } from "./history.fixture.ts";
import type { Story } from "./story.fixture.ts";

/**
 * The next happening of a random history. Two thirds of the time it is something that makes sense now (what rings is picked
 * up, who is asked answers, who waits hangs up), so that histories go deep; else anything at all, at any time, by anybody.
 */
export function anyHappening(c: Chance, s: Story): Happening {
  const p = c.uniform();
  if (p < 0.24) return opening(c);
  if (p < 0.5) return sensible(c, s) ?? opening(c);
  if (p < 0.64) return { do: "passes", ms: pick(c, [1, 3000, 5000, 10_000, 20_000, 25_000, 30_000, 45_000, 61_000, 300_000]) };
  if (p < 0.78) return ofPerson(c);
  if (p < 0.82) return { do: "settings", change: pick(c, SETTINGS), agent: person(c) };
  return anything(c);
}

const pick = <T>(c: Chance, all: readonly T[]): T => all[Math.floor(c.uniform() * all.length)] as T;
const person = (c: Chance): Id => pick(c, PEOPLE);
const maybe = (c: Chance, p: number): Id | null => (c.happens(p) ? person(c) : null);
const lateness = (c: Chance): number => (c.happens(0.12) ? 1 + Math.floor(c.uniform() * 3) : 0);

function opening(c: Chance): Happening {
  return {
    do: "opens",
    dialog: pick(c, DIALOGS),
    queue: c.happens(0.7) ? "sales" : pick(c, QUEUE_NAMES),
    responsible: maybe(c, 0.4),
    why: pick(c, ["interest", "customer", "last_talked"] as const),
    substitute: maybe(c, 0.25),
    priority: c.happens(0.2) ? 10 : 0,
    person: c.happens(0.5) ? pick(c, CUSTOMERS) : null,
    needs: c.happens(0.8) ? "nothing" : pick(c, ["Kazakh", "a Kazakh lawyer"] as const),
    identity: c.happens(0.97) ? "known" : pick(c, ["new", "blocked"] as const),
  };
}

/** Something about an offer that is open, or a dialog that somebody has; null when there is neither. */
function sensible(c: Chance, s: Story): Happening | null {
  const offers = s.state.offers.size;
  const held = s.state.assignments.size;
  if (offers + held === 0) return null;
  let n = Math.floor(c.uniform() * (offers + held));
  for (const offer of s.state.offers.values()) {
    if (n-- > 0) continue;
    const dialog = offer.dialogId;
    if (offer.medium !== "voice") return { do: c.happens(0.75) ? "accepts" : "rejects", dialog, by: null, late: 0 };
    if (offer.state === "pending") return c.happens(0.8) ? { do: "rings", dialog, late: 0 } : legEnds(c, dialog, 0);
    if (offer.state === "answered") return c.happens(0.8) ? { do: "bridged", dialog, late: 0 } : legEnds(c, dialog, 0);
    return c.happens(0.6) ? { do: "picked up", dialog, late: 0 } : c.happens(0.5) ? legEnds(c, dialog, 0) : { do: "rejects", dialog, by: null, late: 0 };
  }
  for (const a of s.state.assignments.values()) {
    if (n-- > 0) continue;
    const dialog = a.dialogId;
    if (a.medium === "voice" && c.happens(0.25)) return transfer(c, dialog, false);
    if (a.medium === "voice")
      return c.happens(0.6) ? { do: pick(c, ["leaves", "closes"] as const), dialog } : { do: c.happens(0.5) ? "device lost" : "closes", dialog };
    if (c.happens(0.1)) return transfer(c, dialog, false);
    return { do: pick(c, ["writes", "is answered", "closes", "leaves"] as const), dialog };
  }
  return null;
}

const transfer = (c: Chance, dialog: Id, stale: boolean): Happening => ({
  do: "transfers",
  dialog,
  queue: c.happens(0.85) ? pick(c, QUEUE_NAMES) : null,
  to: maybe(c, 0.7),
  stale,
});

const legEnds = (c: Chance, dialog: Id, late: number): Happening => ({
  do: "leg ends",
  dialog,
  cause: pick(c, ["no-answer", "declined", "busy", "unreachable", "cancelled", "hung-up", "failed"] as const),
  late,
});

const OWN = [
  "comes",
  "comes",
  "connects",
  "disconnects",
  "disconnects",
  "phone on",
  "phone off",
  "phone engaged",
  "available",
  "available",
  "pauses",
  "logs out",
  "finishes",
  "extends",
] as const;
function ofPerson(c: Chance): Happening {
  return { do: pick(c, OWN), agent: person(c) };
}

function anything(c: Chance): Happening {
  const dialog = pick(c, DIALOGS);
  switch (Math.floor(c.uniform() * 16)) {
    case 0:
    case 1:
      return { do: pick(c, ["rings", "picked up", "bridged"] as const), dialog, late: lateness(c) };
    case 2:
      return legEnds(c, dialog, lateness(c));
    case 3:
      return { do: "device lost", dialog };
    case 4:
    case 5:
      return { do: pick(c, ["accepts", "rejects"] as const), dialog, by: maybe(c, 0.3), late: lateness(c) };
    case 6:
    case 7:
      return { do: pick(c, ["leaves", "closes", "writes", "is answered"] as const), dialog };
    case 8:
    case 9:
      if (c.happens(0.15)) return transfer(c, dialog, c.happens(0.3));
      return {
        do: "assigns",
        dialog,
        to: maybe(c, 0.75),
        from: c.happens(0.5) ? "anybody" : maybe(c, 0.6),
        ...(c.happens(0.3) ? { queue: pick(c, QUEUE_NAMES) } : {}),
      };
    case 10:
      if (c.happens(0.4)) return { do: "asks for a callback", dialog };
      return mediumOf(dialog) === "voice" ? { do: "dials", agent: person(c) } : { do: "writes", dialog };
    case 11:
      return { do: "load", agent: person(c), planned: pick(c, [0, 40, 90]), norm: pick(c, [null, 0, 100]) };
    case 12:
      return {
        do: "identified",
        dialog,
        responsible: maybe(c, 0.8),
        substitute: maybe(c, 0.3),
        ...(c.happens(0.5) ? { priority: pick(c, [0, 10]) } : {}),
        ...(c.happens(0.5) ? { person: pick(c, CUSTOMERS) } : {}),
        ...(c.happens(0.5) ? { needs: pick(c, ["nothing", "Kazakh", "a Kazakh lawyer"] as const) } : {}),
        ...(c.happens(0.15) ? { blocked: true } : {}),
      };
    case 13:
      return c.happens(0.4) ? { do: "oversleeps", ms: pick(c, [5000, 60_000, 900_000]) } : { do: "stray", input: pick(c, STRAY) };
    case 14:
      return { do: "crashes" };
    default:
      return { do: "again" };
  }
}
