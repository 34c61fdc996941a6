import type { DialogSummary } from "@kommutator/contract/api/dialogs";
import { useTranslation } from "react-i18next";
import { usePhone } from "./format.ts";

type Party = Pick<DialogSummary["party"], "name" | "identityKind" | "identityValue"> & { result: string };

/** How to call the other side when nobody knows a name: `visitor` and `hidden` are texts, `name` is shown as it is. */
export function callingOf(party: Party): { kind: "name" | "visitor" | "hidden"; text: string } {
  if (party.result === "hidden" || (party.identityValue === null && party.name === "")) return { kind: "hidden", text: "" };
  // The key of a browser says nothing to a person; its last four letters tell two visitors apart.
  if (party.identityKind === "site_visitor" && (party.name === party.identityValue || party.name === ""))
    return { kind: "visitor", text: (party.identityValue ?? party.name).replace(/[^\p{L}\p{N}]/gu, "").slice(-4) };
  return { kind: "name", text: party.name };
}

/** A person's name as the screens show it: the name, a formatted number, "visitor 1A2B", "number withheld". */
export function usePartyName(): (party: Party) => string {
  const { t } = useTranslation();
  const phone = usePhone();
  return (party) => {
    const { kind, text } = callingOf(party);
    return kind === "name" ? phone(text) : kind === "visitor" ? t("party.visitor", { mark: text }) : t("party.hidden");
  };
}
