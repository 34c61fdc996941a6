/** The four languages of the house. */
export type Locale = "ru" | "en" | "kk" | "uk";
export type Text = Record<Locale, string>;

/** `t("Покупка", "Purchase", "Сатып алу", "Покупка")`: one name in ru, en, kk, uk. */
export const t = (ru: string, en: string, kk: string, uk: string): Text => ({ ru, en, kk, uk });
