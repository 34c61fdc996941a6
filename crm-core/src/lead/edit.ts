import type { Principal } from "@kommutator/contract/access";
import type { DisqualifyBody, LeadPatch } from "@kommutator/contract/api/lead";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { differences } from "../audit/index.ts";
import { columnsOf, lockVersion } from "../change.ts";
import type { Crm } from "../context.ts";
import { overruled } from "../customer/write.ts";
import { requireNoNewTwin } from "../duplicate/find.ts";
import { facetsOf } from "../duplicate/sql.ts";
import { settle } from "../notification/notify.ts";
import { emitPartyChanged } from "../party/sql.ts";
import { checkRequired } from "../required-field/check.ts";
import { allowed, handles, mayAssign } from "../rights.ts";
import { requireAnswers } from "./checklist.ts";
import { TOLD } from "./deadline.ts";
import { readLead } from "./sql.ts";

const COLUMNS = {
  contactName: "contact_name",
  companyName: "company_name",
  note: "note",
  responsibleId: "responsible_id",
  status: "status",
  sourceId: "source_id",
  dueAt: "due_at",
  noContact: "no_contact",
};

type LeadRecord = Record<string, unknown> & { version: number; status: string; qualified_at: Date | null };

/** Throws not_found or forbidden when the principal may not edit the lead. */
export async function requireLead(crm: Crm, tx: Tx, principal: Principal, id: Id): Promise<void> {
  const rows =
    await tx`SELECT 1 FROM lead l WHERE l.id = ${id} AND (${allowed(tx, principal, "lead", "edit", "l.responsible_id")} OR ${handles(tx, principal, "lead_id", "l.id")})`;
  if (rows.length === 0) throw new AppError((await readLead(tx, principal, id, crm.clock.now())) === null ? "not_found" : "forbidden");
}

/** A lead that joined another is worked on there. Throws already_taken with survivorId. The caller has checked the rights. */
export async function refuseMerged(tx: Tx, id: Id): Promise<void> {
  const [row] = await tx<{ into: Id | null }[]>`SELECT merged_into_id AS into FROM lead WHERE id = ${id}`;
  if (row != null && row.into !== null) throw new AppError("already_taken", { survivorId: row.into });
}

async function lockLead(crm: Crm, tx: Tx, principal: Principal, id: Id, version: number): Promise<LeadRecord> {
  await requireLead(crm, tx, principal, id);
  await refuseMerged(tx, id);
  return lockVersion<LeadRecord>(tx, "lead", id, version, () => readLead(tx, null, id, crm.clock.now()));
}

interface Change {
  before: LeadRecord;
  after: Record<string, unknown>;
  action: string;
  moment: "save" | "close";
  /** "This is a different one": why (B14). */
  differentReason?: string | null | undefined;
}

/** Writes what differs, with its trace, and asks for the required fields (B7). Returns the names that are only warned of. */
async function save(
  crm: Crm,
  tx: Tx,
  principal: Principal,
  actor: Actor,
  id: Id,
  { before, after, action, moment, differentReason }: Change,
): Promise<string[]> {
  const changes = differences(before, after);
  if (Object.keys(changes).length === 0) return [];
  const named = "contact_name" in changes || "company_name" in changes;
  const facets = named ? (await facetsOf(tx, [id])).get(id) : undefined;
  await tx`UPDATE lead SET ${tx({ ...after, version: before.version + 1 })} WHERE id = ${id}`;
  const others = await requireNoNewTwin(tx, principal, id, facets, differentReason);
  await crm.audit(tx, actor, { objectKind: "lead", objectId: id, action, changes: { ...changes, ...overruled(others, differentReason ?? null) } });
  await emitPartyChanged(crm, tx, { leadId: id });
  return checkRequired(tx, crm, principal, { object: "lead", moment, row: { id } });
}

/**
 * Changes a lead that is neither converted nor disqualified (RG-09, RG-15). To become qualified every required question needs an answer
 * (lead_not_qualified); "no contact" cannot be taken away from a lead that has no contact point.
 */
export async function editLead(crm: Crm, tx: Tx, principal: Principal, actor: Actor, id: Id, body: z.infer<typeof LeadPatch>): Promise<string[]> {
  const before = await lockLead(crm, tx, principal, id, body.version);
  if (before.status === "converted" || before.status === "disqualified") throw new AppError("validation", { fields: { status: before.status } });
  if (body.responsibleId !== undefined && body.responsibleId !== before["responsible_id"]) await mayAssign(tx, principal, "lead", body.responsibleId);
  if (body.noContact === false) {
    const points = await tx`SELECT 1 FROM contact_point WHERE lead_id = ${id} AND archived_at IS NULL LIMIT 1`;
    if (points.length === 0) throw new AppError("contact_point_required");
  }
  const after = columnsOf({ ...body, ...(body.dueAt === undefined ? {} : { dueAt: new Date(body.dueAt) }) }, COLUMNS);
  if (body.status === "qualified" && before.status !== "qualified") {
    await requireAnswers(tx, id);
    after["qualified_at"] = new Date(crm.clock.now());
  }
  if (body.status !== undefined && body.status !== "qualified" && before.status === "qualified") after["qualified_at"] = null;
  // A moved deadline is reminded of anew.
  if (body.dueAt !== undefined) after["reminded"] = Number(before["reminded"]) & ~(TOLD.processing.responsible | TOLD.processing.supervisor);
  return save(crm, tx, principal, actor, id, { before, after, action: "edit", moment: "save", differentReason: body.differentReason });
}

/** Not to become a client, with the reason from the catalogue; its history stays (RG-15). */
export async function disqualifyLead(crm: Crm, tx: Tx, principal: Principal, actor: Actor, id: Id, body: z.infer<typeof DisqualifyBody>): Promise<string[]> {
  const before = await lockLead(crm, tx, principal, id, body.version);
  if (before.status === "converted" || before.status === "disqualified") throw new AppError("validation", { fields: { status: before.status } });
  const reasons = await tx`SELECT 1 FROM loss_reason WHERE id = ${body.reasonId} AND kind = 'lead_disqualified' AND archived_at IS NULL`;
  if (reasons.length === 0) throw new AppError("validation", { fields: { reasonId: "unknown" } });
  const after = { status: "disqualified", disqualify_reason_id: body.reasonId, disqualify_note: body.note, qualified_at: null };
  await settle(tx, crm, id, ["lead.deadline"]);
  return save(crm, tx, principal, actor, id, { before, after, action: "disqualify", moment: "close" });
}

/** Taken up again: in work, with everything that is known of it. */
export async function reopenLead(crm: Crm, tx: Tx, principal: Principal, actor: Actor, id: Id, version: number): Promise<string[]> {
  const before = await lockLead(crm, tx, principal, id, version);
  if (before.status !== "disqualified") throw new AppError("validation", { fields: { status: before.status } });
  const after = { status: "in_work", disqualify_reason_id: null, disqualify_note: null };
  return save(crm, tx, principal, actor, id, { before, after, action: "reopen", moment: "save" });
}
