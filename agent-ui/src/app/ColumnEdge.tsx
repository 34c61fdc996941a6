import type { CSSProperties, KeyboardEvent, PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import classes from "./columns.module.css";
import { clampWidth, MOST, NARROWEST } from "./table-view.ts";

type Widths = Readonly<Record<string, number>>;
const variable = (name: string) => `--w-${name}`;

/** The widths a person chose, as variables of the table: its cells take them by `cellWidth`, so that a drag moves a column without drawing its rows anew. */
export function tableWidths(widths: Widths): CSSProperties {
  return Object.fromEntries(Object.entries(widths).map(([name, width]) => [variable(name), `${width}px`])) as CSSProperties;
}

/** What a cell of the column wears; the table's style sheet reads `--w`, and has the column's own width where nobody chose one. */
export function cellWidth(name: string): CSSProperties {
  return { "--w": `var(${variable(name)})` } as CSSProperties;
}

/** The right edge of a column's head: dragged, or moved by the arrows; a double click, or Enter, gives the column its own width again (null). */
export function ColumnEdge({
  name,
  label,
  width,
  onResize,
}: {
  name: string;
  label: string;
  width: number | undefined;
  onResize: (width: number | null) => void;
}) {
  const { t } = useTranslation();
  const cellOf = (edge: HTMLElement) => edge.closest("th") as HTMLElement;
  const show = (edge: HTMLElement, to: number | undefined) => {
    const style = edge.closest("table")?.style;
    if (to === undefined) style?.removeProperty(variable(name));
    else style?.setProperty(variable(name), `${to}px`);
  };
  /** How wide the pointer wants it; nothing until it has been moved. */
  const wanted = (edge: HTMLElement): number | null => (edge.dataset["to"] === undefined ? null : Number(edge.dataset["to"]));
  const release = (event: PointerEvent<HTMLElement>, keep: boolean) => {
    const edge = event.currentTarget;
    const to = wanted(edge);
    delete edge.dataset["to"];
    delete edge.dataset["from"];
    if (to === null) return;
    if (keep) onResize(to);
    else show(edge, width);
  };
  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined) onResize(clampWidth(cellOf(event.currentTarget).getBoundingClientRect().width + step * (event.shiftKey ? 48 : 12)));
    else if (event.key === "Enter") onResize(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule between parts is no edge that one moves
    <span
      role="separator"
      aria-orientation="vertical"
      aria-label={t("columns.edge", { column: label })}
      aria-valuemin={NARROWEST}
      aria-valuemax={MOST}
      aria-valuenow={width ?? NARROWEST}
      aria-valuetext={width === undefined ? t("columns.own") : t("columns.pixels", { width })}
      tabIndex={0}
      title={t("columns.hint")}
      className={classes["edge"]}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.dataset["from"] = String(event.clientX);
      }}
      onPointerMove={(event) => {
        const edge = event.currentTarget;
        if (edge.dataset["from"] === undefined || (wanted(edge) === null && Math.abs(event.clientX - Number(edge.dataset["from"])) < 3)) return;
        // Its left edge may move too, as the others make room: the right one stays under the pointer.
        const to = clampWidth(event.clientX - cellOf(edge).getBoundingClientRect().left);
        edge.dataset["to"] = String(to);
        show(edge, to);
      }}
      onPointerUp={(event) => release(event, true)}
      onPointerCancel={(event) => release(event, false)}
      onDoubleClick={() => onResize(null)}
      onKeyDown={onKey}
    />
  );
}
