import type { AbsenceView } from "@kommutator/contract/api/absence";
import { Badge, Button, Group } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { Confirm } from "../settings/Confirm.tsx";
import { type Column, DataTable, OpenRow } from "../settings/DataTable.tsx";
import { AbsenceForm } from "./AbsenceForm.tsx";
import { HandoverBox } from "./HandoverBox.tsx";

const COLOUR: Record<AbsenceView["state"], string> = { scheduled: "blue", active: "yellow", returning: "red", closed: "gray", cancelled: "gray" };

/** Absences with what can be done at each: change, come back, cancel, hand back. `own`: mine, without the name. */
export function AbsenceTable({ absences, own = false }: { absences: AbsenceView[]; own?: boolean }) {
  const { t } = useTranslation("supervisor");
  const client = useQueryClient();
  const format = useFormat();
  const [editing, setEditing] = useState<AbsenceView | null>(null);
  const [handing, setHanding] = useState<AbsenceView | null>(null);
  const [asking, setAsking] = useState<{ absence: AbsenceView; act: "return" | "cancel" } | null>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: keys.absences() });
  const now = Date.now();
  const over = (each: AbsenceView) => each.state === "closed" || each.state === "cancelled";
  const columns: Column<AbsenceView>[] = [
    ...(own
      ? []
      : [
          {
            name: "who",
            head: t("absence.who"),
            cell: (each: AbsenceView) => (over(each) ? each.employee.name : <OpenRow onOpen={() => setEditing(each)}>{each.employee.name}</OpenRow>),
          },
        ]),
    {
      name: "state",
      head: t("absence.state"),
      cell: (each) => (
        <Badge variant="light" tt="none" radius="sm" color={COLOUR[each.state]}>
          {t(`absence.states.${each.state}`)}
        </Badge>
      ),
    },
    {
      name: "when",
      head: t("absence.when"),
      title: (each) => `${format.full(each.from)} – ${each.to === null ? "…" : format.full(each.to)}`,
      cell: (each) => `${format.stamp(each.from, now)} – ${each.to === null ? t("absence.unknown") : format.stamp(each.to, now)}`,
    },
    { name: "reason", head: t("absence.reason"), cell: (each) => each.reason ?? "—" },
    { name: "substitute", head: t("absence.standIn"), cell: (each) => (each.standIn ?? each.substitute)?.name ?? t("absence.queueTakes") },
    {
      name: "delegated",
      head: t("absence.delegated"),
      right: true,
      title: (each) => t("absence.delegatedText", each.delegated),
      cell: (each) => `${each.delegated.open} / ${each.delegated.total}`,
    },
    {
      name: "acts",
      head: "",
      right: true,
      cell: (each) => (
        <Group gap={6} justify="flex-end" wrap="nowrap">
          {each.state === "active" ? (
            <Button size="compact-sm" variant="light" color="green" onClick={() => setAsking({ absence: each, act: "return" })}>
              {t("absence.return")}
            </Button>
          ) : null}
          {each.state === "scheduled" ? (
            <>
              {own ? (
                <Button size="compact-sm" variant="default" onClick={() => setEditing(each)}>
                  {t("common:edit")}
                </Button>
              ) : null}
              <Button size="compact-sm" variant="default" onClick={() => setAsking({ absence: each, act: "cancel" })}>
                {t("absence.cancel")}
              </Button>
            </>
          ) : null}
          {each.delegated.total > 0 ? (
            <Button size="compact-sm" variant={each.state === "returning" ? "filled" : "default"} onClick={() => setHanding(each)}>
              {t(each.state === "returning" ? "absence.takeBack" : "absence.show")}
            </Button>
          ) : null}
        </Group>
      ),
    },
  ];
  return (
    <>
      <DataTable columns={columns} rows={absences} idOf={(each) => each.id} faded={over} minWidth={own ? 640 : 860} />
      {editing === null ? null : <AbsenceForm absence={editing} onClose={() => setEditing(null)} />}
      {handing === null ? null : <HandoverBox absence={handing} onClose={() => setHanding(null)} />}
      {asking === null ? null : (
        <Confirm
          title={t(`absence.ask.${asking.act}`, { name: asking.absence.employee.name })}
          text={t(`absence.askText.${asking.act}`)}
          action={t(asking.act === "return" ? "absence.return" : "absence.cancel")}
          onClose={() => setAsking(null)}
          run={() => api.post(`/absences/${asking.absence.id}/${asking.act}`, {})}
          done={() => {
            refresh();
            // Who came back is shown at once what waits to be taken back.
            if (asking.act === "return" && asking.absence.delegated.open > 0) setHanding(asking.absence);
            setAsking(null);
          }}
        />
      )}
    </>
  );
}
