import { DISPOSITIONS } from "@kommutator/contract/api/calls-register";
import { Group, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import { DateField } from "../../app/DateField.tsx";
import { usePhone } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { useChannels, useLinesOf } from "../settings/queries.ts";
import { PERIODS, type RegisterFilter } from "./register.ts";

/** Which calls: when, which way, what became of them, whose, from which number. */
export function RegisterFilters({ filter, onChange }: { filter: RegisterFilter; onChange: (next: Partial<RegisterFilter>) => void }) {
  const { t } = useTranslation("routing");
  const can = useCan();
  const phone = usePhone();
  const people = useCatalogues();
  const channels = useChannels(can("channel", "read") !== null);
  const [typed, setTyped] = useState(filter.number);
  const search = useRef<HTMLInputElement>(null);
  const later = useDebouncedCallback((number: string) => onChange({ number }), 300);
  useShortcut({ keys: "/", label: "routing:register.search", run: () => search.current?.focus() });
  const any = (
    name: "direction" | "disposition" | "channelId" | "employeeId" | "line",
    label: string,
    data: { value: string; label: string }[],
    width: number,
  ) => (
    <Select
      w={width}
      clearable
      allowDeselect
      searchable
      aria-label={label}
      placeholder={label}
      data={data}
      value={filter[name] === "" ? null : filter[name]}
      onChange={(value) => onChange({ [name]: value ?? "" })}
    />
  );
  const trunks = (channels.data ?? []).filter((each) => each.kind.startsWith("asterisk"));
  const lines = useLinesOf(trunks.map((each) => each.id));
  // A number out of use stays in the address of a filter that somebody has sent.
  const numbers = [...new Set([...lines.map((each) => each.number.replace(/^short:/, "")), ...(filter.line === "" ? [] : [filter.line])])];
  return (
    <Group gap="sm" mb="md">
      <SegmentedControl
        size="sm"
        aria-label={t("register.period")}
        value={filter.period}
        onChange={(period) => onChange({ period })}
        data={PERIODS.map((value) => ({ value, label: t(`register.periods.${value}`) }))}
      />
      {filter.period === "own" ? (
        <>
          <DateField w={130} clearable aria-label={t("register.from")} value={filter.from || null} onChange={(day) => onChange({ from: day ?? "" })} />
          <DateField w={130} clearable aria-label={t("register.to")} value={filter.to || null} onChange={(day) => onChange({ to: day ?? "" })} />
        </>
      ) : null}
      <TextInput
        ref={search}
        w={190}
        type="search"
        aria-label={t("register.search")}
        placeholder={t("register.search")}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          later(event.currentTarget.value);
        }}
      />
      {any(
        "direction",
        t("register.direction"),
        (["in", "out", "internal"] as const).map((value) => ({ value, label: t(`register.directions.${value}`) })),
        150,
      )}
      {any(
        "disposition",
        t("register.disposition"),
        (["missed", ...DISPOSITIONS] as const).map((value) => ({ value, label: t(`register.dispositions.${value}`) })),
        190,
      )}
      {any(
        "employeeId",
        t("register.employee"),
        (people.data?.employees ?? []).map((each) => ({ value: each.id, label: each.name })),
        190,
      )}
      {trunks.length < 2
        ? null
        : any(
            "channelId",
            t("register.channel"),
            trunks.map((each) => ({ value: each.id, label: each.name })),
            180,
          )}
      {numbers.length === 0
        ? null
        : any(
            "line",
            t("register.line"),
            numbers.map((value) => ({ value, label: phone(value) })),
            180,
          )}
    </Group>
  );
}
