import type { InterestLight } from "@kommutator/contract/api/interest";
import { IconAlertTriangle, IconCircleCheck, IconHexagonFilled, IconPlayerPause } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./interests.module.css";

/** Another shape for each colour: whoever does not see colours sees these. */
const SHAPES = { green: IconCircleCheck, yellow: IconAlertTriangle, red: IconHexagonFilled, grey: IconPlayerPause } as const;

/** The traffic light of an Interest as a small mark; its reasons on pointing at it and for whoever listens. */
export function LightMark({ light }: { light: InterestLight }) {
  const { t } = useTranslation("interests");
  const Shape = SHAPES[light.colour];
  const text = [t(`light.colour.${light.colour}`), ...light.reasons.map((r) => t(`light.reason.${r.code}`))].join(": ");
  return (
    <span className={classes["light"]} data-light={light.colour} title={text}>
      <Shape size={14} aria-hidden />
      <span className="sr-only">{text}</span>
    </span>
  );
}

/** The traffic light with all of its reasons, the worst ones first (B4). */
export function LightReasons({ light }: { light: InterestLight }) {
  const { t } = useTranslation("interests");
  const Shape = SHAPES[light.colour];
  return (
    <section className={classes["lightLine"]} data-light={light.colour} aria-label={t("light.title")}>
      <Shape size={16} aria-hidden />
      <b>{t(`light.colour.${light.colour}`)}</b>
      {light.reasons.length === 0 ? null : (
        <ul>
          {light.reasons.map((reason) => (
            <li key={reason.code} data-light={reason.colour}>
              {t(`light.reason.${reason.code}`)}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
