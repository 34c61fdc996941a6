import type { InquirySummary } from "@kommutator/contract/api/inquiry";
import { Button, Group, Paper, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import classes from "../customer/customer.module.css";

interface Waiting {
  count: number;
  overdue: number;
  overdueShare: number;
  oldestAt: string | null;
  oldestWorkS: number | null;
}

/** What waits to be received (RG-11): how many, the oldest in working time, how many too late; by person, queue and channel, each a filter of the list. */
export function Backlog({
  onHolder,
  onQueue,
  onChannel,
  onOverdue,
}: {
  onHolder: (id: string) => void;
  onQueue: (id: string) => void;
  onChannel: (channel: { id: string; name: string }) => void;
  onOverdue: () => void;
}) {
  const { t } = useTranslation("inquiries");
  const format = useFormat();
  const summary = useQuery({
    queryKey: keys.inquiries("summary"),
    queryFn: ({ signal }) => api.get<InquirySummary>("/inquiries/summary", { signal }),
    refetchInterval: 30_000,
  });
  const { data } = summary;
  if (data === undefined || data.count === 0) return null;
  const share = (each: Waiting) => `${Math.round(100 * each.overdueShare)} %`;
  const waits = (each: Waiting) => format.span(1000 * (each.oldestWorkS ?? 0));
  const figure = (label: string, value: string, red: boolean) => (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text fw={650} size="lg" className={red ? classes["red"] : undefined} style={{ fontVariantNumeric: "tabular-nums" }}>
        {value}
      </Text>
    </div>
  );
  const chip = (key: string, name: string, each: Waiting, run: () => void) => (
    <Button key={key} size="compact-xs" variant="default" onClick={run} title={each.oldestAt === null ? "" : t("backlog.oldestOf", { span: waits(each) })}>
      {name}: {each.count}
      {each.overdue === 0 ? null : (
        <Text span inherit className={classes["red"]} ml={6}>
          {t("backlog.late", { count: each.overdue, share: share(each) })}
        </Text>
      )}
    </Button>
  );
  return (
    <Paper withBorder radius="md" px="md" py="xs" data-testid="backlog">
      <Group gap="xl" align="flex-start" wrap="nowrap">
        {figure(t("backlog.count"), String(data.count), false)}
        {data.oldestAt === null ? null : (
          <div title={t("backlog.since", { at: format.full(data.oldestAt) })}>{figure(t("backlog.oldest"), waits(data), false)}</div>
        )}
        <UnstyledButton onClick={onOverdue} title={t("backlog.showLate")}>
          {figure(t("backlog.overdue"), `${data.overdue} · ${share(data)}`, data.overdue > 0)}
        </UnstyledButton>
        <Group gap={6} style={{ flex: 1 }}>
          {data.byEmployee.map((each) =>
            chip(each.employee?.id ?? "nobody", each.employee?.name ?? t("backlog.nobody"), each, () => onHolder(each.employee?.id ?? "nobody")),
          )}
          {data.byQueue.map((each) => {
            const { queue } = each;
            return queue === null ? null : chip(queue.id, queue.name, each, () => onQueue(queue.id));
          })}
          {data.byChannel.map((each) => {
            const { channel } = each;
            return channel === null ? null : chip(channel.id, channel.name, each, () => onChannel(channel));
          })}
        </Group>
      </Group>
    </Paper>
  );
}
