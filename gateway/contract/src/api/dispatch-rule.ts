import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef, patchOf } from "./common.ts";

/**
 * What happens to a new inquiry before any human sees it (RG-07, RG-08): the first enabled rule, by `pos`, whose every condition holds.
 * GET/POST /dispatch-rules · PATCH/DELETE /dispatch-rules/:id · PUT /dispatch-rules/order. For whoever may edit channels.
 */
const RuleBody = z.object({
  name: z.string().trim().min(1).max(200),
  enabled: z.boolean().default(true),
  /** null: every channel. */
  channelId: Id.nullable().default(null),
  /** Numbers, addresses or handles, with `*` for anything: `no-reply@*`, `+7701*`. One of them must fit; none: everybody. */
  senders: z.array(z.string().trim().min(1).max(320)).max(100).default([]),
  /** One of them must stand in the subject or the text, as a whole word, in any case; none: any text. A call has no text. */
  words: z.array(z.string().trim().min(1).max(100)).max(100).default([]),
  /** What identification found; none: anybody. */
  identities: z.array(z.enum(["known", "lead", "ambiguous", "new", "hidden"])).default([]),
  /**
   * suggest: prefills the purpose, a human confirms it. assign: hands it to the employee, the queue or whom the purpose names.
   * create_interest: received at once, one fitting Interest attached, none made anew, several left for a human. reject: with the reason.
   */
  action: z.enum(["suggest", "assign", "create_interest", "reject"]),
  purposeId: Id.nullable().default(null),
  employeeId: Id.nullable().default(null),
  queueId: Id.nullable().default(null),
  reason: z.string().trim().max(500).nullable().default(null),
});
export const DispatchRuleBody = RuleBody;
export const DispatchRulePatch = patchOf(RuleBody).extend({ version: z.number().int() });
export const DispatchRuleView = RuleBody.extend({ id: Id, pos: z.number().int(), version: z.number().int() });
export type DispatchRuleView = z.infer<typeof DispatchRuleView>;
export const DispatchRuleList = z.array(DispatchRuleView);
/** All rules in their new order. */
export const RuleOrderBody = z.object({ ids: z.array(Id).min(1).max(500) });

/** GET/PUT /reception-settings: thresholds of reception (B19); times in working seconds. */
export const ReceptionSettings = z.object({
  firstContactS: z.number().int().min(60).max(2_592_000),
  processingS: z.number().int().min(60).max(31_536_000),
  /** The supervisor is told so long after the responsible was. */
  supervisorAfterS: z.number().int().min(0).max(2_592_000),
  /** Percent of an inquiry's time at which the holder (below 100), then the department's head (from 100), then the head above (from 200) is told. */
  escalatePercents: z.array(z.number().int().min(1).max(1000)).max(10),
  /** How long a finished reception can be taken back; 0 = never. */
  undoS: z.number().int().min(0).max(600),
  /** What of a correspondence becomes one Interaction: the day of a thread, or each letter (IA-04). */
  lettersBy: z.enum(["day", "message"]),
  /** For so many days whoever talked last with a customer for whom nobody answers is who is meant (B0). */
  lastTalkedDays: z.number().int().min(0).max(3650),
  /** For so many days a lost Interest is offered for reopening (B1). */
  reopenDays: z.number().int().min(0).max(3650),
  /** So long after their last connection people keep the dialogs that wait for their answer (RG-06). */
  offlineGraceS: z.number().int().min(10).max(3600),
  version: z.number().int(),
});
export type ReceptionSettings = z.infer<typeof ReceptionSettings>;

/** GET/POST/DELETE /exclusions: identities that create no card and no inquiry: blocked ones and test lines (RG-03). */
export const ExclusionBody = z.object({
  kind: z.enum(["phone", "email", "telegram", "viber", "vk", "site_visitor"]),
  value: z.string().trim().min(1).max(320),
  reason: z.string().trim().min(1).max(500),
});
export const ExclusionView = ExclusionBody.extend({ by: EmployeeRef.nullable(), createdAt: IsoTime });
export type ExclusionView = z.infer<typeof ExclusionView>;
/** The newest first. */
export const ExclusionQuery = z.object({ limit: z.coerce.number().int().min(1).max(10_000).default(1000) });
export const ExclusionList = z.array(ExclusionView);
/** Query of DELETE: the identity as it is listed. */
export const ExclusionKey = ExclusionBody.pick({ kind: true, value: true });

/** POST /contact-points/renormalise (RG-02): compares every kept spelling with the rules of today; safe to run again. */
export const RenormaliseBody = z.object({ dryRun: z.boolean().default(true) });
export const RenormaliseResult = z.object({
  checked: z.number().int(),
  /** Points whose compared value changed (or would). */
  changed: z.number().int(),
  /** Left as they are: today's rules cannot read them. */
  unreadable: z.number().int(),
  /** Left as they are: another card already holds the new value verified, or this card has it already. */
  clashes: z.array(z.object({ pointId: Id, raw: z.string(), value: z.string(), owner: NamedRef })),
});
