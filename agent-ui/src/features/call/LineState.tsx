import { ActionIcon, Tooltip } from "@mantine/core";
import { IconPhone, IconPhoneOff, IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { clock, useFormat, useNow } from "../../app/format.ts";
import { useSoftphone } from "../../softphone/SoftphoneProvider.tsx";
import classes from "./CallBar.module.css";

/** Can my phone ring? Said in words at all times; lost says since when and when the next attempt is. */
export function LineState() {
  const { t } = useTranslation("call");
  const { view, leads, order, enabled } = useSoftphone();
  const format = useFormat();
  const now = useNow(1000);
  if (!enabled) return null;
  const { line } = view;
  const retry = line.retryAt === null ? null : Math.max(0, Math.ceil((line.retryAt - now) / 1000));
  const text =
    line.phase === "ready"
      ? t("line.ready")
      : line.phase === "registering"
        ? t("line.registering")
        : line.phase === "lost"
          ? t("line.lost", { time: clock(now - line.since) })
          : line.cause === "unavailable"
            ? t("line.unavailable")
            : t("line.off");
  const detail = [
    line.cause === null ? null : t(`line.cause.${line.cause}`),
    line.phase === "lost" ? t("line.since", { at: format.time(new Date(line.since).toISOString()) }) : null,
    retry === null ? null : t("line.retry", { count: retry }),
    line.phase === "ready" && !leads ? t("line.otherTab") : null,
  ].filter((each) => each !== null);
  return (
    <div className={classes["group"]}>
      <Tooltip label={detail.length === 0 ? t("line.readyHint") : detail.join(" · ")}>
        <span className={classes["line"]} data-phase={line.phase} role="status">
          {line.phase === "ready" || line.phase === "registering" ? <IconPhone size={16} aria-hidden /> : <IconPhoneOff size={16} aria-hidden />}
          <span>{text}</span>
          {line.phase === "ready" && !leads ? <span className={classes["dim"]}>{t("line.otherTabShort")}</span> : null}
        </span>
      </Tooltip>
      {line.phase === "lost" || (line.phase === "registering" && line.attempt > 2) ? (
        <Tooltip label={t("line.reconnect")}>
          <ActionIcon size="md" aria-label={t("line.reconnect")} onClick={() => order({ kind: "reconnect" })}>
            <IconRefresh size={16} />
          </ActionIcon>
        </Tooltip>
      ) : null}
    </div>
  );
}
