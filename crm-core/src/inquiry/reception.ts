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
import { openInquiries } from "./keeper.ts";
import { type Candidate, quotedNumbers, type Ranked, rank } from "./rules.ts";
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

/** What the wizard opens with (B1, step 0). `purposeId`: the agent has chosen another purpose than suggested. */
export async function readReception(crm: Crm, tx: Query, inquiryId: Id, purposeId: Id | null): Promise<Reception> {
  const inquiry = await readInquiry(tx, null, inquiryId);
  if (inquiry === null || inquiry.dialogId === null) throw new AppError("not_found");
  const [dialog] = await tx<{ identity_result: string; identity_kind: string; identity_value: string | null }[]>`
    SELECT identity_result, identity_kind, identity_value FROM dialog WHERE id = ${inquiry.dialogId}`;
  if (dialog === undefined) throw new AppError("not_found");
  const party = await partyOf(tx, inquiry.dialogId);
  const purpose = purposeId ?? inquiry.purposeId ?? inquiry.suggestedPurposeId;
  const ranked = await candidatesFor(crm, tx, inquiry.dialogId, purpose);
  const rows = await tx<
    InterestRow[]
  >`SELECT ${interestColumns(tx)} FROM interest i ${tx.unsafe(INTEREST_JOINS)} WHERE i.id = ANY(${ranked.map((r) => r.id)}::uuid[])`;
  const known = party !== null && (party.customerId ?? party.leadId) !== null;
  return {
    inquiry,
    identity: {
      // The choice among several was made since: the person stands.
      result: dialog.identity_result === "ambiguous" && known ? "known" : dialog.identity_result,
      value: dialog.identity_value,
      kind: dialog.identity_kind,
      candidates: known ? [] : ((party?.candidates ?? []) as Identification["candidates"]),
    },
    interests: ranked.flatMap(({ id, ...score }) => rows.filter((r) => r.id === id).map((row) => ({ ...row, ...score }))),
  };
}

/** The ranked Interests of the dialog's person for a purpose. */
export async function candidatesFor(crm: Crm, tx: Query, dialogId: Id, purposeId: Id | null): Promise<Ranked[]> {
  const party = await partyOf(tx, dialogId);
  const purpose = purposeId === null ? null : await readPurpose(tx, purposeId);
  if (party === null || (purpose !== null && purpose.outcome !== "interest")) return [];
  const now = new Date(crm.clock.now());
  const candidates = await tx<Candidate[]>`
    SELECT id, number, kind_id AS "kindId", contact_id AS "contactId", status, last_activity_at AS "lastActivityAt", closed_at AS "closedAt" FROM interest
    WHERE (customer_id = ${party.customerId}::uuid OR (${party.customerId}::uuid IS NULL AND lead_id = ${party.leadId}::uuid))
      AND (status = 'open' OR (status = 'lost' AND closed_at > ${now}::timestamptz - interval '60 days')) ORDER BY last_activity_at DESC LIMIT 100`;
  const [text] = await tx<{ text: string }[]>`
    SELECT concat_ws(' ', d.subject, (SELECT string_agg(body, ' ') FROM (SELECT left(body, 2000) AS body FROM message WHERE dialog_id = d.id AND direction = 'in' ORDER BY seq DESC LIMIT 20) m)) AS text
    FROM dialog d WHERE d.id = ${dialogId}`;
  return rank(candidates, {
    kindId: purpose?.interest_kind_id ?? null,
    contactId: party.contactId,
    dialogInterestId: party.interestId,
    quoted: quotedNumbers(text?.text ?? ""),
    now,
  });
}
