import type { InteractionBody } from "@kommutator/contract/api/interaction";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { differences } from "../audit/index.ts";
import type { Crm } from "../context.ts";
import { touch } from "../interest/open.ts";
import { publishLoads } from "../load/index.ts";
import { points } from "./recorder.ts";
import { checkPlanned, type InteractionRecord } from "./rules.ts";
import { typeOf } from "./types.ts";

export type NewInteraction = z.infer<typeof InteractionBody>;

/**
 * Registers an Interaction: planned when it has a time, otherwise done just now. Whom it is with comes from its Interest where the
 * body names nobody. Throws validation (unknown type, nobody to relate it to).
 */
export async function createInteraction(crm: Crm, tx: Tx, actor: Actor, body: NewInteraction, parentId: Id | null = null): Promise<Id> {
  const type = await typeOf(tx, body.typeId);
  if (type === null) throw new AppError("validation", { fields: { typeId: "unknown" } });
  const who = await related(tx, body);
  const now = crm.clock.now();
  const planned = body.plannedFrom !== null;
  const from = planned ? new Date(body.plannedFrom as string) : new Date(now - body.minutes * 60_000);
  const to = planned ? new Date(from.getTime() + body.minutes * 60_000) : new Date(now);
  const executorId = body.executorId ?? actor.id;
  const state = planned ? "planned" : "done";
  const [row] = await tx<{ id: Id }[]>`
    INSERT INTO interaction (type_id, status_id, state, direction, customer_id, contact_id, lead_id, interest_id, executor_id, author_id, subject, description, planned, occurred, is_touch, parent_id, created_at)
    VALUES (${type.id}, ${type.statuses[state]}, ${state}, ${body.direction}, ${who.customerId}, ${who.contactId}, ${who.leadId}, ${body.interestId}, ${executorId}, ${actor.id}, ${body.subject}, ${body.description},
      ${planned ? tx`tstzrange(${from}, ${to})` : null}, ${planned ? null : tx`tstzrange(${from}, ${to}, '[]')`}, ${!planned && type.countsAsTouch}, ${parentId}, ${new Date(now)}) RETURNING id`;
  const { id } = row as { id: Id };
  await crm.audit(tx, actor, {
    objectKind: "interaction",
    objectId: id,
    action: "create",
    changes: {
      state: [null, state],
      subject: [null, body.subject],
      planned_from: [null, planned ? from.toISOString() : null],
      executor_id: [null, executorId],
    },
  });
  if (planned) await publishLoads(crm, tx, [executorId]);
  else {
    await freeze(tx, id);
    await touch(tx, to, { interestIds: [body.interestId], customerIds: type.countsAsTouch ? [who.customerId] : [] });
    await crm.emit(tx, [{ kind: "interaction.recorded", dialogId: null, payload: { interactionId: id } }]);
  }
  return id;
}

/** Completes a planned one and plans the next in the same save (IA-01). Returns the id of the next, if any. */
export async function completeInteraction(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  item: InteractionRecord & { interest_id: Id | null; customer_id: Id | null; contact_id: Id | null; lead_id: Id | null },
  body: { statusId: Id | null; result: string | null; next: NewInteraction | null },
): Promise<Id | null> {
  checkPlanned(item);
  const type = await typeOf(tx, item.type_id);
  let status = { id: type?.statuses.done as Id, state: "done" as "done" | "failed" };
  if (body.statusId !== null) {
    const [chosen] = await tx<{ id: Id; state: "done" | "failed" }[]>`
      SELECT id, state FROM interaction_status WHERE id = ${body.statusId} AND type_id = ${item.type_id} AND state IN ('done', 'failed')`;
    if (chosen === undefined) throw new AppError("validation", { fields: { statusId: "unknown" } });
    status = chosen;
  }
  const now = new Date(crm.clock.now());
  const isTouch = status.state === "done" && (type?.countsAsTouch ?? true);
  await tx`
    UPDATE interaction SET state = ${status.state}, status_id = ${status.id}, result = ${body.result}, is_touch = ${isTouch}, version = version + 1,
      occurred = tstzrange(least(lower(planned), ${now}::timestamptz), ${now}, '[]') WHERE id = ${item.id}`;
  await freeze(tx, item.id);
  await crm.audit(tx, actor, {
    objectKind: "interaction",
    objectId: item.id,
    action: "complete",
    changes: differences({ state: item.state, result: null }, { state: status.state, result: body.result }),
  });
  await touch(tx, now, { interestIds: [item.interest_id], customerIds: isTouch ? [item.customer_id] : [] });
  const next =
    body.next === null
      ? null
      : await createInteraction(
          crm,
          tx,
          actor,
          {
            ...body.next,
            interestId: body.next.interestId ?? item.interest_id,
            customerId: body.next.customerId ?? item.customer_id,
            contactId: body.next.contactId ?? item.contact_id,
            leadId: body.next.leadId ?? item.lead_id,
            executorId: body.next.executorId ?? item.executor_id,
          },
          item.id,
        );
  await publishLoads(crm, tx, [item.executor_id]);
  await crm.emit(tx, [{ kind: "interaction.recorded", dialogId: null, payload: { interactionId: item.id } }]);
  return next;
}

export async function cancelInteraction(crm: Crm, tx: Tx, actor: Actor, item: InteractionRecord): Promise<void> {
  checkPlanned(item);
  const type = await typeOf(tx, item.type_id);
  await tx`UPDATE interaction SET state = 'cancelled', status_id = ${type?.statuses.cancelled as Id}, version = version + 1 WHERE id = ${item.id}`;
  await freeze(tx, item.id);
  await crm.audit(tx, actor, { objectKind: "interaction", objectId: item.id, action: "cancel", changes: { state: ["planned", "cancelled"] } });
  await publishLoads(crm, tx, [item.executor_id]);
  await crm.emit(tx, [{ kind: "interaction.recorded", dialogId: null, payload: { interactionId: item.id } }]);
}

/** Load points stop following the stage once the item is over (B2). */
async function freeze(tx: Tx, id: Id): Promise<void> {
  await tx`UPDATE interaction SET points = ${points(tx, "interaction")} WHERE id = ${id}`;
}

/** With whom: as given, else the Interest's person. An Interest of somebody else is refused. */
async function related(tx: Tx, body: NewInteraction): Promise<{ customerId: Id | null; contactId: Id | null; leadId: Id | null }> {
  let who = { customerId: body.customerId, contactId: body.contactId, leadId: body.leadId };
  if (body.interestId !== null) {
    const [interest] = await tx<{ customerId: Id | null; contactId: Id | null; leadId: Id | null }[]>`
      SELECT customer_id AS "customerId", contact_id AS "contactId", lead_id AS "leadId" FROM interest WHERE id = ${body.interestId}`;
    if (interest === undefined) throw new AppError("validation", { fields: { interestId: "unknown" } });
    if (who.customerId === null && who.leadId === null) who = { ...interest, contactId: who.contactId ?? interest.contactId };
    else if ((who.customerId ?? interest.customerId) !== interest.customerId || (who.customerId === null && who.leadId !== interest.leadId))
      throw new AppError("validation", { fields: { interestId: "of_another" } });
  }
  if (who.customerId === null && who.leadId === null && who.contactId === null) throw new AppError("validation", { fields: { customerId: "required" } });
  return who;
}
