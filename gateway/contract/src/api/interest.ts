import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef, Page, PageQuery, patchOf } from "./common.ts";

/**
 * Interests (IN-01 … IN-17). GET/POST /interests · GET/PATCH /interests/:id · POST /interests/:id/stage · /stage/reverse · /close · /reopen · /mode
 * PUT /interests/:id/hold · POST /interests/:id/hold/release · PUT /interests/:id/checks/:itemId · POST /interests/:id/actions/:interactionId/decline
 * GET /interests/:id/hub · GET /interests/loss-reasons · GET /interests/stage-times · board: interest-board.ts, kinds: interest-kind.ts
 */
const InterestStatus = z.enum(["open", "won", "lost", "cancelled"]);
export const ProcessMode = z.enum(["typical", "manual", "none"]);
/** `late`: the stage took longer than planned. `stuck`: far longer, or late and nobody was in touch (B10). */
export const InterestFlag = z.enum(["late", "stuck"]);
export type InterestFlag = z.infer<typeof InterestFlag>;
/** What an Interest must have before a stage is left forwards; also what a refused move may be sent again with. */
export const STAGE_FIELDS = ["responsibleId", "amount", "expectedClose", "contactId", "customerId", "purposeId", "sourceId"] as const;
export type StageField = (typeof STAGE_FIELDS)[number];

/** Working time in the current stage (B10), as of `at`. `soonAt` and `dueAt` are when it becomes due soon and late, known holds counted in. */
export const StageTimer = z.object({
  at: IsoTime,
  enteredAt: IsoTime,
  plannedSeconds: z.number().nullable(),
  spentSeconds: z.number(),
  state: z.enum(["none", "on_time", "due_soon", "late"]),
  soonAt: IsoTime.nullable(),
  dueAt: IsoTime.nullable(),
});
export type StageTimer = z.infer<typeof StageTimer>;

export const InterestRow = z.object({
  id: Id,
  number: z.number().int(),
  title: z.string(),
  kind: NamedRef,
  status: InterestStatus,
  stage: NamedRef.nullable(),
  stageEnteredAt: IsoTime.nullable(),
  customer: NamedRef.nullable(),
  leadId: Id.nullable(),
  responsible: EmployeeRef.nullable(),
  amount: z.number().nullable(),
  currency: z.string().nullable(),
  expectedClose: z.string().nullable(),
  createdAt: IsoTime,
  lastActivityAt: IsoTime.nullable(),
  nextStepAt: IsoTime.nullable(),
  flags: z.array(InterestFlag),
  /** The day on which work goes on; null while nothing holds it. */
  onHoldUntil: z.string().nullable(),
  version: z.number().int(),
});
export type InterestRow = z.infer<typeof InterestRow>;
/**
 * The traffic light of an open Interest (B4): the worst colour of its checks, with all reasons, red ones first. On hold it is grey. There is no
 * next step, a planned one is overdue, the stage takes long, nobody was in touch, a customer waits for an answer, the expected close is near or
 * past, the stage lacks fields, the responsible is absent without a substitute, dismissed or nobody, the hold is past its day.
 */
export const LightReason = z.object({
  code: z.enum(["no_next_step", "overdue", "stage_time", "no_touch", "unanswered", "expected_close", "fields", "absent", "dismissed", "nobody", "hold_past"]),
  colour: z.enum(["yellow", "red"]),
});
export type LightReason = z.infer<typeof LightReason>;
export const InterestLight = z.object({ colour: z.enum(["green", "yellow", "red", "grey"]), reasons: z.array(LightReason) });
export type InterestLight = z.infer<typeof InterestLight>;
/** An Interest of the list; `light` is null when it is closed. */
export const InterestListRow = InterestRow.extend({ light: InterestLight.nullable() });
export type InterestListRow = z.infer<typeof InterestListRow>;
export const InterestPage = Page(InterestListRow);
export const InterestQuery = PageQuery.extend({
  status: InterestStatus.optional(),
  kindId: Id.optional(),
  stageId: Id.optional(),
  responsibleId: Id.optional(),
  customerId: Id.optional(),
  contactId: Id.optional(),
  leadId: Id.optional(),
  lossReasonId: Id.optional(),
  flag: InterestFlag.optional(),
  q: z.string().max(200).optional(),
});

