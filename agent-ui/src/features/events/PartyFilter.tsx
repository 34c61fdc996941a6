import type { SearchResult } from "@kommutator/contract/api/history";
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { PARTIES, type Party } from "./filter.ts";

/** What of the cards of the three kinds says whom they are of. */
interface Named {
  name?: string;
  lastName?: string | null;
  firstName?: string | null;
  contactName?: string | null;
  companyName?: string | null;
}

const keyOf = (party: Party) => `${party.kind}:${party.id}`;
const nameOf = ({ name, lastName, firstName, contactName, companyName }: Named) =>
  name ?? ([lastName, firstName].filter(Boolean).join(" ") || [contactName, companyName].filter(Boolean).join(", "));

/** Whose events: a customer, a contact or a lead, found by name, phone or e-mail. */
export function PartyFilter({ value, onChange, width }: { value: Party | null; onChange: (party: Party | null) => void; width: number }) {
  const { t } = useTranslation("events");
  const [typed, setTyped] = useState("");
  const [settled] = useDebouncedValue(typed.trim(), 250);
  const found = useQuery({
    queryKey: ["search", settled],
    queryFn: ({ signal }) => api.get<z.infer<typeof SearchResult>>("/search", { signal, query: { q: settled, limit: 10 } }),
    enabled: settled.length > 1,
    placeholderData: keepPreviousData,
  });
  // A filter that comes with the address has an id only.
  const chosen = useQuery({
    queryKey: [value?.kind ?? "none", "name", value?.id],
    queryFn: ({ signal }) => api.get<Named>(`/${value?.kind}s/${value?.id}`, { signal }),
    enabled: value !== null,
    retry: false,
  });
  const nameless = t("common:party.nameless");
  const name = chosen.data === undefined ? (chosen.isError ? nameless : "…") : nameOf(chosen.data) || nameless;
  const hits = (found.data?.items ?? []).filter((hit) => (PARTIES as readonly string[]).includes(hit.kind));
  const data = hits.map((hit) => ({ value: `${hit.kind}:${hit.id}`, label: [hit.name || nameless, hit.detail].filter(Boolean).join(" · ") }));
  const own = value === null ? null : { value: keyOf(value), label: name };
  return (
    <Select
      size="xs"
      w={width}
      searchable
      clearable
      aria-label={t("field.party")}
      placeholder={t("field.party")}
      title={own?.label ?? t("form.search")}
      nothingFoundMessage={settled.length > 1 && !found.isFetching ? t("common:nothingFound") : null}
      filter={({ options }) => options}
      data={own === null ? data : [own, ...data.filter((each) => each.value !== own.value)]}
      value={own?.value ?? null}
      onSearchChange={(text) => setTyped(text === own?.label ? "" : text)}
      onChange={(key) => {
        const [kind, id] = key?.split(":") ?? [];
        onChange(kind === undefined || id === undefined ? null : { kind: kind as Party["kind"], id });
      }}
    />
  );
}
