import { z } from "zod";
import { EmployeeRef, Id, NamedRef } from "./common.ts";

/** GET /catalogues (all in one, cached by the UI) · POST/PATCH/DELETE /catalogues/:name[/:id] (DELETE archives) */
export const StageView = z.object({
  id: Id,
  name: z.string(),
  pos: z.number().int(),
  plannedSeconds: z.number().nullable(),
  instruction: z.string().nullable(),
  requiresNextStep: z.boolean(),
});
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
  lossReasons: z.array(NamedRef.extend({ kind: z.enum(["deal_lost", "demand_unmet", "lead_disqualified"]), archived: z.boolean() })),
  interactionTypes: z.array(
    z.object({
      id: Id,
      code: z.string(),
      name: z.string(),
      icon: z.string().nullable(),
      color: z.string().nullable(),
      statuses: z.array(z.object({ id: Id, code: z.string(), name: z.string(), state: z.string() })),
    }),
  ),
  sources: z.array(NamedRef.extend({ code: z.string().nullable() })),
  customerStatuses: z.array(NamedRef.extend({ color: z.string().nullable() })),
  regions: z.array(NamedRef),
  industries: z.array(NamedRef),
  employees: z.array(EmployeeRef.extend({ departmentId: Id, extension: z.string().nullable(), state: z.string() })),
  departments: z.array(NamedRef),
  queues: z.array(NamedRef),
});
export type Catalogues = z.infer<typeof Catalogues>;
/** Bodies of POST /catalogues/:name; PATCH takes any part of them. */
export const CatalogueBodies = {
  purposes: PurposeView.omit({ id: true, archived: true }).extend({
    interestKindId: Id.nullable().default(null),
    queueId: Id.nullable().default(null),
    dispatch: PurposeView.shape.dispatch.default("owner_then_least_loaded"),
    fixedEmployeeId: Id.nullable().default(null),
    slaS: z.number().int().positive().nullable().default(null),
  }),
  "interest-kinds": z.object({ code: z.string().min(1).max(50), name: z.string().min(1).max(200), processMode: z.enum(["typical", "manual", "none"]) }),
  stages: z.object({
    kindId: Id,
    name: z.string().min(1).max(200),
    pos: z.number().int().min(0),
    plannedSeconds: z.number().int().positive().nullable().default(null),
    instruction: z.string().max(5000).nullable().default(null),
    requiresNextStep: z.boolean().default(false),
    allowBack: z.boolean().default(false),
    isOptional: z.boolean().default(false),
  }),
  "loss-reasons": z.object({ name: z.string().min(1).max(200), kind: z.enum(["deal_lost", "demand_unmet", "lead_disqualified"]) }),
  "interaction-types": z.object({
    code: z.string().min(1).max(50),
    name: z.string().min(1).max(200),
    icon: z.string().max(50).nullable().default(null),
    color: z.string().max(30).nullable().default(null),
    countsAsTouch: z.boolean().default(true),
    defaultMinutes: z.number().int().min(1).max(1440).default(15),
  }),
  /** `code`: what a deep link, a form's name or utm_source says to mean this source; compared in lower case. */
  sources: z.object({ name: z.string().min(1).max(200), code: z.string().trim().toLowerCase().min(1).max(100).nullable().default(null) }),
  "customer-statuses": z.object({ code: z.string().min(1).max(50), name: z.string().min(1).max(200), color: z.string().max(30).nullable().default(null) }),
  regions: z.object({ code: z.string().min(1).max(50), name: z.string().min(1).max(200), parentId: Id.nullable().default(null) }),
  industries: z.object({ code: z.string().min(1).max(50), name: z.string().min(1).max(200) }),
} as const;
export type CatalogueName = keyof typeof CatalogueBodies;
