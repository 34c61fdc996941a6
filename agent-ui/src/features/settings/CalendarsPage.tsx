import { CalendarBody, type CalendarView } from "@kommutator/contract/api/admin";
import { ActionIcon, Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCalendarTime, IconPlus, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { DateField } from "../../app/DateField.tsx";
import { useFormat, weekdayName, weekStart } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { ArchiveCalendar, MeasureBox } from "../administration/MeasureBox.tsx";
import { type Column, OpenRow } from "./DataTable.tsx";
import { FormDrawer } from "./FormDrawer.tsx";
import { useForm } from "./form.ts";
import { useCalendars } from "./queries.ts";
import classes from "./settings.module.css";
import { AddButton, TablePage } from "./TablePage.tsx";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
type Day = (typeof DAYS)[number];
type Interval = [string, string];

/** Days in the order of the language's week. */
function daysOf(language: string): Day[] {
  const first = weekStart(language) - 1;
  return [...DAYS.slice(first), ...DAYS.slice(0, first)];
}
/** The week of a calendar begins with Monday. */
const dayName = (language: string, day: Day, style: "long" | "short") => weekdayName(language, (DAYS.indexOf(day) + 1) % 7, style);

function summary(calendar: CalendarView, language: string): string {
  const open = daysOf(language).filter((day) => (calendar.week[day] ?? []).length > 0);
  return open.map((day) => `${dayName(language, day, "short")} ${(calendar.week[day] ?? []).map(([from, to]) => `${from}–${to}`).join(", ")}`).join(" · ");
}

/** Working time: when answers are due and whom a caller may reach. */
export function CalendarsPage() {
  const { t, i18n } = useTranslation("settings");
  const can = useCan();
  const calendars = useCalendars();
  const [open, setOpen] = useState<CalendarView | "new" | null>(null);
  const columns: Column<CalendarView>[] = [
    { name: "name", head: t("calendars.name"), cell: (each) => <OpenRow onOpen={() => setOpen(each)}>{each.name}</OpenRow> },
    {
      name: "week",
      head: t("calendars.week"),
      cell: (each) => (
        <Text size="sm" c="dimmed">
          {summary(each, i18n.language)}
        </Text>
      ),
    },
    { name: "tz", head: t("calendars.tz"), cell: (each) => each.tz },
    { name: "exceptions", head: t("calendars.exceptions"), right: true, cell: (each) => each.exceptions.length },
  ];
  return (
    <TablePage
      title={t("calendars.title")}
      purpose={t("calendars.purpose")}
      action={<AddButton label={t("calendars.add")} allowed={can("calendar", "create") !== null} onAdd={() => setOpen("new")} />}
      query={calendars}
      columns={columns}
      idOf={(each) => each.id}
      icon={<IconCalendarTime />}
      empty={t("calendars.empty")}
    >
      {open === null ? null : <CalendarForm calendar={open === "new" ? null : open} onClose={() => setOpen(null)} />}
    </TablePage>
  );
}

type Values = { name: string; tz: string; week: Record<Day, Interval[]>; exceptions: { day: string; intervals: Interval[] }[] };
const OFFICE: Interval[] = [["09:00", "18:00"]];

function CalendarForm({ calendar, onClose }: { calendar: CalendarView | null; onClose: () => void }) {
  const { t, i18n } = useTranslation("settings");
  const client = useQueryClient();
  const format = useFormat();
  const can = useCan();
  const week = Object.fromEntries(
    DAYS.map((day, index) => [day, (calendar?.week[day] as Interval[] | undefined) ?? (calendar === null && index < 5 ? OFFICE : [])]),
  ) as Values["week"];
  const form = useForm<Values>({
    id: `calendar.${calendar?.id ?? "new"}`,
    initial: {
      name: calendar?.name ?? "",
      tz: calendar?.tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
      week,
      exceptions: (calendar?.exceptions as Values["exceptions"] | undefined) ?? [],
    },
    schema: CalendarBody,
    version: calendar?.version,
    save: (values, version) => (calendar === null ? api.post("/calendars", values) : api.patch(`/calendars/${calendar.id}`, { ...values, version })),
    onSaved: () => {
      void client.invalidateQueries({ queryKey: keys.calendars });
      notifications.show({ color: "green", message: t("common:saved") });
      onClose();
    },
  });
  const { values, set, fault } = form;
  const today = new Date().toISOString().slice(0, 10);
  return (
    <FormDrawer
      title={calendar?.name ?? t("calendars.add")}
      form={form}
      onClose={onClose}
      wide
      aside={calendar === null || can("calendar", "delete") === null ? null : <ArchiveCalendar id={calendar.id} onDone={onClose} />}
    >
      <Group grow align="flex-start">
        <TextInput
          label={t("calendars.name")}
          data-autofocus
          value={values.name}
          error={fault("name")}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <Select
          label={t("calendars.tz")}
          searchable
          limit={60}
          data={[...new Set([values.tz, ...Intl.supportedValuesOf("timeZone")])]}
          value={values.tz}
          error={fault("tz")}
          onChange={(tz) => tz !== null && set({ tz })}
        />
      </Group>
      <div>
        <Text fw={600} mb={6}>
          {t("calendars.week")}
        </Text>
        <div className={classes["week"]}>
          {daysOf(i18n.language).map((day) => (
            <DayRow
              key={day}
              name={dayName(i18n.language, day, "long")}
              intervals={values.week[day]}
              fault={fault(`week.${day}`)}
              onChange={(intervals) => set({ week: { ...values.week, [day]: intervals } })}
            />
          ))}
        </div>
      </div>
      <div>
        <Group justify="space-between" mb={6}>
          <div>
            <Text fw={600}>{t("calendars.exceptions")}</Text>
            <Text size="xs" c="dimmed">
              {t("calendars.exceptionsText")}
            </Text>
          </div>
          <Button size="xs" variant="light" onClick={() => set({ exceptions: [...values.exceptions, { day: today, intervals: [] }] })}>
            {t("calendars.addException")}
          </Button>
        </Group>
        <Stack gap="xs">
          {values.exceptions.map((each, index) => {
            const change = (next: Partial<typeof each>) =>
              set({ exceptions: values.exceptions.map((other, at) => (at === index ? { ...other, ...next } : other)) });
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
              <div key={index} className={classes["week"]} style={{ gridTemplateColumns: "170px minmax(0, 1fr) auto" }}>
                <DateField
                  size="sm"
                  aria-label={t("calendars.day")}
                  value={each.day}
                  error={fault(`exceptions.${index}.day`)}
                  onChange={(day) => day !== null && change({ day })}
                />
                <DayRow
                  name={null}
                  label={format.date(`${each.day}T12:00:00Z`)}
                  intervals={each.intervals}
                  fault={fault(`exceptions.${index}`)}
                  onChange={(intervals) => change({ intervals })}
                />
                <ActionIcon
                  aria-label={t("calendars.removeException", { day: each.day })}
                  onClick={() => set({ exceptions: values.exceptions.filter((_, at) => at !== index) })}
                >
                  <IconX size={16} />
                </ActionIcon>
              </div>
            );
          })}
        </Stack>
      </div>
      {calendar === null ? null : <MeasureBox id={calendar.id} />}
    </FormDrawer>
  );
}

