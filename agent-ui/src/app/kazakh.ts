/**
 * Kazakh dates in words, by CLDR. Chromium calls the language supported and has no words for it: its own 3 November 2026 is "2026 M11 3".
 * A test holds these against an engine that knows them.
 */
const MONTHS = "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан".split(" ");
const DAYS = "жексенбі дүйсенбі сейсенбі сәрсенбі бейсенбі жұма сенбі".split(" ");
const SHORT_DAYS = "жс дс сс ср бс жм сб".split(" ");
const UNITS: Record<string, string> = { second: "с", minute: "мин", hour: "сағ", day: "күн", kilobyte: "кБ", megabyte: "МБ" };
const AGO: Record<string, string> = { second: "сек.", minute: "мин.", hour: "сағ.", day: "күн" };

const month = (date: Date) => MONTHS[date.getMonth()] as string;
const short = (date: Date) => `${date.getDate()} ${month(date).slice(0, 3)}.`;
const two = (n: number) => String(n).padStart(2, "0");

export const KAZAKH = {
  day: { format: short },
  dayMonth: { format: (date: Date) => `${date.getDate()} ${month(date)}` },
  dayLong: { format: (date: Date) => `${date.getDate()} ${month(date)}, ${DAYS[date.getDay()]}` },
  dayYear: { format: (date: Date) => `${date.getFullYear()} ж. ${short(date)}` },
  full: {
    format: (date: Date) =>
      `${date.getFullYear()} ж. ${date.getDate()} ${month(date)}, ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`,
  },
  /** Of the past: nothing else is told so. */
  relative: {
    format: (value: number, unit: "second" | "minute" | "hour" | "day") => {
      if (value === 0 && unit === "second") return "қазір";
      if (unit === "day" && value > -2) return value === -1 ? "кеше" : "бүгін";
      return unit === "day" && value === -2 ? "алдыңғы күні" : `${-value} ${AGO[unit]} бұрын`;
    },
  },
  unit: (name: string, number: string) => `${number} ${UNITS[name]}`,
};

/** "дүйсенбі" or "дс"; 0 is Sunday. */
export const kazakhDay = (day: number, style: "long" | "short"): string => (style === "long" ? DAYS : SHORT_DAYS)[day] as string;

/** The language by whose rules numbers and times of day are written: Kazakh ones as Russian ones. */
export const numbersOf = (language: string): string => (language === "kk" ? "ru" : language);
