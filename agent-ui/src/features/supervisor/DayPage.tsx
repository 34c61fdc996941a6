import type { PresenceDay } from "@kommutator/contract/api/presence-log";
import { ActionIcon, Button, Group, Select, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconUsers } from "@tabler/icons-react";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { DateField } from "../../app/DateField.tsx";
import { useFormat } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { Empty, ErrorState, NoRight, RowsSkeleton } from "../../app/states.tsx";
import { ExportButton } from "../import/ExportButton.tsx";
import { type Column, DataTable, OpenRow } from "../settings/DataTable.tsx";
import { useDepartments } from "../settings/queries.ts";
import { DayDrawer } from "./DayDrawer.tsx";
import { DayLine, STATES } from "./DayLine.tsx";
import classes from "./days.module.css";
import { hoursAndMinutes, hoursDrawn, ticksOf, useDays, workedSeconds } from "./days.ts";
import { SupervisorTabs } from "./SupervisorTabs.tsx";
import page from "./supervisor.module.css";

/** Who was in which state, when: each person's day as a line, with totals. The day and the department stand in the address. */
export function DayPage() {
  const { t } = useTranslation("supervisor");
  const can = useCan();
  const format = useFormat();
  const [params, setParams] = useSearchParams();
  const [opened, setOpened] = useState<string | null>(null);
  const filter = { day: params.get("day") ?? undefined, departmentId: params.get("department") ?? undefined };
  const days = useDays(filter);
  const departments = useDepartments();
  if (can("board", "read") === null) return <NoRight />;
  const put = (name: string, value: string | null) => {
    const next = new URLSearchParams(params);
    if (value === null) next.delete(name);
    else next.set(name, value);
    setParams(next, { replace: true });
  };
  const log = days.data?.pages[0];
  const people = days.data?.pages.flatMap((each) => each.items) ?? [];
  // Until the first answer nobody knows which day it is in the company's zone.
  const shown = filter.day ?? log?.day ?? dayjs().format("YYYY-MM-DD");
  const step = (by: number) => put("day", dayjs(shown).add(by, "day").format("YYYY-MM-DD"));
  const isLast = log !== undefined && Date.parse(log.at) < Date.parse(log.to);
  const one = people.find((each) => each.employee.id === opened);
  return (
    <div className={page["page"]}>
      <div className={page["head"]}>
        <SupervisorTabs />
        <ExportButton list="presence-log" query={{ ...filter, day: shown }} />
      </div>
      <Group justify="space-between" align="flex-end" mb="md">
        <Text size="sm" c="dimmed" maw={560}>
          {t("day.purpose")}
          {log === undefined || format.time(log.from) === format.time(dayjs(log.from).startOf("day").toISOString()) ? null : ` ${t("day.elsewhere")}`}
        </Text>
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <Select
            aria-label={t("day.department")}
            placeholder={t("day.allDepartments")}
            w={210}
            clearable
            data={(departments.data ?? []).map((each) => ({ value: each.id, label: each.name }))}
            value={filter.departmentId ?? null}
            onChange={(value) => put("department", value)}
          />
          <ActionIcon variant="default" size={36} aria-label={t("day.before")} title={t("day.before")} onClick={() => step(-1)}>
            <IconChevronLeft size={17} />
          </ActionIcon>
          <DateField aria-label={t("day.date")} w={130} value={shown} onChange={(value) => put("day", value)} />
          <ActionIcon variant="default" size={36} aria-label={t("day.after")} title={t("day.after")} disabled={isLast} onClick={() => step(1)}>
            <IconChevronRight size={17} />
          </ActionIcon>
        </Group>
      </Group>
      {days.isPending ? (
        <RowsSkeleton rows={8} height={44} />
      ) : log === undefined ? (
        <ErrorState error={days.error} onRetry={() => void days.refetch()} />
      ) : people.length === 0 ? (
        <Empty icon={<IconUsers />} title={t("day.empty")} text={t("day.emptyText")} />
      ) : (
        <>
          <DataTable columns={columnsOf()} rows={people} idOf={(each) => each.employee.id} minWidth={1000} />
          <ul className={classes["legend"]} aria-label={t("day.legend")}>
            {STATES.map((state) => (
              <li key={state}>
                <span className={classes["key"]} data-state={state} aria-hidden />
                {t(`common:agentState.${state}`)}
              </li>
            ))}
          </ul>
          {days.hasNextPage ? (
            <Group justify="center" mt="md">
              <Button variant="subtle" loading={days.isFetchingNextPage} onClick={() => void days.fetchNextPage()}>
                {t("day.more")}
              </Button>
            </Group>
          ) : null}
        </>
      )}
      {one === undefined || log === undefined ? null : <DayDrawer day={one} date={format.date(`${log.day}T12:00:00`)} onClose={() => setOpened(null)} />}
    </div>
  );

  function columnsOf(): Column<PresenceDay>[] {
    if (log === undefined) return [];
    const drawn = { ...hoursDrawn(log, people), now: Date.parse(log.at) };
    const sum = (name: "present" | "idle" | "worked" | "paused", of: (day: PresenceDay) => number): Column<PresenceDay> => ({
      name,
      head: t(`day.${name}`),
      right: true,
      width: 92,
      cell: (each) => (of(each) === 0 ? "—" : hoursAndMinutes(of(each))),
    });
    return [
      {
        name: "who",
        head: t("day.who"),
        width: 210,
        cell: (each) => (
          <div>
            <OpenRow onOpen={() => setOpened(each.employee.id)}>{each.employee.name}</OpenRow>
            <Text size="xs" c="dimmed">
              {each.departmentName}
            </Text>
          </div>
        ),
      },
      {
        name: "line",
        head: (
          <div className={classes["scale"]}>
            {ticksOf(drawn).map((at) => (
              <span key={at} className={classes["tick"]} style={{ left: `${(100 * (at - drawn.from)) / (drawn.to - drawn.from)}%` }}>
                {format.time(new Date(at).toISOString())}
              </span>
            ))}
          </div>
        ),
        cell: (each) => <DayLine day={each} drawn={drawn} />,
      },
      sum("present", (each) => each.presentSeconds),
      sum("idle", (each) => each.totals.idle ?? 0),
      sum("worked", workedSeconds),
      sum("paused", (each) => each.totals.paused ?? 0),
    ];
  }
}
