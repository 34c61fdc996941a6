import type { SavedFilter } from "@kommutator/contract/api/interaction";
import { ActionIcon, Button, Group, Menu, TextInput } from "@mantine/core";
import { IconBookmark, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { failureText, showFailure } from "../../app/failure.ts";

type Saved = z.infer<typeof SavedFilter>;

/** One's own filters of a list: choose one, keep the present one under a name, forget one. */
export function SavedFilters({
  list,
  filter,
  onChoose,
}: {
  list: Saved["list"];
  filter: Record<string, string>;
  onChoose: (filter: Record<string, string>) => void;
}) {
  const { t } = useTranslation("events");
  const client = useQueryClient();
  const [name, setName] = useState("");
  const key = ["saved-filters", list];
  const saved = useQuery({ queryKey: key, queryFn: ({ signal }) => api.get<{ items: Saved[] }>("/saved-filters", { signal, query: { list } }) });
  const keep = useMutation({
    mutationFn: () => api.post("/saved-filters", { list, name: name.trim(), filter }),
    onSuccess: () => {
      setName("");
      return client.invalidateQueries({ queryKey: key });
    },
  });
  const forget = useMutation({
    mutationFn: (id: string) => api.delete(`/saved-filters/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
    onError: showFailure,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "" && !keep.isPending) keep.mutate();
  };
  return (
    <Menu width={280} position="bottom-end" closeOnItemClick>
      <Menu.Target>
        <ActionIcon size="input-sm" variant="default" aria-label={t("saved.title")} title={t("saved.title")}>
          <IconBookmark size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{saved.data?.items.length === 0 ? t("saved.none") : t("saved.title")}</Menu.Label>
        {saved.data?.items.map((each) => (
          <Group key={each.id} gap={2} wrap="nowrap">
            <Menu.Item style={{ flex: 1 }} onClick={() => onChoose(each.filter)}>
              {each.name}
            </Menu.Item>
            <ActionIcon size="sm" aria-label={t("saved.forget", { name: each.name })} onClick={() => forget.mutate(each.id)}>
              <IconTrash size={14} />
            </ActionIcon>
          </Group>
        ))}
        <Menu.Divider />
        <form onSubmit={submit}>
          <Group gap={6} wrap="nowrap" p={6}>
            <TextInput
              style={{ flex: 1 }}
              size="xs"
              aria-label={t("saved.name")}
              placeholder={t("saved.name")}
              maxLength={100}
              value={name}
              error={keep.error === null ? null : failureText(keep.error)}
              onChange={(event) => setName(event.currentTarget.value)}
              onKeyDown={(event) => event.stopPropagation()}
            />
            <Button size="xs" type="submit" disabled={name.trim() === ""} loading={keep.isPending}>
              {t("common:save")}
            </Button>
          </Group>
        </form>
      </Menu.Dropdown>
    </Menu>
  );
}
