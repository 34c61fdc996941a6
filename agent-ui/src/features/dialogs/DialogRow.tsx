import type { DialogSummary } from "@kommutator/contract/api/dialogs";
import { IconCrown, IconPencil } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useFormat, useNow } from "../../app/format.ts";
import { isOver } from "../../app/live-cache.ts";
import { usePartyName } from "../../app/party.ts";
import { openWhy } from "../routing/WhyHost.tsx";
import { ChannelIcon } from "./ChannelIcon.tsx";
import classes from "./list.module.css";
import { WaitClock } from "./WaitClock.tsx";

/** One dialog of the list: who, what last, how long it waits, and in the queue why. */
export const DialogRow = memo(function DialogRow({ dialog, selected, meId, to }: { dialog: DialogSummary; selected: boolean; meId: string; to: string }) {
  const { t } = useTranslation("dialogs");
  const format = useFormat();
  const nameOf = usePartyName();
  const day = useNow(60_000);
  const name = nameOf(dialog.party);
  const last = dialog.lastMessage;
  const prefix = last?.direction === "out" ? `${t("row.we")}: ` : last?.direction === "internal" ? `${t("row.note")}: ` : "";
  const line = last === null ? (dialog.medium === "voice" ? t("row.call") : (dialog.subject ?? "")) : prefix + (last.text.trim() || t("row.attachment"));
  const over = isOver(dialog);
  const waits = !over && dialog.assignee === null;
  const row = (
    <Link
      to={to}
      className={classes["row"] ?? ""}
      data-selected={selected || undefined}
      data-unread={dialog.unread > 0 || undefined}
      aria-current={selected ? "true" : undefined}
      data-dialog={dialog.id}
    >
      <ChannelIcon dialog={dialog} />
      <span className={classes["main"]}>
        <span className={classes["top"]}>
          <span className={classes["name"]} title={name}>
            {name}
          </span>
          {dialog.party.isVip ? <IconCrown size={14} color="var(--k-amber)" aria-label={t("row.vip")} /> : null}
          <time className={classes["stamp"]} dateTime={last?.at ?? dialog.openedAt} title={format.full(last?.at ?? dialog.openedAt)}>
            {format.stamp(last?.at ?? dialog.openedAt, day)}
          </time>
        </span>
        <span className={classes["bottom"]}>
          <span className={classes["line"]} title={line}>
            {dialog.hasDraft ? (
              <span className={classes["draft"]}>
                <IconPencil size={12} aria-hidden /> {t("row.draft")}
              </span>
            ) : null}
            {dialog.medium === "mail" && dialog.subject !== null && last !== null ? `${dialog.subject} · ${line}` : line}
          </span>
          {dialog.unread > 0 ? (
            <span className={classes["unread"]}>
              {dialog.unread}
              <span className="sr-only"> {t("row.unread")}</span>
            </span>
          ) : null}
        </span>
        <span className={classes["meta"]}>
          {!over && dialog.waitingSince !== null ? <WaitClock since={dialog.waitingSince} due={dialog.answerDueAt} /> : null}
          <Where dialog={dialog} meId={meId} />
        </span>
      </span>
    </Link>
  );
  if (!waits) return row;
  return (
    <div className={classes["waits"]}>
      {row}
      <button type="button" className={classes["ask"]} aria-label={t("row.why", { name })} title={t("row.why", { name })} onClick={() => openWhy(dialog.id)}>
        ?
      </button>
    </div>
  );
});

/** With whom it is; in the queue, why it still waits. */
function Where({ dialog, meId }: { dialog: DialogSummary; meId: string }) {
  const { t } = useTranslation("dialogs");
  let text: string;
  if (isOver(dialog)) text = t(`state.${dialog.state}`);
  else if (dialog.offer !== null) text = dialog.offer.employeeId === meId ? t("row.offeredToMe") : t("row.offered");
  else if (dialog.assignee === null) text = dialog.queue === null ? t("row.noQueue") : t("row.inQueue", { queue: dialog.queue.name });
  else if (dialog.assignee.id === meId) text = dialog.state === "wrapup" ? t("state.wrapup") : (dialog.queue?.name ?? dialog.channelName);
  else text = dialog.assignee.name;
  return (
    <span className={classes["where"]} title={text}>
      {text}
    </span>
  );
}
