import { type KeyboardEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { TypeMark } from "../../events/TypeMark.tsx";
import classes from "./load.module.css";
import { cellKey, type Draft, inherited, pointsOf, storedPoints } from "./matrix.ts";

export interface GridType {
  id: string;
  name: string;
  code: string;
  icon: string | null;
  color: string | null;
}

/** Types × stages. Arrows and Enter go from cell to cell, Esc brings back what stood there; an empty cell shows what it inherits. */
export function LoadGrid({
  types,
  stages,
  draft,
  theirs,
  disabled,
  onType,
}: {
  types: readonly GridType[];
  stages: readonly { id: string; name: string }[];
  draft: Draft;
  /** Contested cells, with what somebody else put there. */
  theirs: ReadonlyMap<string, number | null>;
  disabled: boolean;
  onType: (key: string, text: string | null) => void;
}) {
  const { t, i18n } = useTranslation("settings");
  // As they are typed: with the comma or the point of the language, and nothing between thousands.
  const written = (points: number) => String(points).replace(".", i18n.language === "en" ? "." : ",");
  const body = useRef<HTMLTableSectionElement>(null);
  const columns = [{ id: null, name: t("load.anyStage") }, ...stages];
  const stored = storedPoints(draft.base);
  const go = (row: number, column: number) => {
    const cell = body.current?.rows[row]?.querySelectorAll("input")[column];
    cell?.focus();
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>, row: number, column: number, key: string) => {
    const { currentTarget: cell } = event;
    const all = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    const to: Record<string, [number, number] | undefined> = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      Enter: [row + (event.shiftKey ? -1 : 1), column],
      // The caret leaves a cell at its edge, or at once where all of it is selected.
      ArrowLeft: all || cell.selectionEnd === 0 ? [row, column - 1] : undefined,
      ArrowRight: all || cell.selectionStart === cell.value.length ? [row, column + 1] : undefined,
    };
    const next = event.ctrlKey || event.altKey || event.metaKey ? undefined : to[event.key];
    if (next !== undefined) {
      event.preventDefault();
      go(...next);
    } else if (event.key === "Escape" && draft.typed[key] !== undefined) {
      event.stopPropagation();
      onType(key, null);
    }
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
    <section className={classes["scroll"]} aria-label={t("load.title")} tabIndex={0}>
      <table className={classes["grid"]}>
        <thead>
          <tr>
            <th scope="col">{t("load.type")}</th>
            {columns.map((column) => (
              <th key={column.id} scope="col" title={column.name}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {types.map((type, row) => (
            <tr key={type.id}>
              <th scope="row">
                <TypeMark type={type} named />
              </th>
              {columns.map((stage, column) => {
                const key = cellKey(type.id, stage.id);
                const typed = draft.typed[key];
                const own = stored.get(key);
                const text = typed ?? (own === undefined ? "" : written(own));
                const faulty = pointsOf(text) === undefined;
                const other = theirs.get(key);
                const hint = faulty
                  ? t("load.wrong")
                  : other === undefined
                    ? undefined
                    : other === null
                      ? t("load.theirsEmpty")
                      : t("load.theirs", { points: written(other) });
                return (
                  <td key={key} data-typed={typed !== undefined} data-contested={other !== undefined}>
                    <input
                      type="text"
                      inputMode="decimal"
                      autoComplete="off"
                      disabled={disabled}
                      aria-label={t("load.cell", { type: type.name, stage: stage.name })}
                      aria-invalid={faulty}
                      title={hint}
                      placeholder={written(inherited(draft, type.id, stage.id))}
                      value={text}
                      onFocus={(event) => event.currentTarget.select()}
                      onChange={(event) => onType(key, event.currentTarget.value)}
                      onKeyDown={(event) => onKey(event, row, column, key)}
                    />
                    {other === undefined ? null : <small>{hint}</small>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
