import type { Principal } from "@kommutator/contract/access";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { VersionConflict } from "../change.ts";
import type { Crm } from "../context.ts";
import { cancelInteraction } from "../interaction/write.ts";
import { closeInterest } from "../interest/close.ts";
import type { InterestRecord } from "../interest/record.ts";
import { settle as settleNotices } from "../notification/notify.ts";
import { linkInterest } from "../party/link.ts";
import type { Undo } from "./settle.ts";
import { inquiryAllowed, readInquiry } from "./sql.ts";

interface Finished {
  id: Id;
  dialog_id: Id | null;
  status: string;
  processed_by: Id | null;
  dispatched_to: Id | null;
  undo: Undo | null;
  version: number;
}

/**
 * Takes a finished reception back, by whoever finished it, within the minute (RG-10): the inquiry is in the wizard again with its draft, the dialog
 * has its former Interest, an Interest made by it is cancelled, a reopened one closed, the planned step cancelled. The contact itself took place:
 * its Interaction and the person stay. Throws undo_too_late when the time is over or somebody went on with the Interest.
 */
export async function undoFinish(crm: Crm, tx: Tx, principal: Principal, actor: Actor, id: Id, version: number): Promise<void> {
  const [inquiry] = await tx<Finished[]>`SELECT q.* FROM inquiry q WHERE q.id = ${id} AND ${inquiryAllowed(tx, principal, "edit")} FOR UPDATE OF q`;
  if (inquiry === undefined) throw new AppError("not_found");
  if (inquiry.version !== version) throw new VersionConflict("inquiry", id, await readInquiry(tx, null, id));
  const { undo } = inquiry;
  if (undo === null || inquiry.status !== "processed" || inquiry.processed_by !== principal.employeeId || undo.until < crm.clock.now())
    throw new AppError("undo_too_late");
  if (undo.plannedId !== null) await cancelPlanned(crm, tx, actor, undo.plannedId);
  if (undo.interest !== null && undo.interest.how !== "attached") await takeBack(crm, tx, actor, undo.interest);
  if (inquiry.dialog_id !== null) await linkInterest(crm, tx, actor, inquiry.dialog_id, undo.partyInterestId);
  const { before } = undo;
  await tx`
    UPDATE inquiry SET status = ${before.status === "new" ? "in_wizard" : before.status}, purpose_id = ${before.purposeId}, interest_id = NULL, dispatched_to = ${before.dispatchedTo}, processed_at = NULL, processed_by = NULL,
      draft = ${before.draft === null ? null : tx.json(before.draft as never)}, undo = NULL, version = version + 1 WHERE id = ${id}`;
  await crm.audit(tx, actor, { objectKind: "inquiry", objectId: id, action: "undo", changes: { status: ["processed", before.status] } });
  if (undo.interest !== null) await settleNotices(tx, crm, undo.interest.id, ["handover"]);
  await crm.emit(tx, [
    { kind: "inquiry.changed", dialogId: inquiry.dialog_id, payload: { inquiryId: id, status: before.status, left: inquiry.dispatched_to } },
  ]);
}

async function cancelPlanned(crm: Crm, tx: Tx, actor: Actor, id: Id): Promise<void> {
  const [item] = await tx<(Parameters<typeof cancelInteraction>[3] & { state: string })[]>`SELECT * FROM interaction WHERE id = ${id} FOR UPDATE`;
  if (item === undefined || item.state !== "planned") throw new AppError("undo_too_late");
  await cancelInteraction(crm, tx, actor, item);
}

/** The Interest as it was before: cancelled when it was made here, closed again when it was reopened. */
async function takeBack(crm: Crm, tx: Tx, actor: Actor, made: NonNullable<Undo["interest"]>): Promise<void> {
  const [interest] = await tx<InterestRecord[]>`SELECT * FROM interest WHERE id = ${made.id} FOR UPDATE`;
  // A stage, a sum or a word of somebody else since then: it is in use.
  if (interest === undefined || interest.status !== "open" || interest.version !== made.version) throw new AppError("undo_too_late");
  await closeInterest(crm, tx, null, actor, interest, {
    status: made.how === "created" || made.was?.lossReasonId == null ? "cancelled" : "lost",
    lossReasonId: made.was?.lossReasonId ?? null,
    comment: made.was?.comment ?? null,
    plannedInteractions: made.how === "created" ? "cancel" : "keep",
    moveToId: null,
  });
}
