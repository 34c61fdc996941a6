import { z } from "zod";
import { CHANNEL_KINDS } from "../channel.ts";
import { EmployeeRef, Id, IsoTime, MediumSchema, NamedRef, Page, PageQuery } from "./common.ts";

/**
 * GET  /api/v1/dialogs?view=mine|queue|all|closed&q=&kind=      DialogPage (sorted by who waits longest for an answer)
 * GET  /api/v1/dialogs/:id                                       DialogDetail
 * GET  /api/v1/dialogs/:id/messages?before=<seq>                 MessagePage (newest first)
 * POST /api/v1/dialogs/:id/messages                              PostMessage -> Message (idempotent by clientKey)
 * POST /api/v1/dialogs/:id/close | /read | /typing               204
 * PUT  /api/v1/dialogs/:id/draft  {text}                         204 (drafts are kept per agent)
 * GET  /api/v1/messages/:id/edits                                MessageEdits: what an edited message said before, to who may read the dialog
 * POST /api/v1/messages/:id/retry                                Message (failed -> queued)
 * POST /api/v1/messages/:id/settle {outcome: sent|resend}        Message (uncertain, decided by the agent)
 * POST /api/v1/blobs (multipart, field `file`)                   UploadedBlob
 * GET  /api/v1/blobs/:id?name=                                   bytes, as a download; rights of the dialog apply
 * GET  /api/v1/dialog-starts?customerId=|contactId=|leadId=|to=  StartOptions: by which channels one may write first, and why not
 * POST /api/v1/dialogs                                           StartDialog -> Started (idempotent by clientKey; joins the open dialog of the thread)
 * POST /api/v1/messages/:id/files/:pos/retry                     Message (a file that did not come is fetched again)
 * GET  /api/v1/dialogs/:id/why                                   WhyStory (routing-explain.ts), of which Why is a part
 */
export const DialogState = z.enum(["new", "queued", "offered", "active", "held", "wrapup", "closed", "abandoned"]);
export const DeliverySchema = z.enum(["queued", "sent", "delivered", "read", "failed", "uncertain"]);

export const PartySchema = z.object({
  result: z.enum(["known", "lead", "ambiguous", "new", "hidden", "blocked", "pending"]),
  name: z.string(),
  identityKind: z.string(),
  identityValue: z.string().nullable(),
  customerId: Id.nullable(),
  contactId: Id.nullable(),
  leadId: Id.nullable(),
  interestId: Id.nullable(),
  responsible: EmployeeRef.nullable(),
  isVip: z.boolean(),
  candidates: z.array(z.object({ customerId: Id, contactId: Id.nullable(), name: z.string() })),
});
export const OfferSummary = z.object({
  id: Id,
  employeeId: Id,
  rung: z.string(),
  reason: z.object({ code: z.string(), load: z.number().optional() }),
  deadlineAt: IsoTime,
});
export type OfferSummary = z.infer<typeof OfferSummary>;
export const DialogSummary = z.object({
  id: Id,
  channelId: Id,
  channelKind: z.string(),
  channelName: z.string(),
  medium: MediumSchema,
  direction: z.enum(["in", "out"]),
  state: DialogState,
  subject: z.string().nullable(),
  party: PartySchema,
  queue: NamedRef.nullable(),
  assignee: EmployeeRef.nullable(),
  offer: OfferSummary.nullable(),
  callId: Id.nullable(),
  openedAt: IsoTime,
  closedAt: IsoTime.nullable(),
  queuedAt: IsoTime.nullable(),
  /** Since when the customer waits for an answer; null when we answered last. */
  waitingSince: IsoTime.nullable(),
  /** Answer is due (service level) by this time; the clock turns amber at 80 %, red after it. */
  answerDueAt: IsoTime.nullable(),
  lastMessage: z.object({ text: z.string(), at: IsoTime, direction: z.enum(["in", "out", "internal"]) }).nullable(),
  unread: z.number().int(),
  hasDraft: z.boolean(),
  position: z.number().int(),
});
export type DialogSummary = z.infer<typeof DialogSummary>;
export const DialogPage = Page(DialogSummary).extend({ position: z.number().int() });
export const DialogQuery = PageQuery.extend({
  view: z.enum(["mine", "queue", "all", "closed"]).default("mine"),
  q: z.string().max(200).optional(),
  kind: z.enum(CHANNEL_KINDS).optional(),
});

