import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../app/format.ts";
import type { Quality } from "../../softphone/quality.ts";
import classes from "./CallBar.module.css";

const BARS = { good: 4, fair: 3, poor: 1, silent: 0 } as const;

/** How the other side arrives: bars for the eye, figures on hover. */
export function QualityBars({ quality }: { quality: Quality | null }) {
  const { t } = useTranslation("call");
  const format = useFormat();
  if (quality === null) return null;
  const figures = [
    t("quality.loss", { value: format.number(quality.lossPercent, 1) }),
    t("quality.jitter", { value: format.number(quality.jitterMs) }),
    quality.roundTripMs === null ? null : t("quality.roundTrip", { value: format.number(quality.roundTripMs) }),
    t("quality.mos", { value: format.number(quality.mos, 1) }),
  ].filter((each) => each !== null);
  return (
    <Tooltip label={`${t(`quality.${quality.grade}`)} · ${figures.join(" · ")}`}>
      <span className={classes["quality"]} data-grade={quality.grade} role="img" aria-label={t(`quality.${quality.grade}`)}>
        {[1, 2, 3, 4].map((bar) => (
          <i key={bar} data-on={bar <= BARS[quality.grade]} style={{ height: 3 + bar * 3 }} />
        ))}
      </span>
    </Tooltip>
  );
}
