import type { RequiredObject } from "@kommutator/contract/api/required-field";
import { REQUIRED_FIELDS } from "@kommutator/contract/api/required-field";
import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";
import type { CheckedRecord } from "./rules.ts";

type Names<O extends RequiredObject, K extends "fields" | "conditions"> = (typeof REQUIRED_FIELDS)[O][K][number];
type Source<O extends RequiredObject> = {
  from: string;
  /** SQL of the name that people know the record by. */
  name: string;
  /** Records that rules still concern: the living and the open ones. */
  living: string;
  state: string;
  stage: string;
  customer: string;
  fields: Record<Names<O, "fields">, string>;
  /** text[]: the values that the record has for this condition. */
  conditions: Record<Names<O, "conditions">, string>;
};

const point = (where: string, kind?: "phone" | "email") =>
  `(SELECT p.value_norm FROM contact_point p WHERE ${where} AND p.archived_at IS NULL${kind === undefined ? "" : ` AND p.kind = '${kind}'`} ORDER BY p.created_at LIMIT 1)`;
/** A company is reached by its own points or by its people's. */
const ofCustomer = (id: string) =>
  `(p.customer_id = ${id} OR p.contact_id IN (SELECT cc.contact_id FROM customer_contact cc WHERE cc.customer_id = ${id} AND cc.left_at IS NULL))`;
const one = (column: string) => `ARRAY[${column}]::text[]`;

/** Where each field of the registry (contract REQUIRED_FIELDS) stands in the database; `t` is the record itself. */
const SOURCES: { [O in RequiredObject]: Source<O> } = {
  customer: {
    from: "customer t",
    name: "t.name",
    living: "t.archived_at IS NULL",
    state: "NULL",
    stage: "NULL",
    customer: "t.id",
    fields: {
      name: "t.name",
      legalName: "t.legal_name",
      taxId: "t.tax_id",
      statusId: "t.status_id",
      regionId: "t.region_id",
      industryId: "t.industry_id",
      sourceId: "t.source_id",
      responsibleId: "t.responsible_id",
      comment: "t.comment",
      phone: point(ofCustomer("t.id"), "phone"),
      email: point(ofCustomer("t.id"), "email"),
      contactPoint: point(ofCustomer("t.id")),
      contact: "(SELECT cc.contact_id FROM customer_contact cc WHERE cc.customer_id = t.id AND cc.left_at IS NULL LIMIT 1)",
    },
    conditions: { kind: one("t.kind"), status: one("t.status_id"), source: one("t.source_id"), role: "t.roles" },
  },
  contact: {
    from: "contact t",
    name: "concat_ws(' ', t.last_name, t.first_name)",
    living: "t.archived_at IS NULL",
    state: "NULL",
    stage: "NULL",
    customer: "NULL",
    fields: {
      lastName: "t.last_name",
      firstName: "t.first_name",
      middleName: "t.middle_name",
      gender: "t.gender",
      birthDate: "t.birth_date",
      phone: point("p.contact_id = t.id", "phone"),
      email: point("p.contact_id = t.id", "email"),
      contactPoint: point("p.contact_id = t.id"),
      position: "(SELECT cc.position FROM customer_contact cc WHERE cc.contact_id = t.id AND cc.left_at IS NULL AND btrim(cc.position) <> '' LIMIT 1)",
    },
    conditions: { customerKind: "ARRAY(SELECT c.kind FROM customer_contact cc JOIN customer c ON c.id = cc.customer_id WHERE cc.contact_id = t.id)" },
  },
  lead: {
    from: "lead t",
    name: "coalesce(t.contact_name, t.company_name, '')",
    living: "t.status NOT IN ('converted', 'disqualified')",
    state: "t.status",
    stage: "NULL",
    customer: "t.converted_customer_id",
    fields: {
      contactName: "t.contact_name",
      companyName: "t.company_name",
      note: "t.note",
      sourceId: "t.source_id",
      responsibleId: "t.responsible_id",
      phone: point("p.lead_id = t.id", "phone"),
      email: point("p.lead_id = t.id", "email"),
      contactPoint: point("p.lead_id = t.id"),
    },
    conditions: { status: one("t.status"), source: one("t.source_id") },
  },
  interest: {
    from: "interest t LEFT JOIN customer c ON c.id = t.customer_id",
    name: "'#' || t.number || ' ' || t.title",
    living: "t.status = 'open'",
    state: "t.status",
    stage: "t.stage_id",
    customer: "t.customer_id",
    fields: {
      title: "t.title",
      amount: "t.amount",
      expectedClose: "t.expected_close",
      contactId: "t.contact_id",
      responsibleId: "t.responsible_id",
      purposeId: "t.purpose_id",
      sourceId: "t.source_id",
      closeComment: "t.close_comment",
      "customer.taxId": "c.tax_id",
      "customer.legalName": "c.legal_name",
      "customer.regionId": "c.region_id",
      "customer.industryId": "c.industry_id",
      "customer.phone": point(ofCustomer("c.id"), "phone"),
      "customer.email": point(ofCustomer("c.id"), "email"),
    },
    conditions: {
      kind: one("t.kind_id"),
      stage: one("t.stage_id"),
      source: one("t.source_id"),
      purpose: one("t.purpose_id"),
      customerKind: one("c.kind"),
    },
  },
  interaction: {
    from: "interaction t",
    name: "t.subject",
    living: "t.state IN ('planned', 'done')",
    state: "t.state",
    stage: "t.stage_id",
    customer: "t.customer_id",
    fields: {
      subject: "t.subject",
      description: "t.description",
      result: "t.result",
      place: "t.place",
      contactId: "t.contact_id",
      interestId: "t.interest_id",
      executorId: "t.executor_id",
    },
    conditions: { type: one("t.type_id"), status: one("t.status_id"), direction: one("t.direction") },
  },
  inquiry: {
    from: "inquiry t LEFT JOIN dialog_party dp ON dp.dialog_id = t.dialog_id",
    name: "'#' || t.number",
    living: "t.status IN ('new', 'in_wizard', 'dispatched')",
    state: "t.status",
    stage: "NULL",
    customer: "dp.customer_id",
    fields: {
      purposeId: "t.purpose_id",
      sourceId: "t.source_id",
      interestId: "t.interest_id",
      rejectReason: "t.reject_reason",
      party: "coalesce(dp.customer_id, dp.lead_id)",
    },
    conditions: { purpose: one("t.purpose_id"), source: one("t.source_id"), origin: one("t.origin") },
  },
};

