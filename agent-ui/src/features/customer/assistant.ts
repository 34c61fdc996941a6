import type { ApiError } from "../../app/api.ts";
import type { Typed } from "./DuplicateHint.tsx";

/** What the new-client assistant has gathered so far. */
export interface Draft {
  kind: "company" | "person";
  name: string;
  phone: string;
  email: string;
  taxId: string;
  statusId: string | null;
  regionId: string | null;
  industryId: string | null;
  sourceId: string | null;
  responsibleId: string | null;
  comment: string;
  differentReason: string;
  /** A card that the duplicate check showed and the user took. */
  existing: { id: string; name: string } | null;
  lastName: string;
  firstName: string;
  middleName: string;
  position: string;
  personPhone: string;
  personEmail: string;
  interest: boolean;
  interestKindId: string | null;
  title: string;
  amount: number | null;
  /** Asked for only where a rule of required fields wants them. */
  legalName: string;
  birthDate: string | null;
  expectedClose: string | null;
  parallelReason: string;
}
export const EMPTY_DRAFT: Draft = {
  kind: "company",
  name: "",
  phone: "",
  email: "",
  taxId: "",
  statusId: null,
  regionId: null,
  industryId: null,
  sourceId: null,
  responsibleId: null,
  comment: "",
  differentReason: "",
  existing: null,
  lastName: "",
  firstName: "",
  middleName: "",
  position: "",
  personPhone: "",
  personEmail: "",
  interest: false,
  interestKindId: null,
  title: "",
  amount: null,
  legalName: "",
  birthDate: null,
  expectedClose: null,
  parallelReason: "",
};
const orNull = (text: string) => (text.trim() === "" ? null : text.trim());
const points = (phone: string, email: string) => [
  ...(orNull(phone) === null ? [] : [{ kind: "phone", value: phone.trim() }]),
  ...(orNull(email) === null ? [] : [{ kind: "email", value: email.trim() }]),
];

/** What the duplicate check is asked while one types. */
export function typedOf(d: Draft): Typed {
  return { card: "customer", kind: d.kind, name: d.name, taxId: orNull(d.taxId), regionId: d.regionId, contactPoints: points(d.phone, d.email) };
}

/** What the step still lacks of what was begun in it: a person with a phone and no name, a ticked Interest about nothing. */
export function lacking(d: Draft, step: number): "name" | "title" | "kind" | null {
  if (step === 0) return d.existing === null && d.name.trim() === "" ? "name" : null;
  if (step === 2) {
    const begun = [d.middleName, d.position, d.personPhone, d.personEmail].some((text) => text.trim() !== "");
    return begun && d.lastName.trim() === "" && d.firstName.trim() === "" ? "name" : null;
  }
  if (step !== 3 || !d.interest) return null;
  return d.title.trim() === "" ? "title" : d.interestKindId === null ? "kind" : null;
}

/** The request of the last step. */
export function bodyOf(d: Draft): object {
  const nobody = orNull(d.lastName) === null && orNull(d.firstName) === null;
  const differentReason = orNull(d.differentReason);
  return {
    customerId: d.existing?.id ?? null,
    customer:
      d.existing !== null
        ? null
        : {
            kind: d.kind,
            name: d.name.trim(),
            taxId: orNull(d.taxId),
            legalName: orNull(d.legalName),
            statusId: d.statusId,
            regionId: d.regionId,
            industryId: d.industryId,
            sourceId: d.sourceId,
            responsibleId: d.responsibleId,
            comment: orNull(d.comment),
            contactPoints: points(d.phone, d.email),
            differentReason,
          },
    contact: nobody
      ? null
      : {
          lastName: orNull(d.lastName),
          firstName: orNull(d.firstName),
          middleName: orNull(d.middleName),
          position: orNull(d.position),
          birthDate: d.birthDate,
          contactPoints: points(d.personPhone, d.personEmail),
          differentReason,
        },
    interest:
      d.interest && d.interestKindId !== null
        ? { kindId: d.interestKindId, title: d.title.trim(), amount: d.amount, expectedClose: d.expectedClose, parallelReason: orNull(d.parallelReason) }
        : null,
  };
}

/** The step in which a refusal can be mended; null when it is none of them. */
export function faultyStep(error: ApiError | null): number | null {
  if (error === null) return null;
  if (error.code === "parallel_interest_reason_required") return 3;
  if (error.code === "duplicate") return 0;
  if (error.code !== "required_fields") return null;
  return Math.min(...faults(error).map(stepOf));
}
const WHO = new Set(["name", "phone", "email", "taxId", "contactPoint"]);

/** The step that has the field. */
function stepOf({ object, field }: Fault): number {
  if (object === "interest") return 3;
  if (object === "contact" || field === "contact") return 2;
  return WHO.has(field) ? 0 : 1;
}

interface Fault {
  object: string;
  field: string;
  /** The rule's own words. */
  message: string | null;
  /** The field's name in the language of the page. */
  name: string;
}
/** Faults of required fields, by the server's names. */
export function faults(error: unknown): Fault[] {
  const fields = (error as ApiError | null)?.details?.["fields"];
  return Array.isArray(fields) ? (fields as Fault[]) : [];
}
/** Faults of a step for fields that are none of its inputs: shown by their names, so that nobody wonders what is meant. */
export function faultsBeside(error: unknown, step: number, inputs: readonly string[]): Fault[] {
  return faults(error).filter((f) => stepOf(f) === step && !inputs.includes(`${f.object}.${f.field}`));
}
