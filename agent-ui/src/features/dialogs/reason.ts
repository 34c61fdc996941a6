import type { OfferSummary } from "@kommutator/contract/api/dialogs";
import type { TFunction } from "i18next";
import type { Format } from "../../app/format.ts";

const KNOWN = new Set(["responsible_interest", "responsible_customer", "last_talked", "substitute", "least_loaded", "oldest_waiting", "manual"]);

/** Why a dialog came to somebody, in words: "least loaded: 0.71". `t` of the namespace `dialogs`. */
export function reasonText(t: TFunction<"dialogs">, reason: OfferSummary["reason"], format: Format): string {
  const code = KNOWN.has(reason.code) ? reason.code : "manual";
  const text = t(`why.${code}`);
  return reason.load === undefined || code !== "least_loaded" ? text : `${text}: ${format.number(reason.load, 2)}`;
}
