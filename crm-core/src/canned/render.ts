import { CANNED_VARIABLES, type CannedVariable, type Rendered } from "@kommutator/contract/api/canned";
import { AppError } from "@kommutator/contract/errors";
import { type Locale, type Text, t } from "../setup/texts.ts";

/** `{{ name }}`: anything between the braces, so that a misspelt variable is seen too. */
const VARIABLE = /\{\{\s*([^{}]{0,60}?)\s*\}\}/gu;

export type Values = Record<CannedVariable, string | null>;

const isKnown = (name: string): name is CannedVariable => (CANNED_VARIABLES as readonly string[]).includes(name);

/** The variables of a text that are not ours, each once. */
export function unknownVariables(text: string): string[] {
  return [...new Set([...text.matchAll(VARIABLE)].map((m) => m[1] as string).filter((name) => !isKnown(name)))];
}

/**
 * Refuses what would show the customer the inside of a canned answer: `{{ name }}` still in the text, whether the name is ours or
 * misspelt. The screen does not send it either; here it holds for whoever writes by the API. Throws validation (reason `variables`).
 */
export function refuseOpenVariables(...texts: (string | undefined)[]): void {
  const open = new Set(texts.flatMap((text) => [...(text ?? "").matchAll(VARIABLE)].map((m) => m[1] as string)));
  if (open.size > 0) throw new AppError("validation", { field: "text", reason: "variables", variables: [...open] });
}

/**
 * A text with its variables filled. Those without a value and those that are none stay as they are written and are named, so that the
 * text cannot go out with a gap in it. Values are put in as they are: braces in somebody's name are no variable.
 */
export function render(text: string, values: Values): Rendered {
  const empty = new Set<string>();
  const filled = text.replace(VARIABLE, (written, name: string) => {
    if (!isKnown(name)) return written;
    const value = values[name]?.trim();
    if (value) return value;
    empty.add(name);
    return written;
  });
  return { text: filled, unknown: unknownVariables(text), empty: [...empty] };
}

const GREETINGS: { from: number; text: Text }[] = [
  { from: 5, text: t("Доброе утро", "Good morning", "Қайырлы таң", "Доброго ранку") },
  { from: 12, text: t("Добрый день", "Good afternoon", "Қайырлы күн", "Добрий день") },
  { from: 18, text: t("Добрый вечер", "Good evening", "Қайырлы кеш", "Добрий вечір") },
  { from: 23, text: t("Здравствуйте", "Hello", "Сәлеметсіз бе", "Вітаємо") },
];

/** The greeting of the hour in the company's zone: morning from 5, day from 12, evening from 18, and one that fits the night from 23. */
export function greeting(at: Date, tz: string, locale: Locale): string {
  const hour = Number(new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hourCycle: "h23", timeZone: tz }).format(at));
  const found = GREETINGS.findLast((g) => hour >= g.from) ?? GREETINGS.at(-1);
  return (found as (typeof GREETINGS)[number]).text[locale];
}

/** Today in the company's zone, in words of the language. */
export function dateInWords(at: Date, tz: string, locale: Locale): string {
  return new Intl.DateTimeFormat(locale === "en" ? "en-GB" : locale, { dateStyle: "long", timeZone: tz }).format(at);
}

/**
 * The name by which an employee signs. Full names are one field: written in Cyrillic the surname comes first, as in the lists of
 * employees of these languages; in Latin letters last.
 */
export function firstNameOf(fullName: string): string | null {
  const words = fullName.trim().split(/\s+/);
  return (/\p{Script=Cyrillic}/u.test(fullName) ? (words[1] ?? words[0]) : words[0]) || null;
}
