import { type Principal, scopeOf } from "@kommutator/contract/access";
import type { TransferBody, TransferTargets } from "@kommutator/contract/api/routing";
import type { Db } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id, Medium } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { type ActDeps, mustSee } from "./dialog-acts.ts";
import { readPresence } from "./presence.ts";

/** Handing a dialog on (CC-18, manual). */

interface Talk {
  medium: Medium;
  open: boolean;
  holder_id: Id | null;
  queue_id: Id | null;
}

async function readTalk(sql: Db, dialogId: Id): Promise<Talk | undefined> {
  const [row] = await sql<Talk[]>`
    SELECT d.medium, d.closed_at IS NULL AS open, a.employee_id AS holder_id, coalesce(a.queue_id, c.queue_id) AS queue_id
    FROM dialog d JOIN channel c ON c.id = d.channel_id LEFT JOIN assignment a ON a.dialog_id = d.id AND a.ended_at IS NULL WHERE d.id = ${dialogId}`;
  return row;
}

/** The queue through which a colleague is rung when the call has none of its own: the first of those that they serve calls of. */
async function queueOf(sql: Db, employeeId: Id): Promise<Id | null> {
  const [row] = await sql<{ id: Id }[]>`
    SELECT q.id FROM queue q JOIN queue_member m ON m.queue_id = q.id AND m.employee_id = ${employeeId} AND 'voice' = ANY(m.media)
    WHERE q.archived_at IS NULL ORDER BY q.name, q.id LIMIT 1`;
  return row?.id ?? null;
}

/**
 * Hands one's own dialog on. A caller hears music until somebody answers. Throws `colleague_busy` when the colleague cannot be rung:
 * then the talk stays where it is, unheard by the caller; `unsupported`: what is written goes to a colleague by `assign`, and nowhere outside.
 */
export async function transferDialog(deps: ActDeps, principal: Principal, actor: Actor, dialogId: Id, body: z.infer<typeof TransferBody>): Promise<void> {
  await mustSee(deps.sql, principal, dialogId);
  const me = principal.employeeId;
  const before = await readTalk(deps.sql, dialogId);
  if (before === undefined) throw new AppError("not_found");
  const voice = before.medium === "voice";
  if ((voice && scopeOf(principal, "call", "edit") === null) || (body.number !== undefined && scopeOf(principal, "call", "create") === null))
    throw new AppError("forbidden");
  if (!before.open) throw new AppError("dialog_closed");
  if (!voice && body.queueId === undefined) throw new AppError("unsupported");
  if (before.holder_id !== me) throw new AppError("forbidden");
  const to = await targetOf(deps.sql, before, body);
  const at = deps.clock.now();
  await deps.submit({ kind: "dialog.transfer", dialogId, to, by: me, from: me, at }, async (tx) =>
    deps.audit(tx, actor, { objectKind: "dialog", objectId: dialogId, action: "transfer", changes: { to: { from: null, to: body } } }),
  );
  const after = await readTalk(deps.sql, dialogId);
  if (voice && after?.holder_id === me) throw new AppError("colleague_busy");
}

async function targetOf(sql: Db, talk: Talk, body: z.infer<typeof TransferBody>): Promise<{ queueId: Id; employeeId: Id | null } | { number: string }> {
  if (body.number !== undefined) return { number: body.number };
  if (body.queueId !== undefined) {
    const [queue] = await sql`SELECT 1 FROM queue WHERE id = ${body.queueId} AND archived_at IS NULL`;
    if (queue === undefined) throw new AppError("not_found");
    return { queueId: body.queueId, employeeId: null };
  }
  const employeeId = body.employeeId as Id;
  const [colleague] = await sql`SELECT 1 FROM employee WHERE id = ${employeeId} AND state = 'active'`;
  if (colleague === undefined) throw new AppError("not_found");
  const queueId = talk.queue_id ?? (await queueOf(sql, employeeId));
  if (queueId === null) throw new AppError("colleague_busy");
  return { queueId, employeeId };
}

/** See TransferTargets. */
export async function readTargets(sql: Db, me: Id, { medium, leaving }: { medium: Medium; leaving?: Id | undefined }): Promise<TransferTargets> {
  const serving = await sql<{ queue_id: Id; name: string; employee_id: Id }[]>`
    SELECT q.id AS queue_id, q.name, m.employee_id FROM queue q JOIN queue_member m ON m.queue_id = q.id JOIN employee e ON e.id = m.employee_id AND e.state = 'active'
    WHERE q.archived_at IS NULL AND ${medium} = ANY(m.media) AND NOT EXISTS (
      SELECT FROM assignment a JOIN dialog d ON d.id = a.dialog_id JOIN channel c ON c.id = d.channel_id
      WHERE a.dialog_id = ${leaving ?? null}::uuid AND a.employee_id = ${me} AND a.ended_at IS NULL AND coalesce(a.queue_id, c.queue_id) = q.id)
    ORDER BY q.name, q.id`;
  const colleagues = await readPresence(sql, [...new Set(serving.map((s) => s.employee_id))]);
  const ready = new Set(colleagues.filter((p) => p.ready.includes(medium)).map((p) => p.employeeId));
  const queues = new Map<Id, TransferTargets["queues"][number]>();
  for (const s of serving) {
    const queue = queues.get(s.queue_id) ?? { id: s.queue_id, name: s.name, ready: 0 };
    if (ready.has(s.employee_id) && s.employee_id !== me) queue.ready++;
    queues.set(s.queue_id, queue);
  }
  const people = colleagues
    .filter((p) => p.employeeId !== me)
    .map((p) => ({ id: p.employeeId, name: p.name, ready: ready.has(p.employeeId), state: p.state }))
    .sort((a, b) => Number(b.ready) - Number(a.ready));
  return { people, queues: [...queues.values()] };
}
