import type { MergeField } from "@kommutator/contract/api/merge";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../app/format.ts";
import classes from "./customer.module.css";

export type Side = "a" | "b";
const LABELS: Record<string, string> = {
  kind: "kind",
  name: "name",
  legal_name: "legalName",
  tax_id: "taxId",
  status_id: "statusId",
  region_id: "regionId",
  industry_id: "industryId",
  source_id: "sourceId",
  responsible_id: "responsibleId",
  is_vip: "isVip",
  do_not_contact: "doNotContact",
  comment: "comment",
  last_name: "lastName",
  first_name: "firstName",
  middle_name: "middleName",
  gender: "gender",
  birth_date: "birthDate",
  language: "language",
  contact_name: "contactName",
  company_name: "companyName",
  note: "note",
  due_at: "dueAt",
};
/** Marks that stand when either card has them. */
const EITHER = new Set(["is_vip", "do_not_contact"]);

/** Whose value stands when nobody has chosen: as the server does it. */
export function sideOf(field: MergeField, survivor: Side, picked: Record<string, Side>): Side {
  const chosen = picked[field.field];
  if (chosen !== undefined) return chosen;
  const other: Side = survivor === "a" ? "b" : "a";
  if (field.field === "responsible_id") return survivor;
  if (EITHER.has(field.field)) return field[survivor].raw === true || field[other].raw !== true ? survivor : other;
  return field[survivor].text === "" && field[other].text !== "" ? other : survivor;
}

/** A row for each field: arrows go up and down, left and right choose whose value stands. */
export function MergeFields({
  fields,
  survivor,
  picked,
  onPick,
}: {
  fields: MergeField[];
  survivor: Side;
  picked: Record<string, Side>;
  onPick: (field: string, side: Side) => void;
}) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const body = useRef<HTMLDivElement>(null);
  // The page is a comparison: the arrows work from its first moment.
  useEffect(() => body.current?.querySelector<HTMLElement>("[role=radio][tabindex='0']")?.focus(), []);
  const text = (field: MergeField, side: Side) =>
    field.field === "kind"
      ? t(`kind.${field[side].text}`)
      : EITHER.has(field.field)
        ? t(field[side].raw === true ? "yes" : "no")
        : field[side].text === ""
          ? t("merge.empty")
          : field.field === "due_at"
            ? format.full(field[side].text)
            : field[side].text;
  const onKey = (event: KeyboardEvent, at: number) => {
    const focus = (index: number) =>
      body.current?.querySelectorAll<HTMLElement>("[role=radiogroup]")[index]?.querySelector<HTMLElement>("[tabindex='0']")?.focus();
    const field = fields[at];
    if (event.key === "ArrowDown") focus(Math.min(fields.length - 1, at + 1));
    else if (event.key === "ArrowUp") focus(Math.max(0, at - 1));
    else if (field !== undefined && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      onPick(field.field, event.key === "ArrowLeft" ? "a" : "b");
      const row = body.current?.querySelectorAll<HTMLElement>("[role=radiogroup]")[at];
      row?.querySelectorAll<HTMLElement>("[role=radio]")[event.key === "ArrowLeft" ? 0 : 1]?.focus();
    } else return;
    event.preventDefault();
  };
  if (fields.length === 0) return <p className={classes["note"]}>{t("merge.same")}</p>;
  return (
    <div ref={body}>
      {fields.map((field, at) => {
        const label = field.field.startsWith("portrait.") ? field.field.slice("portrait.".length) : t(`field.${LABELS[field.field] ?? field.field}`);
        const side = sideOf(field, survivor, picked);
        return (
          <div key={field.field} className={classes["mergeRow"]} role="radiogroup" aria-label={label}>
            <span className={classes["dim"]}>{label}</span>
            {(["a", "b"] as const).map((each) => (
              // biome-ignore lint/a11y/useSemanticElements: a cell of the comparison is chosen as a whole
              <button
                key={each}
                type="button"
                role="radio"
                aria-checked={side === each}
                tabIndex={side === each ? 0 : -1}
                className={classes["mergeCell"]}
                title={text(field, each)}
                onClick={() => onPick(field.field, each)}
                onKeyDown={(event) => onKey(event, at)}
              >
                <span className={classes["mergeMark"]} aria-hidden />
                <span className={classes["mergeText"]}>{text(field, each)}</span>
              </button>
            ))}
          </div>
        );
      })}
    </div>
  );
}