/** One stay in a stage. Seconds are working time; those of the current visit are as of now. A reversed visit counts nowhere. */
export const StageVisit = z.object({
  id: z.number().int(),
  stage: NamedRef,
  from: IsoTime,
  to: IsoTime.nullable(),
  by: EmployeeRef.nullable(),
  leftBy: EmployeeRef.nullable(),
  plannedSeconds: z.number().nullable(),
  workSeconds: z.number(),
  calendarSeconds: z.number(),
  holdSeconds: z.number(),
  skipped: z.array(NamedRef),
  reason: z.string().nullable(),
  forced: z.boolean(),
  reversed: z.object({ at: IsoTime, by: EmployeeRef.nullable(), reason: z.string() }).nullable(),
});
export type StageVisit = z.infer<typeof StageVisit>;
/** A stage of the kind as this Interest sees it; several visits are summed (B10). */
const StageOfInterest = NamedRef.extend({
  state: z.enum(["done", "skipped", "current", "ahead"]),
  visits: z.number().int(),
  spentSeconds: z.number(),
  plannedSeconds: z.number().nullable(),
  instruction: z.string().nullable(),
  archived: z.boolean(),
});
const CheckOfInterest = z.object({
  id: Id,
  name: z.string(),
  /** null: a condition of winning. */
  stageId: Id.nullable(),
  checkedAt: IsoTime.nullable(),
  by: EmployeeRef.nullable(),
});
export const InterestView = InterestListRow.extend({
  contactId: Id.nullable(),
  contact: NamedRef.nullable(),
  purposeId: Id.nullable(),
  sourceId: Id.nullable(),
  processMode: ProcessMode,
  lossReasonId: Id.nullable(),
  closeComment: z.string().nullable(),
  closedAt: IsoTime.nullable(),
  timer: StageTimer.nullable(),
  hold: z.object({ from: IsoTime, until: z.string(), reason: z.string(), by: EmployeeRef.nullable() }).nullable(),
  stages: z.array(StageOfInterest),
  checks: z.array(CheckOfInterest),
  stageHistory: z.array(StageVisit),
});
export type InterestView = z.infer<typeof InterestView>;
export const InterestBody = z.object({
  kindId: Id,
  title: z.string().min(1).max(300),
  customerId: Id.nullable().default(null),
  leadId: Id.nullable().default(null),
  contactId: Id.nullable().default(null),
  purposeId: Id.nullable().default(null),
  sourceId: Id.nullable().default(null),
  responsibleId: Id.nullable().default(null),
  amount: z.number().min(0).nullable().default(null),
  currency: z.string().length(3).nullable().default(null),
  expectedClose: z.iso.date().nullable().default(null),
  fromDialogId: Id.nullable().default(null),
  parallelReason: z.string().max(500).nullable().default(null),
});
/** What may be changed of an Interest; also what comes with a move that was refused for want of it. */
export const InterestFields = patchOf(
  InterestBody.pick({ title: true, responsibleId: true, amount: true, currency: true, expectedClose: true, contactId: true, purposeId: true, sourceId: true }),
);
export type InterestFields = z.infer<typeof InterestFields>;
/** What rules may ask of the Interest's customer (REQUIRED_FIELDS.interest, `customer.…`): filled on that card, by the right to edit it. */
export const CustomerGaps = z
  .object({
    legalName: z.string().trim().min(1).max(300),
    taxId: z.string().trim().min(1).max(30),
    regionId: Id,
    industryId: Id,
    phone: z.string().min(1).max(300),
    email: z.string().min(1).max(300),
  })
  .partial();
export type CustomerGaps = z.infer<typeof CustomerGaps>;
export const InterestPatch = InterestFields.extend({ version: z.number().int() });
/**
 * A move. Refused for missing fields it answers `required_fields`; for anything else of the rules `validation` with
 * `unmet: {id, name, fields, actions}[]`, stage by stage. `fields` and those of the `customer` are saved with it, or nothing is; `force` needs the right and a reason (B9).
 */
