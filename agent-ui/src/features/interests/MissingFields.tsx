import type { InterestFields, StageField } from "@kommutator/contract/api/interest";
import { NumberInput, Select, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import { DateField } from "../../app/DateField.tsx";

/** Inputs for exactly the fields that a refused save lacks. */
export function MissingFields({ fields, values, onChange }: { fields: StageField[]; values: InterestFields; onChange: (values: InterestFields) => void }) {
  const { t } = useTranslation("interests");
  const catalogues = useCatalogues();
  const lists: Partial<Record<StageField, { id: string; name: string }[] | undefined>> = {
    responsibleId: catalogues.data?.employees,
    purposeId: catalogues.data?.purposes.filter((p) => !p.archived),
    sourceId: catalogues.data?.sources,
  };
  return (
    <Stack gap="sm">
      {fields.map((field, n) => {
        const focus = n === 0 ? { "data-autofocus": true } : {};
        const label = t(`field.${FIELD_TEXT[field]}`);
        if (field === "amount")
          return (
            <NumberInput
              key={field}
              {...focus}
              required
              label={label}
              min={0}
              thousandSeparator=" "
              value={values.amount ?? ""}
              onChange={(value) => onChange({ ...values, amount: typeof value === "number" ? value : null })}
            />
          );
        if (field === "expectedClose")
          return (
            <DateField
              key={field}
              {...focus}
              required
              label={label}
              value={values.expectedClose ?? null}
              onChange={(expectedClose) => onChange({ ...values, expectedClose })}
            />
          );
        return (
          <Select
            key={field}
            {...focus}
            required
            searchable
            label={label}
            data={(lists[field] ?? []).map((each) => ({ value: each.id, label: each.name }))}
            value={(values[field as "purposeId"] as string | null | undefined) ?? null}
            onChange={(value) => onChange({ ...values, [field]: value })}
          />
        );
      })}
    </Stack>
  );
}

/** Names of fields among the texts; those of other cards have none and show as they are. */
export const FIELD_TEXT: Record<string, string> = {
  responsibleId: "responsible",
  amount: "amount",
  expectedClose: "expectedClose",
  contactId: "contact",
  customerId: "customer",
  purposeId: "purpose",
  sourceId: "source",
  title: "title",
};
