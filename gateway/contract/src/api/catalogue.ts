import { z } from "zod";
import { LOCALES } from "./auth.ts";
import { EmployeeRef, Id, NamedRef } from "./common.ts";

/**
 * GET /catalogues (all in one, in the language of the reader, cached by the UI) · GET /catalogues/:name (entries for the editor, archived
 * ones too) · POST/PATCH/DELETE /catalogues/:name[/:id] (DELETE archives) · POST /catalogues/:name/:id/restore · PUT /catalogues/:name/order
 * Stages are written with their kind: interest-kind.ts
 */
export const StageView = z.object({
  id: Id,
  name: z.string(),
  pos: z.number().int(),
  plannedSeconds: z.number().nullable(),
  instruction: z.string().nullable(),
  requiresNextStep: z.boolean(),
});
/** Fields of the wizard that a purpose may demand. */
export const PURPOSE_FIELDS = ["contactName", "companyName", "phone", "email", "title", "note", "next"] as const;
export const PurposeView = z.object({
  id: Id,
  code: z.string(),
  name: z.string(),
  outcome: z.enum(["interest", "claim", "service_task", "information", "transfer", "reject"]),
  interestKindId: Id.nullable(),
  queueId: Id.nullable(),
  dispatch: z.enum(["owner_then_least_loaded", "least_loaded", "fixed", "queue"]),
  fixedEmployeeId: Id.nullable(),
  slaS: z.number().nullable(),
  /** What the wizard must know before it can be finished for this purpose (RG-07). */
  requiredFields: z.array(z.enum(PURPOSE_FIELDS)),
  archived: z.boolean(),
});
export const Catalogues = z.object({
  purposes: z.array(PurposeView),
  interestKinds: z.array(
    z.object({
      id: Id,
      code: z.string(),
      name: z.string(),
      processMode: z.enum(["typical", "manual", "none"]),
      stages: z.array(StageView),
      archived: z.boolean(),
    }),
  ),
  lossReasons: z.array(NamedRef.extend({ kind: z.enum(["deal_lost", "demand_unmet", "lead_disqualified"]), needsText: z.boolean(), archived: z.boolean() })),
  interactionTypes: z.array(
    z.object({
      id: Id,
      code: z.string(),
      name: z.string(),
      icon: z.string().nullable(),
      color: z.string().nullable(),
      prompt: z.string().nullable(),
      direction: z.enum(["in", "out", "both"]).nullable(),
      defaultStatusId: Id.nullable(),
      defaultMinutes: z.number().int(),
      statuses: z.array(z.object({ id: Id, code: z.string(), name: z.string(), state: z.string() })),
    }),
  ),
  sources: z.array(NamedRef.extend({ code: z.string().nullable() })),
  customerStatuses: z.array(NamedRef.extend({ color: z.string().nullable() })),
  /** A tree: what lies inside what. */
  regions: z.array(NamedRef.extend({ parentId: Id.nullable() })),
  industries: z.array(NamedRef),
  positions: z.array(NamedRef),
  employees: z.array(EmployeeRef.extend({ departmentId: Id, extension: z.string().nullable(), state: z.string() })),
  departments: z.array(NamedRef),
  queues: z.array(NamedRef),
  /** The company's: an amount without another is in it. */
  currency: z.string(),
  /** Of every entry that is translated into the language of the reader, archived ones too: its name there by its id, for what rows name. */
  names: z.record(Id, z.string()),
});
export type Catalogues = z.infer<typeof Catalogues>;
/** What every entry of every catalogue has besides its own fields. */
const ORDERED = {
  /** Its place in the lists; left out, it comes last. */
  pos: z.number().int().min(0).max(100_000).optional(),
  /** The name in other languages; who works in one of them reads it there. */
  translations: z.partialRecord(z.enum(LOCALES), z.string().trim().min(1).max(200)).default({}),
};
const code = z.string().trim().min(1).max(50);
const name = z.string().trim().min(1).max(200);

/** Bodies of POST /catalogues/:name; PATCH takes any part of them, and `version` to be told of somebody else's change. */
export const CatalogueBodies = {
  purposes: PurposeView.omit({ id: true, archived: true }).extend({
    interestKindId: Id.nullable().default(null),
    queueId: Id.nullable().default(null),
    dispatch: PurposeView.shape.dispatch.default("owner_then_least_loaded"),
    fixedEmployeeId: Id.nullable().default(null),
    slaS: z.number().int().positive().nullable().default(null),
    requiredFields: PurposeView.shape.requiredFields.default([]),
    ...ORDERED,
  }),
  "interest-kinds": z.object({ code, name, processMode: z.enum(["typical", "manual", "none"]), ...ORDERED }),
  /** `needsText`: it says nothing by itself, as "other"; whoever chooses it writes why. */
  "loss-reasons": z.object({ name, kind: z.enum(["deal_lost", "demand_unmet", "lead_disqualified"]), needsText: z.boolean().default(false), ...ORDERED }),
  "interaction-types": z.object({
    code,
    name,
    icon: z.string().max(50).nullable().default(null),
    color: z.string().max(30).nullable().default(null),
    countsAsTouch: z.boolean().default(true),
    defaultMinutes: z.number().int().min(1).max(1440).default(15),
    direction: z.enum(["in", "out", "both"]).nullable().default(null),
    /** A phrase that prompts what to say or ask (IA-02). */
    prompt: z.string().trim().max(2000).nullable().default(null),
    /** The status that a new one of this type begins with; one of its own. */
    defaultStatusId: Id.nullable().optional(),
    ...ORDERED,
  }),
  "interaction-statuses": z.object({ typeId: Id, code, name, state: z.enum(["planned", "done", "failed", "cancelled"]), ...ORDERED }),
  positions: z.object({ name, ...ORDERED }),
  /** `code`: what a deep link, a form's name or utm_source says to mean this source; compared in lower case. */
  sources: z.object({
    name,
    code: z.string().trim().toLowerCase().min(1).max(100).nullable().default(null),
    /** Working seconds to the first contact with its leads, and to the decision about them (RG-17); null: the house's. */
    firstContactS: z.number().int().min(60).max(31_536_000).nullable().default(null),
    processingS: z.number().int().min(60).max(31_536_000).nullable().default(null),
    ...ORDERED,
  }),
  "customer-statuses": z.object({ code, name, color: z.string().max(30).nullable().default(null), ...ORDERED }),
  regions: z.object({ code, name, parentId: Id.nullable().default(null), ...ORDERED }),
  industries: z.object({ code, name, ...ORDERED }),
} as const;
export type CatalogueName = keyof typeof CatalogueBodies;
export const CATALOGUE_NAMES = Object.keys(CatalogueBodies) as [CatalogueName, ...CatalogueName[]];

/** An entry as the editor shows it: its own fields are those of the body. */
export const CatalogueEntry = z.looseObject({
  id: Id,
  name: z.string(),
  pos: z.number().int(),
  translations: z.partialRecord(z.enum(LOCALES), z.string()),
  archived: z.boolean(),
  version: z.number().int(),
});
export type CatalogueEntry = z.infer<typeof CatalogueEntry>;
/** All living entries of the catalogue (of one parent, where entries have one) in their new order. */
export const CatalogueOrder = z.object({ ids: z.array(Id).min(1).max(1000) });
