import type { BoardCard } from "@kommutator/contract/api/interest-board";
import { IconAlertTriangle, IconHourglass, IconPlayerPause } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../app/format.ts";
import { LightMark } from "../Light.tsx";
import classes from "./board.module.css";
import { leftOf, stateOf } from "./state.ts";

const ICONS = { hold: IconPlayerPause, stuck: IconAlertTriangle, late: IconAlertTriangle, due_soon: IconHourglass } as const;

/** One card: what, with whom, how much, how long it has stood here against the plan, what comes next. */
export const BoardCardView = memo(function BoardCardView(props: { card: BoardCard; now: number; top: number; active: boolean; index: number; of: number }) {
  const { card, now, top, active, index, of } = props;
  const { t } = useTranslation("interests");
  const format = useFormat();
  const span = format.workSpan;
  const state = stateOf(card, now);
  const Icon = state in ICONS ? ICONS[state as keyof typeof ICONS] : null;
  const spent = span(card.timer.spentSeconds);
  const timer =
    state === "hold"
      ? t("timer.holdUntil", { date: format.date(card.onHoldUntil ?? "") })
      : card.timer.plannedSeconds === null
        ? spent
        : t("timer.of", { spent, planned: span(card.timer.plannedSeconds) });
  const left = state === "hold" ? null : leftOf(card.timer);
  const rest = left === null ? "" : left >= 0 ? t("timer.left", { span: span(left) }) : t("timer.over", { span: span(-left) });
  const due = card.timer.dueAt === null ? "" : t("timer.due", { at: format.full(card.timer.dueAt) });
  return (
    <li className={classes["slot"]} style={{ transform: `translateY(${top}px)` }} aria-setsize={of} aria-posinset={index + 1}>
      {/* biome-ignore lint/a11y/useSemanticElements: a button may not hold what a card holds */}
      <div
        role="button"
        tabIndex={active ? 0 : -1}
        className={classes["card"]}
        data-card={card.id}
        data-state={state}
        draggable={card.movable}
        aria-roledescription={t("board.card")}
        onDragStart={(event) => {
          event.dataTransfer.setData("text/plain", card.id);
          event.dataTransfer.effectAllowed = "move";
        }}
      >
        <div className={classes["cardHead"]}>
          <LightMark light={card.light} />
          <span className={classes["cardTitle"]} title={card.title}>
            {card.title}
          </span>
          <span className={classes["dim"]}>№{card.number}</span>
        </div>
        <div className={classes["cardLine"]}>
          <span className={classes["cut"]} title={card.party ?? ""}>
            {card.party ?? ""}
          </span>
          {card.amount === null ? null : <b>{format.money(card.amount, card.currency)}</b>}
        </div>
        <div className={classes["cardLine"]}>
          <span className={classes["timer"]} title={[t(`timer.${state}`), rest, due].filter((part) => part !== "").join(", ")}>
            {Icon === null ? null : <Icon size={13} aria-hidden />}
            {timer}
            {left === null ? "" : ` · ${left >= 0 ? t("board.left", { span: span(left) }) : t("board.over", { span: span(-left) })}`}
            <span className="sr-only"> {[t(`timer.${state}`), rest].filter((part) => part !== "").join(", ")}</span>
          </span>
          <span className={classes["dim"]} title={card.nextStepAt === null ? t("list.noNext") : t("board.nextStep", { at: format.full(card.nextStepAt) })}>
            {card.nextStepAt === null ? t("list.noNext") : format.stamp(card.nextStepAt, now)}
          </span>
          <span className={classes["who"]} title={card.responsible?.name ?? t("nobody")}>
            {initials(card.responsible?.name)}
          </span>
        </div>
      </div>
    </li>
  );
});

function initials(name: string | undefined): string {
  if (name === undefined) return "?";
  const [first = "", second = ""] = name.split(" ");
  return `${[...first][0] ?? ""}${[...second][0] ?? ""}`;
}
