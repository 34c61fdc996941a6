import { Button, Group, MultiSelect, Select } from "@mantine/core";
import { IconFilterOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import { DateField } from "../../app/DateField.tsx";
import { useMe } from "../../app/me.ts";
import { type EventFilter, PARTIES, PERIODS, partyOf, STATES, stateOf, withState } from "./filter.ts";
import { PartyFilter } from "./PartyFilter.tsx";

/** The register's filters, any combination (IA-13): whose, when, of which type, in which state or status, by whom. */
export function EventFilters({ filter, onChange }: { filter: EventFilter; onChange: (changes: Record<string, string | null>) => void }) {
  const { t } = useTranslation("events");
  const me = useMe();
  const catalogues = useCatalogues();
  const types = catalogues.data?.interactionTypes ?? [];
  // Days of one's own have fields of their own; older addresses name them without the word.
  const period = filter["from"] === undefined && filter["to"] === undefined ? (filter["period"] ?? null) : "own";
  const chosen = filter["typeId"]?.split(",") ?? [];
  const offered = chosen.length === 0 ? types : types.filter((each) => chosen.includes(each.id));
  return (
    <Group gap={6} role="group" aria-label={t("filters.title")}>
      <PartyFilter
        width={210}
        value={partyOf(filter)}
        onChange={(party) => onChange(Object.fromEntries(PARTIES.map((kind) => [`${kind}Id`, party?.kind === kind ? party.id : null])))}
      />
      <Select
        size="xs"
        w={134}
        clearable
        allowDeselect
        aria-label={t("field.period")}
        placeholder={t("field.period")}
        data={[...PERIODS, "own" as const].map((each) => ({ value: each, label: t(`period.${each}`) }))}
        value={period}
        onChange={(value) => onChange({ period: value, from: null, to: null })}
      />
      {period === "own"
        ? (["from", "to"] as const).map((end) => (
            <DateField
              key={end}
              size="xs"
              w={116}
              clearable
              aria-label={t(`filters.${end}`)}
              placeholder={t(`filters.${end}`)}
              value={filter[end] ?? null}
              onChange={(value) => onChange({ [end]: value, period: "own" })}
            />
          ))
        : null}
      <MultiSelect
        size="xs"
        w={170}
        clearable
        aria-label={t("field.type")}
        placeholder={chosen.length === 0 ? t("field.type") : ""}
        data={types.map((each) => ({ value: each.id, label: each.name }))}
        value={chosen}
        onChange={(value) => {
          // A status of a type that is no longer meant would find nothing.
          const kept = value.length === 0 || types.some((each) => value.includes(each.id) && each.statuses.some((s) => s.id === filter["statusId"]));
          onChange({ typeId: value.join(","), ...(kept ? {} : { statusId: null }) });
        }}
      />
      <Select
        size="xs"
        w={170}
        searchable
        clearable
        allowDeselect
        aria-label={t("filters.state")}
        placeholder={t("filters.state")}
        data={[
          { group: t("field.state"), items: [...STATES, "overdue" as const].map((each) => ({ value: each as string, label: t(`state.${each}`) })) },
          ...offered.map((type) => ({ group: type.name, items: type.statuses.map((each) => ({ value: `status:${each.id}`, label: each.name })) })),
        ]}
        value={stateOf(filter)}
        onChange={(value) => onChange(withState(value))}
      />
      <Select
        size="xs"
        w={180}
        searchable
        clearable
        allowDeselect
        aria-label={t("field.executor")}
        placeholder={t("field.executor")}
        data={(catalogues.data?.employees ?? []).map((each) => ({ value: each.id, label: each.id === me.id ? t("me", { name: each.name }) : each.name }))}
        value={filter["executorId"] ?? null}
        onChange={(value) => onChange({ executorId: value })}
      />
      {Object.keys(filter).length === 0 ? null : (
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconFilterOff size={14} />}
          onClick={() => onChange(Object.fromEntries(Object.keys(filter).map((each) => [each, null])))}
        >
          {t("filters.clear")}
        </Button>
      )}
    </Group>
  );
}
