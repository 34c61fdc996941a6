import { type ComboboxItem, Select } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";

const NEW = "new:";

/** Regions as a tree: "Kazakhstan / Almaty". */
export function regionPaths(regions: readonly { id: string; name: string; parentId: string | null }[]): { id: string; name: string }[] {
  const by = new Map(regions.map((r) => [r.id, r]));
  const path = (id: string, seen: ReadonlySet<string>): string => {
    const region = by.get(id);
    if (region === undefined) return "";
    const above = region.parentId === null || seen.has(region.parentId) ? "" : path(region.parentId, new Set([...seen, id]));
    return above === "" ? region.name : `${above} / ${region.name}`;
  };
  return regions.map((r) => ({ id: r.id, name: path(r.id, new Set()) })).sort((a, b) => a.name.localeCompare(b.name));
}

/** A choice from a catalogue; whoever may add to it does so in passing, by typing what is not there (CB-06). */
export function CatalogueSelect(props: {
  catalogue?: "regions" | "industries" | "sources" | "customer-statuses";
  label: string;
  list: readonly { id: string; name: string }[] | undefined;
  value: string | null;
  onChange: (id: string | null) => void;
  size?: string;
  hideLabel?: boolean;
  width?: number;
}) {
  const { t } = useTranslation("customer");
  const can = useCan();
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const { catalogue, list = [], label } = props;
  const add = useMutation({
    mutationFn: (name: string) =>
      api.post<{ id: string }>(`/catalogues/${catalogue}`, { name, ...(catalogue === "sources" ? {} : { code: name.toUpperCase().slice(0, 40) }) }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: keys.catalogues });
      props.onChange(id);
    },
    onError: showFailure,
  });
  const data: ComboboxItem[] = list.map((each) => ({ value: each.id, label: each.name }));
  const name = typed.trim();
  const known = list.some((each) => each.name.toLowerCase() === name.toLowerCase());
  const addable = catalogue !== undefined && can("catalogue", "create") !== null && name.length >= 2 && !known;
  return (
    <Select
      {...(props.hideLabel === true ? { "aria-label": label, placeholder: label } : { label })}
      {...(props.size === undefined ? {} : { size: props.size })}
      {...(props.width === undefined ? {} : { w: props.width })}
      searchable
      clearable
      allowDeselect
      nothingFoundMessage={t("common:nothingFound")}
      data={addable ? [...data, { value: NEW + name, label: t("add.title", { name }) }] : data}
      filter={({ options, search }) =>
        (options as ComboboxItem[]).filter((o) => o.value.startsWith(NEW) || o.label.toLowerCase().includes(search.trim().toLowerCase()))
      }
      onSearchChange={setTyped}
      value={props.value}
      onChange={(value) => {
        if (value?.startsWith(NEW)) add.mutate(value.slice(NEW.length));
        else props.onChange(value);
      }}
    />
  );
}
