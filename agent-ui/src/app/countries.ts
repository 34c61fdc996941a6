/** Countries that a company or a line may be of, with their money; the likeliest first. */
export const COUNTRIES = [
  { code: "KZ", currency: "KZT" },
  { code: "RU", currency: "RUB" },
  { code: "UA", currency: "UAH" },
  { code: "BY", currency: "BYN" },
  { code: "KG", currency: "KGS" },
  { code: "UZ", currency: "UZS" },
  { code: "GE", currency: "GEL" },
  { code: "AM", currency: "AMD" },
  { code: "AZ", currency: "AZN" },
  { code: "MD", currency: "MDL" },
  { code: "DE", currency: "EUR" },
  { code: "PL", currency: "PLN" },
  { code: "GB", currency: "GBP" },
  { code: "US", currency: "USD" },
] as const;

/** Countries as choices, named in a language. */
export function countryOptions(language: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames(language, { type: "region" });
  return COUNTRIES.map(({ code }) => ({ value: code, label: names.of(code) ?? code }));
}
