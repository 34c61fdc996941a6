import type { DialogSummary } from "@kommutator/contract/api/dialogs";
import {
  IconBrandTelegram,
  IconBrandVk,
  IconDeviceMobileMessage,
  IconForms,
  IconMail,
  IconMessageCircle,
  IconPhoneIncoming,
  IconPhoneOutgoing,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { IconViber } from "./IconViber.tsx";
import classes from "./list.module.css";

type Icon = typeof IconMail;
const BY_KIND: Record<string, Icon> = {
  telegram: IconBrandTelegram,
  vk: IconBrandVk,
  viber: IconViber,
  "sms-smpp": IconDeviceMobileMessage,
  "sms-http": IconDeviceMobileMessage,
  "web-form": IconForms,
};

/** The sign of a kind of channel. */
export function iconOfChannel(kind: string, medium: string, direction: "in" | "out" = "in"): Icon {
  const own = BY_KIND[kind];
  if (own !== undefined) return own;
  if (medium === "mail") return IconMail;
  return medium === "chat" || medium === "message" ? IconMessageCircle : direction === "in" ? IconPhoneIncoming : IconPhoneOutgoing;
}

/** How it came: a call, a letter, a chat, a messenger. */
export function ChannelIcon({ dialog, size = 18 }: { dialog: Pick<DialogSummary, "medium" | "direction" | "channelName" | "channelKind">; size?: number }) {
  const { t } = useTranslation();
  const Icon = iconOfChannel(dialog.channelKind, dialog.medium, dialog.direction);
  const title = `${t(`channelKind.${dialog.channelKind}`, { defaultValue: dialog.channelKind })}: ${dialog.channelName}`;
  return (
    <span className={classes["channel"]} data-medium={dialog.medium} data-kind={dialog.channelKind} title={title}>
      <Icon size={size} stroke={1.7} aria-hidden />
      <span className="sr-only">{title}</span>
    </span>
  );
}
