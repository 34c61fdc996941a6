import type { QueueView } from "@kommutator/contract/api/routing";
import { Text } from "@mantine/core";
import { IconListCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useFormat } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { type Column, OpenRow } from "./DataTable.tsx";
import { QueueForm } from "./QueueForm.tsx";
import { useCalendars, useQueues } from "./queries.ts";
import { AddButton, TablePage } from "./TablePage.tsx";

/** Queues: where dialogs wait, how long, and who takes them. */
export function QueuesPage() {
  const { t } = useTranslation("settings");
  const can = useCan();
  const format = useFormat();
  const queues = useQueues();
  const calendars = useCalendars();
  const [open, setOpen] = useState<QueueView | "new" | null>(null);
  // "What would happen now" leads to the queue that makes it so.
  const [params, setParams] = useSearchParams();
  const asked = queues.data?.find((each) => each.id === params.get("open"));
  const [followed, setFollowed] = useState<string | null>(null);
  if (asked !== undefined && followed !== asked.id) {
    setFollowed(asked.id);
    setOpen(asked);
  }
  const close = () => {
    if (params.size > 0) setParams({}, { replace: true });
    setOpen(null);
  };
  const columns: Column<QueueView>[] = [
    {
      name: "name",
      head: t("queues.name"),
      cell: (each) => (
        <>
          <OpenRow onOpen={() => setOpen(each)}>{each.name}</OpenRow>
          {each.department === null ? null : (
            <Text size="xs" c="dimmed">
              {each.department.name}
            </Text>
          )}
        </>
      ),
    },
    {
      name: "members",
      head: t("queues.members"),
      title: (each) => each.members.map((member) => member.employee.name).join(", "),
      cell: (each) => (
        <Text size="sm" c={each.members.length === 0 ? "var(--k-red)" : "inherit"}>
          {each.members.length === 0 ? t("queues.noMembers") : t("queues.membersCount", { count: each.members.length })}
        </Text>
      ),
    },
    { name: "calendar", head: t("queues.calendar"), cell: (each) => each.calendar.name },
    {
      name: "level",
      head: t("queues.serviceLevel"),
      right: true,
      cell: (each) => t("queues.levelIn", { target: format.percent(each.slTarget), threshold: each.slThresholdS }),
    },
  ];
  return (
    <TablePage
      title={t("queues.title")}
      purpose={t("queues.purpose")}
      action={<AddButton label={t("queues.add")} allowed={can("queue", "create") !== null} onAdd={() => setOpen("new")} />}
      query={queues}
      columns={columns}
      idOf={(each) => each.id}
      icon={<IconListCheck />}
      empty={t("queues.empty")}
      emptyText={t("queues.emptyText")}
    >
      {open === null || calendars.data === undefined ? null : <QueueForm queue={open === "new" ? null : open} all={queues.data ?? []} onClose={close} />}
    </TablePage>
  );
}
