import type { InterestRow } from "@kommutator/contract/api/interest";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useNamed } from "../../app/catalogues.ts";
import { useFormat, useNow } from "../../app/format.ts";
import classes from "./customer.module.css";

/** One Interest as a row: number, title, stage and since when, next step (red when its time has passed). */
export function InterestLink({ interest }: { interest: InterestRow }) {
  const { t } = useTranslation("customer");
  const name = useNamed();
  const format = useFormat();
  const now = useNow(60_000);
  const late = interest.nextStepAt !== null && Date.parse(interest.nextStepAt) < now;
  return (
    <Link to={`/interests/${interest.id}`} className={classes["interestRow"]} data-status={interest.status}>
      <span className={classes["interestTitle"]} title={interest.title}>
        №{interest.number} {interest.title}
      </span>
      <span className={classes["dim"]}>
        {[
          interest.status === "open" ? name(interest.stage ?? interest.kind) : t(`interest.status.${interest.status}`),
          interest.status === "open" && interest.stageEnteredAt !== null
            ? t("interest.stageSince", { span: format.span(now - Date.parse(interest.stageEnteredAt)) })
            : null,
          interest.amount === null ? null : format.money(interest.amount, interest.currency),
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
      {interest.status !== "open" ? null : (
        <span className={late ? classes["red"] : classes["dim"]}>
          {interest.nextStepAt === null
            ? t("interest.noNext")
            : t(late ? "interest.nextLate" : "interest.next", { at: format.stamp(interest.nextStepAt, now) })}
        </span>
      )}
    </Link>
  );
}
