import { z } from "zod";
import { EmployeeRef, Id, IsoTime, MediumSchema, NamedRef } from "./common.ts";
import { QueueSkill } from "./skills.ts";

/**
 * POST /api/v1/offers/:id/accept | /reject         204; 409 already_taken / offer_expired
 * POST /api/v1/dialogs/:id/take                    204 (from the queue, or take over with right `dialog assign`)
 * POST /api/v1/dialogs/:id/assign {employeeId}     204 (null: back to the queue)
 * POST /api/v1/dialogs/:id/transfer TransferBody    204; one's own. 409 colleague_busy: it stays where it is
 * GET  /api/v1/transfer-targets?medium=&leaving=                    TransferTargets
 * GET  /api/v1/presence/me · PUT /api/v1/presence/me {intent, reason}    Presence
 * POST /api/v1/presence/me/wrapup {action: finish|extend}                Presence
 * POST /api/v1/dialogs/assign-many                 AssignManyBody -> AssignedMany (XS-02); each as by `assign`, with its rights
 * PUT  /api/v1/presence/:id {intent, reason}       supervisor (right `employee assign`); paused or logged_out needs a reason
 * GET  /api/v1/board                               Board (limited to the viewer's subtree)
 * GET/POST /api/v1/queues · PATCH /api/v1/queues/:id · PUT /api/v1/queues/:id/members
 */
/**
 * `unreachable`: the page is gone for a moment, or the agent serves nothing but calls and has no phone that can ring. Whoever
 * takes chats and letters is `idle` without one; `ready` says for which media.
 */
export const AgentState = z.enum(["offline", "unreachable", "paused", "idle", "offered", "busy", "wrapup"]);
export const Presence = z.object({
  employeeId: Id,
  intent: z.enum(["available", "paused", "logged_out"]),
  reason: z.string().nullable(),
  online: z.boolean(),
  phoneReachable: z.boolean(),
  /** The house has telephony and the agent serves calls: only then is a phone that cannot ring worth a word. */
  phoneExpected: z.boolean(),
  /** The media of which something may be offered now. */
  ready: z.array(MediumSchema),
  state: AgentState,
  stateSince: IsoTime,
  openDialogs: z.number().int(),
  maxDialogs: z.number().int(),
  onCall: z.boolean(),
  wrapupUntil: IsoTime.nullable(),
});
export type Presence = z.infer<typeof Presence>;
export const PresenceBody = z.object({ intent: z.enum(["available", "paused", "logged_out"]), reason: z.string().max(200).nullable().default(null) });
export const WrapupBody = z.object({ action: z.enum(["finish", "extend"]) });
export const AssignBody = z.object({ employeeId: Id.nullable() });
/** Where a dialog goes: to whoever serves a queue; a talk also to a colleague, or to an outside number (right `call create`). */
export const TransferBody = z
  .object({ employeeId: Id.optional(), queueId: Id.optional(), number: z.string().min(2).max(40).optional() })
  .refine((b) => [b.employeeId, b.queueId, b.number].filter((each) => each !== undefined).length === 1, { path: ["employeeId"], message: "one of the three" });
/** `leaving`: a dialog of one's own, whose queue is left out. */
export const TransferTargetsQuery = z.object({ medium: MediumSchema.default("voice"), leaving: Id.optional() });
/** To whom it may be handed on: colleagues who serve the medium, the ready ones first, and queues with how many of theirs are ready. */
export const TransferTargets = z.object({
  people: z.array(z.object({ id: Id, name: z.string(), ready: z.boolean(), state: AgentState })),
  queues: z.array(z.object({ id: Id, name: z.string(), ready: z.number().int() })),
});
export type TransferTargets = z.infer<typeof TransferTargets>;
/** Named dialogs, or everything that somebody has (calls excepted), to one person or (null) back to their queues. */
export const AssignManyBody = z
  .object({ dialogIds: z.array(Id).min(1).max(200).optional(), fromEmployeeId: Id.optional(), employeeId: Id.nullable() })
  .refine((b) => (b.dialogIds === undefined) !== (b.fromEmployeeId === undefined), { path: ["dialogIds"], message: "dialogIds or fromEmployeeId" });
/** `failed` holds a code of errors.ts for each dialog that stayed where it was. */
export const AssignedMany = z.object({ done: z.array(Id), failed: z.array(z.object({ dialogId: Id, code: z.string() })) });
export type AssignedMany = z.infer<typeof AssignedMany>;

