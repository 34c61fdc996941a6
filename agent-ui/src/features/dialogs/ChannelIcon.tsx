import type { DialogSummary } from "@kommutator/contract/api/dialogs";
import { IconMail, IconMessageCircle, IconPhoneIncoming, IconPhoneOutgoing } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./list.module.css";

/** How it came: a call, a letter, a chat. */
export function ChannelIcon({ dialog, size = 18 }: { dialog: Pick<DialogSummary, "medium" | "direction" | "channelName" | "channelKind">; size?: number }) {
  const { t } = useTranslation();
  const Icon =
    dialog.medium === "mail" ? IconMail : dialog.medium === "chat" ? IconMessageCircle : dialog.direction === "in" ? IconPhoneIncoming : IconPhoneOutgoing;
  const title = `${t(`channelKind.${dialog.channelKind}`, { defaultValue: dialog.channelKind })}: ${dialog.channelName}`;
  return (
    <span className={classes["channel"]} data-medium={dialog.medium} title={title}>
      <Icon size={size} stroke={1.7} aria-hidden />
      <span className="sr-only">{title}</span>
    </span>
  );
}
