import type { Principal } from "@kommutator/contract/access";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { Crm } from "../context.ts";
import type { InteractionRecord } from "../interaction/rules.ts";
import { cancelInteraction } from "../interaction/write.ts";
import { publishLoads } from "../load/index.ts";
import { allowed } from "../rights.ts";
import type { InterestRecord } from "./record.ts";

/** Points of planned Interactions follow the stage: the router hears of their executors' loads. */
export async function republishLoads(crm: Crm, tx: Tx, interestId: Id): Promise<void> {
  const rows = await tx<{ executor_id: Id | null }[]>`SELECT DISTINCT executor_id FROM interaction WHERE interest_id = ${interestId} AND state = 'planned'`;
  await publishLoads(
    crm,
    tx,
    rows.map((e) => e.executor_id),
  );
}

/**
 * What is planned on an Interest that is closed, and the open tasks about it: nothing linked is orphaned (IN-15). Without a decision throws
 * planned_interactions_remain with the counts; otherwise they stay, are cancelled, or go to another open Interest of the same party.
 */
export async function settlePlanned(
  crm: Crm,
  tx: Tx,
  principal: Principal | null,
  actor: Actor,
  interest: InterestRecord,
  how: { plannedInteractions: "keep" | "cancel" | "move" | null; moveToId: Id | null },
): Promise<void> {
  const planned = await tx<InteractionRecord[]>`
    SELECT *, upper(occurred) AS ended_at FROM interaction WHERE interest_id = ${interest.id} AND state = 'planned' ORDER BY id FOR UPDATE`;
  const tasks = await tx<{ id: Id; state: string }[]>`
    SELECT id, state FROM task WHERE interest_id = ${interest.id} AND subject_kind = 'interest' AND state IN ('new', 'accepted', 'in_work') ORDER BY id FOR UPDATE`;
  if (planned.length + tasks.length === 0) return;
  const decision = how.plannedInteractions;
  if (decision === null) throw new AppError("planned_interactions_remain", { count: planned.length, tasks: tasks.length });
  if (decision === "keep") return;
  if (decision === "cancel") {
    for (const item of planned) await cancelInteraction(crm, tx, actor, item);
    for (const task of tasks) {
      await tx`UPDATE task SET state = 'cancelled', version = version + 1 WHERE id = ${task.id}`;
      await crm.audit(tx, actor, { objectKind: "task", objectId: task.id, action: "cancel", changes: { state: [task.state, "cancelled"] } });
    }
    return;
  }
  const right = principal === null ? tx`true` : allowed(tx, principal, "interest", "edit", "i.responsible_id");
  const [target] = await tx<{ id: Id }[]>`
    SELECT i.id FROM interest i WHERE i.id = ${how.moveToId} AND i.id <> ${interest.id} AND i.status = 'open' AND ${right}
      AND (i.customer_id = ${interest.customer_id}::uuid OR i.lead_id = ${interest.lead_id}::uuid) FOR UPDATE OF i`;
  if (target === undefined) throw new AppError("validation", { fields: { moveToId: "unknown" } });
  for (const { id } of planned) {
    await tx`UPDATE interaction SET interest_id = ${target.id}, version = version + 1 WHERE id = ${id}`;
    await crm.audit(tx, actor, { objectKind: "interaction", objectId: id, action: "move", changes: { interest_id: [interest.id, target.id] } });
  }
  for (const { id } of tasks) {
    await tx`UPDATE task SET interest_id = ${target.id}, version = version + 1 WHERE id = ${id}`;
    await crm.audit(tx, actor, { objectKind: "task", objectId: id, action: "move", changes: { interest_id: [interest.id, target.id] } });
  }
  await republishLoads(crm, tx, target.id);
}
