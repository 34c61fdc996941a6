import { z } from "zod";
import { EmployeeRef, Id, IsoTime } from "./common.ts";
import { ContactPoint } from "./contact-point.ts";

/** GET /merges/preview · POST /merges · GET /merges · POST /merges/:id/undo (CB-13, rule C6). Merging needs edit and assign rights to both cards. */
export const MergeCard = z.enum(["customer", "contact", "lead"]);
export type MergeCard = z.infer<typeof MergeCard>;
/** Days in which a merge can be taken back. */
export const UNDO_DAYS = 30;
const MergeSide = z.object({
  id: Id,
  /** Empty where cards of this kind have none (leads). */
  code: z.string(),
  name: z.string(),
  version: z.number().int(),
  createdAt: IsoTime,
  responsible: EmployeeRef.nullable(),
  contactPoints: z.array(ContactPoint),
  /** What hangs on the card: interests, interactions, dialogs, tasks, files, claims, contacts or companies. */
  counts: z.record(z.string(), z.number().int()),
});
/** A field of both cards: `raw` is what is stored, `text` what people read. `choice` is what stands when nobody chooses. */
export const MergeField = z.object({
  field: z.string(),
  a: z.object({ raw: z.unknown(), text: z.string() }),
  b: z.object({ raw: z.unknown(), text: z.string() }),
  same: z.boolean(),
});
export type MergeField = z.infer<typeof MergeField>;
export const MergePreviewQuery = z.object({ card: MergeCard, a: Id, b: Id });
export const MergePreview = z.object({
  card: MergeCard,
  a: MergeSide,
  b: MergeSide,
  /** Which one should survive: the one with more history, of equals the older one. */
  suggested: Id,
  fields: z.array(MergeField),
});
export type MergePreview = z.infer<typeof MergePreview>;
/** `choices`: by field, whose value stands; without a choice the survivor's, and the loser's where the survivor has none. */
export const MergeBody = z.object({
  card: MergeCard,
  survivorId: Id,
  survivorVersion: z.number().int(),
  loserId: Id,
  loserVersion: z.number().int(),
  choices: z.record(z.string().max(100), z.enum(["survivor", "loser"])).default({}),
});
/** `moved`: how many rows of each table follow the survivor now. */
export const MergeResult = z.object({ id: Id, survivorId: Id, moved: z.record(z.string(), z.number().int()) });
export const MergeView = z.object({
  id: Id,
  card: MergeCard,
  survivorId: Id,
  loserId: Id,
  loserName: z.string(),
  by: EmployeeRef.nullable(),
  at: IsoTime,
  undoneAt: IsoTime.nullable(),
  undoUntil: IsoTime,
});
export type MergeView = z.infer<typeof MergeView>;
export const MergeListQuery = z.object({ card: MergeCard, id: Id });
export const MergeList = z.object({ items: z.array(MergeView) });
/** `left`: rows that somebody has changed since, so they stay where they are. */
export const MergeUndone = z.object({ restored: z.number().int(), left: z.array(z.object({ table: z.string(), key: z.string() })) });
