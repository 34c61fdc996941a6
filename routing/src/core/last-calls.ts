import type { EpochMs } from "@kommutator/contract/ids";

/** So long a caller whom nobody answered is remembered, and comes sooner when calling again. */
export const REMEMBERED_MS = 86_400_000;

/** How a caller's last wait ended, in whichever queue; of two at one moment the later entry's counts. */
export interface LastCall {
  entryId: string;
  person: string;
  at: EpochMs;
  answered: boolean;
}

/** The last waits of the callers of one day; the oldest leave as new ones come. */
export class LastCalls {
  private readonly byPerson = new Map<string, LastCall>();

  keep(call: LastCall): void {
    for (const [person, old] of this.byPerson) {
      if (old.at + REMEMBERED_MS >= call.at) break;
      this.byPerson.delete(person);
    }
    const old = this.byPerson.get(call.person);
    if (old !== undefined && (old.at > call.at || (old.at === call.at && old.entryId > call.entryId))) return;
    this.byPerson.delete(call.person);
    this.byPerson.set(call.person, call);
  }

  /** Did this person call within the day, and nobody answered? */
  unanswered(person: string, now: EpochMs): boolean {
    const last = this.byPerson.get(person);
    return last !== undefined && !last.answered && last.at + REMEMBERED_MS >= now;
  }

  /** How many are remembered. */
  get size(): number {
    return this.byPerson.size;
  }
}
