import type { CatalogueEntry } from "@kommutator/contract/api/catalogue";
import { ActionIcon, Badge, Button, Group, Switch, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowBackUp, IconArrowDown, IconArrowUp, IconList } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { ExportButton } from "../import/ExportButton.tsx";
import { type Column, DataTable, OpenRow } from "../settings/DataTable.tsx";
import { Section } from "../settings/Section.tsx";
import { AddButton } from "../settings/TablePage.tsx";
import classes from "./administration.module.css";
import { CatalogueForm } from "./CatalogueForm.tsx";
import { EDITED, EDITED_NAMES, type Edited, GROUPED_BY, moved } from "./catalogues.ts";
import { useEntries } from "./queries.ts";

/** Every short list of the house: names, order, languages; what is out of use is archived (AD-05). */
export function CataloguesPage() {
  const { t } = useTranslation("administration");
  const [params, setParams] = useSearchParams();
  const name = EDITED_NAMES.find((each) => each === params.get("of")) ?? "interaction-types";
  return (
    <Section title={t("catalogues.title")} purpose={t("catalogues.purpose")}>
      <div className={classes["two"]}>
        <nav className={classes["lists"]} aria-label={t("catalogues.title")}>
          {EDITED_NAMES.map((each) => (
            <button
              key={each}
              type="button"
              className={classes["list"]}
              aria-pressed={each === name}
              onClick={() => setParams({ of: each }, { replace: true })}
            >
              {t(`catalogues.names.${each}`)}
            </button>
          ))}
        </nav>
        <Entries key={name} name={name} />
      </div>
    </Section>
  );
}

function Entries({ name }: { name: Edited }) {
  const { t } = useTranslation("administration");
  const client = useQueryClient();
  const can = useCan();
  const entries = useEntries(name);
  const types = useEntries("interaction-types");
  const [archived, setArchived] = useState(false);
  const [open, setOpen] = useState<CatalogueEntry | "new" | null>(null);
  const editable = can("catalogue", "edit") !== null;
  const refresh = () => void client.invalidateQueries({ queryKey: keys.catalogues });
  const run = (work: Promise<unknown>) =>
    work.then(refresh, (error) => {
      refresh();
      showFailure(error);
    });
  const group = GROUPED_BY[name];
  const all = entries.data ?? [];
  const groupOf = (entry: CatalogueEntry) => (group === undefined ? "" : String(entry[group]));
  const siblings = (entry: CatalogueEntry) => all.filter((each) => !each.archived && groupOf(each) === groupOf(entry)).map((each) => each.id);
  const move = (entry: CatalogueEntry, by: -1 | 1) => {
    const ids = moved(siblings(entry), entry.id, by);
    if (ids !== null) void run(api.put(`/catalogues/${name}/order`, { ids }));
  };
  const restore = (entry: CatalogueEntry) =>
    void run(api.post(`/catalogues/${name}/${entry.id}/restore`).then(() => notifications.show({ color: "green", message: t("common:saved") })));
  const groupName = (entry: CatalogueEntry) =>
    name === "interaction-statuses" ? (types.data?.find((type) => type.id === entry["typeId"])?.name ?? "") : t(`catalogues.options.kind.${groupOf(entry)}`);

  const columns: Column<CatalogueEntry>[] = [
    {
      name: "name",
      head: t("catalogues.name"),
      cell: (entry) => (
        <Group gap={0} wrap="nowrap">
          {typeof entry["color"] === "string" ? (
            <span className={classes["dot"]} style={{ background: `var(--mantine-color-${entry["color"]}-6)` }} aria-hidden />
          ) : null}
          <OpenRow onOpen={() => setOpen(entry)}>{entry.name}</OpenRow>
        </Group>
      ),
    },
    ...(group === undefined ? [] : [{ name: "group", head: t(`catalogues.fields.${group}`), cell: groupName }]),
    ...(EDITED[name].some((field) => field.name === "code")
      ? [
          {
            name: "code",
            head: t("catalogues.fields.code"),
            width: 150,
            cell: (entry: CatalogueEntry) => (
              <Text size="sm" c="dimmed">
                {String(entry["code"] ?? "—")}
              </Text>
            ),
          },
        ]
      : []),
    {
      name: "languages",
      head: t("catalogues.languages"),
      width: 120,
      cell: (entry) => (
        <Text size="sm" c="dimmed">
          {Object.keys(entry.translations).join(" ") || "—"}
        </Text>
      ),
    },
    {
      name: "place",
      head: <span className="sr-only">{t("catalogues.place")}</span>,
      right: true,
      width: 110,
      cell: (entry) =>
        entry.archived ? (
          <Group gap={6} justify="flex-end" wrap="nowrap">
            <Badge size="sm" variant="light" color="gray" tt="none">
              {t("catalogues.archived")}
            </Badge>
            {editable ? (
              <ActionIcon
                size="sm"
                variant="subtle"
                aria-label={t("catalogues.restore", { name: entry.name })}
                title={t("catalogues.restore", { name: entry.name })}
                onClick={() => restore(entry)}
              >
                <IconArrowBackUp size={16} />
              </ActionIcon>
            ) : null}
          </Group>
        ) : editable ? (
          <Group gap={2} justify="flex-end" wrap="nowrap">
            <ActionIcon
              size="sm"
              variant="subtle"
              aria-label={t("catalogues.up", { name: entry.name })}
              disabled={siblings(entry)[0] === entry.id}
              onClick={() => move(entry, -1)}
            >
              <IconArrowUp size={16} />
            </ActionIcon>
            <ActionIcon
              size="sm"
              variant="subtle"
              aria-label={t("catalogues.down", { name: entry.name })}
              disabled={siblings(entry).at(-1) === entry.id}
              onClick={() => move(entry, 1)}
            >
              <IconArrowDown size={16} />
            </ActionIcon>
          </Group>
        ) : null,
    },
  ];
  const add = <AddButton label={t("catalogues.add")} allowed={can("catalogue", "create") !== null} onAdd={() => setOpen("new")} />;
  const rows = archived ? all : all.filter((entry) => !entry.archived);
  return (
    <div>
      <Group justify="space-between" mb="sm">
        <Text size="sm" c="dimmed" maw={460}>
          {t(`catalogues.purposes.${name}`)}
        </Text>
        <Group gap="md">
          <Switch size="sm" label={t("catalogues.showArchived")} checked={archived} onChange={(event) => setArchived(event.currentTarget.checked)} />
          <ExportButton list="catalogues" query={{ of: name }} />
          {rows.length === 0 ? null : add}
        </Group>
      </Group>
      {entries.isPending ? (
        <RowsSkeleton rows={6} height={42} />
      ) : entries.data === undefined ? (
        <ErrorState error={entries.error} onRetry={() => void entries.refetch()} />
      ) : rows.length === 0 ? (
        <Empty icon={<IconList />} title={t("catalogues.empty")} text={t(`catalogues.purposes.${name}`)} action={add} />
      ) : (
        <DataTable columns={columns} rows={rows} idOf={(entry) => entry.id} minWidth={520} />
      )}
      {open === null ? null : (
        <CatalogueForm
          name={name}
          entry={open === "new" ? null : open}
          all={all}
          archive={
            open !== "new" && !open.archived && can("catalogue", "delete") !== null ? (
              <Button variant="subtle" color="red" onClick={() => void run(api.delete(`/catalogues/${name}/${open.id}`).then(() => setOpen(null)))}>
                {t("catalogues.archive")}
              </Button>
            ) : null
          }
          onSaved={refresh}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  );
}
