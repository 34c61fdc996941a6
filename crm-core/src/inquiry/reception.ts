import type { Principal } from "@kommutator/contract/access";
import type { Reception } from "@kommutator/contract/api/inquiry";
import type { InterestRow } from "@kommutator/contract/api/interest";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Identification } from "@kommutator/contract/identity";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { Crm, Query } from "../context.ts";
import { INTEREST_JOINS, interestColumns } from "../interest/sql.ts";
import { partyOf } from "../party/sql.ts";
import { candidatesFor } from "./candidates.ts";
import { targetOf } from "./dispatch.ts";
import { openInquiries } from "./keeper.ts";
import type { Person } from "./person.ts";
import { readInquiry, readPurpose } from "./sql.ts";

/** Opens the wizard for a dialog: its inquiry (made now if need be) is in the wizard of whoever opened it first. Returns its id. */
export async function startReception(crm: Crm, tx: Tx, principal: Principal, actor: Actor, dialogId: Id): Promise<Id> {
  const latest = () => tx<{ id: Id; status: string }[]>`SELECT id, status FROM inquiry WHERE dialog_id = ${dialogId} ORDER BY seq DESC LIMIT 1 FOR UPDATE`;
  let [inquiry] = await latest();
  if (inquiry === undefined) {
    await openInquiries(crm, tx, [dialogId], () => true);
    [inquiry] = await latest();
  }
  // Outgoing dialogs and blocked callers have nothing to receive.
  if (inquiry === undefined) throw new AppError("not_found");
  if (inquiry.status === "new") {
    await tx`UPDATE inquiry SET status = 'in_wizard', received_by = coalesce(received_by, ${principal.employeeId}), version = version + 1 WHERE id = ${inquiry.id}`;
    await crm.audit(tx, actor, { objectKind: "inquiry", objectId: inquiry.id, action: "receive", changes: { status: ["new", "in_wizard"] } });
    await crm.emit(tx, [{ kind: "inquiry.changed", dialogId, payload: { inquiryId: inquiry.id, status: "in_wizard" } }]);
  }
  return inquiry.id;
}

interface Known {
  result: string;
  kind: string;
  value: string | null;
}

/**
 * What the wizard opens with (B1, step 0). `purposeId`: the agent has chosen another purpose than suggested; `person`: whom the agent has found,
 * for an inquiry without a dialog. `me`: whoever else has it open is named.
 */
export async function readReception(crm: Crm, tx: Query, me: Id, inquiryId: Id, ask: { purposeId: Id | null; person: Person | null }): Promise<Reception> {
  const inquiry = await readInquiry(tx, null, inquiryId);
  if (inquiry === null) throw new AppError("not_found");
  const { dialogId } = inquiry;
  const [dialog] =
    dialogId === null
      ? []
      : await tx<Known[]>`SELECT identity_result AS result, identity_kind AS kind, identity_value AS value FROM dialog WHERE id = ${dialogId}`;
  const party = dialogId === null ? null : await partyOf(tx, dialogId);
  const purpose = ask.purposeId ?? inquiry.purposeId ?? inquiry.suggestedPurposeId;
  const person = ask.person ?? party ?? { customerId: null, contactId: null, leadId: null };
  const ranked = await candidatesFor(crm, tx, { dialogId, person, purposeId: purpose });
  const rows = await tx<
    InterestRow[]
  >`SELECT ${interestColumns(tx)} FROM interest i ${tx.unsafe(INTEREST_JOINS)} WHERE i.id = ANY(${ranked.map((r) => r.id)}::uuid[])`;
  const [opener] = await tx<{ id: Id; name: string }[]>`
    SELECT e.id, e.full_name AS name FROM inquiry q JOIN employee e ON e.id = q.received_by WHERE q.id = ${inquiryId} AND q.status = 'in_wizard' AND q.received_by <> ${me}`;
  const known = party !== null && (party.customerId ?? party.leadId) !== null;
  return {
    inquiry,
    identity: {
      // The choice among several was made since: the person stands.
      result: dialog === undefined ? "new" : dialog.result === "ambiguous" && known ? "known" : dialog.result,
      value: dialog?.value ?? null,
      kind: dialog?.kind ?? "phone",
      candidates: known ? [] : ((party?.candidates ?? []) as Identification["candidates"]),
    },
    interests: ranked.flatMap(({ id, ...score }) => rows.filter((r) => r.id === id).map((row) => ({ ...row, ...score }))),
    proposed: purpose === null ? null : await proposedFor(crm, tx, me, { inquiryId, purposeId: purpose, person }),
    openedBy: opener ?? null,
  };
}

/** Whom the rule of a purpose names (B1, step 3), as finishing would have it at this moment. */
async function proposedFor(crm: Crm, tx: Query, me: Id, ask: { inquiryId: Id; purposeId: Id; person: Person }): Promise<Reception["proposed"]> {
  const purpose = await readPurpose(tx, ask.purposeId);
  if (purpose === null || purpose.outcome === "transfer" || purpose.outcome === "reject") return null;
  const [waits] = await tx<{ queue_id: Id | null }[]>`SELECT dispatch_queue_id AS queue_id FROM inquiry WHERE id = ${ask.inquiryId}`;
  const target = await targetOf(crm, tx, purpose, ask.person, me, waits?.queue_id ?? null);
  if (target === null) return null;
  const [named] = await tx<{ name: string }[]>`
    SELECT full_name AS name FROM employee WHERE id = ${target.employeeId}::uuid UNION ALL SELECT name FROM queue WHERE id = ${target.queueId}::uuid`;
  const name = named?.name ?? "";
  return {
    purposeId: purpose.id,
    employee: target.employeeId === null ? null : { id: target.employeeId, name },
    queue: target.queueId === null ? null : { id: target.queueId, name },
    why: target.why,
  };
}
