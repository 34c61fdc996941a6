import type { AuditView } from "@kommutator/contract/api/admin";
import { Anchor, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useFormat } from "../../app/format.ts";
import classes from "./administration.module.css";
import { changesOf, columnOf, linkedOf, type Said, sidesOf, spoken } from "./audit.ts";

const SHOWN = 3;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:[\d.]+(Z|[+-]\d\d:\d\d)$/;

/** Old and new of each field; more than a few fold. */
export function Changes({ changes, refs, names }: Pick<AuditView, "changes" | "refs"> & { names: ReadonlyMap<string, string> }) {
  const { t, i18n } = useTranslation("administration");
  const format = useFormat();
  const [all, setAll] = useState(false);
  const lines = changesOf(changes, names);
  // A key of a line's menu is a field of its own.
  const key = (field: string) => (field.startsWith("line_key_") ? t("columns.lineKey", { key: field.slice("line_key_".length) }) : null);
  const name = (field: string) => {
    const known = [field, columnOf(field)].find((each) => i18n.exists(`administration:columns.${each}`));
    return key(field) ?? (known === undefined ? field : t(`columns.${known}`));
  };
  // A moment is told by the reader's clock.
  const text = (field: string, value: string) => (MOMENT.test(value) ? format.full(value) : spoken(field, value, word));
  const word = (code: string) => (i18n.exists(`administration:audit.values.${code}`) ? t(`audit.values.${code}`) : null);
  return (
    <div>
      <dl className={classes["change"]} style={{ margin: 0 }}>
        {lines.slice(0, all ? undefined : SHOWN).map(({ field, before, after }) => (
          <div key={field} style={{ display: "contents" }}>
            <dt style={{ color: "var(--k-dim)" }}>{name(field)}</dt>
            <dd style={{ margin: 0 }}>
              {before === null ? null : (
                <span className={classes["old"]}>
                  <Linked said={linkedOf(sidesOf(changes[field])[0], names, refs)} text={text(field, before)} />
                </span>
              )}
              {before !== null && after !== null ? " → " : null}
              {after === null ? (
                before === null ? (
                  ""
                ) : (
                  ` → ${t("audit.emptied")}`
                )
              ) : (
                <Linked said={linkedOf(sidesOf(changes[field])[1], names, refs)} text={text(field, after)} />
              )}
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

/** Names of cards with the way to them; what is no id is text. */
function Linked({ said, text }: { said: Said[] | null; text: string }) {
  const { t } = useTranslation("administration");
  if (said === null) return text;
  return said.map((each, n) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the same card may be named twice
    <span key={n}>
      {n === 0 ? null : ", "}
      {each.text === null ? (
        <i>{t("audit.unseen")}</i>
      ) : each.to === null ? (
        each.text
      ) : (
        <Anchor component={Link} to={each.to} inherit>
          {each.text}
        </Anchor>
      )}
    </span>
  ));
}
