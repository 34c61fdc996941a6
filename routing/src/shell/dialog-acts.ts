import { type Principal, type Scope, scopeOf, within } from "@kommutator/contract/access";
import type { Db } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id, Medium } from "@kommutator/contract/ids";
import type { Actor, Clock, WriteAudit } from "@kommutator/contract/ports";
import type { Submit } from "./outcome.ts";

/** What people do with offers and dialogs by hand. Each act is an input; the answer is given when its decision is durable. */
export interface ActDeps {
  sql: Db;
  clock: Clock;
  submit: Submit;
  audit: WriteAudit;
}

interface OfferNow {
  employee_id: Id;
  medium: Medium;
  state: string;
  dialog_id: Id;
  ended: boolean;
  holder_id: Id | null;
  holder: string | null;
}

async function readOffer(sql: Db, offerId: Id): Promise<OfferNow | undefined> {
  const [row] = await sql<OfferNow[]>`
    SELECT o.employee_id, e.medium, o.state, o.dialog_id, o.ended_at IS NOT NULL AS ended, a.employee_id AS holder_id, h.full_name AS holder
    FROM offer o JOIN entry e ON e.id = o.entry_id
    LEFT JOIN assignment a ON a.dialog_id = o.dialog_id AND a.ended_at IS NULL LEFT JOIN employee h ON h.id = a.employee_id WHERE o.id = ${offerId}`;
  return row;
}

/** Somebody else has the dialog (who), or the offer is over. */
function lost(offer: OfferNow): AppError {
  if (offer.holder_id !== null && offer.holder_id !== offer.employee_id)
    return new AppError("already_taken", { employee: { id: offer.holder_id, name: offer.holder } });
  return new AppError("offer_expired", { outcome: offer.state });
}

/** Accepts one's own offer. A call's offer is decided by the device; pressing the button for it succeeds while it still rings. */
export async function acceptOffer(deps: ActDeps, principal: Principal, offerId: Id): Promise<void> {
  const before = await readOffer(deps.sql, offerId);
  if (before === undefined || before.employee_id !== principal.employeeId) throw new AppError("not_found");
  if (before.state === "accepted") return;
  if (before.ended) throw lost(before);
  await deps.submit({ kind: "offer.accept", offerId, employeeId: principal.employeeId, at: deps.clock.now() });
  const after = (await readOffer(deps.sql, offerId)) ?? before;
  if (after.state === "accepted" || (after.medium === "voice" && !after.ended)) return;
  throw lost(after);
}

export async function rejectOffer(deps: ActDeps, principal: Principal, offerId: Id): Promise<void> {
  const before = await readOffer(deps.sql, offerId);
  if (before === undefined || before.employee_id !== principal.employeeId) throw new AppError("not_found");
  if (before.state === "rejected") return;
  if (before.ended) throw lost(before);
  await deps.submit({ kind: "offer.reject", offerId, employeeId: principal.employeeId, at: deps.clock.now() });
  const after = (await readOffer(deps.sql, offerId)) ?? before;
  if (after.state !== "rejected") throw lost(after);
}

interface DialogNow {
  id: Id;
  medium: Medium;
  open: boolean;
  holder_id: Id | null;
  holder: string | null;
  holder_department_id: Id | null;
  queue_id: Id | null;
  queue_department_id: Id | null;
  member: boolean;
  touched: boolean;
  offered_to: Id | null;
  offer_rung: string | null;
}

async function readDialog(sql: Db, principal: Principal, dialogId: Id): Promise<DialogNow | undefined> {
  const me = principal.employeeId;
  const [row] = await sql<DialogNow[]>`
    SELECT d.id, d.medium, d.closed_at IS NULL AS open, a.employee_id AS holder_id, h.full_name AS holder, h.department_id AS holder_department_id,
      e.queue_id, q.department_id AS queue_department_id, EXISTS (SELECT 1 FROM queue_member m WHERE m.queue_id = q.id AND m.employee_id = ${me}) AS member,
      EXISTS (SELECT 1 FROM offer o2 WHERE o2.dialog_id = d.id AND o2.employee_id = ${me}) OR EXISTS (SELECT 1 FROM assignment a2 WHERE a2.dialog_id = d.id AND a2.employee_id = ${me}) AS touched,
      o.employee_id AS offered_to, o.rung AS offer_rung
    FROM dialog d JOIN channel c ON c.id = d.channel_id
    LEFT JOIN assignment a ON a.dialog_id = d.id AND a.ended_at IS NULL LEFT JOIN employee h ON h.id = a.employee_id
    LEFT JOIN entry e ON e.dialog_id = d.id AND e.ended_at IS NULL LEFT JOIN queue q ON q.id = coalesce(e.queue_id, a.queue_id, c.queue_id)
    LEFT JOIN offer o ON o.entry_id = e.id AND o.ended_at IS NULL
    WHERE d.id = ${dialogId}`;
  return row;
}

