import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { loadCalendars } from "../calendar.ts";
import type { Crm, Query } from "../context.ts";
import { candidatesOf } from "../load/index.ts";
import { dueAt, leastLoaded } from "../load/rules.ts";
import { notify, settle } from "../notification/notify.ts";
import { headsAbove } from "./chain.ts";
import type { Person } from "./person.ts";
import { type PurposeRow, queueOf } from "./sql.ts";

/** Time for a matter whose purpose names none (B19: 15 minutes). */
const USUAL_SLA_S = 900;

/** Who is to go on with a matter: a colleague, or whoever of a queue takes it. */
export type Target = { employeeId: Id; queueId: null } | { employeeId: null; queueId: Id };
/** One of the two that is named; null: neither. */
export function asTarget({ employeeId, queueId }: { employeeId: Id | null; queueId: Id | null }): Target | null {
  if (employeeId !== null) return { employeeId, queueId: null };
  return queueId === null ? null : { employeeId: null, queueId };
}
/** Why the rule of a purpose names this target; "me": whoever receives it serves such matters. */
export type Proposed = Target & { why: "fixed" | "responsible" | "me" | "least_loaded" | "queue" };

interface Handed {
  id: Id;
  dialog_id: Id | null;
  dispatched_to: Id | null;
  received_by: Id | null;
}

/**
 * Hands an open inquiry to somebody or to a queue (RG-08): the deadline runs anew in the receiver's working time, the hand-over is kept for
 * ever, the receiver is told. `by`: null when a rule or the house did it.
 */
export async function handOver(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  inquiry: Handed,
  to: Target,
  why: { purpose: PurposeRow | null; ruleId: Id | null; reason: string | null },
): Promise<void> {
  const now = crm.clock.now();
  const due = await deadline(tx, to, why.purpose, now);
  const at = new Date(now);
  await tx`
    UPDATE inquiry SET status = 'dispatched', purpose_id = coalesce(${why.purpose?.id ?? null}::uuid, purpose_id), dispatched_to = ${to.employeeId}, dispatch_queue_id = ${to.queueId}, dispatched_at = ${at},
      due_at = ${due}, escalated = 0, version = version + 1 WHERE id = ${inquiry.id}`;
  await rememberDispatch(crm, tx, actor, inquiry, to, { ...why, due });
  await crm.emit(tx, [
    {
      kind: "inquiry.changed",
      dialogId: inquiry.dialog_id,
      payload: { inquiryId: inquiry.id, status: "dispatched", left: inquiry.dispatched_to ?? inquiry.received_by },
    },
  ]);
}

/** The row of the history, the trace and the notice of one hand-over. */
export async function rememberDispatch(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  inquiry: Handed,
  to: Target,
  why: { purpose: PurposeRow | null; ruleId: Id | null; reason: string | null; due: Date },
): Promise<void> {
  const from = inquiry.dispatched_to ?? inquiry.received_by;
  const [made] = await tx<{ id: Id }[]>`
    INSERT INTO inquiry_dispatch ${tx({
      inquiry_id: inquiry.id,
      at: new Date(crm.clock.now()),
      by_id: actor.kind === "employee" ? actor.id : null,
      rule_id: why.ruleId,
      from_id: from,
      to_id: to.employeeId,
      queue_id: to.queueId,
      purpose_id: why.purpose?.id ?? null,
      due_at: why.due,
      reason: why.reason,
    })} RETURNING id`;
  await crm.audit(tx, actor, {
    objectKind: "inquiry",
    objectId: inquiry.id,
    action: "dispatch",
    changes: { dispatched_to: [from, to.employeeId], dispatch_queue_id: [null, to.queueId], due_at: [null, why.due.toISOString()], reason: [null, why.reason] },
  });
  // Whoever had it before need not be reminded of it any more.
  await settle(tx, crm, inquiry.id, ["inquiry.deadline", "handover"]);
  const people = to.employeeId !== null ? [to.employeeId] : await peopleOf(tx, to.queueId);
  const payload = {
    ...(await titleOf(tx, inquiry.id)),
    at: why.due.toISOString(),
    reason: why.reason,
    purpose: why.purpose === null ? null : { id: why.purpose.id, name: why.purpose.name },
  };
  for (const employeeId of people)
    await notify(tx, crm, {
      employeeId,
      event: "handover",
      object: "inquiry",
      objectId: inquiry.id,
      key: `inquiry ${made?.id}`,
      payload,
      byId: actor.kind === "employee" ? actor.id : null,
      dialogId: inquiry.dialog_id,
    });
}

/** Who hears of what comes to a queue: its people; the head of its department when it has none. */
async function peopleOf(tx: Tx, queueId: Id): Promise<Id[]> {
  const members = await tx<{ id: Id }[]>`
    SELECT m.employee_id AS id FROM queue_member m JOIN employee e ON e.id = m.employee_id AND e.state = 'active' WHERE m.queue_id = ${queueId} ORDER BY 1 LIMIT 200`;
  return members.length > 0 ? members.map((m) => m.id) : (await headsAbove(tx, null, queueId)).slice(0, 1);
}

