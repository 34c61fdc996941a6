import { useTranslation } from "react-i18next";

const formats = new Map<string, Intl.DateTimeFormat>();

/** A time with its seconds: what routing does happens within them. */
export function useExactTime(): (iso: string) => string {
  const { i18n } = useTranslation();
  const known = formats.get(i18n.language) ?? new Intl.DateTimeFormat(i18n.language, { timeStyle: "medium" });
  formats.set(i18n.language, known);
  return (iso) => known.format(new Date(iso));
}
