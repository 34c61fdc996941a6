import { type CountryCode, isSupportedCountry, type PhoneNumber, parsePhoneNumberFromString } from "libphonenumber-js/max";
import type { IdentityKind, RawIdentity } from "./channel.ts";
import type { Id } from "./ids.ts";

/**
 * A telephone number in the form in which it is stored and compared (spec RG-02):
 * `e164` "+77011112233" or "+77272501234;ext=12" (RFC 3966), `short` "short:111" for service and internal numbers,
 * which must never meet an E.164 number.
 */
export type NormalisedPhone = { kind: "e164"; value: string } | { kind: "short"; value: string } | { kind: "invalid" };

const EXTENSION = /(?:;ext=|[\s,;]*(?:доб(?:авочный)?|вн(?:утр)?|дод|қос|ext(?:ension|n)?|[xх])[.:]?\s*)(\d{1,6})\s*$/iu;
/** What PBXs and carriers put in place of a withheld number. */
const WITHHELD = /^(?:anonymous|unknown|restricted|private|unavailable|withheld|hidden|asterisk|s|-|<unknown>)$/i;

/**
 * Normalises a number as typed or as a channel told it; `country` is the line's (ISO 3166 alpha-2), used for national
 * forms such as "8 701 …" (KZ, RU). `lenient` also takes numbers that have a possible length but an unassigned range:
 * right for numbers that come from a network, wrong for typed ones.
 */
export function normalisePhone(raw: string, country: string, options: { lenient?: boolean } = {}): NormalisedPhone {
  let text = raw
    .normalize("NFKC")
    .trim()
    .replace(/^(?:tel|sips?|callto):/i, "")
    .replace(/@.*$/, "");
  const extension = EXTENSION.exec(text)?.[1];
  if (extension !== undefined) text = text.replace(EXTENSION, "");
  if (/\p{L}/u.test(text)) return { kind: "invalid" };
  const compact = text.replace(/[\s().\-/~\u2010-\u2015\u2212]/g, "");
  if (!/^\+?[0-9*#]+$/.test(compact)) return { kind: "invalid" };
  // Short and service numbers first: the library would make "+7112" of 112.
  if (extension === undefined && !compact.startsWith("+") && (compact.length <= 6 || (/[*#]/.test(compact) && compact.length <= 8))) {
    return { kind: "short", value: `short:${compact}` };
  }
  if (/[*#]/.test(compact)) return { kind: "invalid" };
  const region = isSupportedCountry(country) ? country : undefined;
  const number = compact.startsWith("+") ? parse(compact, region, options) : parseUnmarked(compact, region, options);
  if (number === null || !/^\+[1-9][0-9]{6,14}$/.test(number.number)) return { kind: "invalid" };
  return { kind: "e164", value: extension === undefined ? number.number : `${number.number};ext=${extension}` };
}

function parse(text: string, region: CountryCode | undefined, options: { lenient?: boolean }): PhoneNumber | null {
  const number = parsePhoneNumberFromString(text, { ...(region === undefined ? {} : { defaultCountry: region }), extract: false });
  if (number === undefined || number.ext !== undefined) return null;
  return number.isValid() || (options.lenient === true && number.isPossible()) ? number : null;
}

/** Without "+": national form first ("8 701 …"), then the international one that PBXs write without the sign ("7701…", "380…"). */
function parseUnmarked(digits: string, region: CountryCode | undefined, options: { lenient?: boolean }): PhoneNumber | null {
  return (
    (region === undefined ? null : parse(digits, region, {})) ??
    parse(`+${digits}`, region, {}) ??
    (options.lenient === true ? parse(`+${digits}`, region, options) : null)
  );
}

/** Is it a country (ISO 3166 alpha-2) whose numbers can be read? */
export function isCountry(code: string): boolean {
  return isSupportedCountry(code);
}

/** Lower-cased and trimmed (spec RG-02), or null when it cannot be an address. */
export function normaliseEmail(raw: string): string | null {
  const value = raw
    .normalize("NFC")
    .trim()
    .replace(/^mailto:/i, "")
    .replace(/^<(.*)>$/, "$1")
    .trim()
    .toLowerCase();
  return value.length <= 254 && /^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+$/.test(value) ? value : null;
}

/** An identity as it is compared: `value: null` when withheld or unreadable; `raw` stays as the channel spelled it. */
export interface NormalisedIdentity {
  kind: IdentityKind;
  value: string | null;
  raw: string;
}

/** Normalises what a channel told about the other side. Unreadable numbers stay in `raw` and identify nobody. */
export function normaliseIdentity(from: RawIdentity, country: string): NormalisedIdentity {
  const raw = from.value?.trim() ?? "";
  return { kind: from.kind, value: raw === "" ? null : normaliseValue(from.kind, raw, country, true), raw };
}

/**
 * Normalises a value of any contact point kind typed by a person (`fromNetwork: false`) or told by a channel; null = invalid.
 */
export function normaliseValue(kind: string, raw: string, country: string, fromNetwork = false): string | null {
  if (kind === "phone") {
    if (WITHHELD.test(raw.trim())) return null;
    const phone = normalisePhone(raw, country, { lenient: fromNetwork });
    return phone.kind === "invalid" ? null : phone.value;
  }
  if (kind === "email") return normaliseEmail(raw);
  const value = raw.normalize("NFC").trim();
  if (value === "") return null;
  // Handles are compared without the sign and regardless of case; numeric ids are untouched by both.
  return kind === "site_visitor" || kind === "viber" || kind === "other" ? value : value.replace(/^@/, "").toLowerCase() || null;
}

/** Identities that are valid inside one channel only (spec C2): a site visitor, a Viber user of one bot. Others are global (""). */
export function identityScope(kind: string, channelId: Id): string {
  return kind === "site_visitor" || kind === "viber" ? channelId : "";
}

/**
 * A stored number for the screen: national form for the home country, international otherwise, extension last,
 * short numbers as dialled. Anything else comes back unchanged.
 */
export function formatPhone(value: string, country: string): string {
  if (value.startsWith("short:")) return value.slice(6);
  const [base = value, extension] = value.split(";ext=");
  const number = parsePhoneNumberFromString(base);
  if (number === undefined) return value;
  // Both countries of +7 dial each other with 8: shown internationally, as people there write mobile numbers.
  const home = isSupportedCountry(country) && number.country === country && number.countryCallingCode !== "7";
  const text = home ? number.formatNational() : number.formatInternational();
  return extension === undefined ? text : `${text} #${extension}`;
}
