import { useMemo, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { KAZAKH, kazakhDay, numbersOf } from "./kazakh.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `4:07`, `1:02:33`: a running clock. */
export function clock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / SECOND));
  const seconds = String(total % 60).padStart(2, "0");
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** First day of the week of a language: 1 = Monday … 7 = Sunday. */
export function weekStart(language: string): number {
  const locale = new Intl.Locale(language) as Intl.Locale & { getWeekInfo?: () => { firstDay: number }; weekInfo?: { firstDay: number } };
  return locale.getWeekInfo?.().firstDay ?? locale.weekInfo?.firstDay ?? (language === "en" ? 7 : 1);
}

/** The name of a day of the week, 0 for Sunday, in full or short. */
export function weekdayName(language: string, day: number, style: "long" | "short"): string {
  if (language === "kk") return kazakhDay(day, style);
  // 2024-01-07 was a Sunday.
  return new Intl.DateTimeFormat(language, { weekday: style, timeZone: "UTC" }).format(new Date(Date.UTC(2024, 0, 7 + day)));
}

/** Days in words, by the browser. */
const wordsOf = (language: string) => ({
  day: new Intl.DateTimeFormat(language, { day: "numeric", month: "short" }),
  dayLong: new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" }),
  dayYear: new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" }),
  full: new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "medium" }),
  relative: new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" }),
  unit: (name: string, _: string, value: number) =>
    new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: 1 }).format(value),
});

/** Dates, spans and numbers of a language. */
export function formatsOf(language: string) {
  const numbers = numbersOf(language);
  const time = new Intl.DateTimeFormat(numbers, { hour: "2-digit", minute: "2-digit" });
  const exact = new Intl.DateTimeFormat(numbers, { timeStyle: "medium" });
  const { day, dayLong, dayYear, full, relative, ...words } = language === "kk" ? KAZAKH : wordsOf(language);
  const unit = (name: string, value: number) => words.unit(name, new Intl.NumberFormat(numbers, { maximumFractionDigits: 1 }).format(value), value);
  const startOfDay = (ms: number) => new Date(ms).setHours(0, 0, 0, 0);
  return {
    language,
    time: (iso: string) => time.format(new Date(iso)),
    /** A time with its seconds: what routing does happens within them. */
    exactTime: (iso: string) => exact.format(new Date(iso)),
    /** Exact, for a title. */
    full: (iso: string) => full.format(new Date(iso)),
    date: (iso: string) => dayYear.format(new Date(iso)),
    /** Heading of a day in a thread: today, yesterday, Monday 3 March. */
    dayHeading: (iso: string, now: number) => {
      const days = Math.round((startOfDay(now) - startOfDay(Date.parse(iso))) / DAY);
      if (days === 0 || days === 1) return relative.format(-days, "day");
      return Math.abs(days) < 200 ? dayLong.format(new Date(iso)) : dayYear.format(new Date(iso));
    },
    /** Short stamp of a list row: the time today, else the day. */
    stamp: (iso: string, now: number) => (startOfDay(now) === startOfDay(Date.parse(iso)) ? time.format(new Date(iso)) : day.format(new Date(iso))),
    ago: (iso: string, now: number) => {
      const past = now - Date.parse(iso);
      if (past < MINUTE) return relative.format(0, "second");
      if (past < HOUR) return relative.format(-Math.floor(past / MINUTE), "minute");
      if (past < DAY) return relative.format(-Math.floor(past / HOUR), "hour");
      if (past < 30 * DAY) return relative.format(-Math.floor(past / DAY), "day");
      return dayYear.format(new Date(iso));
    },
    /** A rounded span: 40 s, 3 min, 2 h, 5 d. */
    span: (ms: number) => {
      if (ms < MINUTE) return unit("second", Math.max(0, Math.floor(ms / SECOND)));
      if (ms < HOUR) return unit("minute", Math.floor(ms / MINUTE));
      if (ms < DAY) return unit("hour", Math.floor(ms / HOUR));
      return unit("day", Math.floor(ms / DAY));
    },
    /** Working time as minutes or hours: a working day is as long as the calendar says, so days would mislead. */
    workSpan: (seconds: number) => {
      const hours = seconds / 3600;
      if (hours < 1) return unit("minute", Math.floor(seconds / 60));
      return unit("hour", hours < 10 ? Math.floor(hours * 10) / 10 : Math.floor(hours));
    },
    bytes: (value: number) => (value < 1024 * 1024 ? unit("kilobyte", Math.max(0.1, value / 1024)) : unit("megabyte", value / 1024 / 1024)),
    number: (value: number, digits = 0) => new Intl.NumberFormat(numbers, { maximumFractionDigits: digits }).format(value),
    /** A load as rule B0 writes it: two figures after the point, so that a column of them is compared at a glance. */
    load: (value: number) => new Intl.NumberFormat(numbers, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value),
    percent: (value: number) => new Intl.NumberFormat(numbers, { style: "percent", maximumFractionDigits: 0 }).format(value),
    money: (value: number, currency: string | null) =>
      currency === null
        ? new Intl.NumberFormat(numbers).format(value)
        : new Intl.NumberFormat(numbers, {
            style: "currency",
            currency,
            currencyDisplay: language === "kk" ? "narrowSymbol" : "symbol",
            maximumFractionDigits: 0,
          }).format(value),
  };
}
export type Format = ReturnType<typeof formatsOf>;
const formats = new Map<string, Format>();

