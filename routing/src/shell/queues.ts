import { type AccessAction, type Principal, scopeOf, within } from "@kommutator/contract/access";
import type { QueueBody, QueueMembersBody, QueueView } from "@kommutator/contract/api/routing";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id, Medium } from "@kommutator/contract/ids";
import type { Actor, EnqueueRouting, WriteAudit } from "@kommutator/contract/ports";
import type { z } from "zod";
import type { QueueRow } from "./facts.ts";

type View = z.infer<typeof QueueView>;
type Body = z.infer<typeof QueueBody>;
type Settings = { [K in keyof Body]?: Body[K] | undefined };
type Member = z.infer<typeof QueueMembersBody>["members"][number];

interface Read extends QueueRow {
  priority_step_s: number;
  wait_responsible_s: number;
  on_max_wait: View["onMaxWait"];
  callback_s: number;
  announce_s: number;
  repeat_priority: number;
  callback_offered: boolean;
  skills: View["skills"];
  department_name: string | null;
  calendar_name: string;
  members: { employee: { id: Id; name: string }; media: Medium[]; weight: number }[];
}

/**
 * Queues that the principal may see or change. Scope own: the queues one serves; department and subtree: queues of those
 * departments (and, to read, those one serves).
 */
export async function readQueues(sql: Db | Tx, principal: Principal, action: AccessAction, id: Id | null = null): Promise<View[]> {
  const scope = scopeOf(principal, "queue", action);
  if (scope === null) return [];
  const rows = await sql<Read[]>`
    SELECT q.*, d.name AS department_name, c.name AS calendar_name,
      coalesce((SELECT jsonb_agg(jsonb_build_object('employee', jsonb_build_object('id', e.id, 'name', e.full_name), 'media', m.media, 'weight', m.weight) ORDER BY e.full_name, e.id)
        FROM queue_member m JOIN employee e ON e.id = m.employee_id WHERE m.queue_id = q.id), '[]') AS members,
      coalesce((SELECT jsonb_agg(jsonb_build_object('skillId', k.skill_id, 'level', k.level, 'relaxS', k.relax_s) ORDER BY s.name)
        FROM queue_skill k JOIN skill s ON s.id = k.skill_id WHERE k.queue_id = q.id), '[]') AS skills
    FROM queue q LEFT JOIN department d ON d.id = q.department_id JOIN working_calendar c ON c.id = q.calendar_id
    WHERE q.archived_at IS NULL ${id === null ? sql`` : sql`AND q.id = ${id}`} ORDER BY q.name, q.id`;
  const serves = (r: Read) => r.members.some((m) => m.employee.id === principal.employeeId);
  return rows
    .filter(
      (r) =>
        (action === "read" && serves(r)) ||
        scope === "all" ||
        (r.department_id !== null && within(principal, scope, { employeeId: null, departmentId: r.department_id })),
    )
    .map(viewOf);
}

function viewOf(r: Read): View {
  return {
    id: r.id,
    name: r.name,
    department: r.department_id === null ? null : { id: r.department_id, name: r.department_name ?? "" },
    calendar: { id: r.calendar_id, name: r.calendar_name },
    ringTimeoutS: r.ring_timeout_s,
    ownerTimeoutS: r.owner_timeout_s,
    chatOfferS: r.chat_offer_s,
    messageOfferS: r.message_offer_s,
    maxWaitS: r.max_wait_s,
    wrapupVoiceS: r.wrapup_voice_s,
    wrapupChatS: r.wrapup_chat_s,
    slThresholdS: r.sl_threshold_s,
    slTarget: r.sl_target,
    messageSlaS: r.message_sla_s,
    maxLeastLoaded: r.max_least_loaded,
    overflowQueueId: r.overflow_queue_id,
    recordCalls: r.record_calls,
    priorityStepS: r.priority_step_s,
    waitResponsibleS: r.wait_responsible_s,
    onMaxWait: r.on_max_wait,
    callbackS: r.callback_s,
    announceS: r.announce_s,
    repeatPriority: r.repeat_priority,
    callbackOffered: r.callback_offered,
    skills: r.skills,
    members: r.members,
    version: r.version,
  };
}

/** Inserts a queue with its settings and tells the engine. Set-up uses it too, in its own transaction. */
export async function insertQueue(
  deps: Pick<QueueDeps, "enqueue" | "now">,
  tx: Tx,
  body: Settings & { name: string; calendarId: Id },
  members: readonly Member[],
): Promise<Id> {
  const columns = columnsOf(body);
  const [row] = await tx<{ id: Id }[]>`INSERT INTO queue ${tx(columns)} RETURNING id`;
  const { id } = row as { id: Id };
  await replaceMembers(tx, id, members);
  await deps.enqueue(tx, [{ kind: "facts.changed", what: "queue", id, at: deps.now() }]);
  return id;
}

