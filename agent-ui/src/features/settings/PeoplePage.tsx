import type { EmployeeView } from "@kommutator/contract/api/admin";
import { Avatar, Badge, Group, Text, TextInput } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCan } from "../../app/me.ts";
import { ExportButton } from "../import/ExportButton.tsx";
import { type Column, OpenRow } from "./DataTable.tsx";
import { PersonDrawer } from "./PersonDrawer.tsx";
import { useCalendars, useEmployees } from "./queries.ts";
import { AddButton, TablePage } from "./TablePage.tsx";

/** Employees: who works here, with which rights, on which extension. */
export function PeoplePage() {
  const { t } = useTranslation("settings");
  const can = useCan();
  const people = useEmployees();
  // Read before the form opens: a new person starts with the first calendar.
  const calendars = useCalendars();
  const [open, setOpen] = useState<EmployeeView | "new" | null>(null);
  const [q, setQ] = useState("");
  const found = (people.data ?? []).filter((each) => `${each.name} ${each.login} ${each.extension ?? ""}`.toLowerCase().includes(q.trim().toLowerCase()));
  const columns: Column<EmployeeView>[] = [
    {
      name: "name",
      head: t("people.name"),
      cell: (each) => (
        <Group gap="sm" wrap="nowrap">
          <Avatar size={30} name={each.name} color="initials" aria-hidden />
          <div>
            <OpenRow onOpen={() => setOpen(each)}>{each.name}</OpenRow>
            <Text size="xs" c="dimmed">
              {each.login}
            </Text>
          </div>
        </Group>
      ),
    },
    { name: "roles", head: t("people.roles"), cell: (each) => each.roles.map((role) => role.name).join(", ") },
    { name: "department", head: t("people.department"), cell: (each) => each.department.name },
    { name: "extension", head: t("people.extension"), cell: (each) => each.extension ?? "—" },
    {
      name: "state",
      head: t("people.state"),
      cell: (each) => (
        <Badge variant="light" tt="none" radius="sm" color={each.state === "active" ? "green" : each.state === "suspended" ? "yellow" : "gray"}>
          {t(`people.states.${each.state}`)}
        </Badge>
      ),
    },
  ];
  return (
    <TablePage
      title={t("people.title")}
      purpose={t("people.purpose")}
      action={
        <Group gap="sm" wrap="nowrap">
          <ExportButton list="employees" query={{}} />
          <AddButton label={t("people.add")} allowed={can("employee", "create") !== null} onAdd={() => setOpen("new")} />
        </Group>
      }
      query={people}
      rows={found}
      columns={columns}
      idOf={(each) => each.id}
      faded={(each) => each.state === "dismissed"}
      minWidth={720}
      icon={<IconUsers />}
      empty={t("people.empty")}
      emptyText={t("people.emptyText")}
      above={
        <TextInput
          mb="sm"
          maw={320}
          size="sm"
          aria-label={t("people.search")}
          placeholder={t("people.search")}
          value={q}
          onChange={(event) => setQ(event.currentTarget.value)}
        />
      }
    >
      {open === null || calendars.data === undefined ? null : <PersonDrawer person={open === "new" ? null : open} onClose={() => setOpen(null)} />}
    </TablePage>
  );
}
