import type { PresenceDay, PresenceSpan } from "@kommutator/contract/api/presence-log";
import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { clock, useFormat } from "../../app/format.ts";
import { pauseWords } from "../../app/pause.ts";
import { type Column, DataTable } from "../settings/DataTable.tsx";
import { SideDrawer } from "../settings/FormDrawer.tsx";
import { STATES } from "./DayLine.tsx";
import classes from "./days.module.css";
import { hoursAndMinutes } from "./days.ts";

/** Each state of one person's day with its times, under the totals. */
export function DayDrawer({ day, date, onClose }: { day: PresenceDay; date: string; onClose: () => void }) {
  const { t } = useTranslation("supervisor");
  const format = useFormat();
  const columns: Column<PresenceSpan>[] = [
    {
      name: "state",
      head: t("day.state"),
      cell: (span) => (
        <Group gap={8} wrap="nowrap">
          <span className={classes["key"]} data-state={span.state} aria-hidden />
          <span>
            {t(`common:agentState.${span.state}`)}
            {span.state === "paused" && pauseWords(span.reason, t) !== null ? (
              <Text span size="sm" c="dimmed">
                {" "}
                {pauseWords(span.reason, t)}
              </Text>
            ) : null}
          </span>
        </Group>
      ),
    },
    { name: "from", head: t("day.from"), cell: (span) => format.exactTime(span.from) },
    { name: "to", head: t("day.to"), cell: (span) => (span.to === null ? t("day.now") : format.exactTime(span.to)) },
    { name: "lasted", head: t("day.lasted"), right: true, cell: (span) => clock(span.seconds * 1000) },
  ];
  return (
    <SideDrawer wide title={`${day.employee.name} · ${date}`} onClose={onClose}>
      <ul className={classes["legend"]} style={{ marginTop: 0, marginBottom: 14 }}>
        {STATES.flatMap((state) => (day.totals[state] === undefined ? [] : [[state, day.totals[state]] as const])).map(([state, seconds]) => (
          <li key={state}>
            <span className={classes["key"]} data-state={state} aria-hidden />
            {t(`common:agentState.${state}`)} {hoursAndMinutes(seconds)}
          </li>
        ))}
      </ul>
      {day.spans.length === 0 ? (
        <Text c="dimmed">{t("day.nothing")}</Text>
      ) : (
        <DataTable columns={columns} rows={day.spans} idOf={(span) => span.from} minWidth={420} />
      )}
    </SideDrawer>
  );
}
