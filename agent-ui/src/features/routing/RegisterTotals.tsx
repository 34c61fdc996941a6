import type { CallPage } from "@kommutator/contract/api/calls-register";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { clock, useFormat } from "../../app/format.ts";
import classes from "./routing.module.css";

/** Sums over the whole filter, not the page. */
export function Totals({ totals }: { totals: z.infer<typeof CallPage>["totals"] }) {
  const { t } = useTranslation("routing");
  const format = useFormat();
  const figures: [string, string, boolean][] = [
    ["calls", format.number(totals.calls), false],
    ["incoming", format.number(totals.incoming), false],
    ["outgoing", format.number(totals.outgoing), false],
    ["answered", format.number(totals.answered), false],
    ["missed", format.number(totals.missed), totals.missed > 0],
    ["talk", clock(totals.talkMs), false],
    ["wait", totals.averageWaitMs === null ? "—" : clock(totals.averageWaitMs), false],
  ];
  return (
    <dl className={classes["totals"]} aria-label={t("register.totals")}>
      {figures.map(([name, value, late]) => (
        <div key={name}>
          <dt>{t(`register.total.${name}`)}</dt>
          <dd data-late={late || undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
