import type { InteractionPatch } from "@kommutator/contract/api/interaction";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { differences } from "../audit/index.ts";
import { columnsOf } from "../change.ts";
import type { Crm } from "../context.ts";
import { publishLoads } from "../load/index.ts";
import { settle } from "../notification/notify.ts";
import { endSubject, setSubject } from "../task/events.ts";
import { leaveChain } from "./chain.ts";
import { checkPatch, type Locked } from "./rules.ts";
import { statusOf } from "./types.ts";
import { tellExecutor } from "./write.ts";

const COLUMNS = {
  subject: "subject",
  description: "description",
  result: "result",
  place: "place",
  executorId: "executor_id",
  statusId: "status_id",
  interestId: "interest_id",
};

/**
 * Changes one Interaction as far as its state allows (IA-01). One that is moved or given away takes its reminders with it: the old ones
 * are settled, the new time makes new ones (IA-07). Throws validation naming the fields.
 */
export async function editInteraction(crm: Crm, tx: Tx, actor: Actor, item: Locked, patch: z.infer<typeof InteractionPatch>): Promise<void> {
  checkPatch(item, patch, actor.id as Id, crm.clock.now());
  if (patch.statusId !== undefined && (await statusOf(tx, item.type_id, patch.statusId)).state !== "planned")
    throw new AppError("validation", { fields: { statusId: "not_planned" } });
  if (patch.interestId != null) await requireOwn(tx, item, patch.interestId);
  const columns = columnsOf(patch, COLUMNS);
  const [before] = await tx`SELECT subject, description, result, place, executor_id, status_id, interest_id FROM interaction WHERE id = ${item.id}`;
  const changes = differences({ ...before }, columns);
  if (Object.keys(columns).length > 0) await tx`UPDATE interaction SET ${tx(columns)} WHERE id = ${item.id}`;
  const from = patch.plannedFrom === undefined ? item.planned_from : new Date(patch.plannedFrom);
  const moved = from?.getTime() !== item.planned_from?.getTime();
  if (from !== null && (moved || patch.minutes !== undefined)) {
    const length = patch.minutes === undefined ? (item.planned_to as Date).getTime() - (item.planned_from as Date).getTime() : patch.minutes * 60_000;
    await tx`UPDATE interaction SET planned = tstzrange(${from}, ${new Date(from.getTime() + length)}), reschedule_count = reschedule_count + ${moved ? 1 : 0} WHERE id = ${item.id}`;
    Object.assign(changes, differences({ planned_from: item.planned_from, minutes: minutesOf(item) }, { planned_from: from, minutes: length / 60_000 }));
  }
  if (patch.about !== undefined) {
    if (patch.about === null) {
      await endSubject(crm, tx, actor, item.id);
      await leaveChain(tx, { kind: "interaction", id: item.id });
    } else await setSubject(crm, tx, actor, item.id, patch.about);
    Object.assign(changes, { about: [null, patch.about] });
  }
  await tx`UPDATE interaction SET version = version + 1 WHERE id = ${item.id}`;
  await crm.audit(tx, actor, { objectKind: "interaction", objectId: item.id, action: "edit", changes });
  if (item.state === "planned") {
    const given = changes["executor_id"] !== undefined;
    if (moved || given) await settle(tx, crm, item.id);
    if (given) await tellExecutor(crm, tx, actor, item.id, patch.executorId as Id, { title: patch.subject ?? item.subject, at: from?.toISOString() ?? null });
    await publishLoads(crm, tx, [item.executor_id, patch.executorId ?? null]);
  }
  await crm.emit(tx, [{ kind: "interaction.recorded", dialogId: null, payload: { interactionId: item.id } }]);
}

const minutesOf = (item: Locked): number | null =>
  item.planned_from === null || item.planned_to === null ? null : (item.planned_to.getTime() - item.planned_from.getTime()) / 60_000;

/** An Interaction goes into an Interest of the same person only. */
async function requireOwn(tx: Tx, item: Locked, interestId: Id): Promise<void> {
  const rows = await tx`
    SELECT 1 FROM interest WHERE id = ${interestId} AND ((customer_id IS NOT NULL AND customer_id = ${item.customer_id}::uuid) OR (customer_id IS NULL AND lead_id = ${item.lead_id}::uuid))`;
  if (rows.length === 0) throw new AppError("validation", { fields: { interestId: "of_another" } });
}
