import { Button, Group, Stack, Text } from "@mantine/core";
import { IconArrowDownLeft, IconArrowUpRight, IconChecks, IconHistory } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { type ChannelFault, type Exchange, useChannelErrors, useTranscript } from "../settings/queries.ts";
import classes from "./channels.module.css";

/** Events that could not be taken in: why, with what, and trying again. */
export function ChannelErrors({ id }: { id: string }) {
  const { t } = useTranslation("channels");
  const faults = useChannelErrors(id);
  if (faults.isPending) return <RowsSkeleton rows={3} />;
  if (faults.isError) return <ErrorState error={faults.error} onRetry={() => void faults.refetch()} />;
  if (faults.data.length === 0) return <Empty icon={<IconChecks />} title={t("noErrors")} text={t("noErrorsText")} />;
  const again = faults.data.filter(({ retriable }) => retriable);
  return (
    <Stack gap="md">
      {again.length > 1 ? <RetryAll channelId={id} faults={again} /> : null}
      {faults.data.map((each) => (
        <Fault key={each.id} channelId={id} fault={each} />
      ))}
    </Stack>
  );
}

/** One after another, in their order, so that a thread's messages stay in theirs. */
function RetryAll({ channelId, faults }: { channelId: string; faults: ChannelFault[] }) {
  const { t } = useTranslation("channels");
  const client = useQueryClient();
  const [done, setDone] = useState(0);
  const retry = useMutation({
    mutationFn: async () => {
      setDone(0);
      for (const fault of [...faults].sort((a, b) => a.id - b.id)) {
        await api.post(`/channels/${channelId}/errors/${fault.id}/retry`, {});
        setDone((before) => before + 1);
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.channels }),
    onError: showFailure,
  });
  return (
    <Group justify="flex-end" gap="sm">
      {retry.isPending ? <Text size="xs">{t("retried", { done, all: faults.length })}</Text> : null}
      <Button size="compact-sm" variant="light" loading={retry.isPending} onClick={() => retry.mutate()}>
        {t("retryAll", { count: faults.length })}
      </Button>
    </Group>
  );
}

function Fault({ channelId, fault }: { channelId: string; fault: ChannelFault }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const retry = useMutation({
    mutationFn: () => api.post(`/channels/${channelId}/errors/${fault.id}/retry`, {}),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.channels }),
    onError: showFailure,
  });
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
            {fault.error}
          </Text>
          <Text size="xs" c="dimmed">
            {[format.full(fault.receivedAt), fault.kind, t("attempts", { count: fault.attempts })].join(" · ")}
          </Text>
          {fault.retriable ? null : <Text size="xs">{t("unreadable")}</Text>}
        </div>
        <Group gap="xs" wrap="nowrap">
          <Button size="compact-sm" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t("payload")}
          </Button>
          {fault.retriable ? (
            <Button size="compact-sm" variant="light" loading={retry.isPending} onClick={() => retry.mutate()}>
              {t("common:tryAgain")}
            </Button>
          ) : null}
        </Group>
      </Group>
      {open ? <pre className={classes["detail"]}>{JSON.stringify(fault.payload, null, 2)}</pre> : null}
    </div>
  );
}

/** What was said to the provider and what it answered, newest first, without secrets. */
export function ChannelTranscript({ id }: { id: string }) {
  const { t } = useTranslation("channels");
  const lines = useTranscript(id);
  if (lines.isPending) return <RowsSkeleton rows={6} height={28} />;
  if (lines.data === undefined) return <ErrorState error={lines.error} onRetry={() => void lines.refetch()} />;
  if (lines.data.length === 0) return <Empty icon={<IconHistory />} title={t("noTranscript")} text={t("noTranscriptText")} />;
  return (
    <Stack gap={6}>
      {lines.data.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of one moment differ only in their place
        <Line key={`${line.at}-${index}`} line={line} />
      ))}
    </Stack>
  );
}

function Line({ line }: { line: Exchange }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const more = line.detail !== null && line.detail !== undefined;
  return (
    <div>
      <Group gap="xs" wrap="nowrap" align="center">
        {line.direction === "in" ? (
          <IconArrowDownLeft size={16} color="var(--k-green)" aria-label={t("in")} />
        ) : (
          <IconArrowUpRight size={16} color="var(--k-blue)" aria-label={t("out")} />
        )}
        <Text size="xs" c="dimmed" title={format.full(line.at)} style={{ whiteSpace: "nowrap" }}>
          {format.time(line.at)}
        </Text>
        <Text size="xs" style={{ overflowWrap: "anywhere", flex: 1 }}>
          {line.summary}
        </Text>
        {more ? (
          <Button size="compact-xs" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t("payload")}
          </Button>
        ) : null}
      </Group>
      {open ? <pre className={classes["detail"]}>{JSON.stringify(line.detail, null, 2)}</pre> : null}
    </div>
  );
}
