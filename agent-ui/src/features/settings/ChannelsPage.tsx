import type { ChannelView } from "@kommutator/contract/api/admin";
import { Badge, Button, Group, Menu, Table, Text } from "@mantine/core";
import { IconBroadcast, IconMail, IconMessageCircle, IconPhone, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { ChannelDrawer } from "./ChannelDrawer.tsx";
import { type ChannelKind, useChannelKinds, useChannels } from "./queries.ts";
import { Section } from "./Section.tsx";
import classes from "./settings.module.css";

const ICONS: Record<string, typeof IconPhone> = { voice: IconPhone, mail: IconMail, chat: IconMessageCircle };
const COLOUR: Record<string, string> = { up: "green", connecting: "yellow", degraded: "yellow", down: "red", "bad-credentials": "red" };

/** Where calls, letters and chats come from, and whether each works. */
export function ChannelsPage() {
  const { t } = useTranslation("settings");
  const can = useCan();
  const format = useFormat();
  const now = useNow(5000);
  const channels = useChannels();
  const kinds = useChannelKinds();
  const lists = useCatalogues();
  const [open, setOpen] = useState<{ kind: ChannelKind; channel: ChannelView | null } | null>(null);
  const kindOf = (kind: string) => kinds.data?.find((each) => each.kind === kind);
  const add =
    can("channel", "create") === null ? null : (
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <Button leftSection={<IconPlus size={16} />}>{t("channels.add")}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {(kinds.data ?? []).map((kind) => {
            const Icon = ICONS[kind.medium] ?? IconBroadcast;
            return (
              <Menu.Item key={kind.kind} leftSection={<Icon size={17} />} onClick={() => setOpen({ kind, channel: null })}>
                {t(`common:channelKind.${kind.kind}`, { defaultValue: kind.kind })}
              </Menu.Item>
            );
          })}
        </Menu.Dropdown>
      </Menu>
    );
  return (
    <Section title={t("channels.title")} purpose={t("channels.purpose")} action={add}>
      {channels.isPending || kinds.isPending ? (
        <RowsSkeleton rows={4} height={48} />
      ) : channels.data === undefined ? (
        <ErrorState error={channels.error} onRetry={() => void channels.refetch()} />
      ) : channels.data.length === 0 ? (
        <Empty icon={<IconBroadcast />} title={t("channels.empty")} text={t("channels.emptyText")} action={add} />
      ) : (
        <div className={classes["card"]}>
          <Table.ScrollContainer minWidth={760}>
            <Table verticalSpacing={10} highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("channels.name")}</Table.Th>
                  <Table.Th>{t("channels.state")}</Table.Th>
                  <Table.Th>{t("channels.lastEvent")}</Table.Th>
                  <Table.Th ta="right">{t("channels.lag")}</Table.Th>
                  <Table.Th ta="right">{t("channels.pending")}</Table.Th>
                  <Table.Th ta="right">{t("channels.failed")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {channels.data.map((channel) => {
                  const kind = kindOf(channel.kind);
                  const Icon = ICONS[kind?.medium ?? ""] ?? IconBroadcast;
                  const state = channel.enabled ? channel.status.state : "off";
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
                        <Badge
                          variant="light"
                          tt="none"
                          radius="sm"
                          color={COLOUR[state] ?? "gray"}
                          title={`${channel.status.detail ?? ""} ${t("channels.since", { at: format.full(channel.status.since) })}`.trim()}
                        >
                          {t(`channels.states.${state}`, { defaultValue: state })}
                        </Badge>
                        {channel.status.detail === null || state === "up" ? null : (
                          <Text size="xs" c="dimmed" maw={260} lineClamp={2} title={channel.status.detail}>
                            {channel.status.detail}
                          </Text>
                        )}
                      </Table.Td>
                      <Table.Td title={channel.lastEventAt === null ? "" : format.full(channel.lastEventAt)}>
                        {channel.lastEventAt === null ? t("channels.never") : format.ago(channel.lastEventAt, now)}
                      </Table.Td>
                      <Table.Td ta="right">{channel.lagMs === null ? "—" : t("channels.ms", { value: format.number(channel.lagMs) })}</Table.Td>
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
      {open === null || lists.isPending ? null : <ChannelDrawer kind={open.kind} channel={open.channel} onClose={() => setOpen(null)} />}
    </Section>
  );
}
