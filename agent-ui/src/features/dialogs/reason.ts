import type { OfferSummary } from "@kommutator/contract/api/dialogs";
import type { TFunction } from "i18next";
import type { Format } from "../../app/format.ts";

/** Why a dialog came to somebody, in words: "least loaded: 0.71". `t` of the namespace `dialogs`. */
export function reasonText(t: TFunction<"dialogs">, reason: OfferSummary["reason"], format: Format): string {
  const text = t(`why.${reason.code}`, { defaultValue: t("dialogs:why.manual") });
  return reason.load === undefined || reason.code !== "least_loaded" ? text : `${text}: ${format.number(reason.load, 2)}`;
}
