import type { ChannelTest } from "@kommutator/contract/api/admin";
import { IconCheck, IconMinus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import classes from "./channels.module.css";

type Step = z.infer<typeof ChannelTest>["steps"][number];
const ICONS = {
  ok: <IconCheck size={16} color="var(--k-green)" aria-hidden />,
  failed: <IconX size={16} color="var(--k-red)" aria-hidden />,
  "not-tried": <IconMinus size={16} color="var(--k-dim)" aria-hidden />,
};

/** What a test did and what it did not, each in the reader's words with the adapter's own below. */
export function TestSteps({ steps }: { steps: readonly Step[] }) {
  const { t } = useTranslation("channels");
  return (
    <ul className={classes["steps"]}>
      {steps.map(({ step, outcome, detail }) => (
        <li key={step} data-step={step} data-outcome={outcome}>
          {ICONS[outcome]}
          <div>
            {t(`testStep.${step}.${outcome}`)}
            {/* What was not tried is said above already. */}
            {outcome === "not-tried" || detail === "" ? null : (
              <div lang="en" className={classes["original"]}>
                {detail}
              </div>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
