import type { RoleView } from "@kommutator/contract/api/admin";
import { Group, Text } from "@mantine/core";
import { IconShieldLock } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCan } from "../../app/me.ts";
import { ExportButton } from "../import/ExportButton.tsx";
import { type Column, OpenRow } from "../settings/DataTable.tsx";
import { useRoles } from "../settings/queries.ts";
import { AddButton, TablePage } from "../settings/TablePage.tsx";
import { RoleForm } from "./RoleForm.tsx";

/** Who may do what with which things, and whose: object x action x scope (AD-02). */
export function RolesPage() {
  const { t } = useTranslation("administration");
  const can = useCan();
  const roles = useRoles();
  const [open, setOpen] = useState<RoleView | "new" | null>(null);
  const objects = (role: RoleView) => [...new Set(role.permissions.map((p) => p.object))].map((object) => t(`objects.${object}`)).join(", ");
  const columns: Column<RoleView>[] = [
    { name: "name", head: t("roles.name"), width: 220, cell: (role) => <OpenRow onOpen={() => setOpen(role)}>{role.name}</OpenRow> },
    {
      name: "objects",
      head: t("roles.objects"),
      title: objects,
      cell: (role) => (
        <Text size="sm" c="dimmed" lineClamp={1}>
          {objects(role) || t("roles.nothing")}
        </Text>
      ),
    },
    { name: "people", head: t("roles.people"), right: true, width: 110, cell: (role) => role.people },
  ];
  return (
    <TablePage
      title={t("roles.title")}
      purpose={t("roles.purpose")}
      action={
        <Group gap="sm" wrap="nowrap">
          <ExportButton list="roles" query={{}} />
          <AddButton label={t("roles.add")} allowed={can("role", "create") !== null} onAdd={() => setOpen("new")} />
        </Group>
      }
      query={roles}
      columns={columns}
      idOf={(role) => role.id}
      icon={<IconShieldLock />}
      empty={t("roles.empty")}
    >
      {open === null ? null : <RoleForm role={open === "new" ? null : open} onClose={() => setOpen(null)} />}
    </TablePage>
  );
}
