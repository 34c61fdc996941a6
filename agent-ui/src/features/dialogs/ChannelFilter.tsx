import { ActionIcon, Menu } from "@mantine/core";
import { IconCheck, IconFilter, IconFilterFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { iconOfChannel } from "./ChannelIcon.tsx";

/** Kinds of channels and what they carry, in the order of the menu. */
const KINDS: readonly (readonly [kind: string, medium: string])[] = [
  ["asterisk-ari", "voice"],
  ["email", "mail"],
  ["web-chat", "chat"],
  ["telegram", "message"],
  ["viber", "message"],
  ["vk", "message"],
  ["sms-http", "message"],
  ["sms-smpp", "message"],
  ["web-form", "chat"],
];

/** The list of one kind of channel only; null = all. */
export default function ChannelFilter({ kind, onKind }: { kind: string | null; onKind: (kind: string | null) => void }) {
  const { t } = useTranslation();
  const named = (each: string) => t(`channelKind.${each}`, { defaultValue: each });
  const label = kind === null ? t("dialogs:list.channels") : t("dialogs:list.onlyChannel", { name: named(kind) });
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <ActionIcon size="input-sm" variant={kind === null ? "default" : "light"} color="blue" aria-label={label} title={label}>
          {kind === null ? <IconFilter size={17} /> : <IconFilterFilled size={17} />}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item rightSection={kind === null ? <IconCheck size={15} aria-hidden /> : null} onClick={() => onKind(null)}>
          {t("dialogs:list.channels")}
        </Menu.Item>
        <Menu.Divider />
        {KINDS.map(([each, medium]) => {
          const Icon = iconOfChannel(each, medium);
          return (
            <Menu.Item
              key={each}
              aria-current={each === kind ? "true" : undefined}
              leftSection={<Icon size={17} stroke={1.7} aria-hidden />}
              rightSection={each === kind ? <IconCheck size={15} aria-hidden /> : null}
              onClick={() => onKind(each)}
            >
              {named(each)}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
