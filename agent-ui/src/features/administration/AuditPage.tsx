import { ACTOR_KINDS, type AuditView } from "@kommutator/contract/api/admin";
import { Anchor, Badge, Button, Group, Select, Text } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { addressWith } from "../../app/address.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { DateField } from "../../app/DateField.tsx";
import { useFormat } from "../../app/format.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { ExportButton } from "../import/ExportButton.tsx";
import { type Column, DataTable } from "../settings/DataTable.tsx";
import { Section } from "../settings/Section.tsx";
import { midnight, namesOf, pageOf } from "./audit.ts";
import { Changes } from "./Changes.tsx";
import { useAudit } from "./queries.ts";

const KINDS = [
  "customer",
  "contact",
  "lead",
  "interest",
  "interaction",
  "inquiry",
  "task",
  "employee",
  "department",
  "role",
  "calendar",
  "queue",
  "channel",
  "line",
  "required_field_rule",
];

/** Who changed what, when, from what to what, and for whom (AD-09). The filter stands in the address. */
export function AuditPage() {
  const { t, i18n } = useTranslation("administration");
  const format = useFormat();
  const catalogues = useCatalogues();
  const [params, setParams] = useSearchParams();
  const get = (name: string) => params.get(name) ?? undefined;
  const put = (name: string, value: string | null) => setParams(addressWith({ [name]: value }), { replace: true });
  const filter = {
    objectKind: get("kind"),
    objectId: get("id"),
    actorId: get("who"),
    actorKind: get("by"),
    from: midnight(get("from"), 0),
    to: midnight(get("to"), 1),
  };
  const audit = useAudit(filter);
  const rows = audit.data?.pages.flatMap((page) => page.items) ?? [];
  const kindName = (kind: string) => (i18n.exists(`administration:kinds.${kind}`) ? t(`kinds.${kind}`) : kind);
  const actorName = (label: string) => {
    const key = `audit.actors.${label.replaceAll(" ", "_")}`;
    return i18n.exists(`administration:${key}`) ? t(key) : label;
  };
  // Every list that goes out has an action of its own.
  const wordOf = (action: string) => (action.startsWith("export-") ? "export" : action);
  const actionName = (action: string) => (i18n.exists(`administration:audit.actions.${wordOf(action)}`) ? t(`audit.actions.${wordOf(action)}`) : action);
  const names = useMemo(() => namesOf(catalogues.data), [catalogues.data]);
  const columns: Column<AuditView>[] = [
    {
      name: "at",
      head: t("audit.at"),
      width: 150,
      title: (row) => format.full(row.at),
      cell: (row) => <Text size="sm">{`${format.date(row.at)} ${format.time(row.at)}`}</Text>,
    },
    {
      name: "who",
      head: t("audit.who"),
      width: 200,
      cell: (row) => (
        <div>
          <Group gap={6} wrap="nowrap">
            <Text size="sm" fw={500}>
              {row.actorKind === "system" ? actorName(row.actor) : row.actor}
            </Text>
            {row.actorKind === "employee" ? null : (
              <Badge size="xs" variant="light" color="gray" tt="none" style={{ flexShrink: 0 }}>
                {t(`audit.kinds.${row.actorKind}`)}
              </Badge>
            )}
          </Group>
          {row.onBehalfOf === null ? null : (
            <Text size="xs" c="dimmed">
              {t("audit.behalf", { name: row.onBehalfOf.name })}
            </Text>
          )}
        </div>
      ),
    },
    {
      name: "what",
      head: t("audit.what"),
      width: 190,
      cell: (row) => {
        const ref = row.refs[row.objectId];
        const called = ref?.name || names.get(row.objectId);
        const page = ref === undefined ? null : pageOf(ref.kind, row.objectId);
        return (
          <div>
            <Text size="sm" style={{ overflowWrap: "anywhere" }}>
              {kindName(row.objectKind)}
              {called === undefined ? null : ": "}
              {page === null ? (
                called
              ) : (
                <Anchor component={Link} to={page} inherit>
                  {called}
                </Anchor>
              )}
            </Text>
            <Text size="xs" c="dimmed">
              {actionName(row.action)}
            </Text>
          </div>
        );
      },
    },
    { name: "changes", head: t("audit.changes"), cell: (row) => <Changes changes={row.changes} refs={row.refs} names={names} /> },
  ];
  return (
    <Section title={t("audit.title")} purpose={t("audit.purpose")} action={<ExportButton list="audit" query={filter} />}>
      <Group gap="sm" mb="md" align="flex-end">
        <Select
          w={190}
          label={t("audit.what")}
          placeholder={t("audit.anything")}
          clearable
          searchable
          data={KINDS.map((kind) => ({ value: kind, label: kindName(kind) }))}
          value={get("kind") ?? null}
          onChange={(value) => put("kind", value)}
        />
        <Select
          w={220}
          label={t("audit.who")}
          placeholder={t("audit.anybody")}
          clearable
          searchable
          data={(catalogues.data?.employees ?? []).map((each) => ({ value: each.id, label: each.name }))}
          value={get("who") ?? null}
          onChange={(value) => put("who", value)}
        />
        <Select
          w={170}
          label={t("audit.by")}
          placeholder={t("audit.anybody")}
          clearable
          data={ACTOR_KINDS.map((kind) => ({ value: kind, label: t(`audit.kinds.${kind}`) }))}
          value={get("by") ?? null}
          onChange={(value) => put("by", value)}
        />
        <DateField w={150} clearable label={t("audit.from")} value={get("from") ?? null} onChange={(day) => put("from", day)} />
        <DateField w={150} clearable label={t("audit.to")} value={get("to") ?? null} onChange={(day) => put("to", day)} />
        {get("id") === undefined ? null : (
          <Button variant="default" onClick={() => put("id", null)}>
            {t("audit.allCards")}
          </Button>
        )}
      </Group>
      {audit.isPending ? (
        <RowsSkeleton rows={8} height={42} />
      ) : audit.data === undefined ? (
        <ErrorState error={audit.error} onRetry={() => void audit.refetch()} />
      ) : rows.length === 0 ? (
        <Empty icon={<IconHistory />} title={t("audit.empty")} text={t("audit.emptyText")} />
      ) : (
        <>
          <DataTable columns={columns} rows={rows} idOf={(row) => String(row.id)} minWidth={820} table="audit" />
          {audit.hasNextPage ? (
            <Group justify="center" mt="md">
              <Button variant="default" loading={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
                {t("audit.more")}
              </Button>
            </Group>
          ) : null}
        </>
      )}
    </Section>
  );
}
