import { useTranslation } from "react-i18next";
import { clock, useFormat, usePhone } from "../../app/format.ts";
import { Candidates } from "./Candidates.tsx";
import { Refusals } from "./Refusals.tsx";
import classes from "./routing.module.css";
import type { Step } from "./story.ts";

/** One line of the story: when, what in words, why, how it ended, who else was near. */
export function StoryLine({ step, when }: { step: Step /** Said instead of the time. */; when?: string }) {
  const { t } = useTranslation("routing");
  const format = useFormat();
  const exact = format.exactTime;
  const phone = usePhone();
  const { name } = step.text.params;
  const params = typeof name === "string" ? { ...step.text.params, name: phone(name) } : step.text.params;
  const reason = step.reason === null ? null : t(`reason.${step.reason.code}`, { defaultValue: t("reason.other") });
  const load = step.reason?.load ?? null;
  return (
    <li className={classes["step"]} data-tone={step.tone}>
      <time className={classes["at"]} dateTime={step.at} title={format.full(step.at)}>
        {when ?? exact(step.at)}
      </time>
      <div className={classes["body"]}>
        <div className={classes["what"]}>
          {step.text.key === "decided" && reason !== null ? reason : t(`story.${step.text.key}`, { ...params, defaultValue: "" })}
        </div>
        {step.text.key === "decided" || reason === null ? null : (
          <div className={classes["why"]}>
            {reason}
            {load === null ? "" : ` · ${t("load", { load: format.load(load) })}`}
          </div>
        )}
        {step.outcome === null && step.lastsMs === null ? null : (
          <div className={classes["ended"]}>
            {step.outcome === null ? (step.tone === "now" ? t("ringsNow") : t("lasted")) : t(`outcome.${step.outcome}`, { defaultValue: t("outcome.failed") })}
            {step.lastsMs === null ? "" : ` · ${clock(step.lastsMs)}`}
          </div>
        )}
        <Candidates of={step.best.length > 1 ? step.best : []} />
        <Refusals of={step.refusals} />
      </div>
    </li>
  );
}
