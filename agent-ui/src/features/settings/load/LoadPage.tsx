import type { LoadMatrix } from "@kommutator/contract/api/load-point";
import { Alert, Button, Group, Tabs } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconScale } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { ApiError, api } from "../../../app/api.ts";
import { useCatalogues, useNamed } from "../../../app/catalogues.ts";
import { failureText } from "../../../app/failure.ts";
import { keys } from "../../../app/keys.ts";
import { useCan } from "../../../app/me.ts";
import { useShortcut } from "../../../app/shortcuts.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../../app/states.tsx";
import { Section } from "../Section.tsx";
import { LoadGrid } from "./LoadGrid.tsx";
import classes from "./load.module.css";
import { changedCells, contested, type Draft, keepDraft, keptDraft } from "./matrix.ts";

/** The load matrix (IA-09): what an Interaction weighs by its type and the stage of its Interest. */
export function LoadPage() {
  const { t } = useTranslation("settings");
  const can = useCan();
  const name = useNamed();
  const client = useQueryClient();
  const catalogues = useCatalogues();
  const matrix = useQuery({ queryKey: keys.loadPoints, queryFn: ({ signal }) => api.get<LoadMatrix>("/load-points", { signal }) });
  const [kept, setKept] = useState<Draft | null>(keptDraft);
  const [restored, setRestored] = useState(kept !== null);
  const [theirs, setTheirs] = useState<ReadonlyMap<string, number | null>>(new Map());
  const [kindId, setKindId] = useState<string | null>(null);
  const draft = kept ?? (matrix.data === undefined ? null : { base: matrix.data, typed: {} });
  const change = (next: Draft | null) => {
    const empty = next === null || Object.keys(next.typed).length === 0;
    setKept(empty ? null : next);
    keepDraft(empty ? null : next);
  };
  const settled = (current: LoadMatrix) => client.setQueryData(keys.loadPoints, current);
  const save = useMutation({
    mutationFn: (cells: object[]) => api.put<LoadMatrix>("/load-points", { cells, version: draft?.base.version }),
    onSuccess: (current) => {
      settled(current);
      change(null);
      setTheirs(new Map());
      setRestored(false);
      notifications.show({ color: "green", message: t("common:saved") });
    },
    onError: (error) => {
      const current = error instanceof ApiError && error.code === "version_conflict" ? (error.details["current"] as LoadMatrix) : null;
      if (current === null || draft === null) return;
      setTheirs(contested(draft, current));
      settled(current);
      change({ base: current, typed: draft.typed });
    },
  });
  const cells = draft === null ? [] : changedCells(draft);
  const submit = () => {
    if (cells !== null && cells.length > 0 && !save.isPending) save.mutate(cells);
  };
  useShortcut({ keys: "ctrl+s", label: "settings:keys.save", typing: true, run: submit });
  const discard = () => {
    change(null);
    setTheirs(new Map());
    setRestored(false);
    save.reset();
  };
  const type = (key: string, text: string | null) => {
    if (draft === null) return;
    const { [key]: _, ...others } = draft.typed;
    change({ base: draft.base, typed: text === null ? others : { ...others, [key]: text } });
  };

  const types = (catalogues.data?.interactionTypes ?? []).map((each) => ({ ...each, name: name(each) }));
  const kinds = (catalogues.data?.interestKinds ?? []).filter((kind) => !kind.archived && kind.stages.length > 0);
  const kind = kinds.find((each) => each.id === kindId) ?? kinds[0];
  const touched = draft !== null && Object.keys(draft.typed).length > 0;
  const failed = matrix.error ?? catalogues.error;
  return (
    <Section
      title={t("load.title")}
      purpose={t("load.purpose")}
      action={
        can("catalogue", "edit") === null ? null : (
          <Group gap="sm" wrap="nowrap">
            {touched ? (
              <Button variant="default" onClick={discard}>
                {t("common:cancel")}
              </Button>
            ) : null}
            <Button loading={save.isPending} disabled={cells === null || cells.length === 0} rightSection={<kbd>Ctrl S</kbd>} onClick={submit}>
              {cells !== null && cells.length > 0 ? t("load.save", { count: cells.length }) : t("common:save")}
            </Button>
          </Group>
        )
      }
    >
      {failed !== null ? (
        <ErrorState
          error={failed}
          onRetry={() => {
            void matrix.refetch();
            void catalogues.refetch();
          }}
        />
      ) : draft === null || catalogues.data === undefined ? (
        <RowsSkeleton rows={8} height={34} />
      ) : types.length === 0 ? (
        <Empty
          icon={<IconScale />}
          title={t("load.empty")}
          text={t("load.emptyText")}
          action={
            <Button component={Link} to="/settings/catalogues" variant="default">
              {t("load.toCatalogues")}
            </Button>
          }
        />
      ) : (
        <>
          {restored && touched ? (
            <Alert color="blue" variant="light" py="xs" mb="sm">
              {t("restored")}
            </Alert>
          ) : null}
          {save.error === null ? null : (
            <Alert color="red" variant="light" py="xs" mb="sm" role="alert">
              {save.error instanceof ApiError && save.error.code === "version_conflict"
                ? theirs.size > 0
                  ? t("load.contested", { count: theirs.size })
                  : t("load.conflict")
                : failureText(save.error)}
            </Alert>
          )}
          {kinds.length > 1 ? (
            <Tabs value={kind?.id ?? null} onChange={setKindId} mb="sm">
              <Tabs.List aria-label={t("load.kind")}>
                {kinds.map((each) => (
                  <Tabs.Tab key={each.id} value={each.id}>
                    {name(each)}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
            </Tabs>
          ) : null}
          <LoadGrid
            types={types}
            stages={(kind?.stages ?? []).map((stage) => ({ id: stage.id, name: name(stage) }))}
            draft={draft}
            theirs={theirs}
            disabled={can("catalogue", "edit") === null}
            onType={type}
          />
          <p className={classes["legend"]}>
            <span>{t("load.inherits")}</span>
            <span>{t("load.effect")}</span>
          </p>
        </>
      )}
    </Section>
  );
}
