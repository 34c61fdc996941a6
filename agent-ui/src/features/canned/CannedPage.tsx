import type { CannedAnswer, CannedList } from "@kommutator/contract/api/canned";
import { ActionIcon, Badge, Button, Group, SegmentedControl, Select, Table, Text, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconAlertTriangle, IconBolt, IconPlus, IconSearch, IconTrash } from "@tabler/icons-react";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { ExportButton } from "../import/ExportButton.tsx";
import { Confirm } from "../settings/Confirm.tsx";
import { Section } from "../settings/Section.tsx";
import classes from "../settings/settings.module.css";
import { CannedForm } from "./CannedForm.tsx";

const SCOPES = ["any", "personal", "department", "all"] as const;

/** Canned answers: mine, my department's, everybody's. */
export function CannedPage() {
  const { t } = useTranslation("canned");
  const format = useFormat();
  const now = useNow(60_000);
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), 250);
  const [scope, setScope] = useState<(typeof SCOPES)[number]>("any");
  const [folder, setFolder] = useState<string | null>(null);
  const [open, setOpen] = useState<CannedAnswer | "new" | null>(null);
  const [deleting, setDeleting] = useState<CannedAnswer | null>(null);
  const filter = { q, scope: scope === "any" ? undefined : scope, folder: folder ?? undefined };
  const list = useQuery({
    queryKey: [...keys.canned, "page", q, scope, folder],
    queryFn: ({ signal }) =>
      api.get<z.infer<typeof CannedList>>("/canned-answers", {
        signal,
        query: { ...filter, limit: 500 },
      }),
    placeholderData: keepPreviousData,
  });
  const add = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen("new")}>
      {t("add")}
    </Button>
  );
  const searched = q !== "" || scope !== "any" || folder !== null;
  return (
    <Section
      title={t("title")}
      purpose={t("purpose")}
      action={
        <Group gap="sm" wrap="nowrap">
          <ExportButton list="canned-answers" query={filter} />
          {add}
        </Group>
      }
    >
      <Group mb="sm" gap="sm">
        <TextInput
          type="search"
          w={260}
          aria-label={t("search")}
          placeholder={t("search")}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <SegmentedControl
          size="sm"
          aria-label={t("scopeName")}
          value={scope}
          onChange={(value) => setScope(value as typeof scope)}
          data={SCOPES.map((value) => ({ value, label: t(`scope.${value}`) }))}
        />
        {(list.data?.folders.length ?? 0) === 0 ? null : (
          <Select
            w={200}
            clearable
            allowDeselect
            aria-label={t("folder")}
            placeholder={t("anyFolder")}
            data={list.data?.folders ?? []}
            value={folder}
            onChange={setFolder}
          />
        )}
      </Group>
      {list.isPending ? (
        <RowsSkeleton rows={5} height={44} />
      ) : list.data === undefined ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : list.data.items.length === 0 ? (
        searched ? (
          <Empty icon={<IconSearch />} title={t("common:nothingFound")} />
        ) : (
          <Empty icon={<IconBolt />} title={t("empty")} text={t("emptyText")} action={add} />
        )
      ) : (
        <div className={classes["card"]}>
          <Table verticalSpacing={9} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("answer")}</Table.Th>
                <Table.Th w={130}>{t("shortcut")}</Table.Th>
                <Table.Th w={180}>{t("scopeName")}</Table.Th>
                <Table.Th w={110} ta="right">
                  {t("uses")}
                </Table.Th>
                <Table.Th w={50} aria-label={t("common:delete")} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {list.data.items.map((answer) => (
                <Table.Tr key={answer.id}>
                  <Table.Td>
                    <Group gap={6} wrap="nowrap">
                      <button type="button" className={classes["rowButton"]} onClick={() => setOpen(answer)}>
                        {answer.title}
                      </button>
                      {answer.unknown.length === 0 ? null : (
                        <Tooltip label={t("unknown", { names: answer.unknown.join(", ") })}>
                          <IconAlertTriangle size={15} color="var(--k-amber)" aria-label={t("unknown", { names: answer.unknown.join(", ") })} />
                        </Tooltip>
                      )}
                      {answer.folder === null ? null : (
                        <Badge size="xs" variant="default" tt="none">
                          {answer.folder}
                        </Badge>
                      )}
                    </Group>
                    <Text size="xs" c="dimmed" lineClamp={1} title={answer.body}>
                      {answer.body}
                    </Text>
                  </Table.Td>
                  <Table.Td>{answer.shortcut === null ? "" : <kbd>/{answer.shortcut}</kbd>}</Table.Td>
                  <Table.Td>{answer.department?.name ?? t(`scope.${answer.scope}`)}</Table.Td>
                  <Table.Td ta="right" title={answer.lastUsedAt === null ? t("never") : format.ago(answer.lastUsedAt, now)}>
                    {format.number(answer.uses)}
                  </Table.Td>
                  <Table.Td>
                    {answer.mayEdit ? (
                      <ActionIcon aria-label={t("delete", { title: answer.title })} onClick={() => setDeleting(answer)}>
                        <IconTrash size={16} />
                      </ActionIcon>
                    ) : null}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {open === null ? null : (
        <CannedForm
          key={open === "new" ? "new" : open.id}
          answer={open === "new" ? null : open}
          folders={list.data?.folders ?? []}
          onClose={() => setOpen(null)}
        />
      )}
      {deleting === null ? null : (
        <Confirm
          title={t("deleteTitle", { title: deleting.title })}
          text={t("deleteText")}
          action={t("common:delete")}
          onClose={() => setDeleting(null)}
          run={() => api.delete(`/canned-answers/${deleting.id}`)}
          done={() => void client.invalidateQueries({ queryKey: keys.canned })}
        />
      )}
    </Section>
  );
}
