import { z } from "zod";
import { EmployeeRef, Id, IsoTime, Page, PageQuery, patchOf } from "./common.ts";

/** What a task, a file or a chain may hang on. */
export const OBJECT_KINDS = ["customer", "contact", "lead", "interest", "interaction", "inquiry", "dialog", "task"] as const;
export type ObjectKind = (typeof OBJECT_KINDS)[number];
export const ObjectRef = z.object({ kind: z.enum(OBJECT_KINDS), id: Id });
export type ObjectRef = z.infer<typeof ObjectRef>;
export const TASK_KINDS = ["personal", "errand", "claim_step", "process_step", "kpi", "call_list", "callback", "data_quality", "review"] as const;
export const TASK_STATES = ["new", "accepted", "in_work", "done", "rejected", "cancelled"] as const;
export const TaskSubject = z.object({ kind: z.enum(["customer", "contact", "lead", "interest", "interaction", "inquiry", "dialog"]), id: Id });

/**
 * Errands and tasks (BP-05): seen by author, executor, co-executors, observers and by right.
 * GET  /tasks                TaskQuery -> TaskPage; open ones by due time, overdue first; with a subject all of it, newest first
 * GET  /tasks/count          TaskQuery -> TaskCount
 * POST /tasks                TaskBody -> TaskView
 * GET  /tasks/:id            TaskDetail
 * PATCH /tasks/:id           TaskPatch -> TaskView: words, due time and people, by the author and by right
 * POST /tasks/:id/:action    TaskAction -> TaskView; accept, start, refuse (with a reason) and done by the executor;
 *                            confirm and return (with a reason) by the author of a controlled one; cancel and reopen by the author
 * POST /tasks/:id/events     TaskEventBody -> TaskDetail: links the task with an event (IA-20), by whoever sees both and may change one of
 *                            them; DELETE /tasks/:id/events?interactionId=&version= takes the link off
 */
export const TaskView = z.object({
  id: Id,
  number: z.number().int(),
  kind: z.enum(TASK_KINDS),
  title: z.string(),
  description: z.string().nullable(),
  author: EmployeeRef.nullable(),
  executor: EmployeeRef.nullable(),
  coExecutors: z.array(EmployeeRef),
  subject: TaskSubject.extend({ name: z.string() }).nullable(),
  priority: z.number().int().min(1).max(4),
  dueAt: IsoTime.nullable(),
  overdue: z.boolean(),
  /** Done only when its author says so; meanwhile `awaitsControl`. */
  controlled: z.boolean(),
  awaitsControl: z.boolean(),
  state: z.enum(TASK_STATES),
  doneAt: IsoTime.nullable(),
  confirmedAt: IsoTime.nullable(),
  refuseReason: z.string().nullable(),
  result: z.string().nullable(),
  parentId: Id.nullable(),
  createdAt: IsoTime,
  /** What the person who asks may do now. */
  actions: z.array(z.enum(["edit", "accept", "start", "refuse", "done", "confirm", "return", "cancel", "reopen"])),
  version: z.number().int(),
});
export type TaskView = z.infer<typeof TaskView>;
export const TaskDetail = TaskView.extend({
  children: z.array(z.object({ id: Id, title: z.string(), state: z.enum(TASK_STATES) })),
  /** The events it is linked with, made on them or linked later, in order of time; those that one may not see are absent. */
  events: z.array(z.object({ id: Id, subject: z.string(), at: IsoTime.nullable(), state: z.enum(["planned", "done", "failed", "cancelled"]) })),
});
export const TaskPage = Page(TaskView);
export const TaskBody = z.object({
  title: z.string().trim().min(1).max(300),
  description: z.string().max(10_000).nullable().default(null),
  /** null: oneself. Anybody may be asked; whom one may not assign to may refuse. */
  executorId: Id.nullable().default(null),
  coExecutorIds: z.array(Id).max(50).default([]),
  subject: TaskSubject.nullable().default(null),
  parentId: Id.nullable().default(null),
  priority: z.number().int().min(1).max(4).default(2),
  dueAt: IsoTime.nullable().default(null),
  controlled: z.boolean().default(false),
});
export const TaskPatch = patchOf(TaskBody.omit({ subject: true, parentId: true })).extend({ version: z.number().int() });
export const TaskActionParams = z.object({ id: Id, action: z.enum(["accept", "start", "refuse", "done", "confirm", "return", "cancel", "reopen"]) });
export const TaskAction = z.object({
  version: z.number().int(),
  reason: z.string().trim().min(1).max(2000).optional(),
  result: z.string().max(10_000).optional(),
});
export const TaskEventBody = z.object({ interactionId: Id, version: z.number().int() });
export const TaskEventQuery = z.object({ interactionId: Id, version: z.coerce.number().int() });
/** `mine`: I execute or help; `given`: I gave it to somebody else; `control`: done, awaits my word. */
export const TaskFilter = z.object({
  role: z.enum(["mine", "given", "control"]).optional(),
  open: z.enum(["true", "false"]).optional(),
  overdue: z.literal("true").optional(),
  state: z.enum(TASK_STATES).optional(),
  executorId: Id.optional(),
  authorId: Id.optional(),
  object: z.enum(OBJECT_KINDS).optional(),
  objectId: Id.optional(),
  /** Words of the title, or the number. */
  q: z.string().trim().max(200).optional(),
});
export const TaskQuery = TaskFilter.extend(PageQuery.shape);
export const TaskCount = z.object({ count: z.number().int() });