/** Intervals of one day; none = a day off. */
function DayRow({
  name,
  label,
  intervals,
  fault,
  onChange,
}: {
  name: string | null;
  label?: string;
  intervals: Interval[];
  fault: string | null;
  onChange: (intervals: Interval[]) => void;
}) {
  const { t } = useTranslation("settings");
  const called = name ?? label ?? "";
  const put = (index: number, side: 0 | 1, value: string) =>
    onChange(intervals.map((each, at) => (at === index ? (side === 0 ? [value, each[1]] : [each[0], value]) : each)));
  return (
    <>
      {name === null ? null : <span className={classes["dayName"]}>{name}</span>}
      <div>
        <div className={classes["intervals"]}>
          {intervals.length === 0 ? <Text c="dimmed">{t("calendars.off")}</Text> : null}
          {intervals.map(([from, to], index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: intervals have no identity but their place
            <span key={index} className={classes["interval"]}>
              <TimeField label={t("calendars.from", { day: called })} value={from} faulty={fault !== null} onChange={(value) => put(index, 0, value)} />
              –
              <TimeField label={t("calendars.to", { day: called })} value={to} faulty={fault !== null} onChange={(value) => put(index, 1, value)} />
              <ActionIcon
                size="sm"
                aria-label={t("calendars.removeInterval", { day: called, from, to })}
                onClick={() => onChange(intervals.filter((_, at) => at !== index))}
              >
                <IconX size={14} />
              </ActionIcon>
            </span>
          ))}
          <ActionIcon
            size="sm"
            variant="light"
            aria-label={t("calendars.addInterval", { day: called })}
            onClick={() => onChange([...intervals, intervals.length === 0 ? ["09:00", "18:00"] : [intervals.at(-1)?.[1] ?? "13:00", "20:00"]])}
          >
            <IconPlus size={14} />
          </ActionIcon>
        </div>
        {fault === null ? null : (
          <Text size="xs" c="var(--k-red)" role="alert">
            {fault}
          </Text>
        )}
      </div>
    </>
  );
}

/** `9` -> 09:00, `930` -> 09:30, `24` -> 24:00; what is no time stays as it was typed and is refused at saving. */
export function timeOf(typed: string): string {
  const match = /^(\d{1,2})(?:[:.\s]?(\d{2}))?$/.exec(typed.trim());
  if (match === null) return typed;
  return `${(match[1] ?? "").padStart(2, "0")}:${match[2] ?? "00"}`;
}

/** A time of the day, always in 24 hours: the browser's own field knows no 24:00 and follows the machine's AM and PM. */
function TimeField({ label, value, faulty, onChange }: { label: string; value: string; faulty: boolean; onChange: (value: string) => void }) {
  return (
    <TextInput
      size="xs"
      w={62}
      inputMode="numeric"
      maxLength={5}
      placeholder="09:00"
      aria-label={label}
      value={value}
      error={faulty}
      onChange={(event) => onChange(event.currentTarget.value)}
      onBlur={(event) => onChange(timeOf(event.currentTarget.value))}
    />
  );
}
