import type { DialogSummary } from "@kommutator/contract/api/dialogs";
import type { TFunction } from "i18next";

type Reason = NonNullable<DialogSummary["offer"]>["reason"];
/** Why this dialog came to me, in words; `t` of the namespace `call`. The load has two figures after the point, as B0 states it. */
export function whyText(t: TFunction<"call">, reason: Reason, format: (value: number, digits: number) => string): string {
  const text = t(`why.${reason.code}`, { defaultValue: t("call:why.manual") });
  return reason.load === undefined ? text : t(`why.${reason.code}_load`, { load: format(reason.load, 2), defaultValue: text });
}
