import { Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import { DateField } from "../../app/DateField.tsx";
import { regionPaths } from "../customer/CatalogueSelect.tsx";
import { type Gap, keyOf } from "./gaps.ts";

const LONG = new Set(["lead.note", "customer.comment"]);
const LENGTH: Record<string, number> = { "customer.taxId": 30, "lead.note": 5000, "customer.comment": 5000 };

/** Inputs for exactly the fields that a refused conversion lacks; whoever types goes on at the first of them. */
export function ConvertGaps(props: {
  gaps: readonly Gap[];
  typed: Readonly<Record<string, string>>;
  /** What the server found of a value, by key: no number, a tax number that another card has. */
  faults: Readonly<Record<string, string>>;
  onType: (key: string, value: string) => void;
}) {
  const { gaps, typed, faults, onType } = props;
  const { t } = useTranslation("leads");
  const lists = useCatalogues().data;
  const choices: Record<string, { id: string; name: string }[] | undefined> = {
    "lead.sourceId": lists?.sources,
    "lead.responsibleId": lists?.employees,
    "customer.sourceId": lists?.sources,
    "customer.statusId": lists?.customerStatuses,
    "customer.regionId": lists && regionPaths(lists.regions),
    "customer.industryId": lists?.industries,
    "contact.gender": (["m", "f"] as const).map((id) => ({ id, name: t(`convert.gender.${id}`) })),
  };
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (gaps.length === 0) return;
    const inputs = [...(box.current?.querySelectorAll<HTMLInputElement>("input:not([type=hidden]), textarea") ?? [])];
    (inputs.find((input) => input.value === "" || input.ariaInvalid === "true") ?? inputs[0])?.focus();
  }, [gaps]);
  return (
    <Stack gap="sm" ref={box}>
      {gaps.map((gap) => {
        const key = keyOf(gap);
        const value = typed[key] ?? "";
        const stands = gap.value !== null && (value === "" || value === String(gap.value)) ? t("convert.notGood", { value: String(gap.value) }) : null;
        const common = {
          required: true,
          label: gap.part === "point" || key === "lead.contactName" ? gap.name : t(`convert.of.${gap.part}`, { name: gap.name }),
          ...(gap.message === null ? {} : { description: gap.message }),
          error: faults[key] ?? stands,
        };
        if (key in choices)
          return (
            <Select
              key={key}
              {...common}
              searchable
              nothingFoundMessage={t("common:nothingFound")}
              data={(choices[key] ?? []).map((each) => ({ value: each.id, label: each.name }))}
              value={value === "" ? null : value}
              onChange={(next) => onType(key, next ?? "")}
            />
          );
        if (key === "contact.birthDate")
          return <DateField key={key} {...common} value={value === "" ? null : value} onChange={(next) => onType(key, next ?? "")} />;
        if (LONG.has(key))
          return (
            <Textarea
              key={key}
              {...common}
              autosize
              maxRows={6}
              maxLength={LENGTH[key] ?? 300}
              value={value}
              onChange={(event) => onType(key, event.currentTarget.value)}
            />
          );
        return (
          <TextInput
            key={key}
            {...common}
            type={key === "point.phone" ? "tel" : key === "point.email" ? "email" : "text"}
            maxLength={LENGTH[key] ?? (gap.part === "contact" ? 200 : 300)}
            value={value}
            onChange={(event) => onType(key, event.currentTarget.value)}
          />
        );
      })}
    </Stack>
  );
}
