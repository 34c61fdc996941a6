import { UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./administration.module.css";
import { changesOf, spoken } from "./audit.ts";

const SHOWN = 3;

/** Old and new of each field; more than a few fold. */
export function Changes({ changes, names }: { changes: Record<string, unknown>; names: ReadonlyMap<string, string> }) {
  const { t, i18n } = useTranslation("administration");
  const [all, setAll] = useState(false);
  const lines = changesOf(changes, names);
  // A key of a line's menu is a field of its own.
  const key = (field: string) => (field.startsWith("line_key_") ? t("columns.lineKey", { key: field.slice("line_key_".length) }) : null);
  const name = (field: string) => key(field) ?? (i18n.exists(`administration:columns.${field}`) ? t(`columns.${field}`) : field);
  const word = (code: string) => (i18n.exists(`administration:audit.values.${code}`) ? t(`audit.values.${code}`) : null);
  return (
    <div>
      <dl className={classes["change"]} style={{ margin: 0 }}>
        {lines.slice(0, all ? undefined : SHOWN).map(({ field, before, after }) => (
          <div key={field} style={{ display: "contents" }}>
            <dt style={{ color: "var(--k-dim)" }}>{name(field)}</dt>
            <dd style={{ margin: 0 }}>
              {before === null ? null : <span className={classes["old"]}>{spoken(field, before, word)}</span>}
              {before !== null && after !== null ? " → " : null}
              {after === null ? (before === null ? "" : ` → ${t("audit.emptied")}`) : spoken(field, after, word)}
            </dd>
          </div>
        ))}
      </dl>
      {lines.length > SHOWN && !all ? (
        <UnstyledButton fz="xs" c="var(--k-blue)" mt={2} onClick={() => setAll(true)}>
          {t("audit.moreFields", { count: lines.length - SHOWN })}
        </UnstyledButton>
      ) : null}
    </div>
  );
}
