import type { CustomerView } from "@kommutator/contract/api/customer";
import type { InterestView } from "@kommutator/contract/api/interest";
import { NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { DateField } from "../../app/DateField.tsx";
import { keys } from "../../app/keys.ts";
import { regionPaths } from "../customer/CatalogueSelect.tsx";
import { type Gap, type Given, keyOf } from "./missing.ts";

/** Inputs for exactly the fields that a refused save lacks, of the Interest and of its customer; what is not good enough is said at its field. */
export function MissingFields(props: { interestId: string; gaps: Gap[]; given: Given; onChange: (given: Given) => void }) {
  const { interestId, gaps, given, onChange } = props;
  const { t } = useTranslation("interests");
  const catalogues = useCatalogues().data;
  const people = useContacts(gaps.some((gap) => keyOf(gap) === "interest.contactId") ? interestId : null);
  const lists: Record<string, { id: string; name: string }[] | undefined> = {
    "interest.responsibleId": catalogues?.employees,
    "interest.purposeId": catalogues?.purposes.filter((p) => !p.archived),
    "interest.sourceId": catalogues?.sources,
    "interest.contactId": people,
    "customer.regionId": catalogues && regionPaths(catalogues.regions),
    "customer.industryId": catalogues?.industries,
  };
  return (
    <Stack gap="sm">
      {gaps.map((gap, n) => {
        const key = keyOf(gap);
        const part = gap.of === "customer" ? "customer" : "fields";
        const value: unknown = (given[part] as Record<string, unknown>)[gap.field];
        const set = (next: unknown) => {
          const { [gap.field]: _, ...rest } = given[part] as Record<string, unknown>;
          onChange({ ...given, [part]: next === null || next === "" ? rest : { ...rest, [gap.field]: next } });
        };
        const refused = gap.value !== null && (value === undefined || String(value) === String(gap.value));
        const common = {
          ...(n === 0 ? { "data-autofocus": true } : {}),
          required: true,
          label: gapName(t, gap),
          ...(gap.message === null ? {} : { description: gap.message }),
          error: refused ? t("move.notGood", { value: String(gap.value) }) : null,
        };
        if (key === "interest.amount")
          return (
            <NumberInput
              key={key}
              {...common}
              min={0}
              thousandSeparator=" "
              value={typeof value === "number" ? value : ""}
              onChange={(next) => set(typeof next === "number" ? next : null)}
            />
          );
        if (key === "interest.expectedClose")
          return <DateField key={key} {...common} error={null} value={typeof value === "string" ? value : null} onChange={set} />;
        if (key in lists)
          return (
            <Select
              key={key}
              {...common}
              error={null}
              searchable
              nothingFoundMessage={t("common:nothingFound")}
              data={(lists[key] ?? []).map((each) => ({ value: each.id, label: each.name }))}
              value={typeof value === "string" ? value : null}
              onChange={set}
            />
          );
        return (
          <TextInput
            key={key}
            {...common}
            type={gap.field === "phone" ? "tel" : gap.field === "email" ? "email" : "text"}
            maxLength={gap.field === "taxId" ? 30 : 300}
            value={typeof value === "string" ? value : ""}
            onChange={(event) => set(event.currentTarget.value)}
          />
        );
      })}
    </Stack>
  );
}

/** The people of the customer whose Interest it is. */
function useContacts(interestId: string | null): { id: string; name: string }[] | undefined {
  const interest = useQuery({
    queryKey: keys.interest(interestId ?? ""),
    queryFn: ({ signal }) => api.get<InterestView>(`/interests/${interestId}`, { signal }),
    enabled: interestId !== null,
  });
  return usePeople(interest.data?.customer?.id ?? null);
}

/** The people of a customer, those who have left it not. */
export function usePeople(customerId: string | null): { id: string; name: string }[] | undefined {
  const customer = useQuery({
    queryKey: keys.customer(customerId ?? ""),
    queryFn: ({ signal }) => api.get<CustomerView>(`/customers/${customerId}`, { signal }),
    enabled: customerId !== null,
  });
  return customer.data?.contacts.filter((each) => each.leftAt === null);
}

/** What people call the field: an Interest's as on its card, a customer's with whose it is. */
export function gapName(t: TFunction<"interests">, gap: Pick<Gap, "of" | "field" | "name">): string {
  const own = gap.of === "interest" ? FIELD_TEXT[gap.field] : undefined;
  if (own !== undefined) return t(`field.${own}`);
  const name = gap.name ?? gap.field;
  return gap.of === "customer" ? t("move.ofCustomer", { name }) : name;
}

/** Names of fields among the texts. */
export const FIELD_TEXT: Record<string, string> = {
  responsibleId: "responsible",
  amount: "amount",
  currency: "currency",
  expectedClose: "expectedClose",
  contactId: "contact",
  customerId: "customer",
  purposeId: "purpose",
  sourceId: "source",
  title: "title",
};
