import type { Catalogues } from "@kommutator/contract/api/catalogue";
import { Badge } from "@mantine/core";
import { IconTarget } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import { useFormat } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { type Column, OpenRow } from "../settings/DataTable.tsx";
import { AddButton } from "../settings/TablePage.tsx";
import { PurposeForm } from "./PurposeForm.tsx";
import { Rows } from "./Rows.tsx";

type Purpose = Catalogues["purposes"][number];

/** What people turn to the company for, and what each leads to (RG-07). */
export function PurposesTab() {
  const { t } = useTranslation("dispatch");
  const can = useCan();
  const format = useFormat();
  const catalogues = useCatalogues();
  const [open, setOpen] = useState<Purpose | "new" | null>(null);
  const { data } = catalogues;
  const named = (list: { id: string; name: string }[] | undefined, id: string | null) => list?.find((each) => each.id === id)?.name ?? "";
  const columns: Column<Purpose>[] = [
    { name: "name", head: t("purposes.name"), cell: (row) => <OpenRow onOpen={() => setOpen(row)}>{row.name}</OpenRow> },
    {
      name: "outcome",
      head: t("purposes.outcome"),
      cell: (row) => (
        <>
          <Badge size="sm" variant="light" tt="none" color={row.outcome === "reject" ? "red" : "blue"}>
            {t(`outcome.${row.outcome}`)}
          </Badge>{" "}
          {named(data?.interestKinds, row.interestKindId)}
        </>
      ),
    },
    {
      name: "to",
      head: t("purposes.dispatch"),
      cell: (row) => [t(`dispatch.${row.dispatch}`), named(data?.employees, row.fixedEmployeeId), named(data?.queues, row.queueId)].filter(Boolean).join(" · "),
    },
    { name: "sla", head: t("purposes.sla"), right: true, width: 120, cell: (row) => (row.slaS === null ? "" : format.span(row.slaS * 1000)) },
    { name: "fields", head: t("purposes.fields"), cell: (row) => row.requiredFields.map((each) => t(`field.${each}`)).join(", ") },
  ];
  const rows = data?.purposes.filter((each) => !each.archived);
  return (
    <>
      <Rows
        hint={t("purposes.hint")}
        action={<AddButton label={t("purposes.add")} allowed={can("catalogue", "create") !== null} onAdd={() => setOpen("new")} />}
        query={{ data: rows, isPending: catalogues.isPending, error: catalogues.error, refetch: catalogues.refetch }}
        columns={columns}
        idOf={(row) => row.id}
        icon={<IconTarget />}
        empty={t("purposes.empty")}
      />
      {open === null || data === undefined ? null : <PurposeForm purpose={open === "new" ? null : open} catalogues={data} onClose={() => setOpen(null)} />}
    </>
  );
}
