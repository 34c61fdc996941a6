import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconLink } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { type Pick, PickList, usePickList } from "../../app/PickList.tsx";

/** A button that finds what is there already by its words, to be linked: tasks for an event, events for a task. */
export function LinkPicker<Row extends { id: string }>(props: {
  label: string;
  search: string;
  /** The list that is searched. */
  path: "/tasks" | "/interactions";
  /** What is offered before anything is typed. */
  near: Record<string, string>;
  /** What is linked already, and is not offered. */
  linked: readonly string[];
  pick: (row: Row) => Omit<Pick, "key">;
  busy: boolean;
  onPick: (row: Row) => void;
}) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const list = usePickList(setTyped);
  const [q] = useDebouncedValue(typed.trim(), 200);
  const found = useQuery({
    queryKey: [props.path.slice(1), "pick", props.near, q],
    queryFn: ({ signal }) => api.get<{ items: Row[] }>(props.path, { signal, query: { ...(q === "" ? props.near : { q }), limit: 30 } }),
    enabled: list.dropdownOpened,
    staleTime: 0,
    placeholderData: keepPreviousData,
  });
  const rows = (found.data?.items ?? []).filter((row) => !props.linked.includes(row.id));
  return (
    <PickList
      list={list}
      title={props.label}
      search={props.search}
      typed={typed}
      onTyped={setTyped}
      loading={found.isFetching}
      groups={[{ picks: rows.map((row) => ({ key: row.id, ...props.pick(row) })) }]}
      empty={found.isFetching ? null : t("nothingFound")}
      onPick={(key) => {
        const row = rows.find((each) => each.id === key);
        list.closeDropdown();
        if (row !== undefined) props.onPick(row);
      }}
      target={
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconLink size={14} />}
          loading={props.busy}
          aria-haspopup="listbox"
          aria-expanded={list.dropdownOpened}
          onClick={() => list.toggleDropdown()}
        >
          {props.label}
        </Button>
      }
    />
  );
}