function columnsOf(body: Settings): Record<string, string | number | boolean | null> {
  const columns: Record<string, string | number | boolean | null | undefined> = {
    name: body.name,
    department_id: body.departmentId,
    calendar_id: body.calendarId,
    ring_timeout_s: body.ringTimeoutS,
    owner_timeout_s: body.ownerTimeoutS,
    chat_offer_s: body.chatOfferS,
    message_offer_s: body.messageOfferS,
    max_wait_s: body.maxWaitS,
    wrapup_voice_s: body.wrapupVoiceS,
    wrapup_chat_s: body.wrapupChatS,
    sl_threshold_s: body.slThresholdS,
    sl_target: body.slTarget,
    message_sla_s: body.messageSlaS,
    max_least_loaded: body.maxLeastLoaded,
    overflow_queue_id: body.overflowQueueId,
    record_calls: body.recordCalls,
    priority_step_s: body.priorityStepS,
    wait_responsible_s: body.waitResponsibleS,
    on_max_wait: body.onMaxWait,
    callback_s: body.callbackS,
    announce_s: body.announceS,
    repeat_priority: body.repeatPriority,
    callback_offered: body.callbackOffered,
  };
  return Object.fromEntries(Object.entries(columns).filter((c): c is [string, string | number | boolean | null] => c[1] !== undefined));
}

async function replaceMembers(tx: Tx, queueId: Id, members: readonly Member[]): Promise<void> {
  await tx`DELETE FROM queue_member WHERE queue_id = ${queueId}`;
  if (members.length > 0)
    await tx`INSERT INTO queue_member ${tx(members.map((m) => ({ queue_id: queueId, employee_id: m.employeeId, media: m.media, weight: m.weight })))}`;
}

export interface QueueDeps {
  sql: Db;
  audit: WriteAudit;
  enqueue: EnqueueRouting;
  now: () => number;
}
interface Who {
  principal: Principal;
  actor: Actor;
}

export async function createQueue(deps: QueueDeps, who: Who, body: Body): Promise<View> {
  if (!mayHold(who.principal, "create", body.departmentId)) throw new AppError("not_found");
  const id = await named(() =>
    deps.sql.begin(async (tx) => {
      const id = await insertQueue(deps, tx, body, []);
      await deps.audit(tx, who.actor, { objectKind: "queue", objectId: id, action: "create", changes: body });
      return id;
    }),
  );
  return one(deps.sql, who.principal, id);
}

/** Changes settings; a version that is not the current one answers with the current row. */
export async function changeQueue(deps: QueueDeps, who: Who, id: Id, patch: Settings & { version: number }): Promise<View> {
  await named(() =>
    deps.sql.begin(async (tx) => {
      const [before] = await readQueues(tx, who.principal, "edit", id);
      if (before === undefined) throw new AppError("not_found");
      if (patch.departmentId !== undefined && !mayHold(who.principal, "edit", patch.departmentId)) throw new AppError("not_found");
      const columns = columnsOf(patch);
      const changed = await tx`UPDATE queue SET ${tx({ ...columns, version: patch.version + 1 })} WHERE id = ${id} AND version = ${patch.version}`;
      if (changed.count === 0) throw new AppError("version_conflict", { current: before });
      const { version: _, ...changes } = patch;
      await deps.audit(tx, who.actor, { objectKind: "queue", objectId: id, action: "edit", changes });
      await deps.enqueue(tx, [{ kind: "facts.changed", what: "queue", id, at: deps.now() }]);
    }),
  );
  return one(deps.sql, who.principal, id);
}

/** Replaces the members. */
export async function setMembers(deps: QueueDeps, who: Who, id: Id, members: readonly Member[]): Promise<View> {
  await deps.sql.begin(async (tx) => {
    const [before] = await readQueues(tx, who.principal, "edit", id);
    if (before === undefined) throw new AppError("not_found");
    const known = await tx<{ id: Id }[]>`SELECT id FROM employee WHERE id = ANY(${members.map((m) => m.employeeId)}::uuid[]) AND state <> 'dismissed'`;
    if (known.length !== new Set(members.map((m) => m.employeeId)).size || known.length !== members.length)
      throw new AppError("validation", { fields: { members: "unknown_employee" } });
    await tx`UPDATE queue SET version = version + 1 WHERE id = ${id}`;
    await replaceMembers(tx, id, members);
    await deps.audit(tx, who.actor, { objectKind: "queue", objectId: id, action: "members", changes: { before: before.members, after: members } });
    await deps.enqueue(tx, [{ kind: "facts.changed", what: "queue", id, at: deps.now() }]);
  });
  return one(deps.sql, who.principal, id);
}

function mayHold(principal: Principal, action: AccessAction, departmentId: Id | null): boolean {
  const scope = scopeOf(principal, "queue", action);
  return scope === "all" || (departmentId !== null && within(principal, scope, { employeeId: null, departmentId }));
}

async function one(sql: Db, principal: Principal, id: Id): Promise<View> {
  const [view] = await readQueues(sql, principal, "read", id);
  if (view === undefined) throw new AppError("not_found");
  return view;
}

/** A name that is taken, a department or calendar that does not exist. */
async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, constraint_name: constraint } = error as { code?: string; constraint_name?: string };
    if (code === "23505") throw new AppError("duplicate", { field: "name" });
    if (code === "23503") throw new AppError("validation", { fields: { [constraint ?? "reference"]: "unknown" } });
    throw error;
  }
}
