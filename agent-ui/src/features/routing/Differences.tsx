import type { CallDifferences } from "@kommutator/contract/api/calls-register";
import { Alert, Button, Group, Select, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../app/api.ts";
import { DateField } from "../../app/DateField.tsx";
import { Failure } from "../../app/FormFoot.tsx";
import { clock, useFormat, usePhone } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { SideDrawer } from "../settings/FormDrawer.tsx";
import { useChannels } from "../settings/queries.ts";
import { localDay } from "./day.ts";

/** One day of a telephone channel: our register against the telephone system's own records, call by call. */
export function Differences({ channelId, onClose }: { channelId: string | null; onClose: () => void }) {
  const { t } = useTranslation("routing");
  const channels = useChannels();
  const lines = (channels.data ?? []).filter((each) => each.kind.startsWith("asterisk"));
  const [chosen, setChosen] = useState(channelId);
  const [day, setDay] = useState(() => localDay(Date.now() - 86_400_000));
  const channel = chosen ?? lines[0]?.id ?? null;
  return (
    <SideDrawer title={t("differences.title")} onClose={onClose} wide>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {t("differences.purpose")}
        </Text>
        <Group grow align="flex-end">
          <Select label={t("register.channel")} data={lines.map((each) => ({ value: each.id, label: each.name }))} value={channel} onChange={setChosen} />
          <DateField label={t("differences.day")} value={day} onChange={(chosen) => chosen !== null && setDay(chosen)} />
        </Group>
        {channel === null ? <Text>{channels.isPending ? "…" : t("differences.noLines")}</Text> : <Report channelId={channel} day={day} />}
      </Stack>
    </SideDrawer>
  );
}

function Report({ channelId, day }: { channelId: string; day: string }) {
  const { t } = useTranslation("routing");
  const client = useQueryClient();
  const format = useFormat();
  const can = useCan();
  const queryKey = keys.calls("differences", channelId, day);
  const report = useQuery({
    queryKey,
    queryFn: ({ signal }) => api.get<CallDifferences>("/calls/differences", { signal, query: { channelId, day } }),
    staleTime: 0,
    retry: false,
  });
  const repair = useMutation({
    mutationFn: () => api.post<CallDifferences>("/calls/differences/repair", { channelId, day }),
    onSuccess: (after) => {
      client.setQueryData(queryKey, after);
      void client.invalidateQueries({ queryKey: keys.calls("register") });
    },
  });
  if (report.isPending) return <RowsSkeleton rows={4} height={40} />;
  if (report.data === undefined) return <ErrorState error={report.error} onRetry={() => void report.refetch()} />;
  const { data } = report;
  const equal = data.missing.length + data.extra.length + data.differing.length === 0;
  return (
    <>
      <Alert color={equal ? "green" : data.share > 0.005 ? "red" : "yellow"} role="status">
        {equal ? t("differences.equal") : t("differences.share", { share: format.number(data.share * 100, 2) })}
      </Alert>
      <Table withColumnBorders={false}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th />
            <Table.Th ta="right">{t("register.total.calls")}</Table.Th>
            <Table.Th ta="right">{t("register.total.answered")}</Table.Th>
            <Table.Th ta="right">{t("register.total.talk")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {(["pbx", "register"] as const).map((side) => (
            <Table.Tr key={side}>
              <Table.Th scope="row">{t(`differences.side.${side}`)}</Table.Th>
              <Table.Td ta="right">{format.number(data[side].calls)}</Table.Td>
              <Table.Td ta="right">{format.number(data[side].answered)}</Table.Td>
              <Table.Td ta="right">{clock(data[side].talkMs)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <List title={t("differences.missing")} rows={data.missing.map((each) => ({ ...each, dialogId: null }))} />
      <List title={t("differences.extra")} rows={data.extra} />
      <List title={t("differences.differing")} rows={data.differing.map(({ register, callKey, dialogId }) => ({ ...register, callKey, dialogId }))} />
      <Failure error={repair.error} />
      {data.missing.length === 0 || can("call", "edit") !== "all" ? null : (
        <Group justify="flex-end">
          <Button loading={repair.isPending} onClick={() => repair.mutate()}>
            {t("differences.repair", { count: data.missing.length })}
          </Button>
        </Group>
      )}
    </>
  );
}

type Line = Pick<CallDifferences["missing"][number], "direction" | "startedAt" | "answeredAt" | "endedAt" | "from" | "to" | "callKey"> & {
  dialogId: string | null;
};

function List({ title, rows }: { title: string; rows: Line[] }) {
  const { t } = useTranslation("routing");
  const { exactTime: exact } = useFormat();
  const phone = usePhone();
  if (rows.length === 0) return null;
  return (
    <section aria-label={title}>
      <Text fw={600} size="sm" mb={4}>
        {title} · {rows.length}
      </Text>
      {rows.slice(0, 200).map((each) => (
        <Group key={each.callKey} gap="sm" py={3} wrap="nowrap">
          <Text size="sm" w={90}>
            {exact(each.startedAt)}
          </Text>
          <Text size="sm" style={{ flex: 1, minWidth: 0 }} truncate>
            {each.direction === "out" ? t("register.directions.out") : each.from === null ? t("register.hidden") : phone(each.from)} → {phone(each.to)}
          </Text>
          {each.dialogId === null ? (
            <Text size="xs" c="dimmed">
              {each.answeredAt === null ? t("differences.unanswered") : t("differences.answered")}
            </Text>
          ) : (
            <Text size="xs" component={Link} to={`/dialogs/${each.dialogId}?view=closed`} c="var(--k-blue)">
              {t("differences.dialog")}
            </Text>
          )}
        </Group>
      ))}
    </section>
  );
}