/** May this person see the dialog: had to do with it, serves its queue while nobody has it, or their scope reaches its holder or queue. */
function sees(principal: Principal, scope: Scope | null, d: DialogNow): boolean {
  if (scope === null) return false;
  if (d.touched || (d.holder_id === null && d.member)) return true;
  return reaches(principal, scope, d);
}

function reaches(principal: Principal, scope: Scope | null, d: DialogNow): boolean {
  if (d.holder_id !== null) return within(principal, scope, { employeeId: d.holder_id, departmentId: d.holder_department_id });
  return scope === "all" || (d.queue_department_id !== null && within(principal, scope, { employeeId: null, departmentId: d.queue_department_id }));
}

export async function mustSee(sql: Db, principal: Principal, dialogId: Id): Promise<void> {
  const d = await readDialog(sql, principal, dialogId);
  if (d === undefined || !sees(principal, scopeOf(principal, "dialog", "read"), d)) throw new AppError("not_found");
}

/**
 * Takes a dialog: from the queue by whoever serves it, from a colleague with the right to assign that reaches the colleague.
 * Two who take at once: one has it, the other learns from whom.
 */
export async function takeDialog(deps: ActDeps, principal: Principal, actor: Actor, dialogId: Id): Promise<void> {
  const before = await readDialog(deps.sql, principal, dialogId);
  if (before === undefined || !sees(principal, scopeOf(principal, "dialog", "read"), before)) throw new AppError("not_found");
  if (!before.open) throw new AppError("dialog_closed");
  if (before.holder_id === principal.employeeId) return;
  if (before.holder_id !== null && !reaches(principal, scopeOf(principal, "dialog", "assign"), before))
    throw new AppError("already_taken", { employee: { id: before.holder_id, name: before.holder } });
  await submitAssign(deps, actor, dialogId, principal.employeeId, principal.employeeId, before.holder_id);
  await mustHave(deps, principal, dialogId, principal.employeeId);
}

/** Gives a dialog to somebody, or (`null`) back to the queue. One's own may be given away with scope `own`. */
export async function assignDialog(deps: ActDeps, principal: Principal, actor: Actor, dialogId: Id, employeeId: Id | null): Promise<void> {
  const scope = scopeOf(principal, "dialog", "assign");
  const before = await readDialog(deps.sql, principal, dialogId);
  if (before === undefined || !sees(principal, scopeOf(principal, "dialog", "read"), before)) throw new AppError("not_found");
  const own = before.holder_id === principal.employeeId;
  if (!(own && (employeeId === null || scope !== null)) && !reaches(principal, scope, before)) throw new AppError("forbidden");
  if (!before.open) throw new AppError("dialog_closed");
  if (employeeId === before.holder_id && employeeId !== null) return;
  if (employeeId !== null) {
    const [target] = await deps.sql`SELECT 1 FROM employee WHERE id = ${employeeId} AND state = 'active'`;
    if (target === undefined) throw new AppError("not_found");
  }
  await submitAssign(deps, actor, dialogId, employeeId, principal.employeeId, before.holder_id);
  await mustHave(deps, principal, dialogId, employeeId);
}

async function submitAssign(deps: ActDeps, actor: Actor, dialogId: Id, employeeId: Id | null, by: Id, from: Id | null): Promise<void> {
  await deps.submit({ kind: "dialog.assign", dialogId, employeeId, by, from, at: deps.clock.now() }, async (tx) =>
    deps.audit(tx, actor, { objectKind: "dialog", objectId: dialogId, action: "assign", changes: { assignee: { from, to: employeeId } } }),
  );
}

/** After the decision: has the dialog gone where it was sent? A call counts when the chosen phone rings. */
async function mustHave(deps: ActDeps, principal: Principal, dialogId: Id, employeeId: Id | null): Promise<void> {
  const after = await readDialog(deps.sql, principal, dialogId);
  if (after === undefined) throw new AppError("not_found");
  if (after.holder_id === employeeId && (employeeId !== null || after.queue_id !== null)) return;
  if (employeeId !== null && after.offered_to === employeeId) return;
  if (!after.open) throw new AppError("dialog_closed");
  if (after.holder_id !== null && after.holder_id !== employeeId && after.medium !== "voice")
    throw new AppError("already_taken", { employee: { id: after.holder_id, name: after.holder } });
  throw new AppError(after.medium === "voice" && after.holder_id === null ? "phone_unavailable" : "unsupported");
}
