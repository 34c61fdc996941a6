import type { Id } from "@kommutator/contract/ids";

/** An Interest of the person or their company, as the wizard weighs it (spec B1, step 4). */
export interface Candidate {
  id: Id;
  number: number;
  kindId: Id;
  contactId: Id | null;
  status: "open" | "won" | "lost" | "cancelled";
  lastActivityAt: Date;
  closedAt: Date | null;
}
export interface ReceptionContext {
  /** Kind that the purpose leads to; null when the purpose is unknown yet or names none. */
  kindId: Id | null;
  contactId: Id | null;
  /** The Interest that the dialog belongs to already. */
  dialogInterestId: Id | null;
  /** Numbers of Interests quoted in the dialog ("#17"). */
  quoted: readonly number[];
  /** A lost Interest is offered for reopening so long. */
  reopenDays: number;
  now: Date;
}
export interface Ranked {
  id: Id;
  score: number;
  preselected: boolean;
  recentlyLost: boolean;
}

const DAY_MS = 86_400_000;

/**
 * Ranks the Interests that suit the purpose: 4 same kind + 3 same dialog or quoted number + 2 same contact + 1 activity within 30 days.
 * Exactly one open candidate is preselected; of several the user chooses; recently lost ones come last, for reopening.
 */
export function rank(candidates: readonly Candidate[], context: ReceptionContext): Ranked[] {
  const suiting = candidates.filter((c) => context.kindId === null || c.kindId === context.kindId);
  const open = suiting.filter((c) => c.status === "open");
  const lost = suiting.filter((c) => c.status === "lost" && c.closedAt !== null && context.now.getTime() - c.closedAt.getTime() <= context.reopenDays * DAY_MS);
  const scored = [...open, ...lost].map((c) => ({
    id: c.id,
    score:
      (context.kindId !== null && c.kindId === context.kindId ? 4 : 0) +
      (c.id === context.dialogInterestId || context.quoted.includes(c.number) ? 3 : 0) +
      (context.contactId !== null && c.contactId === context.contactId ? 2 : 0) +
      (context.now.getTime() - c.lastActivityAt.getTime() <= 30 * DAY_MS ? 1 : 0),
    preselected: open.length === 1 && c.id === open[0]?.id,
    recentlyLost: c.status === "lost",
  }));
  return scored.sort((a, b) => Number(a.recentlyLost) - Number(b.recentlyLost) || b.score - a.score);
}

/** Numbers of Interests that a text quotes: "#17", "№ 17". */
export function quotedNumbers(text: string): number[] {
  return [...text.matchAll(/[#№]\s?(\d{1,9})\b/g)].map((m) => Number(m[1]));
}
