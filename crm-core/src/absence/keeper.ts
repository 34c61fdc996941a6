import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { type Crm, type StreamHandler, systemActor } from "../context.ts";
import { recordDelegations } from "./delegate.ts";
import { type Kind, moveObjects } from "./objects.ts";
import { findSubstitute } from "./stand-in.ts";

const ACTOR = systemActor("absences");

/**
 * During an absence (B8): what comes for the absent person goes to who stands in and is written down. Dialogs are brought there by the
 * router; inquiries dispatched to the absent person are passed on here. A call is over when it ends: there is nothing to hand back.
 */
export function createAbsenceKeeper(crm: Crm): StreamHandler {
  return {
    kinds: ["dialog.assigned", "inquiry.changed"],
    async handle(tx, events) {
      const away = await tx<{ id: Id; employee_id: Id; created_by: Id | null }[]>`SELECT id, employee_id, created_by FROM absence WHERE state = 'active'`;
      if (away.length === 0) return;
      const dialogs = events.flatMap((e) => (e.kind === "dialog.assigned" && e.dialogId !== null ? [e.dialogId] : []));
      if (dialogs.length > 0) await keepDialogs(crm, tx, dialogs);
      const inquiries = events.flatMap((e) => (e.kind === "inquiry.changed" && e.payload.status === "dispatched" ? [e.payload.inquiryId] : []));
      if (inquiries.length > 0) await passOnInquiries(crm, tx, inquiries);
    },
  };
}

/** Written dialogs whose responsible is absent and which the substitute of the routing decision has now. */
async function keepDialogs(crm: Crm, tx: Tx, ids: readonly Id[]): Promise<void> {
  const rows = await tx<{ absence_id: Id; absent_id: Id; dialog_id: Id; employee_id: Id }[]>`
    SELECT DISTINCT ON (a.dialog_id) x.id AS absence_id, x.employee_id AS absent_id, a.dialog_id, a.employee_id
    FROM assignment a JOIN entry e ON e.id = a.entry_id JOIN absence x ON x.employee_id = e.responsible_id AND x.state = 'active'
    WHERE a.dialog_id = ANY(${[...ids]}::uuid[]) AND a.ended_at IS NULL AND a.medium <> 'voice' AND a.employee_id = e.substitute_id AND a.employee_id <> x.employee_id
    ORDER BY a.dialog_id`;
  for (const r of rows) await recordDelegations(crm, tx, { id: r.absence_id, employee_id: r.absent_id }, [{ kind: "dialog", id: r.dialog_id }], r.employee_id);
}

async function passOnInquiries(crm: Crm, tx: Tx, ids: readonly Id[]): Promise<void> {
  const rows = await tx<{ absence_id: Id; absent_id: Id; created_by: Id | null; id: Id }[]>`
    SELECT x.id AS absence_id, x.employee_id AS absent_id, x.created_by, q.id FROM inquiry q JOIN absence x ON x.employee_id = q.dispatched_to AND x.state = 'active'
    WHERE q.id = ANY(${[...new Set(ids)]}::uuid[]) AND q.status = 'dispatched' FOR UPDATE OF q`;
  for (const r of rows) {
    const { substituteId } = await findSubstitute(tx, r.absent_id, new Date(crm.clock.now()));
    const hands = { from: r.absent_id, to: substituteId, by: r.created_by ?? r.absent_id };
    const kind: Kind = "inquiry";
    const moved = await moveObjects(crm, tx, ACTOR, [{ kind, id: r.id }], hands, "delegate");
    await recordDelegations(crm, tx, { id: r.absence_id, employee_id: r.absent_id }, moved, substituteId);
  }
}
