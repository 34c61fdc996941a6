import { Button, Group, Select } from "@mantine/core";
import { IconFilterOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import { DateField } from "../../app/DateField.tsx";
import { useMe } from "../../app/me.ts";
import { CatalogueSelect, regionPaths } from "./CatalogueSelect.tsx";

export type CustomerFilter = Partial<Record<"kind" | "responsibleId" | "statusId" | "regionId" | "industryId" | "sourceId" | "addedFrom" | "addedTo", string>>;

/** The register's filters, any combination (CB-03); they live in the address, so that a list can be sent and found again. */
export function Filters({ filter, onChange }: { filter: CustomerFilter; onChange: (changes: Record<string, string | null>) => void }) {
  const { t } = useTranslation("customer");
  const me = useMe();
  const lists = useCatalogues().data;
  const set = (name: keyof CustomerFilter, value: string | null) => onChange({ [name]: value });
  const select = (name: keyof CustomerFilter, label: string, list: { id: string; name: string }[] | undefined, width = 150) => (
    <CatalogueSelect size="xs" hideLabel width={width} label={label} list={list} value={filter[name] ?? null} onChange={(value) => set(name, value)} />
  );
  const nobody = (name: string) => ({ id: "none", name });
  return (
    <Group gap={6} role="group" aria-label={t("list.filters")}>
      <Select
        size="xs"
        w={112}
        clearable
        allowDeselect
        aria-label={t("field.kind")}
        placeholder={t("field.kind")}
        data={(["company", "person"] as const).map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
        value={filter.kind ?? null}
        onChange={(value) => set("kind", value)}
      />
      {select(
        "responsibleId",
        t("list.responsible"),
        lists && [nobody(t("list.noOne")), ...lists.employees.map((e) => ({ id: e.id, name: e.id === me.id ? t("list.me", { name: e.name }) : e.name }))],
        180,
      )}
      {select("statusId", t("field.statusId"), lists && [nobody(t("list.noStatus")), ...lists.customerStatuses])}
      {select("regionId", t("field.regionId"), lists && regionPaths(lists.regions), 164)}
      {select("industryId", t("field.industryId"), lists?.industries)}
      {select("sourceId", t("field.sourceId"), lists?.sources, 140)}
      {(["addedFrom", "addedTo"] as const).map((name) => (
        <DateField
          key={name}
          size="xs"
          w={136}
          clearable
          aria-label={t(name === "addedFrom" ? "list.from" : "list.to")}
          placeholder={t(name === "addedFrom" ? "list.from" : "list.to")}
          value={filter[name] ?? null}
          onChange={(value) => set(name, value)}
        />
      ))}
      {Object.keys(filter).length === 0 ? null : (
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconFilterOff size={14} />}
          onClick={() => onChange(Object.fromEntries(Object.keys(filter).map((name) => [name, null])))}
        >
          {t("list.clear")}
        </Button>
      )}
    </Group>
  );
}
