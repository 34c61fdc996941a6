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
          contactPoints: points(d.personPhone, d.personEmail),
          differentReason,
        },
    interest:
      d.interest && d.interestKindId !== null && d.title.trim() !== ""
        ? { kindId: d.interestKindId, title: d.title.trim(), amount: d.amount, parallelReason: orNull(d.parallelReason) }
        : null,
  };
}

/** The step in which a refusal can be mended; null when it is none of them. */
export function faultyStep(error: ApiError | null): number | null {
  if (error === null) return null;
  if (error.code === "parallel_interest_reason_required") return 3;
  if (error.code === "duplicate") return 0;
  if (error.code !== "required_fields") return null;
  return faults(error).some((f) => f.object === "contact" || f.field === "contact") ? 2 : 1;
}

/** Faults of required fields, by the server's names. */
export function faults(error: unknown): { object: string; field: string; message: string }[] {
  const fields = (error as ApiError | null)?.details?.["fields"];
  return Array.isArray(fields) ? (fields as { object: string; field: string; message: string }[]) : [];
}
