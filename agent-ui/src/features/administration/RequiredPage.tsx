import type { RequiredRuleView } from "@kommutator/contract/api/required-field";
import { Badge, Button, Text } from "@mantine/core";
import { IconChecklist } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import { useCan } from "../../app/me.ts";
import { type Column, OpenRow } from "../settings/DataTable.tsx";
import { AddButton, TablePage } from "../settings/TablePage.tsx";
import { CoverageBox } from "./CoverageBox.tsx";
import { useRequiredRules } from "./queries.ts";
import { RequiredForm } from "./RequiredForm.tsx";
import { fieldName } from "./required.ts";

const COLOUR = { block: "red", warn: "yellow", defer: "blue" } as const;

/** What must be filled in, when and by whom (AD-06); the coverage says what a rule would mean for the records that exist. */
export function RequiredPage() {
  const { t, i18n } = useTranslation("administration");
  const can = useCan();
  const rules = useRequiredRules();
  const catalogues = useCatalogues();
  const [open, setOpen] = useState<RequiredRuleView | "new" | null>(null);
  const [covered, setCovered] = useState<RequiredRuleView | null>(null);
  const stage = (id: string | null) => catalogues.data?.interestKinds.flatMap((kind) => kind.stages).find((each) => each.id === id)?.name;
  const moment = (rule: RequiredRuleView) => [t(`required.moments.${rule.object}.${rule.moment}`), stage(rule.stageId)].filter(Boolean).join(": ");
  const columns: Column<RequiredRuleView>[] = [
    { name: "object", head: t("required.object"), width: 150, cell: (rule) => t(`objects.${rule.object}`) },
    { name: "field", head: t("required.field"), cell: (rule) => <OpenRow onOpen={() => setOpen(rule)}>{fieldName(rule, i18n.language)}</OpenRow> },
    { name: "moment", head: t("required.moment"), cell: (rule) => <Text size="sm">{moment(rule)}</Text> },
    {
      name: "severity",
      head: t("required.severity"),
      width: 170,
      cell: (rule) => (
        <Badge size="sm" variant="light" tt="none" color={COLOUR[rule.severity]}>
          {rule.severity === "defer" ? t("required.deferred", { hours: rule.deferHours }) : t(`required.severities.${rule.severity}`)}
        </Badge>
      ),
    },
    {
      name: "state",
      head: t("required.state"),
      width: 110,
      cell: (rule) => (
        <Text size="sm" c={rule.enabled ? "var(--k-text)" : "dimmed"}>
          {t(rule.enabled ? "required.on" : "required.off")}
        </Text>
      ),
    },
    {
      name: "coverage",
      head: <span className="sr-only">{t("required.coverage")}</span>,
      right: true,
      width: 130,
      cell: (rule) =>
        can("catalogue", "edit") === null ? null : (
          <Button size="compact-xs" variant="light" onClick={() => setCovered(rule)}>
            {t("required.coverage")}
          </Button>
        ),
    },
  ];
  return (
    <TablePage
      title={t("required.title")}
      purpose={t("required.purpose")}
      action={<AddButton label={t("required.add")} allowed={can("catalogue", "create") !== null} onAdd={() => setOpen("new")} />}
      query={rules}
      columns={columns}
      idOf={(rule) => rule.id}
      minWidth={760}
      icon={<IconChecklist />}
      empty={t("required.empty")}
      emptyText={t("required.emptyText")}
    >
      {open === null ? null : <RequiredForm rule={open === "new" ? null : open} onClose={() => setOpen(null)} />}
      {covered === null ? null : <CoverageBox rule={covered} onClose={() => setCovered(null)} />}
    </TablePage>
  );
}
