import type { ValidatorName } from "@kommutator/contract/api/required-field";
import { normalisePhone } from "@kommutator/contract/phone";

/** What people type to get past a required field (spec B7), folded by `folded`. */
const PLACEHOLDERS = new Set(["нет", "net", "no", "none", "n/a", "na", "жоқ", "немає", "ні", "неизвестно", "unknown", "test", "тест", "test@test", "xxx"]);
const DIGITS = "01234567890123456789";

const folded = (text: string): string => text.trim().toLowerCase();

/** Is there anything at all? Blank text, an empty list and null are nothing; zero and false are something. */
export function isPresent(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value === "string") return value.trim() !== "";
  return !Array.isArray(value) || value.length > 0;
}

/** "-", "нет", "123", the same character repeated, test@test: typed to get past the field. */
export function isPlaceholder(value: unknown): boolean {
  if (typeof value !== "string") return false;
  const text = folded(value);
  if (PLACEHOLDERS.has(text) || /^test@test(\.[a-z]+)?$/.test(text)) return true;
  const marks = [...text.replaceAll(/\s/g, "")];
  if (marks.length > 0 && !marks.some((c) => /[\p{L}\p{N}]/u.test(c))) return true;
  if (marks.length >= 3 && new Set(marks).size === 1) return true;
  return /^\d{3,10}$/.test(text) && DIGITS.includes(text);
}

/** Kazakhstan's BIN and IIN: twelve digits, the last one checks (two rounds of weights). */
function isKazakhTaxId(id: string): boolean {
  const digits = [...id].map(Number);
  const sum = (weights: readonly number[]) => weights.reduce((s, w, i) => s + w * (digits[i] ?? 0), 0) % 11;
  const first = sum([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const check = first < 10 ? first : sum([3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]);
  return check < 10 && check === digits[11];
}

/** Where a value is judged: the company's country, today's date. */
export interface Place {
  country: string;
  today: string;
}

const CHECKS: Record<ValidatorName, (value: unknown, place: Place) => boolean> = {
  filled: () => true,
  meaningful: (value) => !isPlaceholder(value),
  email: (value) => /^[^@\s]+@[^@\s]+\.[^@\s]{2,}$/.test(String(value)) && !isPlaceholder(value),
  phone: (value, { country }) => normalisePhone(String(value), country).kind === "e164",
  tax_id: (value, { country }) => {
    const id = String(value).replaceAll(/[\s-]/g, "");
    if (country === "KZ") return /^\d{12}$/.test(id) && new Set(id).size > 1 && isKazakhTaxId(id);
    return /^[A-Z]{0,2}\d{8,14}$/i.test(id) && new Set(id.replaceAll(/\D/g, "")).size > 1;
  },
  positive: (value) => Number(value) > 0,
  past_date: (value, { today }) => /^\d{4}-\d\d-\d\d/.test(String(value)) && String(value).slice(0, 10) < today,
};

/** present ∧ validator (B7). */
export function isGood(value: unknown, validator: ValidatorName, place: Place): boolean {
  return isPresent(value) && CHECKS[validator](value, place);
}
