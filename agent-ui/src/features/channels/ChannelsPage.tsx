import type { ChannelView } from "@kommutator/contract/api/admin";
import { Badge, Button, Group, Menu, Text } from "@mantine/core";
import { IconBroadcast, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { iconOfChannel } from "../dialogs/ChannelIcon.tsx";
import { type Column, OpenRow } from "../settings/DataTable.tsx";
import { type ChannelKind, useChannelKinds, useChannels } from "../settings/queries.ts";
import { TablePage } from "../settings/TablePage.tsx";
import { ChannelDrawer } from "./ChannelDrawer.tsx";
import { StateBadge } from "./Health.tsx";

/** Where calls, letters and chats come from, and whether each works. */
export function ChannelsPage() {
  const { t } = useTranslation("channels");
  const can = useCan();
  const format = useFormat();
  const now = useNow(5000);
  const channels = useChannels();
  const kinds = useChannelKinds();
  const lists = useCatalogues();
  const [open, setOpen] = useState<{ kind: ChannelKind; channel: ChannelView | null } | null>(null);
  // What is read again meanwhile (state, lag, failures) shows in the open drawer too.
  const shown = open?.channel == null ? null : (channels.data?.find((each) => each.id === open.channel?.id) ?? open.channel);
  const kindOf = (kind: string) => kinds.data?.find((each) => each.kind === kind);
  const add =
    can("channel", "create") === null ? null : (
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <Button leftSection={<IconPlus size={16} />}>{t("add")}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {(kinds.data ?? []).map((kind) => {
            const Icon = iconOfChannel(kind.kind, kind.medium);
            return (
              <Menu.Item key={kind.kind} data-channel-kind={kind.kind} leftSection={<Icon size={17} />} onClick={() => setOpen({ kind, channel: null })}>
                {t(`common:channelKind.${kind.kind}`, { defaultValue: kind.kind })}
              </Menu.Item>
            );
          })}
        </Menu.Dropdown>
      </Menu>
    );
  const columns: Column<ChannelView>[] = [
    {
      name: "name",
      head: t("name"),
      cell: (channel) => {
        const kind = kindOf(channel.kind);
        const Icon = iconOfChannel(channel.kind, kind?.medium ?? "chat");
        return (
          <Group gap="sm" wrap="nowrap">
            <Icon size={20} stroke={1.6} color="var(--k-dim)" aria-hidden />
            <div>
              <OpenRow onOpen={() => kind !== undefined && setOpen({ kind, channel })}>{channel.name}</OpenRow>
              <Text size="xs" c="dimmed">
                {t(`common:channelKind.${channel.kind}`, { defaultValue: channel.kind })}
              </Text>
            </div>
          </Group>
        );
      },
    },
    { name: "state", head: t("state"), cell: (channel) => <StateBadge channel={channel} /> },
    {
      name: "lastEvent",
      head: t("lastEvent"),
      title: ({ lastEventAt }) => (lastEventAt === null ? undefined : format.full(lastEventAt)),
      cell: ({ lastEventAt }) => (lastEventAt === null ? t("never") : format.ago(lastEventAt, now)),
    },
    { name: "lag", head: t("lag"), right: true, cell: ({ lagMs }) => (lagMs === null ? t("noLag") : t("ms", { value: format.number(lagMs) })) },
    { name: "pending", head: t("pending"), right: true, cell: ({ pending }) => pending },
    {
      name: "failed",
      head: t("failed"),
      right: true,
      cell: ({ failed }) =>
        failed === 0 ? (
          0
        ) : (
          <Badge color="red" variant="light" radius="sm">
            {failed}
          </Badge>
        ),
    },
  ];
  return (
    <TablePage
      title={t("title")}
      purpose={t("purpose")}
      action={add}
      query={{ ...channels, isPending: channels.isPending || kinds.isPending }}
      columns={columns}
      idOf={(channel) => channel.id}
      minWidth={760}
      icon={<IconBroadcast />}
      empty={t("empty")}
      emptyText={t("emptyText")}
    >
      {open === null || lists.isPending ? null : (
        <ChannelDrawer
          key={open.channel?.id ?? open.kind.kind}
          kind={open.kind}
          channel={shown}
          onClose={() => setOpen(null)}
          onCreated={(channel) => setOpen({ kind: open.kind, channel })}
        />
      )}
    </TablePage>
  );
}
