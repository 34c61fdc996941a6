import { z } from "zod";
import { Id, patchOf } from "./common.ts";

/**
 * Required-field control (spec AD-06, B7): GET/POST /required-fields · PATCH/DELETE /required-fields/:id (DELETE archives) ·
 * GET /required-fields/:id/coverage · GET /required-fields/check?object=&objectId=&moment= · PUT /unknown-values
 * A refused write answers `required_fields` with details { fields: RequiredFault[] }; what is only warned of comes in the header WARNINGS_HEADER.
 */
export const REQUIRED_OBJECTS = ["customer", "contact", "lead", "interest", "interaction", "inquiry"] as const;
export type RequiredObject = (typeof REQUIRED_OBJECTS)[number];

/** When a write path asks. Which moments of rules that means is `crm-core/src/required-field/rules.ts`. */
export const CHECK_MOMENTS = ["create", "save", "stage", "close", "convert"] as const;
export type CheckMoment = (typeof CHECK_MOMENTS)[number];
/** When a rule holds. Of an inquiry "close_won" is processed and "close_lost" rejected; of a lead "close_lost" is disqualified. */
export const RULE_MOMENTS = ["save", "stage_enter", "stage_leave", "close_won", "close_lost", "convert", "interaction_done"] as const;
export type RuleMoment = (typeof RULE_MOMENTS)[number];
export const SEVERITIES = ["block", "warn", "defer"] as const;

/**
 * `filled`: anything. `meaningful`: no placeholders ("-", "нет", "123", one character repeated, test@test). The others ask for a form too:
 * an e-mail address, a telephone number, a tax number (in Kazakhstan with its check digit), a number above zero, a date in the past.
 */
export const VALIDATORS = ["filled", "meaningful", "email", "phone", "tax_id", "positive", "past_date"] as const;
export type ValidatorName = (typeof VALIDATORS)[number];

/** The moments that each object has, and its fields. `customer.` and `contact.` are fields of the card that an Interest or a contact belongs to. */
export const REQUIRED_FIELDS = {
  customer: {
    moments: ["save"],
    conditions: ["kind", "status", "source", "role"],
    fields: [
      "name",
      "legalName",
      "taxId",
      "statusId",
      "regionId",
      "industryId",
      "sourceId",
      "responsibleId",
      "comment",
      "phone",
      "email",
      "contactPoint",
      "contact",
    ],
  },
  contact: {
    moments: ["save"],
    conditions: ["customerKind"],
    fields: ["lastName", "firstName", "middleName", "gender", "birthDate", "phone", "email", "contactPoint", "position"],
  },
  lead: {
    moments: ["save", "convert", "close_lost"],
    conditions: ["status", "source"],
    fields: ["contactName", "companyName", "note", "sourceId", "responsibleId", "phone", "email", "contactPoint"],
  },
  interest: {
    moments: ["save", "stage_enter", "stage_leave", "close_won", "close_lost"],
    conditions: ["kind", "stage", "source", "purpose", "customerKind"],
    fields: [
      "title",
      "amount",
      "expectedClose",
      "contactId",
      "responsibleId",
      "purposeId",
      "sourceId",
      "closeComment",
      "customer.taxId",
      "customer.legalName",
      "customer.regionId",
      "customer.industryId",
      "customer.phone",
      "customer.email",
    ],
  },
  interaction: {
    moments: ["save", "interaction_done"],
    conditions: ["type", "status", "direction"],
    fields: ["subject", "description", "result", "place", "contactId", "interestId", "executorId"],
  },
  inquiry: {
    moments: ["save", "close_won", "close_lost"],
    conditions: ["purpose", "source", "origin"],
    fields: ["purposeId", "sourceId", "interestId", "rejectReason", "party"],
  },
} as const satisfies Record<RequiredObject, { moments: readonly RuleMoment[]; conditions: readonly string[]; fields: readonly string[] }>;

/** One failing field of a refused write. `object` and `objectId` name the card that lacks it. `value` is what stands there now. */
export const RequiredFault = z.object({
  object: z.enum(REQUIRED_OBJECTS),
  objectId: Id.nullable(),
  field: z.string(),
  rule: Id,
  message: z.string().nullable(),
  value: z.unknown(),
  /** "Unknown" with a reason is an answer too (PUT /unknown-values). */
  allowUnknown: z.boolean(),
});
export type RequiredFault = z.infer<typeof RequiredFault>;

/** Response header of a saved write that rules only warned of: `object.field` names, separated by commas. */
export const WARNINGS_HEADER = "x-warnings";

export const RequiredRuleBody = z.object({
  object: z.enum(REQUIRED_OBJECTS),
  field: z.string().min(1).max(60),
  moment: z.enum(RULE_MOMENTS),
  /** Every key must hold, any of its values. Keys: REQUIRED_FIELDS[object].conditions; values: ids of catalogues or codes. */
  condition: z.record(z.string(), z.array(z.string().min(1).max(60)).min(1).max(50)).default({}),
  stageId: Id.nullable().default(null),
  severity: z.enum(SEVERITIES),
  /** Hours until a deferred field blocks; only with severity "defer". */
  deferHours: z.number().int().min(1).max(8760).nullable().default(null),
  /** Roles for whose people the rule holds; null: everybody. */
  roleIds: z.array(Id).min(1).max(50).nullable().default(null),
  validator: z.enum(VALIDATORS).default("meaningful"),
  allowUnknown: z.boolean().default(false),
  message: z.string().trim().min(1).max(500).nullable().default(null),
  enabled: z.boolean().default(true),
});
export const RequiredRulePatch = patchOf(RequiredRuleBody.omit({ object: true })).extend({ version: z.number().int() });
export const RequiredRuleView = RequiredRuleBody.extend({ id: Id, version: z.number().int() });
export type RequiredRuleView = z.infer<typeof RequiredRuleView>;

/** How many living records the rule concerns, how many of them would fail now, how many are let through until later, and some that fail. */
export const RuleCoverage = z.object({
  concerned: z.number().int(),
  failing: z.number().int(),
  unknown: z.number().int(),
  deferred: z.number().int(),
  examples: z.array(z.object({ id: Id, name: z.string() })),
});

/** "We asked, and it is not known": counts as nothing in quality, and satisfies the rules that allow it. */
export const UnknownValueBody = z.object({
  object: z.enum(REQUIRED_OBJECTS),
  objectId: Id,
  field: z.string().min(1).max(60),
  /** Null takes the word back. */
  reason: z.string().trim().min(3).max(500).nullable(),
});