/** Dates, spans and numbers by the language of the page. */
export function useFormat(): Format {
  const { i18n } = useTranslation();
  return useMemo(() => {
    const known = formats.get(i18n.language);
    if (known !== undefined) return known;
    const made = formatsOf(i18n.language);
    formats.set(i18n.language, made);
    return made;
  }, [i18n.language]);
}

// One ticker for all clocks of the page: 300 rows cost one timer. Its functions stay the same from render to render.
interface Ticker {
  subscribe: (listener: () => void) => () => void;
  read: () => number;
}
const tickers = new Map<number, Ticker>();

function tickerOf(everyMs: number): Ticker {
  const known = tickers.get(everyMs);
  if (known !== undefined) return known;
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | null = null;
  const ticker: Ticker = {
    read: () => now,
    subscribe: (listener) => {
      listeners.add(listener);
      if (timer === null) {
        now = Date.now();
        timer = setInterval(() => {
          now = Date.now();
          for (const each of listeners) each();
        }, everyMs);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0 || timer === null) return;
        clearInterval(timer);
        timer = null;
      };
    },
  };
  tickers.set(everyMs, ticker);
  return ticker;
}

/** Now, renewed every `everyMs`; the component renders again at each tick. */
export function useNow(everyMs = 1000): number {
  const ticker = tickerOf(everyMs);
  return useSyncExternalStore(ticker.subscribe, ticker.read);
}

// Phone formats are loaded when the first number is shown: they are not part of the first screen.
type Parse = (value: string) => string;
let parsePhone: Parse | null = null;
const phoneListeners = new Set<() => void>();
let phoneLoading: Promise<void> | null = null;
function loadPhone(): void {
  phoneLoading ??= import("libphonenumber-js/min").then((module) => {
    parsePhone = (value) => module.parsePhoneNumberFromString(value)?.formatInternational() ?? value;
    for (const each of phoneListeners) each();
  });
  phoneLoading.catch(() => {
    phoneLoading = null;
  });
}

function onPhoneFormats(listener: () => void): () => void {
  phoneListeners.add(listener);
  return () => phoneListeners.delete(listener);
}
const readPhoneFormats = () => parsePhone;

/** Formats phone numbers for their country: `+7 701 123 45 67`. Anything else comes back as it is. */
export function usePhone(): Parse {
  const parse = useSyncExternalStore(onPhoneFormats, readPhoneFormats);
  return (value) => {
    if (!/^\+\d{5,}$/.test(value)) return value;
    if (parse === null) loadPhone();
    return parse === null ? value : parse(value);
  };
}
