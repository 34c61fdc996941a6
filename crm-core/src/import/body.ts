import { ContactBody, CustomerBody } from "@kommutator/contract/api/customer";
import type { ImportFault, ImportMapping, ImportObject, ImportOptions } from "@kommutator/contract/api/import";
import { LeadBody } from "@kommutator/contract/api/lead";
import type { Id } from "@kommutator/contract/ids";
import { normaliseValue } from "@kommutator/contract/phone";
import type { z } from "zod";
import { CELL_CHARS } from "./limits.ts";

/** What names in a file mean here: catalogues by lower-case name or code, people by login or full name. */
export interface Lookups {
  country: string;
  status: Map<string, Id>;
  region: Map<string, Id>;
  industry: Map<string, Id>;
  source: Map<string, Id>;
  responsible: Map<string, Id>;
}
/** A card as the file has it. `person`: the contact person of a customer; `company`: whose contact it is, as written. */
export type Card =
  | { object: "customer"; body: z.infer<typeof CustomerBody>; person: z.infer<typeof ContactBody> | null }
  | { object: "contact"; body: z.infer<typeof ContactBody>; company: string }
  | { object: "lead"; body: z.infer<typeof LeadBody> };

const PERSON = /^(person|individual|физ|фл|ип|человек|частное|жеке|фіз|фоп|p$)/i;
const COMPANY = /^(company|organi[sz]ation|legal|юр|ооо|тоо|компан|организац|заңды|c$)/i;

/**
 * One row as a card (IG-04): phones and addresses normalised, names of catalogues and people found, dates read; all faults at once. The card
 * is null when something essential is wrong.
 */
export function readCard(
  object: ImportObject,
  mapping: ImportMapping,
  options: ImportOptions,
  cells: readonly string[],
  known: Lookups,
): { card: Card | null; faults: ImportFault[] } {
  const faults: ImportFault[] = [];
  const fault = (field: string, code: string, value: string | null = null) => void faults.push({ field, code, value: value?.slice(0, 200) ?? null });
  const all = (field: string) =>
    Object.entries(mapping).flatMap(([column, f]) => {
      const value = (cells[Number(column)] ?? "")
        .replaceAll("\0", "")
        .replace(/[ \t\u00A0]+/g, " ")
        .trim();
      return f === field && value !== "" ? [value] : [];
    });
  const one = (field: string, max: number): string | null => {
    const value = all(field)[0];
    if (value === undefined) return null;
    if (value.length > Math.min(max, CELL_CHARS)) fault(field, "too_long", value);
    return value.slice(0, max);
  };
  const named = (field: "status" | "region" | "industry" | "source" | "responsible"): Id | null => {
    const value = all(field)[0];
    if (value === undefined) return null;
    const id = known[field].get(value.toLowerCase());
    if (id === undefined) fault(field, "unknown_name", value);
    return id ?? null;
  };
  const points = (phones: string, emails: string) => {
    const found: { kind: "phone" | "email"; value: string; label: null; isShared: false }[] = [];
    for (const [field, kind] of [
      [phones, "phone"],
      [emails, "email"],
    ] as const)
      for (const value of all(field).flatMap((cell) => severalOf(kind, cell))) {
        if (normaliseValue(kind, value, known.country) === null) fault(field, `bad_${kind}`, value);
        else found.push({ kind, value, label: null, isShared: false });
      }
    return found;
  };
  const date = (field: string): string | null => {
    const value = all(field)[0];
    // Outlook's word for no day.
    if (value === undefined || /^0\/0\/0+$/.test(value)) return null;
    const iso = isoDate(value);
    if (iso === null) fault(field, "bad_date", value);
    return iso;
  };
  const responsibleId = named("responsible") ?? options.responsibleId;

  const make = (): Card | null => {
    if (object === "customer") {
      const name = one("name", 300);
      const person = personOf(one("contactName", 300), one("contactPosition", 200), points("contactPhone", "contactEmail"));
      if (name === null) fault("name", "required");
      const kind = all("kind")[0];
      if (kind !== undefined && !PERSON.test(kind) && !COMPANY.test(kind)) fault("kind", "unknown_name", kind);
      const body = {
        kind: kind === undefined ? options.kind : PERSON.test(kind) ? "person" : "company",
        name: name ?? "-",
        legalName: one("legalName", 300),
        taxId: one("taxId", 30)?.replace(/\s/g, "") ?? null,
        statusId: named("status"),
        regionId: named("region"),
        industryId: named("industry"),
        sourceId: named("source"),
        comment: one("comment", 5_000),
        responsibleId,
        contactPoints: points("phone", "email"),
      };
      return { object, body: CustomerBody.parse(body), person };
    }
    if (object === "contact") {
      const company = one("company", 300);
      const full = one("fullName", 300);
      const names = full === null ? {} : namesOf(full);
      const body = {
        lastName: one("lastName", 200) ?? names.lastName ?? null,
        firstName: one("firstName", 200) ?? names.firstName ?? null,
        middleName: one("middleName", 200) ?? names.middleName ?? null,
        birthDate: date("birthDate"),
        position: one("position", 200),
        contactPoints: points("phone", "email"),
      };
      if (company === null) fault("company", "required");
      if (body.lastName === null && body.firstName === null) fault("lastName", "required");
      return { object, body: ContactBody.parse(body), company: company ?? "" };
    }
    const contactPoints = points("phone", "email");
    const body = {
      contactName: one("contactName", 300),
      companyName: one("companyName", 300),
      note: one("note", 5_000),
      sourceId: named("source"),
      responsibleId,
      contactPoints,
    };
    if (contactPoints.length === 0 && !faults.some((f) => f.field === "phone" || f.field === "email")) fault("phone", "required");
    return { object, body: LeadBody.parse(body) };
  };
  const card = make();
  return { card: faults.length === 0 ? card : null, faults };
}

