import type { CustomerRow } from "@kommutator/contract/api/customer";
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";

/** One customer by a fragment of the name, the code or a phone. */
export function CustomerPicker({ value, onChange, error }: { value: string | null; onChange: (id: string | null) => void; error: string | null }) {
  const { t } = useTranslation("customer");
  const [typed, setTyped] = useState("");
  const [settled] = useDebouncedValue(typed.trim(), 200);
  const found = useQuery({
    queryKey: keys.customers("pick", settled),
    queryFn: ({ signal }) => api.get<{ items: CustomerRow[] }>("/customers", { signal, query: { q: settled, limit: 20 } }),
    placeholderData: keepPreviousData,
  });
  return (
    <Select
      data-autofocus
      searchable
      label={t("contact.pickCompany")}
      error={error}
      nothingFoundMessage={t("common:nothingFound")}
      data={(found.data?.items ?? []).map((each) => ({ value: each.id, label: `${each.name} · ${each.code}` }))}
      filter={({ options }) => options}
      onSearchChange={setTyped}
      value={value}
      onChange={onChange}
    />
  );
}
