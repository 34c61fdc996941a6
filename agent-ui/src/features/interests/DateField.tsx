import { DateInput, type DateInputProps } from "@mantine/dates";
import dayjs from "dayjs";
import customParseFormat from "dayjs/plugin/customParseFormat.js";
import { useFormat, weekStart } from "../../app/format.ts";

// Without it a typed 31.12.2030 is no date.
dayjs.extend(customParseFormat);

/** A day, typed as 31.12.2030 or chosen; the week begins as the language of the page has it. */
export function DateField(props: DateInputProps) {
  const { language } = useFormat();
  return <DateInput valueFormat="DD.MM.YYYY" firstDayOfWeek={(weekStart(language) % 7) as 0 | 1 | 2 | 3 | 4 | 5 | 6} {...props} />;
}
