import type { InquiryView } from "@kommutator/contract/api/inquiry";
import { usePartyName } from "../../app/party.ts";

/** Whose inquiry it is, as the screens show it; empty when somebody came in person and nothing is known of him yet. */
export function useCallerName(): (inquiry: Pick<InquiryView, "party" | "identityKind" | "identityValue">) => string {
  const nameOf = usePartyName();
  return ({ party: { name }, identityKind, identityValue = null }) =>
    identityKind === null ? name : nameOf({ name, identityKind, identityValue, result: "" });
}
