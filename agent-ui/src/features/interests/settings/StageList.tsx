import type { StageTimes } from "@kommutator/contract/api/interest";
import type { InterestKindView, KindStage } from "@kommutator/contract/api/interest-kind";
import { ActionIcon, Badge, Button, Group, Select, Text } from "@mantine/core";
import { IconArchive, IconArrowBackUp, IconArrowDown, IconArrowUp, IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../../app/api.ts";
import { showFailure } from "../../../app/failure.ts";
import { useFormat } from "../../../app/format.ts";
import { keys } from "../../../app/keys.ts";
import { ExportButton } from "../../import/ExportButton.tsx";
import { Confirm } from "../../settings/Confirm.tsx";
import own from "../interests.module.css";
import { inUse, useKindSaved } from "./queries.ts";
import { StageDrawer } from "./StageDrawer.tsx";

/** The stages of a kind in their order, with the plan beside what it usually takes; archived ones below. */
export function StageList({ kind }: { kind: InterestKindView }) {
  const { t } = useTranslation("interests");
  const saved = useKindSaved();
  const [open, setOpen] = useState<KindStage | "new" | null>(null);
  const [archiving, setArchiving] = useState<KindStage | null>(null);
  const [moveToId, setMoveTo] = useState<string | null>(null);
  const stages = inUse(kind);
  const archived = kind.stages.filter((stage) => stage.archived);
  const times = useQuery({
    queryKey: keys.interests("stage-times", kind.id),
    queryFn: ({ signal }) => api.get<StageTimes>("/interests/stage-times", { signal, query: { kindId: kind.id } }),
  });
  const order = useMutation({
    mutationFn: (stageIds: string[]) => api.put<InterestKindView>(`/interest-kinds/${kind.id}/order`, { stageIds, version: kind.version }),
    onSuccess: saved,
    onError: showFailure,
  });
  const restore = useMutation({
    mutationFn: (id: string) => api.post<InterestKindView>(`/stages/${id}/restore`, {}),
    onSuccess: saved,
    onError: showFailure,
  });
  const swap = (at: number, by: -1 | 1) => {
    const ids = stages.map((stage) => stage.id);
    const [moved] = ids.splice(at, 1);
    if (moved !== undefined) order.mutate(ids.toSpliced(at + by, 0, moved));
  };
  const { workSpan: work } = useFormat();
  const span = (seconds: number | null | undefined) => (seconds == null ? "–" : work(seconds));
  return (
    <section className={own["kindStages"]} aria-label={t("kinds.stages")}>
      <Group justify="space-between">
        <h3>{t("kinds.stages")}</h3>
        <Group gap="xs" wrap="nowrap">
          <ExportButton list="stage-times" query={{ kindId: kind.id }} />
          <Button size="compact-sm" variant="light" leftSection={<IconPlus size={14} />} onClick={() => setOpen("new")}>
            {t("kinds.addStage")}
          </Button>
        </Group>
      </Group>
      {stages.length === 0 ? <Text size="sm">{t("kinds.noStages")}</Text> : null}
      <ol>
        {stages.map((stage, at) => {
          const usual = times.data?.stages.find((each) => each.id === stage.id);
          return (
            <li key={stage.id}>
              <button type="button" onClick={() => setOpen(stage)}>
                <b>{stage.name}</b>
                <small>
                  {t("kinds.plan", { planned: span(stage.plannedSeconds), median: span(usual?.completed.median), p90: span(usual?.completed.p90) })}
                  {stage.requiredFields.length === 0 ? "" : ` · ${t("kinds.requiredCount", { count: stage.requiredFields.length })}`}
                  {stage.isOptional ? ` · ${t("kinds.isOptional")}` : ""}
                </small>
              </button>
              {stage.open === 0 ? null : <Badge variant="light">{t("kinds.openHere", { count: stage.open })}</Badge>}
              <ActionIcon aria-label={t("kinds.up", { name: stage.name })} disabled={at === 0 || order.isPending} onClick={() => swap(at, -1)}>
                <IconArrowUp size={16} />
              </ActionIcon>
              <ActionIcon aria-label={t("kinds.down", { name: stage.name })} disabled={at === stages.length - 1 || order.isPending} onClick={() => swap(at, 1)}>
                <IconArrowDown size={16} />
              </ActionIcon>
              <ActionIcon aria-label={t("kinds.archiveStage", { name: stage.name })} onClick={() => setArchiving(stage)}>
                <IconArchive size={16} />
              </ActionIcon>
            </li>
          );
        })}
        {archived.map((stage) => (
          <li key={stage.id} data-archived="true">
            <span>
              <b>{stage.name}</b>
              <small>{t("kinds.archived")}</small>
            </span>
            <ActionIcon aria-label={t("kinds.restoreStage", { name: stage.name })} onClick={() => restore.mutate(stage.id)}>
              <IconArrowBackUp size={16} />
            </ActionIcon>
          </li>
        ))}
      </ol>
      {open === null ? null : <StageDrawer kind={kind} stage={open === "new" ? null : open} onClose={() => setOpen(null)} />}
      {archiving === null ? null : (
        <Confirm
          title={t("kinds.archiveStage", { name: archiving.name })}
          text={archiving.open === 0 ? t("kinds.archiveText") : t("kinds.archiveMoves", { count: archiving.open })}
          action={t("kinds.archive")}
          disabled={archiving.open > 0 && moveToId === null}
          onClose={() => setArchiving(null)}
          run={async () => saved(await api.post<InterestKindView>(`/stages/${archiving.id}/archive`, { moveToId }))}
          done={() => {
            setArchiving(null);
            setMoveTo(null);
          }}
        >
          {archiving.open === 0 ? null : (
            <Select
              label={t("kinds.moveTo")}
              comboboxProps={{ zIndex: 500 }}
              data={stages.filter((stage) => stage.id !== archiving.id).map((stage) => ({ value: stage.id, label: stage.name }))}
              value={moveToId}
              onChange={setMoveTo}
            />
          )}
        </Confirm>
      )}
    </section>
  );
}