/** "+7 701 1112233; +7 702 …" are two; one phone may be written with spaces, brackets and dashes. */
function severalOf(kind: "phone" | "email", cell: string): string[] {
  const parts = cell.split(kind === "phone" ? /[;,\n|]|\s\/\s/ : /[;,\s]+/);
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** "Surname Name Patronymic", as registers of these countries write it. */
function namesOf(full: string): { lastName?: string; firstName?: string; middleName?: string } {
  const [lastName, firstName, ...rest] = full.split(" ");
  return {
    ...(lastName === undefined ? {} : { lastName }),
    ...(firstName === undefined ? {} : { firstName }),
    ...(rest.length === 0 ? {} : { middleName: rest.join(" ") }),
  };
}

function personOf(name: string | null, position: string | null, contactPoints: unknown[]): z.infer<typeof ContactBody> | null {
  if (name === null) return null;
  return ContactBody.parse({ ...namesOf(name), position, contactPoints });
}

/** "2001-02-03", "03.02.2001", "3/2/2001" (day first, unless only the other way is a day) as YYYY-MM-DD; null when it is no day of the calendar. */
export function isoDate(text: string): string | null {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?$/.exec(text);
  const local = /^(\d{1,2})[./](\d{1,2})[./](\d{4})$/.exec(text);
  const american = local !== null && text.includes("/") && Number(local[2]) > 12;
  const [year, month, day] = iso !== null ? iso.slice(1) : local !== null ? [local[3], ...(american ? [local[1], local[2]] : [local[2], local[1]])] : [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const back = Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 10);
  return back === `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` ? back : null;
}

/** By what a row repeats another row of its file: the tax number and every normalised identity. */
export function keysOf(card: Card, country: string): string[] {
  const points = [...card.body.contactPoints, ...(card.object === "customer" && card.body.kind === "person" ? (card.person?.contactPoints ?? []) : [])];
  const keys = points.map((p) => `${p.kind} ${normaliseValue(p.kind, p.value, country)}`);
  if (card.object === "customer" && card.body.taxId !== null) keys.push(`tax ${card.body.taxId}`);
  // Colleagues share a switchboard: a contact repeats another only with the same name.
  if (card.object === "contact") return keys.map((key) => `${key} ${[card.body.lastName, card.body.firstName].join(" ").toLowerCase()}`);
  return [...new Set(keys)];
}
