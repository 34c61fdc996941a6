import { DateInput, type DateInputProps, DateTimePicker, type DateTimePickerProps } from "@mantine/dates";
import dayjs from "dayjs";
import customParseFormat from "dayjs/plugin/customParseFormat.js";
import { useFormat, weekStart } from "./format.ts";

// Without it a typed 31.12.2030 is no date.
dayjs.extend(customParseFormat);

/** The day that a week begins with in the language of the page: 0 is Sunday. */
function useFirstDay(): 0 | 1 | 2 | 3 | 4 | 5 | 6 {
  const { language } = useFormat();
  return (weekStart(language) % 7) as 0 | 1 | 2 | 3 | 4 | 5 | 6;
}

/** A day, typed as 31.12.2030 or chosen; the week begins as the language of the page has it. */
export function DateField(props: DateInputProps) {
  return <DateInput valueFormat="DD.MM.YYYY" firstDayOfWeek={useFirstDay()} {...props} />;
}

/** A day and a time, chosen; shown and begun as days are. */
export function TimeField(props: Omit<DateTimePickerProps, "ref">) {
  return <DateTimePicker valueFormat="DD.MM.YYYY HH:mm" firstDayOfWeek={useFirstDay()} {...props} />;
}
