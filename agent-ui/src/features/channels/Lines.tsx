import type { LineView } from "@kommutator/contract/api/line";
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconPhoneIncoming, IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import { usePhone } from "../../app/format.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { type Column, DataTable, OpenRow } from "../settings/DataTable.tsx";
import { useLines } from "../settings/queries.ts";

/** The numbers of a trunk: where a call to each goes, what it is likely about, which source it tells of. */
export function Lines({ channelId, onOpen }: { channelId: string; onOpen: (line: LineView | "new") => void }) {
  const { t } = useTranslation("channels");
  const lines = useLines(channelId);
  const lists = useCatalogues();
  const phone = usePhone();
  if (lines.isPending) return <RowsSkeleton rows={3} />;
  if (lines.isError) return <ErrorState error={lines.error} onRetry={() => void lines.refetch()} />;
  const add = (
    <Button size="compact-sm" variant="light" leftSection={<IconPlus size={15} aria-hidden />} onClick={() => onOpen("new")}>
      {t("lines.add")}
    </Button>
  );
  if (lines.data.length === 0) return <Empty icon={<IconPhoneIncoming />} title={t("lines.empty")} text={t("lines.emptyText")} action={add} />;
  const named = (list: { id: string; name: string }[] | undefined, id: string | null) =>
    id === null ? (
      <Text size="sm" c="dimmed" component="span">
        {t("lines.asChannel")}
      </Text>
    ) : (
      (list?.find((each) => each.id === id)?.name ?? lists.data?.names[id] ?? "…")
    );
  const columns: Column<LineView>[] = [
    { name: "number", head: t("lines.number"), width: 170, cell: (line) => <OpenRow onOpen={() => onOpen(line)}>{phone(line.number)}</OpenRow> },
    { name: "queue", head: t("queue"), cell: (line) => named(lists.data?.queues, line.queueId) },
    {
      name: "purpose",
      head: t("lines.purpose"),
      cell: (line) => (
        <>
          {named(lists.data?.purposes, line.purposeId)}
          {line.keys.length === 0 ? null : (
            <Text size="xs" c="dimmed">
              {t("lines.byKeys", { keys: line.keys.map((each) => each.key).join(", ") })}
            </Text>
          )}
        </>
      ),
    },
    { name: "source", head: t("source"), cell: (line) => named(lists.data?.sources, line.sourceId) },
  ];
  return (
    <Stack gap="sm">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text size="sm" c="dimmed">
          {t("lines.text")}
        </Text>
        {add}
      </Group>
      <DataTable columns={columns} rows={lines.data} idOf={(line) => line.id} minWidth={560} />
    </Stack>
  );
}
