import { normalisePhone } from "@kommutator/contract/phone";

/** Type of number and numbering plan (SMPP 3.4 sections 5.2.5 and 5.2.6). */
export interface Address {
  ton: number;
  npi: number;
  address: string;
}

const TON_INTERNATIONAL = 1;
const TON_ALPHANUMERIC = 5;

/**
 * Who wrote, as the thread is keyed: E.164 for a number, the bare digits of a short number ("1414"), the name of an
 * alphanumeric sender as it is ("Kaspi"). null when the SMSC names nobody.
 */
export function senderOf(source: string, ton: number, country: string): string | null {
  const text = source.trim();
  if (text === "") return null;
  if (ton === TON_ALPHANUMERIC || /[^\d+*#\s()-]/.test(text)) return text;
  const digits = text.replace(/[\s()-]/g, "");
  if (ton === TON_INTERNATIONAL && /^\d{7,15}$/.test(digits)) return `+${digits}`;
  const phone = normalisePhone(digits, country, { lenient: true });
  return phone.kind === "e164" ? phone.value : digits;
}

/** Whether two spellings can be the same number: receipts come with and without "+", in national and international form. */
export function sameNumber(a: string, b: string): boolean {
  const digits = (value: string): string => value.replace(/\D/g, "").slice(-9);
  return digits(a) !== "" && digits(a) === digits(b);
}

/** Where a reply goes; null when nobody can be written to there (a name, no number at all). */
export function destinationOf(to: string): Address | null {
  const text = to.replace(/^short:/, "").replace(/[\s()-]/g, "");
  if (/^\+\d{7,15}$/.test(text)) return { ton: TON_INTERNATIONAL, npi: 1, address: text.slice(1) };
  if (/^\d{2,20}$/.test(text)) return { ton: 0, npi: 1, address: text };
  return null;
}

/** Our own address: its kind is told by its form unless the provider asks for another. */
export function sourceOf(source: string, ton: number | undefined, npi: number | undefined): Address {
  const guess: Address = /[^\d+]/.test(source)
    ? { ton: TON_ALPHANUMERIC, npi: 0, address: source }
    : source.startsWith("+")
      ? { ton: TON_INTERNATIONAL, npi: 1, address: source.slice(1) }
      : source.length <= 8
        ? { ton: 3, npi: 0, address: source }
        : { ton: TON_INTERNATIONAL, npi: 1, address: source };
  return { ton: ton ?? guess.ton, npi: npi ?? guess.npi, address: guess.address };
}
