import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useNow } from "../../app/format.ts";
import classes from "./composer.module.css";
import type { Segments } from "./segments.ts";

/** The line beside "send": how much still fits, in SMS where the channel counts them, else which key sends. */
export function Hint({ text, limit, segments, idle }: { text: string; limit: number; segments: boolean | "latin1"; idle: string }) {
  const { t } = useTranslation("composer");
  const format = useFormat();
  const counted = useSegments(text, segments);
  const near = text.length > limit * 0.8;
  const length = near ? t("composer.length", { used: format.number(text.length), limit: format.number(limit) }) : null;
  const sms =
    counted === null || counted.count === 0
      ? null
      : [
          t("segments.count", { count: counted.count }),
          t("segments.left", { left: counted.left }),
          counted.dear === null ? null : t("segments.dear", { characters: counted.dear.characters.join(" "), without: counted.dear.without }),
        ]
          .filter(Boolean)
          .join(" · ");
  return (
    <span
      className={classes["hint"]}
      data-over={text.length > limit || undefined}
      data-dear={(counted?.dear ?? null) !== null || undefined}
      aria-live={near ? "polite" : undefined}
      title={sms === null ? undefined : `${sms} · ${t(counted?.encoding === "UCS-2" ? "segments.ucs2" : "segments.gsm7")}`}
    >
      {length ?? sms ?? idle}
    </span>
  );
}

/** The count, by code that is loaded when the first SMS is written. */
function useSegments(text: string, wanted: boolean | "latin1"): Segments | null {
  const enabled = wanted !== false;
  const [count, setCount] = useState<((text: string, latin1: boolean) => Segments) | null>(null);
  useEffect(() => {
    if (enabled) void import("./segments.ts").then(({ segmentsOf }) => setCount(() => segmentsOf));
  }, [enabled]);
  return count === null || !enabled ? null : count(text, wanted === "latin1");
}

/** Until when the channel lets us answer; said in its last part, counted down. */
export function WindowHint({ until }: { until: string }) {
  const { t } = useTranslation("composer");
  const format = useFormat();
  const left = Date.parse(until) - useNow(30_000);
  if (left <= 0) return null;
  return (
    <div className={classes["window"]} data-soon={left < 3_600_000 || undefined} title={format.full(until)}>
      {t("window.until", { at: left < 12 * 3_600_000 ? format.time(until) : format.full(until), span: format.span(left) })}
    </div>
  );
}
