import type { DialogSummary } from "@kommutator/contract/api/dialogs";
import type { TFunction } from "i18next";

type Reason = NonNullable<DialogSummary["offer"]>["reason"];
const KNOWN = new Set(["responsible_interest", "responsible_customer", "last_talked", "substitute", "least_loaded", "oldest_waiting", "manual"]);

/** Why this dialog came to me, in words; `t` of the namespace `call`. The load has two figures after the point, as B0 states it. */
export function whyText(t: TFunction<"call">, reason: Reason, format: (value: number, digits: number) => string): string {
  const code = KNOWN.has(reason.code) ? reason.code : "manual";
  return reason.load === undefined ? t(`why.${code}`) : t(`why.${code}_load`, { load: format(reason.load, 2), defaultValue: t(`why.${code}`) });
}
