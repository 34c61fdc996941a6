import { DateInput, type DateInputProps, DateTimePicker, type DateTimePickerProps } from "@mantine/dates";
import dayjs from "dayjs";
import customParseFormat from "dayjs/plugin/customParseFormat.js";
import { useTranslation } from "react-i18next";
import "dayjs/locale/kk.js";
import "dayjs/locale/ru.js";
import "dayjs/locale/uk.js";
import { useFormat, weekdayName, weekStart } from "./format.ts";

// Without it a typed 31.12.2030 is no date.
dayjs.extend(customParseFormat);

/** What a calendar says in the language of the page: months, days of the week, the day that a week begins with, the names of its buttons. */
function useCalendar() {
  const { language } = useFormat();
  // The page does not wait for names that are only heard.
  const { t, ready } = useTranslation("dates", { useSuspense: false });
  // The month and the year are buttons that say so themselves.
  const names = {
    nextMonth: t("dates:nextMonth"),
    previousMonth: t("dates:previousMonth"),
    nextYear: t("dates:nextYear"),
    previousYear: t("dates:previousYear"),
    nextDecade: t("dates:nextDecade"),
    previousDecade: t("dates:previousDecade"),
  };
  return {
    calendar: {
      locale: language,
      // Two letters of a Kazakh day are not its first two.
      weekdayFormat: language === "kk" ? (date: string) => weekdayName(language, dayjs(date).day(), "short") : "dd",
      firstDayOfWeek: (weekStart(language) % 7) as 0 | 1 | 2 | 3 | 4 | 5 | 6,
      ...(ready ? { ariaLabels: names, clearButtonProps: { "aria-label": t("dates:clear") } } : {}),
    },
    time: ready ? { hoursInputLabel: t("dates:hours"), minutesInputLabel: t("dates:minutes") } : {},
    done: ready ? { "aria-label": t("dates:done") } : {},
  };
}

/** A day, typed as 31.12.2030 or chosen; its calendar speaks the language of the page, and its week begins as the language has it. */
export function DateField(props: DateInputProps) {
  const { calendar } = useCalendar();
  return <DateInput valueFormat="DD.MM.YYYY" {...calendar} {...props} />;
}

/** A day and a time, chosen; shown and begun as days are. */
export function TimeField(props: Omit<DateTimePickerProps, "ref">) {
  const { calendar, time, done } = useCalendar();
  return <DateTimePicker valueFormat="DD.MM.YYYY HH:mm" timePickerProps={time} submitButtonProps={done} {...calendar} {...props} />;
}

/** `2026-03-02T09:00` of what a TimeField says, empty for nothing: what forms keep, and what `Date.parse` reads as this machine's time everywhere. */
export const localMoment = (chosen: string | null): string => (chosen === null ? "" : chosen.replace(" ", "T").slice(0, 16));