export const StageBody = z.object({
  stageId: Id,
  version: z.number().int(),
  reason: z.string().trim().max(500).nullable().default(null),
  force: z.boolean().default(false),
  fields: InterestFields.optional(),
  customer: CustomerGaps.optional(),
});
export const UnmetStage = NamedRef.extend({ fields: z.array(z.string()), actions: z.array(NamedRef) });
export type UnmetStage = z.infer<typeof UnmetStage>;
export const ReverseBody = z.object({ version: z.number().int(), reason: z.string().trim().min(3).max(500) });
/** `stageId`: where a manual one enters; a typical one enters the first stage. */
export const ModeBody = z.object({
  mode: ProcessMode,
  stageId: Id.nullable().default(null),
  reason: z.string().trim().min(3).max(500),
  version: z.number().int(),
});
/** `until`: the first day on which work goes on; the hold ends by itself when it begins. */
export const HoldBody = z.object({ until: z.iso.date(), reason: z.string().trim().min(3).max(500), version: z.number().int() });
export const CheckBody = z.object({ checked: z.boolean() });
export const CheckParams = z.object({ id: Id, itemId: Id });
export const ActionParams = z.object({ id: Id, interactionId: Id });
export const DeclineBody = z.object({ reason: z.string().trim().min(3).max(500) });
export const CloseBody = z.object({
  status: z.enum(["won", "lost", "cancelled"]),
  lossReasonId: Id.nullable().default(null),
  comment: z.string().max(2000).nullable().default(null),
  /** What becomes of planned Interactions and open tasks: stay planned, are cancelled, or go to the Interest `moveToId`. */
  plannedInteractions: z.enum(["keep", "cancel", "move"]).nullable().default(null),
  moveToId: Id.nullable().default(null),
  fields: InterestFields.optional(),
  customer: CustomerGaps.optional(),
  version: z.number().int(),
});

const Linked = z.object({ id: Id, title: z.string(), state: z.string(), at: IsoTime.nullable(), employee: EmployeeRef.nullable() });
/** Everything linked to an Interest with its state, as far as one may see it, open things first (IN-15). */
export const InterestHub = z.object({
  interactions: z.array(Linked.extend({ type: NamedRef.extend({ code: z.string() }), actionId: Id.nullable() })),
  dialogs: z.array(Linked.extend({ medium: z.string() })),
  inquiries: z.array(Linked),
  tasks: z.array(Linked),
  files: z.array(Linked),
  /** How many there are of each in all: the lists above stop at 50. */
  counts: z.object({
    interactions: z.number().int(),
    dialogs: z.number().int(),
    inquiries: z.number().int(),
    tasks: z.number().int(),
    files: z.number().int(),
  }),
});
export type InterestHub = z.infer<typeof InterestHub>;

export const PeriodQuery = z.object({ from: z.iso.date(), to: z.iso.date(), kindId: Id.optional(), responsibleId: Id.optional() });
const Sums = z.array(z.object({ currency: z.string(), amount: z.number() }));
/** Lost Interests by reason (IN-11); `to` is the last day. The counts of the reasons add up to `total`. */
export const LossReport = z.object({
  total: z.object({ count: z.number().int(), sums: Sums }),
  reasons: z.array(
    z.object({ id: Id, name: z.string(), kind: z.enum(["deal_lost", "demand_unmet"]), count: z.number().int(), withoutAmount: z.number().int(), sums: Sums }),
  ),
});
export type LossReport = z.infer<typeof LossReport>;
export const StageTimesQuery = z.object({ kindId: Id });
const Durations = z.object({ n: z.number().int(), mean: z.number().nullable(), median: z.number().nullable(), p90: z.number().nullable() });
/** Planned and spent time by stage (B10): completed visits alone, open ones in columns of their own. Working seconds. */
export const StageTimes = z.object({
  stages: z.array(
    NamedRef.extend({
      plannedSeconds: z.number().nullable(),
      completed: Durations.extend({ meanRelative: z.number().nullable(), late: z.number().int() }),
      open: z.object({ count: z.number().int(), oldestSeconds: z.number().nullable() }),
      /** Interests that entered this stage or any later one: a skipped stage counts as passed (B5). */
      reached: z.number().int(),
      skipped: z.number().int(),
      /** Visits after the first of the same Interest. */
      reworked: z.number().int(),
    }),
  ),
});
export type StageTimes = z.infer<typeof StageTimes>;