/** A file of a message. Inbound media come after their message: `pending` until they are here, `refused` with the reason. */
export const Attachment = z.object({
  /** Place in the message, from 0. */
  pos: z.number().int(),
  blobId: Id.nullable(),
  name: z.string(),
  mime: z.string(),
  bytes: z.number().int(),
  state: z.enum(["stored", "pending", "refused"]),
  /** Code of why it was refused: too_large, gone, type, failed, infected, unscanned (no verdict of the scanner). */
  reason: z.string().nullable(),
  durationMs: z.number().int().nullable(),
  voice: z.boolean(),
  /** A small picture of it is here: GET /blobs/:id?preview */
  preview: z.boolean(),
});
export type Attachment = z.infer<typeof Attachment>;
/** What POST /blobs answers: a file of ours, not yet in a message. */
export const UploadedBlob = z.object({ blobId: Id, name: z.string(), mime: z.string(), bytes: z.number().int() });
export type UploadedBlob = z.infer<typeof UploadedBlob>;
export const Message = z.object({
  id: Id,
  dialogId: Id,
  seq: z.number().int(),
  direction: z.enum(["in", "out", "internal"]),
  authorKind: z.enum(["customer", "employee", "external_staff", "bot", "auto_ack", "auto_reply", "bounce", "system"]),
  author: EmployeeRef.nullable(),
  subject: z.string().nullable(),
  text: z.string(),
  html: z.string().nullable(),
  quoted: z.string().nullable(),
  attachments: z.array(Attachment),
  truncated: z.boolean(),
  at: IsoTime,
  providerAt: IsoTime.nullable(),
  delivery: DeliverySchema.nullable(),
  failure: z.string().nullable(),
  clientKey: z.string().nullable(),
  /** System notes carry a code and parameters instead of text, translated on screen. */
  note: z.object({ code: z.string(), params: z.record(z.string(), z.unknown()) }).nullable(),
  editedAt: IsoTime.nullable(),
  /** Taken back by its writer: `text` is then empty, files are not shown. */
  deletedAt: IsoTime.nullable(),
  replyTo: z.object({ messageId: Id, seq: z.number().int(), direction: z.enum(["in", "out", "internal"]), text: z.string() }).nullable(),
  quickAnswers: z.array(z.string()),
});
export type Message = z.infer<typeof Message>;
export const MessagePage = z.object({ items: z.array(Message), hasMore: z.boolean() });
/** Wordings that were replaced, the first one first; the text that stands is the message's own. Empty: never edited. */
export const MessageEdits = z.object({ items: z.array(z.object({ text: z.string(), replacedAt: IsoTime })) });
export const PostMessage = z.object({
  clientKey: z.uuid(),
  text: z.string().max(100_000).default(""),
  attachments: z.array(Id).max(20).default([]),
  internal: z.boolean().default(false),
  subject: z.string().max(500).optional(),
  mentions: z.array(Id).max(20).default([]),
  /** Take the dialog over when it is somebody else's; without it the answer is `assigned_to_other`. */
  takeOver: z.boolean().default(false),
  /** The message of this thread that it answers, where the channel shows that. */
  replyTo: Id.optional(),
  quickAnswers: z.array(z.string().min(1).max(200)).max(20).default([]),
});
/** Why nothing can be written now; a text for each code on screen. */
export const CannotWrite = z.enum([
  "closed",
  "window",
  "must_write_first",
  "unreachable",
  "daily_limit",
  "channel_down",
  "unsupported",
  "do_not_contact",
  "no_number",
]);
export type CannotWrite = z.infer<typeof CannotWrite>;
/** What a file of a channel's message may be: how many, which types (null: any), limits by type below the channel's own. */
export const AttachmentRules = z.object({
  count: z.number().int(),
  types: z.array(z.string()).nullable(),
  /** Endings of names that are refused, without the dot. */
  refused: z.array(z.string()).optional(),
  bytesByType: z.record(z.string(), z.number().int()),
});
export const StartOption = z.object({
  channelId: Id,
  channelName: z.string(),
  channelKind: z.string(),
  /** null: a number or address that nobody has yet. */
  contactPointId: Id.nullable(),
  identityKind: z.string(),
  value: z.string(),
  name: z.string(),
  reason: CannotWrite.nullable(),
  /** The thread's open dialog, which the message would join. */
  dialogId: Id.nullable(),
  textLength: z.number().int(),
  segments: z.union([z.boolean(), z.literal("latin1")]),
  attachmentBytes: z.number().int(),
  attachments: AttachmentRules.nullable(),
  captionLength: z.number().int().nullable(),
});
export type StartOption = z.infer<typeof StartOption>;
export const StartOptions = z.object({ items: z.array(StartOption) });
export const StartQuery = z.object({
  customerId: Id.optional(),
  contactId: Id.optional(),
  leadId: Id.optional(),
  to: z.string().trim().min(1).max(320).optional(),
});
export const StartDialog = z.object({
  clientKey: z.uuid(),
  channelId: Id,
  contactPointId: Id.optional(),
  /** A number or address, when there is no contact point yet. */
  to: z.string().trim().min(1).max(320).optional(),
  text: z.string().max(100_000).default(""),
  subject: z.string().max(500).optional(),
  attachments: z.array(Id).max(20).default([]),
});
export const Started = z.object({ dialogId: Id, messageId: Id });
export const CallView = z.object({
  id: Id,
  dialogId: Id,
  direction: z.enum(["in", "out"]),
  state: z.enum(["offered", "ringing", "talking", "held", "lost", "unknown", "ended"]),
  from: z.string().nullable(),
  to: z.string(),
  startedAt: IsoTime,
  answeredAt: IsoTime.nullable(),
  endedAt: IsoTime.nullable(),
  disposition: z.string().nullable(),
  answeredBy: EmployeeRef.nullable(),
  recordingBlobId: Id.nullable(),
  source: z.enum(["live", "reconciled", "reconstructed"]),
  legs: z.array(
    z.object({
      id: Id,
      party: z.enum(["customer", "agent", "outside"]),
      employee: EmployeeRef.nullable(),
      /** The number to which the caller was sent on (party `outside`). */
      target: z.string().nullable(),
      /** Why this leg was rung: the decision's reason; `from` is whose forwarding it was. null: not the router's (click-to-call, return to a talk). */
      reason: z.object({ code: z.string(), from: EmployeeRef.nullable(), on: z.string().nullable() }).nullable(),
      state: z.string(),
      cause: z.string().nullable(),
      startedAt: IsoTime,
      answeredAt: IsoTime.nullable(),
      endedAt: IsoTime.nullable(),
    }),
  ),
});
export type CallView = z.infer<typeof CallView>;
export const DialogDetail = z.object({
  dialog: DialogSummary,
  messages: z.array(Message),
  hasMore: z.boolean(),
  call: CallView.nullable(),
  draft: z.string(),
  capabilities: z.object({
    commands: z.array(z.string()),
    textLength: z.number().int(),
    attachmentBytes: z.number().int(),
    canReply: z.boolean(),
    cannotReplyReason: CannotWrite.nullable(),
    attachments: AttachmentRules.nullable(),
    captionLength: z.number().int().nullable(),
    segments: z.union([z.boolean(), z.literal("latin1")]),
    replies: z.boolean(),
    quickAnswers: z.object({ count: z.number().int(), length: z.number().int() }).nullable(),
    /** Until when the channel lets us answer; null = no such rule. */
    windowUntil: IsoTime.nullable(),
  }),
  position: z.number().int(),
});
export type DialogDetail = z.infer<typeof DialogDetail>;
export const SettleBody = z.object({ outcome: z.enum(["sent", "resend"]) });

export const Why = z.object({
  decisions: z.array(
    z.object({
      at: IsoTime,
      rung: z.string(),
      chosen: EmployeeRef.nullable(),
      reason: z.object({ code: z.string(), load: z.number().optional() }),
      best: z.array(z.object({ employee: EmployeeRef, load: z.number() })),
      refusals: z.record(z.string(), z.number()),
      outcome: z.string().nullable(),
    }),
  ),
});
export type Why = z.infer<typeof Why>;
