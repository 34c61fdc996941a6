import { z } from "zod";
import { LOCALES } from "./auth.ts";
import { Id, NamedRef, patchOf } from "./common.ts";
import { ProcessMode, STAGE_FIELDS } from "./interest.ts";

/**
 * Kinds of Interests and their stages (IN-03 … IN-06, IN-16, IN-17), by the right to catalogues.
 * GET /interest-kinds InterestKinds · POST /interest-kinds KindBody · PATCH /interest-kinds/:id KindPatch · POST /interest-kinds/:id/archive, /restore
 * POST /interest-kinds/:id/stages StageDraft · PUT /interest-kinds/:id/order StageOrder · PATCH /stages/:id StagePatch
 * POST /stages/:id/archive ArchiveStageBody · POST /stages/:id/restore
 * Every change answers with the whole kind.
 */
export const CheckItem = z.object({ id: Id.optional(), name: z.string().trim().min(1).max(300) });
export const StageAction = z.object({
  id: Id.optional(),
  typeId: Id,
  subject: z.string().trim().min(1).max(300),
  /** Working days after entry; 0 is within the first working hour. */
  offsetDays: z.number().int().min(0).max(365).default(0),
  executor: z.enum(["responsible", "head"]).default("responsible"),
  /** Must be done before the stage is left forwards. */
  compulsory: z.boolean().default(false),
});
export const StageDraft = z.object({
  name: z.string().trim().min(1).max(200),
  /** The name in other languages; who works in one of them reads it there. */
  translations: z.partialRecord(z.enum(LOCALES), z.string().trim().min(1).max(200)).default({}),
  plannedSeconds: z.number().int().positive().max(315_360_000).nullable().default(null),
  instruction: z.string().max(5000).nullable().default(null),
  requiredFields: z.array(z.enum(STAGE_FIELDS)).max(STAGE_FIELDS.length).default([]),
  requiresNextStep: z.boolean().default(false),
  allowBack: z.boolean().default(false),
  isOptional: z.boolean().default(false),
  /** Further stages that a typical Interest may go to from here. */
  branches: z.array(Id).max(50).default([]),
  actions: z.array(StageAction).max(30).default([]),
  checks: z.array(CheckItem).max(50).default([]),
});
export type StageDraft = z.infer<typeof StageDraft>;
export const StagePatch = patchOf(StageDraft).extend({ version: z.number().int() });
export const KindStage = StageDraft.extend({
  id: Id,
  pos: z.number().int(),
  actions: z.array(StageAction.extend({ id: Id, type: NamedRef })),
  checks: z.array(CheckItem.extend({ id: Id })),
  /** Open Interests in it now: they must be moved before it is archived. */
  open: z.number().int(),
  used: z.boolean(),
  archived: z.boolean(),
  version: z.number().int(),
});
export type KindStage = z.infer<typeof KindStage>;
export const KindBody = z.object({
  /** Empty: made from the name. */
  code: z.string().trim().min(1).max(50).optional(),
  name: z.string().trim().min(1).max(200),
  processMode: ProcessMode,
  /** Must a person who skips stages say why (manual)? */
  skipReason: z.enum(["optional", "required"]).default("optional"),
  /** Manual: won from this stage on; null: from any. */
  wonFromStageId: Id.nullable().default(null),
  /** Days without a touch after which a late one is stuck: with a customer, with a lead. */
  touchNormDays: z.number().int().min(1).max(365).default(14),
  leadTouchNormDays: z.number().int().min(1).max(365).default(7),
  /** Days of lateness after which the head is told; of a stuck one the head is told at once. */
  headAfterDays: z.number().int().min(0).max(365).default(3),
  /** What must be ticked before it is won, as "paid" or "confirmed". */
  conditions: z.array(CheckItem).max(50).default([]),
});
export const KindPatch = patchOf(KindBody.omit({ code: true })).extend({ version: z.number().int() });
export const InterestKindView = KindBody.required({ code: true }).extend({
  id: Id,
  conditions: z.array(CheckItem.extend({ id: Id })),
  stages: z.array(KindStage),
  open: z.number().int(),
  archived: z.boolean(),
  version: z.number().int(),
});
export type InterestKindView = z.infer<typeof InterestKindView>;
export const InterestKinds = z.array(InterestKindView);
export const StageOrder = z.object({ stageIds: z.array(Id).min(1).max(100), version: z.number().int() });
/** `moveToId`: where the open Interests of the stage go in the same transaction. Without it the answer is in_use with their `count`. */
export const ArchiveStageBody = z.object({ moveToId: Id.nullable().default(null) });
