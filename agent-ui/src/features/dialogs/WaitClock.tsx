import { IconClock, IconClockExclamation } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useFormat, useNow } from "../../app/format.ts";
import classes from "./list.module.css";

export type Urgency = "calm" | "soon" | "late";

/** Amber at 80 % of the time to the due moment, red after it. Without a due moment a wait has no colour. */
export function urgencyOf(since: string, due: string | null, now: number): Urgency {
  if (due === null) return "calm";
  const from = Date.parse(since);
  const to = Date.parse(due);
  if (now >= to) return "late";
  return now >= from + (to - from) * 0.8 ? "soon" : "calm";
}

/** How long a person waits for our answer. Colour and icon say the same. */
export function WaitClock({ since, due }: { since: string; due: string | null }) {
  const now = useNow(1000);
  const format = useFormat();
  const { t } = useTranslation("dialogs");
  const urgency = urgencyOf(since, due, now);
  const Icon = urgency === "late" ? IconClockExclamation : IconClock;
  const span = format.span(now - Date.parse(since));
  const title = [t(`wait.${urgency}`, { span }), due === null ? null : t("wait.due", { at: format.full(due) })].filter(Boolean).join(". ");
  return (
    <span className={classes["wait"]} data-urgency={urgency} title={title}>
      <Icon size={14} stroke={2} aria-hidden />
      {span}
    </span>
  );
}
