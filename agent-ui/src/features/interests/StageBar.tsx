import type { InterestView } from "@kommutator/contract/api/interest";
import { IconPlayerPause } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNamed } from "../../app/catalogues.ts";
import { useFormat } from "../../app/format.ts";
import { leftOf, stateOf } from "./board/state.ts";
import own from "./interests.module.css";

/** The stages of an Interest with time spent and planned; the present one has the timer. A press moves there. */
export function StageBar(props: { interest: InterestView; now: number; busy: boolean; editable: boolean; onMove: (stageId: string) => void }) {
  const { interest, now, busy, editable, onMove } = props;
  const { t } = useTranslation("interests");
  const name = useNamed();
  const format = useFormat();
  const span = format.workSpan;
  if (interest.processMode === "none" || interest.stages.length === 0) return null;
  const state = interest.timer === null ? "none" : stateOf({ flags: interest.flags, onHoldUntil: interest.onHoldUntil, timer: interest.timer }, now);
  const left = interest.timer === null || state === "hold" ? null : leftOf(interest.timer);
  const rest = left === null ? "" : left >= 0 ? t("timer.left", { span: span(left) }) : t("timer.over", { span: span(-left) });
  const due = interest.timer?.dueAt == null ? "" : t("timer.due", { at: format.stamp(interest.timer.dueAt, now) });
  return (
    <ol className={own["stages"]} aria-label={t("field.stage")}>
      {interest.stages.map((stage) => {
        const current = stage.state === "current";
        const seconds = current && interest.timer !== null ? interest.timer.spentSeconds : stage.spentSeconds;
        const planned = current && interest.timer !== null ? interest.timer.plannedSeconds : stage.plannedSeconds;
        return (
          <li key={stage.id} className={own["stage"]} data-state={stage.state} data-timer={current ? state : undefined}>
            <button
              type="button"
              disabled={!editable || current || busy || stage.archived}
              aria-current={current ? "step" : undefined}
              title={stage.instruction ?? undefined}
              onClick={() => onMove(stage.id)}
            >
              <span>
                {current && state === "hold" ? <IconPlayerPause size={13} aria-label={t("timer.hold")} /> : null} {name(stage)}
                {stage.visits > 1 ? <em title={t("card.visits", { count: stage.visits })}> ×{stage.visits}</em> : null}
              </span>
              <small>
                {stage.state === "skipped"
                  ? t("card.skipped")
                  : stage.visits === 0 && !current
                    ? planned === null
                      ? ""
                      : t("board.planned", { span: span(planned) })
                    : planned === null
                      ? span(seconds)
                      : t("timer.of", { spent: span(seconds), planned: span(planned) })}
                {current && state !== "on_time" && state !== "none" ? ` · ${t(`timer.${state}`)}` : ""}
              </small>
              {!current || rest === "" ? null : (
                <small>
                  {rest}
                  {due === "" ? "" : ` · ${due}`}
                </small>
              )}
            </button>
          </li>
        );
      })}
    </ol>
  );
}
