import { useTranslation } from "react-i18next";
import { saidKey } from "./said.ts";

/** What a provider said, in the reader's language; its own words on hover, or as they are where nobody has translated them. */
export function useSaid(): (sentence: string) => string {
  const { t } = useTranslation("composer");
  return (sentence) => {
    const key = saidKey(sentence);
    return key === null ? sentence : t(`said.${key}`);
  };
}