export const Board = z.object({
  at: IsoTime,
  waiting: z.object({
    voice: z.number().int(),
    chat: z.number().int(),
    message: z.number().int(),
    mail: z.number().int(),
    /** Promised calls back that nobody has made yet; they are not in `voice`. */
    callbacks: z.number().int(),
    longestSince: IsoTime.nullable(),
    longestVoiceSince: IsoTime.nullable(),
  }),
  today: z.object({
    offered: z.number().int(),
    answered: z.number().int(),
    abandoned: z.number().int(),
    shortAbandoned: z.number().int(),
    /** SL_b of spec B13: answered <= T / (answered + abandoned - short); null when nothing was offered. */
    serviceLevel: z.number().nullable(),
    serviceLevelTarget: z.number(),
    serviceLevelThresholdS: z.number(),
    averageSpeedOfAnswerS: z.number().nullable(),
  }),
  openDialogs: z.number().int(),
  unansweredDialogs: z.number().int(),
  unprocessedInquiries: z.number().int(),
  oldestInquiryAt: IsoTime.nullable(),
  agents: z.array(Presence.extend({ name: z.string(), departmentName: z.string(), activeDialogIds: z.array(Id) })),
  queues: z.array(
    z.object({
      id: Id,
      name: z.string(),
      waiting: z.number().int(),
      longestSince: IsoTime.nullable(),
      /** Members who may be offered something of at least one medium that they serve here. */
      readyAgents: z.number().int(),
      /** The media that members serve here (calls: where the house has telephony) or that wait; a promised callback waits as a call. */
      media: z.array(z.object({ medium: MediumSchema, waiting: z.number().int(), ready: z.number().int() })),
    }),
  ),
});
export type Board = z.infer<typeof Board>;

export const QueueView = z.object({
  id: Id,
  name: z.string(),
  department: NamedRef.nullable(),
  calendar: NamedRef,
  ringTimeoutS: z.number().int(),
  ownerTimeoutS: z.number().int(),
  chatOfferS: z.number().int(),
  messageOfferS: z.number().int(),
  maxWaitS: z.number().int(),
  wrapupVoiceS: z.number().int(),
  wrapupChatS: z.number().int(),
  slThresholdS: z.number().int(),
  slTarget: z.number(),
  messageSlaS: z.number().int(),
  maxLeastLoaded: z.number().int(),
  overflowQueueId: Id.nullable(),
  recordCalls: z.boolean(),
  /** Seconds of head start that one step of priority gives. */
  priorityStepS: z.number().int(),
  /** How long a responsible who is about to be free is waited for; 0 = never. */
  waitResponsibleS: z.number().int(),
  /** What becomes of a call whose wait is over when there is no overflow queue. */
  onMaxWait: z.enum(["fallback", "callback"]),
  /** Working seconds within which a promised callback is made. */
  callbackS: z.number().int(),
  /** How often a waiting caller hears the place; 0 = never. */
  announceS: z.number().int(),
  /** Steps of priority for a call that nobody answered the day before; 0 = none. */
  repeatPriority: z.number().int(),
  callbackOffered: z.boolean(),
  skills: z.array(QueueSkill),
  members: z.array(z.object({ employee: EmployeeRef, media: z.array(MediumSchema), weight: z.number() })),
  version: z.number().int(),
});
export type QueueView = z.infer<typeof QueueView>;
export const QueueBody = z.object({
  name: z.string().min(1).max(200),
  departmentId: Id.nullable().default(null),
  calendarId: Id,
  ringTimeoutS: z.number().int().min(5).max(120).default(20),
  ownerTimeoutS: z.number().int().min(5).max(120).default(25),
  chatOfferS: z.number().int().min(5).max(3600).default(45),
  messageOfferS: z.number().int().min(60).max(86400).default(900),
  maxWaitS: z.number().int().min(10).max(86400).default(300),
  wrapupVoiceS: z.number().int().min(0).max(3600).default(30),
  wrapupChatS: z.number().int().min(0).max(3600).default(15),
  slThresholdS: z.number().int().min(1).default(20),
  slTarget: z.number().min(0).max(1).default(0.8),
  messageSlaS: z.number().int().min(60).default(900),
  maxLeastLoaded: z.number().int().min(1).max(20).default(3),
  overflowQueueId: Id.nullable().default(null),
  recordCalls: z.boolean().default(true),
  priorityStepS: z.number().int().min(0).max(3600).default(30),
  waitResponsibleS: z.number().int().min(0).max(600).default(20),
  onMaxWait: z.enum(["fallback", "callback"]).default("fallback"),
  callbackS: z.number().int().min(60).max(604_800).default(14_400),
  announceS: z.number().int().min(0).max(3600).default(45),
  repeatPriority: z.number().int().min(0).max(100).default(1),
  callbackOffered: z.boolean().default(true),
});
export const QueueMembersBody = z.object({
  members: z.array(z.object({ employeeId: Id, media: z.array(MediumSchema).min(1), weight: z.number().positive().max(10).default(1) })),
});

/**
 * POST /api/v1/softphone/session                   SoftphoneSession (a SIP password for this session)
 * GET  /api/v1/softphone/call                      {call: CallView | null}: the call I am in (after a reload)
 * POST /api/v1/calls/:id/hold | /resume | /hangup | /rejoin      204
 * POST /api/v1/calls/:id/dtmf {digits}             204
 * POST /api/v1/calls {number, customerId?, interestId?}          {callId} (click-to-call)
 */
export const SoftphoneSession = z.object({
  available: z.boolean(),
  wsUrl: z.string(),
  uri: z.string(),
  username: z.string(),
  password: z.string(),
  iceServers: z.array(z.object({ urls: z.string() })),
});
export const DtmfBody = z.object({ digits: z.string().regex(/^[0-9*#A-D]{1,32}$/) });
export const OriginateBody = z.object({ number: z.string().min(2).max(40), customerId: Id.optional(), interestId: Id.optional() });
