import type { ImportMapping, ImportProfile, ImportView } from "@kommutator/contract/api/import";
import { Alert, Button, Group, Select, Stack } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { failureText } from "../../app/failure.ts";
import classes from "./import.module.css";
import { Options } from "./Options.tsx";
import { Profiles } from "./Profiles.tsx";
import { useImportActions } from "./queries.ts";
import { fieldFaults } from "./texts.ts";

/** Fields of which a card may have several. */
const MANY = new Set(["phone", "email", "contactPhone", "contactEmail"]);

/** Second step: which column is what; each change is kept at once, so that the page can be left and found again. */
export function MappingStep({ batch }: { batch: ImportView }) {
  const { t } = useTranslation("import");
  const { change, step } = useImportActions(batch);
  const set = (column: number, field: string | null) => {
    const mapping: ImportMapping = { ...batch.mapping };
    if (field === null) delete mapping[column];
    else {
      // A field that can be only once moves to its new column.
      if (!MANY.has(field)) for (const [other, taken] of Object.entries(mapping)) if (taken === field) delete mapping[other];
      mapping[column] = field;
    }
    change.mutate({ mapping });
  };
  const apply = (profile: ImportProfile) => {
    const mapping = Object.fromEntries(
      batch.columns.flatMap(({ title }, column) => (profile.mapping[title] === undefined ? [] : [[String(column), profile.mapping[title]]])),
    );
    const { onDuplicate, kind, responsibleId, makeCompanies, letIncomplete } = profile.options;
    change.mutate({ mapping, options: { onDuplicate, kind, responsibleId, makeCompanies, letIncomplete } });
  };
  const faults = fieldFaults(step.error, t);
  return (
    <Stack gap="md">
      <Profiles batch={batch} onApply={apply} />
      <Options batch={batch} onChange={(options) => change.mutate({ options })} />
      {change.isError || (step.isError && faults.length === 0) ? (
        <Alert color="red" icon={<IconAlertTriangle />}>
          {failureText(change.error ?? step.error)}
        </Alert>
      ) : null}
      {faults.length > 0 ? (
        <Alert color="red" icon={<IconAlertTriangle />} title={t("mapping.missing")}>
          {faults.join(", ")}
        </Alert>
      ) : null}
      <div className={classes["sheet"]}>
        <table className={classes["table"]}>
          <thead>
            <tr>
              <th scope="col">{t("mapping.column")}</th>
              <th scope="col">{t("mapping.field")}</th>
              <th scope="col">{t("mapping.samples")}</th>
            </tr>
          </thead>
          <tbody>
            {batch.columns.map((column, index) => {
              const title = column.title === "" ? t("mapping.unnamed", { number: index + 1 }) : column.title;
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: a column is its number in the file
                <tr key={index}>
                  <td>{title}</td>
                  <td>
                    <Select
                      w={240}
                      size="xs"
                      clearable
                      searchable
                      aria-label={t("mapping.fieldOf", { title })}
                      placeholder={t("mapping.ignored")}
                      data={batch.fields.map((field) => ({ value: field, label: t(`field.${field}`) }))}
                      value={batch.mapping[index] ?? null}
                      onChange={(field) => set(index, field)}
                    />
                  </td>
                  <td className={classes["samples"]}>
                    {column.samples
                      .filter((sample) => sample !== "")
                      .slice(0, 3)
                      .join(" · ")}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <Group>
        <Button loading={step.isPending} disabled={change.isPending} onClick={() => step.mutate({ name: "check" })}>
          {t("mapping.check")}
        </Button>
      </Group>
    </Stack>
  );
}
