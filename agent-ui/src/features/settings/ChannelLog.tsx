import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { IconArrowDownLeft, IconArrowUpRight, IconChecks, IconHistory } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { type ChannelFault, useChannelErrors, useTranscript } from "./queries.ts";
import classes from "./settings.module.css";

/** Events that could not be taken in: why, with what, and trying again. */
export function ChannelErrors({ id }: { id: string }) {
  const { t } = useTranslation("settings");
  const faults = useChannelErrors(id);
  if (faults.isPending) return <RowsSkeleton rows={3} />;
  if (faults.isError) return <ErrorState error={faults.error} onRetry={() => void faults.refetch()} />;
  if (faults.data.length === 0) return <Empty icon={<IconChecks />} title={t("channels.noErrors")} text={t("channels.noErrorsText")} />;
  return (
    <Stack gap="md">
      {faults.data.map((each) => (
        <Fault key={each.id} channelId={id} fault={each} />
      ))}
    </Stack>
  );
}

function Fault({ channelId, fault }: { channelId: string; fault: ChannelFault }) {
  const { t } = useTranslation("settings");
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
            {[format.full(fault.receivedAt), fault.kind, t("channels.attempts", { count: fault.attempts })].join(" · ")}
          </Text>
        </div>
        <Group gap="xs" wrap="nowrap">
          <Button size="compact-sm" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t("channels.payload")}
          </Button>
          <Button size="compact-sm" variant="light" loading={retry.isPending} onClick={() => retry.mutate()}>
            {t("common:tryAgain")}
          </Button>
        </Group>
      </Group>
      {open ? <pre className={classes["payload"]}>{JSON.stringify(fault.payload, null, 2)}</pre> : null}
    </div>
  );
}

/** What was said to the provider and what it answered, newest first, without secrets. */
export function ChannelTranscript({ id }: { id: string }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const lines = useTranscript(id);
  if (lines.isPending) return <RowsSkeleton rows={6} height={28} />;
  if (lines.data === undefined) return <ErrorState error={lines.error} onRetry={() => void lines.refetch()} />;
  if (lines.data.length === 0) return <Empty icon={<IconHistory />} title={t("channels.noTranscript")} text={t("channels.noTranscriptText")} />;
  return (
    <Stack gap={6}>
      {lines.data.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of one moment differ only in their place
        <Group key={`${line.at}-${index}`} gap="xs" wrap="nowrap" align="flex-start">
          {line.direction === "in" ? (
            <IconArrowDownLeft size={16} color="var(--k-green)" aria-label={t("channels.in")} />
          ) : (
            <IconArrowUpRight size={16} color="var(--k-blue)" aria-label={t("channels.out")} />
          )}
          <Text size="xs" c="dimmed" title={format.full(line.at)} style={{ whiteSpace: "nowrap" }}>
            {format.time(line.at)}
          </Text>
          <Text size="xs" style={{ overflowWrap: "anywhere" }}>
            {line.summary}
          </Text>
          {line.detail === null || line.detail === undefined ? null : (
            <Badge size="xs" variant="default" tt="none" title={JSON.stringify(line.detail)}>
              …
            </Badge>
          )}
        </Group>
      ))}
    </Stack>
  );
}
