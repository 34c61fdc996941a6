import type { BoardCard, BoardColumn } from "@kommutator/contract/api/interest-board";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNamed } from "../../../app/catalogues.ts";
import { useFormat } from "../../../app/format.ts";
import { BoardCardView } from "./BoardCardView.tsx";
import classes from "./board.module.css";
import { windowOf } from "./state.ts";

/** Height of a card with the gap below it, px; the style sheet agrees. */
const ROW = 92;

/** A stage with count and sum over its cards, of which those in sight are drawn. */
export function BoardColumnView(props: {
  column: BoardColumn;
  cards: BoardCard[];
  now: number;
  activeId: string | null;
  /** The first card takes the tab stop when none of the board is active. */
  first: boolean;
  onDrop: (cardId: string, stageId: string) => void;
}) {
  const { column, cards, now, activeId, onDrop } = props;
  const { t } = useTranslation("interests");
  const name = useNamed();
  const format = useFormat();
  const span = format.workSpan;
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 700 });
  const [over, setOver] = useState(false);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setView((before) => ({ ...before, height: element.clientHeight })));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // The card that the keyboard went to is brought into sight, drawn, and takes the focus.
  const at = activeId === null ? -1 : cards.findIndex((c) => c.id === activeId);
  useEffect(() => {
    const element = scroller.current;
    if (element === null || at < 0) return;
    const top = at * ROW;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW > element.scrollTop + element.clientHeight) element.scrollTop = top + ROW - element.clientHeight;
  }, [at]);
  const { from, to } = windowOf(view.top, view.height, ROW, cards.length);
  const drawn = cards.slice(from, to).map((card, n) => ({ card, index: from + n }));
  if (at >= 0 && (at < from || at >= to)) drawn.push({ card: cards[at] as BoardCard, index: at });
  const sums = column.sums.map((s) => format.money(s.amount, s.currency)).join(" · ");
  return (
    <section
      className={classes["column"]}
      data-column={column.id}
      data-over={over}
      aria-label={t("board.column", { name: name(column), count: column.count })}
      onDragOver={(event) => {
        event.preventDefault();
        event.dataTransfer.dropEffect = "move";
        if (!over) setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onDrop(event.dataTransfer.getData("text/plain"), column.id);
      }}
    >
      <header className={classes["columnHead"]} title={column.instruction ?? undefined}>
        <h2>{name(column)}</h2>
        <span className={classes["count"]}>{format.number(column.count)}</span>
        <small>
          {sums === "" ? t("board.noSum") : sums}
          {column.plannedSeconds === null ? "" : ` · ${t("board.planned", { span: span(column.plannedSeconds) })}`}
        </small>
      </header>
      <div
        ref={scroller}
        className={classes["scroll"]}
        onScroll={(event) => setView({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
      >
        {cards.length === 0 ? <p className={classes["nothing"]}>{t("board.emptyColumn")}</p> : null}
        <ul style={{ height: cards.length * ROW }}>
          {drawn.map(({ card, index }) => (
            <BoardCardView
              key={card.id}
              card={card}
              now={now}
              top={index * ROW}
              index={index}
              of={cards.length}
              active={card.id === activeId || (activeId === null && props.first && index === 0)}
            />
          ))}
        </ul>
      </div>
      {column.count > cards.length ? <p className={classes["nothing"]}>{t("board.more", { count: column.count - cards.length })}</p> : null}
    </section>
  );
}
