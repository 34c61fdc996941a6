import type { AbsenceView, Handover } from "@kommutator/contract/api/absence";
import { Button, Checkbox, Group, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../app/api.ts";
import { Failure } from "../../app/FormFoot.tsx";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { SideDrawer } from "../settings/FormDrawer.tsx";
import { takeBackBody, useHandover } from "./absences.ts";

type Item = Handover["items"][number];
const KINDS = ["dialog", "inquiry", "interaction", "task", "interest", "claim"] as const;
const pathOf = (item: Item): string | null =>
  item.kind === "dialog"
    ? `/dialogs/${item.objectId}?view=all`
    : item.kind === "interest"
      ? `/interests/${item.objectId}`
      : item.kind === "interaction"
        ? `/events/${item.objectId}`
        : item.kind === "task"
          ? `/tasks/${item.objectId}`
          : item.kind === "inquiry"
            ? `/inquiries?inquiry=${item.objectId}`
            : null;

/** What went to the substitute, and what of it is taken back: all, or some. */
export function HandoverBox({ absence, onClose }: { absence: AbsenceView; onClose: () => void }) {
  const { t } = useTranslation("supervisor");
  const query = useHandover(absence.id);
  return (
    <SideDrawer title={t("absence.handover", { name: absence.employee.name })} onClose={onClose} wide>
      {query.isPending ? (
        <RowsSkeleton rows={5} height={40} />
      ) : query.data === undefined ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data.items.length === 0 ? (
        <Empty icon={<IconArrowBackUp />} title={t("absence.nothing")} />
      ) : (
        <Items key={query.dataUpdatedAt} handover={query.data} />
      )}
    </SideDrawer>
  );
}

function Items({ handover }: { handover: Handover }) {
  const { t } = useTranslation("supervisor");
  const client = useQueryClient();
  const { items, report, absence } = handover;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set(items.filter((each) => each.preselected && each.outcome === null).map((each) => each.id)),
  );
  const [keepRest, setKeepRest] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const open = items.filter((each) => each.outcome === null);
  const deciding = open.length > 0 && (absence.state === "returning" || absence.state === "active");
  const body = takeBackBody(items, chosen, keepRest);
  const toggle = (id: string) =>
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const submit = () => {
    setBusy(true);
    api.post<Handover>(`/absences/${absence.id}/take-back`, body).then(
      () => {
        notifications.show({ color: "green", message: t("absence.taken", { count: body.take.length }) });
        void client.invalidateQueries({ queryKey: keys.absences() });
        void client.invalidateQueries({ queryKey: ["dialogs"] });
      },
      (error: unknown) => {
        setFailure(error);
        setBusy(false);
      },
    );
  };
  return (
    <Stack gap="md">
      <Text size="sm">{t("absence.report", report)}</Text>
      {KINDS.map((kind) => {
        const those = items.filter((each) => each.kind === kind);
        if (those.length === 0) return null;
        return (
          <section key={kind} aria-label={t(`absence.kind.${kind}`)}>
            <Text fw={600} size="sm" mb={6}>
              {t(`absence.kind.${kind}`)} · {those.length}
            </Text>
            {those.map((item) => (
              <Line key={item.id} item={item} chosen={deciding && item.outcome === null ? chosen.has(item.id) : null} onToggle={() => toggle(item.id)} />
            ))}
          </section>
        );
      })}
      {deciding ? (
        <>
          <Checkbox
            label={t("absence.keepRest", { count: open.length - body.take.length })}
            checked={keepRest}
            onChange={(event) => setKeepRest(event.currentTarget.checked)}
          />
          <Failure error={failure} />
          <Group justify="flex-end">
            <Button loading={busy} disabled={body.take.length + body.keep.length === 0} onClick={submit}>
              {body.take.length === open.length ? t("absence.takeAll", { count: body.take.length }) : t("absence.takeSome", { count: body.take.length })}
            </Button>
          </Group>
        </>
      ) : null}
    </Stack>
  );
}

function Line({ item, chosen, onToggle }: { item: Item; chosen: boolean | null; onToggle: () => void }) {
  const { t } = useTranslation("supervisor");
  const format = useFormat();
  const path = pathOf(item);
  const said = item.outcome === null ? item.substitute?.name : t(`absence.outcome.${item.outcome}`, { defaultValue: item.outcome });
  return (
    <Group gap="sm" wrap="nowrap" py={4}>
      {chosen === null ? null : <Checkbox aria-label={item.title} checked={chosen} onChange={onToggle} />}
      <div style={{ flex: 1, minWidth: 0 }}>
        {path === null ? (
          <Text size="sm" truncate title={item.title}>
            {item.title}
          </Text>
        ) : (
          <Text size="sm" truncate title={item.title} component={Link} to={path} c="var(--k-blue)">
            {item.title}
          </Text>
        )}
        {item.dueAt === null ? null : (
          <Text size="xs" c="dimmed" title={format.full(item.dueAt)}>
            {t("absence.due", { at: format.stamp(item.dueAt, Date.now()) })}
          </Text>
        )}
      </div>
      <Text size="xs" c="dimmed">
        {said}
      </Text>
    </Group>
  );
}
