import type { CallRow } from "@kommutator/contract/api/calls-register";
import { ActionIcon, Anchor, Badge, Group, Text } from "@mantine/core";
import { IconArrowDownLeft, IconArrowsHorizontal, IconArrowUpRight, IconPlayerPlay, IconRoute } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { blobUrl } from "../../app/api.ts";
import { clock, useFormat, usePhone } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { type Column, DataTable } from "../settings/DataTable.tsx";
import { AudioPlayer } from "../thread/AudioPlayer.tsx";
import { openWhy } from "./WhyHost.tsx";

const ICONS = { in: IconArrowDownLeft, out: IconArrowUpRight, internal: IconArrowsHorizontal } as const;

/** Calls, newest first; a row opens its dialog, plays its recording, tells why it waited. */
export function RegisterTable({ rows }: { rows: CallRow[] }) {
  const { t } = useTranslation("routing");
  const format = useFormat();
  const phone = usePhone();
  const can = useCan();
  const now = Date.now();
  const [playing, setPlaying] = useState<string | null>(null);
  const otherSide = (call: CallRow) => (call.direction === "in" ? call.from : call.to);
  const path = (call: CallRow) => call.path.map((each) => each.employee?.name ?? (each.number === null ? "—" : phone(each.number))).join(" → ");
  const columns: Column<CallRow>[] = [
    {
      name: "at",
      head: t("register.at"),
      title: (call) => format.full(call.startedAt),
      cell: (call) => {
        const Icon = ICONS[call.direction];
        return (
          <Group gap={6} wrap="nowrap">
            <Icon size={16} aria-label={t(`register.directions.${call.direction}`)} color={call.direction === "in" ? "var(--k-green)" : "var(--k-blue)"} />
            {`${format.stamp(call.startedAt, now)}${new Date(call.startedAt).toDateString() === new Date(now).toDateString() ? "" : `, ${format.time(call.startedAt)}`}`}
          </Group>
        );
      },
    },
    {
      name: "who",
      head: t("register.who"),
      cell: (call) => {
        const number = otherSide(call);
        const shown = number === null ? t("register.hidden") : phone(number);
        return (
          <>
            <Text size="sm" fw={550} component={Link} to={`/dialogs/${call.dialogId}?view=closed`} c="inherit">
              {call.party.name === "" || call.party.name === number ? shown : call.party.name}
            </Text>
            {call.party.name === "" || call.party.name === number ? null : (
              <Text size="xs" c="dimmed">
                {shown}
              </Text>
            )}
            {call.interestId === null ? null : (
              <Anchor component={Link} to={`/interests/${call.interestId}`} size="xs" display="block">
                {t("register.interest", { number: call.interestNumber })}
              </Anchor>
            )}
          </>
        );
      },
    },
    {
      name: "line",
      head: t("register.line"),
      cell: (call) => (
        <>
          {call.line === null ? call.channel.name : phone(call.line)}
          <Text size="xs" c="dimmed">
            {call.queue?.name ?? (call.line === null ? "" : call.channel.name)}
          </Text>
        </>
      ),
    },
    { name: "wait", head: t("register.wait"), right: true, cell: (call) => clock(call.waitMs) },
    { name: "ring", head: t("register.ring"), right: true, cell: (call) => (call.ringMs === null ? "—" : clock(call.ringMs)) },
    { name: "talk", head: t("register.talk"), right: true, cell: (call) => (call.talkMs === 0 ? "—" : clock(call.talkMs)) },
    {
      name: "disposition",
      head: t("register.disposition"),
      cell: (call) => (
        <Badge
          variant="light"
          tt="none"
          radius="sm"
          color={call.disposition === null ? "blue" : call.disposition === "answered" ? "green" : call.direction === "in" ? "red" : "gray"}
        >
          {t(`register.dispositions.${call.disposition ?? "live"}`)}
        </Badge>
      ),
    },
    {
      name: "by",
      head: t("register.answeredBy"),
      title: (call) => path(call) || undefined,
      cell: (call) => (
        <>
          {call.answeredBy?.name ?? "—"}
          {call.path.length > 1 ? (
            <Text size="xs" c="dimmed" truncate maw={220}>
              {path(call)}
            </Text>
          ) : null}
        </>
      ),
    },
    {
      name: "acts",
      head: "",
      right: true,
      cell: (call) => (
        <Group gap={4} wrap="nowrap" justify="flex-end">
          {call.recordingBlobId === null || can("recording", "read") === null ? null : playing === call.id ? (
            <AudioPlayer
              src={blobUrl(call.recordingBlobId, `${t("register.recording")} ${call.startedAt.slice(0, 16).replace(/[T:]/g, "-")}.wav`)}
              label={t("register.recording")}
              lazy
            />
          ) : (
            <ActionIcon aria-label={t("register.listen")} title={t("register.listen")} onClick={() => setPlaying(call.id)}>
              <IconPlayerPlay size={17} />
            </ActionIcon>
          )}
          {call.direction === "in" ? (
            <ActionIcon aria-label={t("open")} title={t("open")} onClick={() => openWhy(call.dialogId)}>
              <IconRoute size={17} />
            </ActionIcon>
          ) : null}
        </Group>
      ),
    },
  ];
  return <DataTable columns={columns} rows={rows} idOf={(call) => call.id} minWidth={1020} table="calls" />;
}
