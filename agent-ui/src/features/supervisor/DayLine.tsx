import type { PresenceDay, PresenceSpan } from "@kommutator/contract/api/presence-log";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../app/format.ts";
import { pauseWords } from "../../app/pause.ts";
import classes from "./days.module.css";
import { hoursAndMinutes } from "./days.ts";

/** What is drawn, from a moment to a moment. */
interface Drawn {
  from: number;
  to: number;
  now: number;
}

/** One person's day as a line of states; read aloud as its totals. */
export function DayLine({ day, drawn }: { day: PresenceDay; drawn: Drawn }) {
  const { t } = useTranslation("supervisor");
  const words = useStateWords();
  const share = (ms: number) => `${(100 * (ms - drawn.from)) / (drawn.to - drawn.from)}%`;
  const told = STATES.flatMap((state) => (day.totals[state] === undefined ? [] : [`${t(`common:agentState.${state}`)} ${hoursAndMinutes(day.totals[state])}`]));
  return (
    <div className={classes["line"]} role="img" aria-label={told.length === 0 ? t("day.nothing") : told.join(", ")}>
      {day.spans.map((span) => {
        const [from, to] = [Date.parse(span.from), span.to === null ? drawn.now : Date.parse(span.to)];
        return (
          <span
            key={span.from}
            className={classes["span"]}
            data-state={span.state}
            style={{ left: share(from), width: `calc(${share(to)} - ${share(from)})` }}
            title={words(span)}
          />
        );
      })}
    </div>
  );
}

/** In the order in which totals are told. */
export const STATES = ["idle", "offered", "busy", "wrapup", "paused", "unreachable", "offline"] as const;

/** "Break, Lunch: 13:00 – 13:45". */
export function useStateWords(): (span: PresenceSpan) => string {
  const { t } = useTranslation("supervisor");
  const format = useFormat();
  return (span) => {
    const state = [t(`common:agentState.${span.state}`), span.state === "paused" ? pauseWords(span.reason, t) : null].filter(Boolean).join(", ");
    return `${state}: ${format.time(span.from)} – ${span.to === null ? t("day.now") : format.time(span.to)}`;
  };
}
