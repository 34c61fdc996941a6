import type { InterestKindView } from "@kommutator/contract/api/interest-kind";
import { Badge } from "@mantine/core";
import { IconTargetArrow } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../app/format.ts";
import { useCan } from "../../../app/me.ts";
import { type Column, OpenRow } from "../../settings/DataTable.tsx";
import { AddButton, TablePage } from "../../settings/TablePage.tsx";
import { KindDrawer } from "./KindDrawer.tsx";
import { inUse, useKinds } from "./queries.ts";

/** Kinds of Interests: which stages they go through and by which rules (IN-03). */
export function KindsPage() {
  const { t } = useTranslation("interests");
  const can = useCan();
  const format = useFormat();
  const kinds = useKinds();
  const [open, setOpen] = useState<string | null>(null);
  const columns: Column<InterestKindView>[] = [
    {
      name: "name",
      head: t("kinds.name"),
      cell: (kind) => (
        <>
          <OpenRow onOpen={() => setOpen(kind.id)}>{kind.name}</OpenRow>
          {kind.archived ? (
            <Badge ml={8} size="sm" variant="light" color="gray">
              {t("kinds.archived")}
            </Badge>
          ) : null}
        </>
      ),
    },
    { name: "mode", head: t("field.mode"), cell: (kind) => t(`mode.${kind.processMode}`) },
    {
      name: "stages",
      head: t("kinds.stages"),
      title: (kind) =>
        inUse(kind)
          .map((stage) => stage.name)
          .join(" → "),
      cell: (kind) =>
        inUse(kind)
          .map((stage) => stage.name)
          .join(" → "),
    },
    { name: "open", head: t("kinds.open"), right: true, cell: (kind) => format.number(kind.open) },
  ];
  const chosen = open === "new" ? null : kinds.data?.find((kind) => kind.id === open);
  return (
    <TablePage
      title={t("kinds.title")}
      purpose={t("kinds.purpose")}
      action={<AddButton label={t("kinds.add")} allowed={can("catalogue", "create") !== null} onAdd={() => setOpen("new")} />}
      query={kinds}
      columns={columns}
      idOf={(kind) => kind.id}
      faded={(kind) => kind.archived}
      icon={<IconTargetArrow />}
      empty={t("kinds.empty")}
      emptyText={t("kinds.emptyText")}
    >
      {open === null || chosen === undefined ? null : <KindDrawer kind={chosen} onMade={setOpen} onClose={() => setOpen(null)} />}
    </TablePage>
  );
}
