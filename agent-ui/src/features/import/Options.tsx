import type { ImportOptions, ImportView } from "@kommutator/contract/api/import";
import { Checkbox, Group, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import { useCan } from "../../app/me.ts";

const ENCODINGS = ["utf-8", "windows-1251", "utf-16le"] as const;
const SEPARATORS = [",", ";", "\t", "|"] as const;
const DUPLICATES = ["skip", "fill", "create"] as const;

/** How the file is read and what becomes of rows whose card exists. */
export function Options({ batch, onChange }: { batch: ImportView; onChange: (options: Partial<ImportOptions>) => void }) {
  const { t } = useTranslation("import");
  const can = useCan();
  const catalogues = useCatalogues();
  const { options } = batch;
  return (
    <Group align="flex-end" gap="sm">
      {batch.format === "csv" ? (
        <>
          <Select
            w={150}
            allowDeselect={false}
            label={t("options.encoding")}
            data={ENCODINGS.map((value) => ({ value, label: value.toUpperCase() }))}
            value={options.encoding}
            onChange={(value) => onChange({ encoding: value as ImportOptions["encoding"] })}
          />
          <Select
            w={150}
            allowDeselect={false}
            label={t("options.separator")}
            data={SEPARATORS.map((value) => ({ value, label: value === "\t" ? t("options.tab") : value }))}
            value={options.separator}
            onChange={(value) => onChange({ separator: value as ImportOptions["separator"] })}
          />
        </>
      ) : batch.sheets.length > 1 ? (
        <Select
          w={200}
          allowDeselect={false}
          label={t("options.sheet")}
          data={batch.sheets}
          value={options.sheet ?? batch.sheets[0] ?? null}
          onChange={(sheet) => onChange({ sheet })}
        />
      ) : null}
      <Select
        w={260}
        allowDeselect={false}
        label={t("options.onDuplicate")}
        data={DUPLICATES.map((value) => ({ value, label: t(`duplicate.${value}`) }))}
        value={options.onDuplicate}
        onChange={(value) => onChange({ onDuplicate: value as ImportOptions["onDuplicate"] })}
      />
      {batch.object === "customer" ? (
        <Select
          w={150}
          allowDeselect={false}
          label={t("field.kind")}
          data={(["company", "person"] as const).map((value) => ({ value, label: t(`kind.${value}`) }))}
          value={options.kind}
          onChange={(value) => onChange({ kind: value as ImportOptions["kind"] })}
        />
      ) : null}
      {batch.object === "contact" && !options.makeCompanies ? null : (
        <Select
          w={200}
          clearable
          searchable
          label={t("field.responsible")}
          placeholder={t("options.nobody")}
          data={(catalogues.data?.employees ?? []).map((each) => ({ value: each.id, label: each.name }))}
          value={options.responsibleId}
          onChange={(responsibleId) => onChange({ responsibleId })}
        />
      )}
      <Checkbox pb={8} label={t("options.header")} checked={options.header} onChange={(event) => onChange({ header: event.currentTarget.checked })} />
      {batch.object !== "contact" || can("customer", "create") === null ? null : (
        <Checkbox
          pb={8}
          label={t("options.makeCompanies")}
          checked={options.makeCompanies}
          onChange={(event) => onChange({ makeCompanies: event.currentTarget.checked })}
        />
      )}
      {can("import", "edit") === null ? null : (
        <Checkbox
          pb={8}
          label={t("options.letIncomplete")}
          checked={options.letIncomplete}
          onChange={(event) => onChange({ letIncomplete: event.currentTarget.checked })}
        />
      )}
    </Group>
  );
}
