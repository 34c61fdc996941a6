import { z } from "zod";
import { ACTIONS, OBJECTS, SCOPES } from "../access.ts";
import { Id, IsoTime, NamedRef, PageQuery, patchOf } from "./common.ts";

/**
 * Employees   GET/POST /employees · GET/PATCH /employees/:id · POST /employees/:id/password · POST /employees/:id/dismiss
 *             GET /employees/:id/departments (where somebody belonged when)
 * Departments GET/POST /departments · PATCH/DELETE /departments/:id (DELETE archives an empty one) · GET /departments/:id/history
 * Calendars   GET/POST /calendars · PATCH/DELETE /calendars/:id (DELETE archives an unused one) · POST /calendars/:id/measure
 * Roles       GET/POST /roles · PATCH/DELETE /roles/:id
 * Channels    GET /channels/kinds · GET/POST /channels · PATCH/DELETE /channels/:id · POST /channels/:id/test · GET /channels/:id/test-targets · POST/GET /channels/:id/listening · GET /channels/:id/errors · POST /channels/:id/errors/:eventId/retry · GET /channels/:id/transcript
 * Lines       of voice channels: line.ts
 * Audit       GET /audit?objectKind=&objectId=&actorId=&actorKind=&action=&from=&to=
 * All under /api/v1.
 */
export const EmployeeView = z.object({
  id: Id,
  login: z.string(),
  name: z.string(),
  /** What somebody is at the house; shown beside the name on event cards. */
  position: z.string().nullable(),
  department: NamedRef,
  calendar: NamedRef,
  roles: z.array(NamedRef),
  extension: z.string().nullable(),
  maxDialogs: z.number().int(),
  fte: z.number(),
  email: z.string().nullable(),
  /** E.164; notifications go there by SMS. */
  mobile: z.string().nullable(),
  locale: z.string(),
  state: z.enum(["active", "suspended", "dismissed"]),
  version: z.number().int(),
});
export type EmployeeView = z.infer<typeof EmployeeView>;
export const EmployeeBody = z.object({
  login: z.string().min(2).max(100),
  name: z.string().min(1).max(200),
  position: z.string().trim().max(200).nullable().default(null),
  departmentId: Id,
  calendarId: Id,
  roleIds: z.array(Id).min(1),
  extension: z
    .string()
    .regex(/^\d{2,6}$/)
    .nullable()
    .default(null),
  maxDialogs: z.number().int().min(0).max(50).default(5),
  fte: z.number().positive().max(1).default(1),
  email: z.email().nullable().default(null),
  /** As typed; the company's country tells national forms. */
  mobile: z.string().trim().min(1).max(40).nullable().default(null),
  locale: z.enum(["ru", "en", "kk", "uk"]).default("ru"),
  password: z.string().min(8).max(500),
});
export const EmployeePatch = patchOf(EmployeeBody.omit({ password: true })).extend({
  state: z.enum(["active", "suspended"]).optional(),
  version: z.number().int(),
});
export const PasswordBody = z.object({ password: z.string().min(8).max(500) });
export const DepartmentView = z.object({
  id: Id,
  name: z.string(),
  parentId: Id.nullable(),
  headId: Id.nullable(),
  dayNormPoints: z.number().nullable(),
  employees: z.number().int(),
  version: z.number().int(),
});
export const DepartmentBody = z.object({
  name: z.string().min(1).max(200),
  parentId: Id.nullable().default(null),
  headId: Id.nullable().default(null),
  dayNormPoints: z.number().min(0).nullable().default(null),
});
export const DepartmentPatch = patchOf(DepartmentBody).extend({ version: z.number().int() });
const Interval = z.tuple([z.string().regex(/^\d\d:\d\d$/), z.string().regex(/^\d\d:\d\d$/)]);
export const CalendarView = z.object({
  id: Id,
  name: z.string(),
  tz: z.string(),
  week: z.partialRecord(z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), z.array(Interval)),
  exceptions: z.array(z.object({ day: z.iso.date(), intervals: z.array(Interval) })),
  version: z.number().int(),
});
export type CalendarView = z.infer<typeof CalendarView>;
export const CalendarBody = CalendarView.omit({ id: true, version: true });
export const CalendarPatch = patchOf(CalendarBody).extend({ version: z.number().int() });
/** Working time between two moments by the calendar as it is stored, holidays and changes of the clock included. */
export const MeasureBody = z.object({ from: IsoTime, to: IsoTime });
export const Measure = z.object({ workingSeconds: z.number(), openAtFrom: z.boolean(), nextChange: IsoTime.nullable() });

const Permission = z.object({ object: z.enum(OBJECTS), action: z.enum(ACTIONS), scope: z.enum(SCOPES) });
export const RoleView = z.object({
  id: Id,
  code: z.string(),
  name: z.string(),
  permissions: z.array(Permission),
  /** How many people have it. */
  people: z.number().int(),
  version: z.number().int(),
});
export type RoleView = z.infer<typeof RoleView>;
export const RoleBody = z.object({
  name: z.string().trim().min(1).max(100),
  /** One scope for each object and action; what is not named is refused. */
  permissions: z
    .array(Permission)
    .max(OBJECTS.length * ACTIONS.length)
    .default([]),
});
export const RolePatch = patchOf(RoleBody).extend({ version: z.number().int() });

