import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Crm, StreamHandler } from "../context.ts";
import { recordDelegations } from "./delegate.ts";
import { passOn } from "./during.ts";

/**
 * During an absence (B8): what comes for the absent person goes to who stands in and is written down. Dialogs are brought there by the
 * router; inquiries dispatched to the absent person, what is planned for them and their new Interests are passed on here, tasks and claims as they are given. A call is over when it ends: there is nothing to hand back.
 */
export function createAbsenceKeeper(crm: Crm): StreamHandler {
  return {
    kinds: ["dialog.assigned", "inquiry.changed", "interaction.recorded", "interest.changed"],
    async handle(tx, events) {
      const away = await tx<{ id: Id; employee_id: Id; created_by: Id | null }[]>`SELECT id, employee_id, created_by FROM absence WHERE state = 'active'`;
      if (away.length === 0) return;
      const dialogs = events.flatMap((e) => (e.kind === "dialog.assigned" && e.dialogId !== null ? [e.dialogId] : []));
      if (dialogs.length > 0) await keepDialogs(crm, tx, dialogs);
      const inquiries = events.flatMap((e) => (e.kind === "inquiry.changed" && e.payload.status === "dispatched" ? [e.payload.inquiryId] : []));
      await passOn(crm, tx, "inquiry", inquiries);
      await passOn(
        crm,
        tx,
        "interaction",
        events.flatMap((e) => (e.kind === "interaction.recorded" ? [e.payload.interactionId] : [])),
      );
      await passOn(
        crm,
        tx,
        "interest",
        events.flatMap((e) => (e.kind === "interest.changed" ? [e.payload.interestId] : [])),
      );
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
