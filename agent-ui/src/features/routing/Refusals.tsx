import { useTranslation } from "react-i18next";
import classes from "./routing.module.css";

/** Why people could not have it, and how many of them, in words. */
export function Refusals({ of }: { of: [string, number][] }) {
  const { t } = useTranslation("routing");
  if (of.length === 0) return null;
  return (
    <ul className={classes["refusals"]}>
      {of.map(([code, count]) => (
        <li key={code}>
          {t(`refusal.${code}`, { defaultValue: t("refusal.unknown") })}
          {count > 1 ? <b>{count}</b> : null}
        </li>
      ))}
    </ul>
  );
}
