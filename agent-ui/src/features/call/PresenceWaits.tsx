import { Skeleton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./CallBar.module.css";

/** The shape of the presence while its first answer is on its way. */
export function PresenceWaits() {
  const { t } = useTranslation("call");
  return (
    <div className={classes["presence"]} role="status" aria-busy="true" aria-label={t("presence.unknown")}>
      <Skeleton circle height={10} width={10} style={{ flex: "none" }} />
      <span className={classes["two"]} style={{ gap: 6 }}>
        <Skeleton height={11} width={92} />
        <Skeleton height={8} width={126} />
      </span>
    </div>
  );
}
