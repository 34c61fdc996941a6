import type { Id } from "./ids.ts";

/** Outcome of identification (spec B0). */
export type IdentityResult = "known" | "lead" | "ambiguous" | "new" | "hidden" | "blocked";

/** What routing and the screens need to know about whoever calls or writes. */
export interface Identification {
  result: IdentityResult;
  contactPointId: Id | null;
  customerId: Id | null;
  contactId: Id | null;
  leadId: Id | null;
  /** Name to show; falls back to the identity itself. */
  name: string;
  isVip: boolean;
  /** In which the known contact is spoken to (a code such as `kk`); left out or null = nobody has said. */
  language?: string | null;
  /** First rung of the ladder, already resolved in the order of B0 (open Interest, customer, last talked <= 90 days). */
  responsible: { employeeId: Id; why: "interest" | "customer" | "last_talked" } | null;
  /** Who stands in for the responsible: if absent now, by the rules of absence; otherwise the personal substitute, asked when the responsible does not answer. */
  substituteId: Id | null;
  /** The only open Interest of the person, if exactly one. */
  interestId: Id | null;
  /** For `ambiguous`. */
  candidates: { customerId: Id; contactId: Id | null; name: string }[];
}
