import { IconPlugConnectedX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./Frame.module.css";
import { useFormat, useNow } from "./format.ts";
import { useLiveStatus } from "./LiveProvider.tsx";

/** Says since when the page is cut off. A blink shorter than 1.5 s shows nothing. */
export function OfflineBar() {
  const status = useLiveStatus();
  const format = useFormat();
  const { t } = useTranslation();
  const now = useNow();
  if (status.state === "online" || now - status.since < 1500) return null;
  if (status.state === "connecting" && now - status.since < 4000) return null;
  const since = new Date(status.since).toISOString();
  return (
    <div className={classes["offline"]} role="status" title={format.full(since)}>
      <IconPlugConnectedX size={18} aria-hidden />
      {t("offline", { since: format.time(since), span: format.span(now - status.since) })}
    </div>
  );
}
