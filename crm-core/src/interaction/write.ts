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
import { notify, settle } from "../notification/notify.ts";
import { setSubject } from "../task/events.ts";
import { joinChain } from "./chain.ts";
import { points } from "./recorder.ts";
import { related } from "./related.ts";
import { checkPlanned, type InteractionRecord, type Locked, tookPlace } from "./rules.ts";
import { type State, statusFor, statusOf, typeOf } from "./types.ts";

/** What a caller must say of a new Interaction; the rest is as the contract's body has it when left out. */
type Optional = "statusId" | "result" | "place" | "parentId" | "about" | "minutes" | "occurredFrom";
export type NewInteraction = Omit<z.infer<typeof InteractionBody>, Optional> & Partial<Pick<z.infer<typeof InteractionBody>, Optional>>;

/**
 * Registers an Interaction: planned when it has a time in the plan, otherwise done, at the time that is said or just now. Whom it is with comes from its Interest or its original
 * where the body names nobody. A reply (`parentId`) and a next step (`previousId`) join the chain of what they came from; `about` names
 * another subject (IA-05). Throws validation (unknown type, a status of another type or that does not fit, nobody to relate it to).
 */
export async function createInteraction(crm: Crm, tx: Tx, actor: Actor, body: NewInteraction, previousId: Id | null = null): Promise<Id> {
  const type = await typeOf(tx, body.typeId);
  if (type === null) throw new AppError("validation", { fields: { typeId: "unknown" } });
  const who = await related(tx, body);
  const now = crm.clock.now();
  const planned = body.plannedFrom !== null;
  const status = await statusFor(tx, type, body.statusId ?? null, planned);
  const length = (body.minutes ?? type.defaultMinutes) * 60_000;
  if (planned && body.occurredFrom != null) throw new AppError("validation", { fields: { occurredFrom: "planned" } });
  const start = planned ? Date.parse(body.plannedFrom as string) : 0;
  const { from, to } = planned
    ? { from: new Date(start), to: new Date(start + length) }
    : tookPlace(now, { said: body.occurredFrom == null ? null : Date.parse(body.occurredFrom), lengthMs: length, plannedFrom: null });
  const executorId = body.executorId ?? actor.id;
  const isTouch = status.state === "done" && type.countsAsTouch;
  const parentId = body.parentId ?? previousId;
  const [row] = await tx<{ id: Id }[]>`
    INSERT INTO interaction (type_id, status_id, state, direction, customer_id, contact_id, lead_id, interest_id, executor_id, author_id, subject, description, result, place, planned, occurred, is_touch, parent_id, created_at, closed_at)
    VALUES (${type.id}, ${status.id}, ${status.state}, ${body.direction}, ${who.customerId}, ${who.contactId}, ${who.leadId}, ${who.interestId}, ${executorId}, ${actor.id}, ${body.subject}, ${body.description}, ${body.result ?? null}, ${body.place ?? null},
      ${planned ? tx`tstzrange(${from}, ${to})` : null}, ${planned ? null : tx`tstzrange(${from}, ${to}, '[]')`}, ${isTouch}, ${parentId}, ${new Date(now)}, ${planned ? null : new Date(now)}) RETURNING id`;
  const { id } = row as { id: Id };
  if (body.about != null) await setSubject(crm, tx, actor, id, body.about);
  else if (parentId !== null) await joinChain(tx, { kind: "interaction", id }, { kind: "interaction", id: parentId }, new Date(now));
  await crm.audit(tx, actor, {
    objectKind: "interaction",
    objectId: id,
    action: "create",
    changes: {
      state: [null, status.state],
      subject: [null, body.subject],
      planned_from: [null, planned ? from.toISOString() : null],
      occurred_from: [null, planned ? null : from.toISOString()],
      executor_id: [null, executorId],
    },
  });
  if (planned) {
    await publishLoads(crm, tx, [executorId]);
    await tellExecutor(crm, tx, actor, id, executorId, { title: body.subject, at: from.toISOString() });
  } else {
    await freeze(tx, id);
    await touch(tx, to, { interestIds: [who.interestId], customerIds: isTouch ? [who.customerId] : [] });
  }
  await crm.emit(tx, [{ kind: "interaction.recorded", dialogId: null, payload: { interactionId: id } }]);
  return id;
}

/** Whoever gets a planned one from somebody else is told. */
export async function tellExecutor(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  id: Id,
  executorId: Id | null,
  payload: { title: string; at: string | null },
): Promise<void> {
  if (executorId === null) return;
  const key = `${id} ${payload.at ?? ""}`;
  await notify(tx, crm, { employeeId: executorId, event: "handover", object: "interaction", objectId: id, key, payload, byId: actor.id });
}

/** Completes a planned one and plans the next in the same save (IA-01). Returns the id of the next, if any. */
export async function completeInteraction(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  item: Locked,
  body: { statusId: Id | null; result: string | null; occurredFrom: string | null; minutes: number | null; next: NewInteraction | null },
): Promise<Id | null> {
  checkPlanned(item);
  const type = await typeOf(tx, item.type_id, true);
  let status = { id: type?.statuses.done as Id, state: "done" as State };
  if (body.statusId !== null) {
    status = await statusOf(tx, item.type_id, body.statusId);
    if (status.state !== "done" && status.state !== "failed") throw new AppError("validation", { fields: { statusId: "not_an_end" } });
  }
  const now = new Date(crm.clock.now());
  const plannedFrom = item.planned_from?.getTime() ?? null;
  const lengthMs = body.minutes !== null ? body.minutes * 60_000 : (item.planned_to?.getTime() ?? 0) - (plannedFrom ?? 0);
  const { from, to } = tookPlace(now.getTime(), { said: body.occurredFrom === null ? null : Date.parse(body.occurredFrom), lengthMs, plannedFrom });
  const isTouch = status.state === "done" && (type?.countsAsTouch ?? true);
  await tx`
    UPDATE interaction SET state = ${status.state}, status_id = ${status.id}, result = ${body.result}, is_touch = ${isTouch}, version = version + 1,
      occurred = tstzrange(${from}, ${to}, '[]'), closed_at = ${now} WHERE id = ${item.id}`;
  await freeze(tx, item.id);
  await settle(tx, crm, item.id);
  await crm.audit(tx, actor, {
    objectKind: "interaction",
    objectId: item.id,
    action: "complete",
    changes: differences(
      { state: item.state, result: null, occurred_from: null },
      { state: status.state, result: body.result, occurred_from: from.toISOString() },
    ),
  });
  await touch(tx, to, { interestIds: [item.interest_id], customerIds: isTouch ? [item.customer_id] : [] });
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
  const type = await typeOf(tx, item.type_id, true);
  await tx`UPDATE interaction SET state = 'cancelled', status_id = ${type?.statuses.cancelled as Id}, version = version + 1 WHERE id = ${item.id}`;
  await freeze(tx, item.id);
  await settle(tx, crm, item.id);
  await crm.audit(tx, actor, { objectKind: "interaction", objectId: item.id, action: "cancel", changes: { state: ["planned", "cancelled"] } });
  await publishLoads(crm, tx, [item.executor_id]);
  await crm.emit(tx, [{ kind: "interaction.recorded", dialogId: null, payload: { interactionId: item.id } }]);
}

/** Load points stop following the stage once the item is over (B2). */
async function freeze(tx: Tx, id: Id): Promise<void> {
  await tx`UPDATE interaction SET points = ${points(tx, "interaction")} WHERE id = ${id}`;
}