const object = (of: Record<string, string>, keys: readonly string[]) =>
  keys.length === 0 ? "'{}'::jsonb" : `jsonb_build_object(${keys.map((k) => `'${k}', ${of[k]}`).join(", ")})`;

/** The named fields of the registry alone: what stands in a rule may be older than the registry. */
function known(names: readonly string[], registry: readonly string[]): string[] {
  return [...new Set(names)].filter((n) => registry.includes(n));
}

/** SELECT list and FROM of records of the object `o`, with the fields and conditions that these rules need. */
export function selectRecords(o: RequiredObject, rules: readonly { field: string; condition: Record<string, string[]> }[]) {
  const source = SOURCES[o];
  const fields = known(
    rules.map((r) => r.field),
    REQUIRED_FIELDS[o].fields,
  );
  const conditions = known(
    rules.flatMap((r) => Object.keys(r.condition)),
    REQUIRED_FIELDS[o].conditions,
  );
  return {
    columns: `t.id, ${object(source.fields, fields)} AS values, ${object(source.conditions, conditions)} AS conditions, (${source.state})::text AS state, (${source.stage})::uuid AS "stageId", (${source.customer})::uuid AS "customerId"`,
    from: source.from,
    living: source.living,
    name: source.name,
  };
}

/** The record as it is now in the caller's transaction, or null. */
export async function readRecord(
  tx: Query,
  o: RequiredObject,
  id: Id,
  rules: readonly { field: string; condition: Record<string, string[]> }[],
): Promise<CheckedRecord | null> {
  const { columns, from } = selectRecords(o, rules);
  const [record] = await tx.unsafe<CheckedRecord[]>(`SELECT ${columns} FROM ${from} WHERE t.id = $1`, [id]);
  return record ?? null;
}
