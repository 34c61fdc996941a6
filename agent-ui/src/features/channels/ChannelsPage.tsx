import type { ChannelView } from "@kommutator/contract/api/admin";
import { Badge, Button, Group, Menu, Table, Text } from "@mantine/core";
import { IconBroadcast, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { iconOfChannel } from "../dialogs/ChannelIcon.tsx";
import { type ChannelKind, useChannelKinds, useChannels } from "../settings/queries.ts";
import { Section } from "../settings/Section.tsx";
import classes from "../settings/settings.module.css";
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
  return (
    <Section title={t("title")} purpose={t("purpose")} action={add}>
      {channels.isPending || kinds.isPending ? (
        <RowsSkeleton rows={4} height={48} />
      ) : channels.data === undefined ? (
        <ErrorState error={channels.error} onRetry={() => void channels.refetch()} />
      ) : channels.data.length === 0 ? (
        <Empty icon={<IconBroadcast />} title={t("empty")} text={t("emptyText")} action={add} />
      ) : (
        <div className={classes["card"]}>
          <Table.ScrollContainer minWidth={760}>
            <Table verticalSpacing={10} highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("name")}</Table.Th>
                  <Table.Th>{t("state")}</Table.Th>
                  <Table.Th>{t("lastEvent")}</Table.Th>
                  <Table.Th ta="right">{t("lag")}</Table.Th>
                  <Table.Th ta="right">{t("pending")}</Table.Th>
                  <Table.Th ta="right">{t("failed")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {channels.data.map((channel) => {
                  const kind = kindOf(channel.kind);
                  const Icon = iconOfChannel(channel.kind, kind?.medium ?? "chat");
                  return (
                    <Table.Tr key={channel.id}>
                      <Table.Td>
                        <Group gap="sm" wrap="nowrap">
                          <Icon size={20} stroke={1.6} color="var(--k-dim)" aria-hidden />
                          <div>
                            <button type="button" className={classes["rowButton"]} onClick={() => kind !== undefined && setOpen({ kind, channel })}>
                              {channel.name}
                            </button>
                            <Text size="xs" c="dimmed">
                              {t(`common:channelKind.${channel.kind}`, { defaultValue: channel.kind })}
                            </Text>
                          </div>
                        </Group>
                      </Table.Td>
                      <Table.Td>
                        <StateBadge channel={channel} />
                      </Table.Td>
                      <Table.Td title={channel.lastEventAt === null ? "" : format.full(channel.lastEventAt)}>
                        {channel.lastEventAt === null ? t("never") : format.ago(channel.lastEventAt, now)}
                      </Table.Td>
                      <Table.Td ta="right">{channel.lagMs === null ? "—" : t("ms", { value: format.number(channel.lagMs) })}</Table.Td>
                      <Table.Td ta="right">{channel.pending}</Table.Td>
                      <Table.Td ta="right">
                        {channel.failed === 0 ? (
                          0
                        ) : (
                          <Badge color="red" variant="light" radius="sm">
                            {channel.failed}
                          </Badge>
                        )}
                      </Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </div>
      )}
      {open === null || lists.isPending ? null : (
        <ChannelDrawer
          key={open.channel?.id ?? open.kind.kind}
          kind={open.kind}
          channel={shown}
          onClose={() => setOpen(null)}
          onCreated={(channel) => setOpen({ kind: open.kind, channel })}
        />
      )}
    </Section>
  );
}