/** A stay in a department, or a state of a department; `to` null: until now. */
export const MembershipView = z.object({ department: NamedRef, from: IsoTime, to: IsoTime.nullable() });
export const DepartmentPastView = z.object({ name: z.string(), parent: NamedRef.nullable(), head: NamedRef.nullable(), from: IsoTime, to: IsoTime.nullable() });

export const ConfigFieldView = z.object({
  name: z.string(),
  type: z.enum(["text", "number", "boolean", "secret", "select"]),
  required: z.boolean(),
  options: z.array(z.string()).optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
});
export const ChannelKindView = z.object({ kind: z.string(), medium: z.string(), fields: z.array(ConfigFieldView) });
export const ChannelView = z.object({
  id: Id,
  kind: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  queueId: Id,
  purposeId: Id.nullable(),
  sourceId: Id.nullable(),
  /** Secrets are absent; `secretsSet` names those that have a value. */
  config: z.record(z.string(), z.unknown()),
  secretsSet: z.array(z.string()),
  status: z.object({ state: z.string(), detail: z.string().nullable(), since: IsoTime }),
  lastEventAt: IsoTime.nullable(),
  lagMs: z.number().nullable(),
  pending: z.number().int(),
  failed: z.number().int(),
  /** What to enter at the provider; null when the channel is not called by one (or is not open here). */
  webhookUrl: z.string().nullish(),
  version: z.number().int(),
});
/** What the "test" button answers: in words, step by step (what was tried and what was not), and the money left where the provider tells. */
export const ChannelTest = z.object({
  ok: z.boolean(),
  detail: z.string(),
  steps: z.array(z.object({ step: z.enum(["connect", "send", "receive"]), outcome: z.enum(["ok", "failed", "not-tried"]), detail: z.string() })),
  balance: z.object({ amount: z.number(), currency: z.string() }).nullable(),
});
/** To whom a test message goes: a number on SMS channels, a chat of this channel on messengers; without either none is sent. */
export const ChannelTestBody = z.object({ number: z.string().trim().min(1).max(40).optional(), dialogId: Id.optional() }).nullish();
/** To whom a test message can go, and the newest chats that may be chosen. */
export const ChannelTestTargets = z.object({
  to: z.enum(["phone", "thread", "nobody"]),
  chats: z.array(z.object({ dialogId: Id, name: z.string(), lastAt: IsoTime })),
  /** What one does oneself to see that the channel hears; `itself`: its test sends something that comes back. */
  hears: z.enum(["message", "call", "itself"]),
});
/** POST /channels/:id/listening: from now on a message (or a call) is waited for; `after` is the mark to ask with, `limitMs` how long the page waits. */
export const ChannelListening = z.object({ after: z.number().int(), limitMs: z.number().int() });
export const ChannelHeardQuery = z.object({ after: z.coerce.number().int().nonnegative() });
/** GET /channels/:id/listening: what came behind the mark. `others`: receipts, edits and the like, which prove the line but no message. */
export const ChannelHeard = z.object({
  heard: z.object({ at: IsoTime, from: z.string().nullable() }).nullable(),
  unreadable: z.object({ at: IsoTime, error: z.string() }).nullable(),
  others: z.number().int(),
});
export type ChannelView = z.infer<typeof ChannelView>;
export const ChannelBody = z.object({
  kind: z.string(),
  name: z.string().min(1).max(200),
  enabled: z.boolean().default(true),
  queueId: Id,
  purposeId: Id.nullable().default(null),
  sourceId: Id.nullable().default(null),
  config: z.record(z.string(), z.unknown()),
});
export const ChannelPatch = patchOf(ChannelBody.omit({ kind: true })).extend({ version: z.number().int() });
export const ChannelErrorView = z.object({
  id: z.number().int(),
  kind: z.string(),
  eventKey: z.string(),
  receivedAt: IsoTime,
  attempts: z.number().int(),
  error: z.string(),
  payload: z.unknown(),
  /** False: it could not be read when it came and is not read again, so trying it once more would change nothing. */
  retriable: z.boolean(),
});
export const TranscriptLine = z.object({ at: IsoTime, direction: z.enum(["in", "out"]), summary: z.string(), detail: z.unknown() });
export const ACTOR_KINDS = ["employee", "system", "integration", "automation"] as const;
/** What an id in a row is called: of cards only those that one may read. */
export const AuditRef = z.object({ kind: z.string(), name: z.string() });
export type AuditRef = z.infer<typeof AuditRef>;
export const AuditView = z.object({
  id: z.number(),
  at: IsoTime,
  actor: z.string(),
  actorKind: z.enum(ACTOR_KINDS),
  /** For whom somebody stood in. */
  onBehalfOf: NamedRef.nullable(),
  action: z.string(),
  objectKind: z.string(),
  objectId: Id,
  /** `{field: [old, new]}` of what changed; of a creation the values. */
  changes: z.record(z.string(), z.unknown()),
  /** By id, those of the object and of the changes. */
  refs: z.record(Id, AuditRef),
});
export type AuditView = z.infer<typeof AuditView>;
/** With `objectKind` and `objectId`: the past of one card, for whoever may read the audit and that card. */
export const AuditQuery = PageQuery.extend({
  objectKind: z.string().max(50).optional(),
  objectId: Id.optional(),
  actorId: Id.optional(),
  actorKind: z.enum(ACTOR_KINDS).optional(),
  action: z.string().max(50).optional(),
  from: IsoTime.optional(),
  to: IsoTime.optional(),
});