/** Until when: the purpose's time in the working time of the receiver or the queue. */
export async function deadline(tx: Tx, to: Target, purpose: PurposeRow | null, now: number): Promise<Date> {
  const [calendar] = await tx<{ id: Id | null }[]>`
    SELECT coalesce((SELECT calendar_id FROM employee WHERE id = ${to.employeeId}::uuid), (SELECT calendar_id FROM queue WHERE id = coalesce(${to.queueId}::uuid, ${purpose?.queue_id ?? null}::uuid))) AS id`;
  const calendars = await loadCalendars(tx, calendar?.id == null ? [] : [calendar.id]);
  return dueAt(now, purpose?.sla_s ?? USUAL_SLA_S, calendars.get(calendar?.id ?? ""));
}

/** How an inquiry is called in a notice: its number and who it is about. */
export async function titleOf(tx: Tx, inquiryId: Id): Promise<{ title: string }> {
  const [row] = await tx<{ title: string }[]>`
    SELECT concat_ws(' ', '#' || q.number, coalesce(cu.name, l.contact_name, l.company_name, d.display_name, q.identity_value, d.identity_value)) AS title
    FROM inquiry q LEFT JOIN dialog d ON d.id = q.dialog_id LEFT JOIN dialog_party p ON p.dialog_id = q.dialog_id LEFT JOIN customer cu ON cu.id = p.customer_id LEFT JOIN lead l ON l.id = p.lead_id
    WHERE q.id = ${inquiryId}`;
  return { title: row?.title ?? "" };
}

/**
 * Who pursues a matter by its purpose (RG-08): the person named by the purpose, the responsible, the least loaded of the purpose's queue (of those
 * who are ready, else of all who serve), or the queue itself. `me`: who receives it, and goes on with it where the purpose's queue is theirs, where it
 * waits for them in that queue (`waitsIn`), and where nobody else would. null: nobody, which only an automatic reception meets.
 */
export async function targetOf(crm: Crm, tx: Query, purpose: PurposeRow, person: Person, me: Id | null, waitsIn: Id | null = null): Promise<Proposed | null> {
  const { dispatch, queue_id: queueId } = purpose;
  const employee = (employeeId: Id, why: Proposed["why"]): Proposed => ({ employeeId, queueId: null, why });
  if (dispatch === "fixed" || dispatch === "owner_then_least_loaded") {
    const [named] = await tx<{ id: Id }[]>`
      SELECT id FROM employee WHERE state = 'active' AND id = ${
        dispatch === "fixed"
          ? tx`${purpose.fixed_employee_id}::uuid`
          : tx`coalesce((SELECT responsible_id FROM customer WHERE id = ${person.customerId}::uuid), (SELECT responsible_id FROM lead WHERE id = ${person.leadId}::uuid))`
      }`;
    if (named !== undefined) return employee(named.id, dispatch === "fixed" ? "fixed" : "responsible");
  }
  // Whom the router has brought the caller to is one of those whom the rule would choose from: the talk is not torn in two.
  if (me !== null && (dispatch === "owner_then_least_loaded" || dispatch === "queue") && (await serves(tx, me, queueId, waitsIn))) return employee(me, "me");
  if (dispatch === "queue" && queueId !== null) return { employeeId: null, queueId, why: "queue" };
  const now = crm.clock.now();
  const least = leastLoaded(await candidatesOf(tx, queueId, "ready", now)) ?? leastLoaded(await candidatesOf(tx, queueId, "serving", now));
  if (least !== null) return employee(least.employeeId, "least_loaded");
  return me === null ? null : employee(me, "me");
}

/** Who manages an Interest: what is taken into it comes to them (B1). */
export async function managerOf(tx: Query, interestId: Id): Promise<Id | null> {
  const [row] = await tx<{ id: Id }[]>`
    SELECT e.id FROM interest i JOIN employee e ON e.id = i.responsible_id AND e.state = 'active' WHERE i.id = ${interestId}`;
  return row?.id ?? null;
}

/** Is a matter of this queue for this employee to go on with? One without a queue is for anybody. */
async function serves(tx: Query, employeeId: Id, queueId: Id | null, waitsIn: Id | null): Promise<boolean> {
  if (queueId === null || queueId === waitsIn) return true;
  return (await tx`SELECT 1 FROM queue_member WHERE queue_id = ${queueId} AND employee_id = ${employeeId}`).length > 0;
}

/** Where a matter waits that nobody is there to go on with: in the purpose's queue, else in the one through which it came. */
export async function waitingPlace(tx: Query, inquiryId: Id, purpose: PurposeRow | null): Promise<Target | null> {
  const [row] = await tx<
    { id: Id | null }[]
  >`SELECT coalesce(${purpose?.queue_id ?? null}::uuid, ${queueOf(tx)}) AS id FROM inquiry q WHERE q.id = ${inquiryId}`;
  return row?.id == null ? null : { employeeId: null, queueId: row.id };
}

/** A matter may be handed to any active colleague and to any queue in use; the colleague goes before the queue. Throws validation. */
export async function mayReceive(tx: Tx, to: { employeeId: Id | null; queueId: Id | null }): Promise<Target> {
  const rows =
    to.employeeId !== null
      ? await tx`SELECT 1 FROM employee WHERE id = ${to.employeeId} AND state = 'active'`
      : await tx`SELECT 1 FROM queue WHERE id = ${to.queueId}::uuid AND archived_at IS NULL`;
  if (rows.length === 0) throw new AppError("validation", { fields: { dispatchTo: "unknown" } });
  return to.employeeId !== null ? { employeeId: to.employeeId, queueId: null } : { employeeId: null, queueId: to.queueId as Id };
}
