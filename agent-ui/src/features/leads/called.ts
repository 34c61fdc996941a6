import type { LeadView } from "@kommutator/contract/api/lead";
import { useTranslation } from "react-i18next";
import { usePartyName } from "../../app/party.ts";

/** How a lead is called on the screens: by the names it has, else as the visitor of the site that it came from, else "nameless". */
export function useLeadName(): (lead: Pick<LeadView, "contactName" | "companyName" | "contactPoints">) => string {
  const { t } = useTranslation();
  const nameOf = usePartyName();
  return ({ contactName, companyName, contactPoints }) => {
    const visitor = contactPoints.find((point) => point.kind === "site_visitor");
    return (
      contactName ??
      companyName ??
      (visitor === undefined ? t("party.nameless") : nameOf({ name: "", identityKind: visitor.kind, identityValue: visitor.value, result: "" }))
    );
  };
}
