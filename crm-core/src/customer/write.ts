import type { Principal } from "@kommutator/contract/access";
import type { CustomerBody, CustomerPatch, CustomerView } from "@kommutator/contract/api/customer";
import type { DuplicateCheckBody } from "@kommutator/contract/api/duplicate";
import type { RequiredFault } from "@kommutator/contract/api/required-field";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { differences } from "../audit/index.ts";
import { columnsOf, lockVersion } from "../change.ts";
import { insertPoints, pointsMade } from "../contact-point/sql.ts";
import type { Crm } from "../context.ts";
import { requireDifferent } from "../duplicate/find.ts";
import { tellRouterOf } from "../party/router.ts";
import { emitPartyChanged } from "../party/sql.ts";
import { checkRequired, refuseLacking } from "../required-field/check.ts";
import { allowed, mayAssign } from "../rights.ts";
import { setOwner, setStatusPeriod } from "./periods.ts";
import { readCustomer } from "./sql.ts";

const COLUMNS = {
  kind: "kind",
  name: "name",
  legalName: "legal_name",
  taxId: "tax_id",
  statusId: "status_id",
  regionId: "region_id",
  industryId: "industry_id",
  sourceId: "source_id",
  isVip: "is_vip",
  doNotContact: "do_not_contact",
  comment: "comment",
  portrait: "portrait",
};
type Body = z.infer<typeof CustomerBody>;
type Patch = z.infer<typeof CustomerPatch>;
/** What a path may say of the card it makes: compared with the others already (B14); let through incomplete (B7). */
export interface MadeBy {
  compared?: boolean;
  waived?: boolean;
  /** The card is a part of what is written: its faults go here, and the caller refuses with those of the whole (B7). */
  lacking?: RequiredFault[];
  /** What is only warned of goes here (B7). */
  warned?: string[];
}
type Row = Record<string, unknown> & { version: number; responsible_id: Id | null; status_id: Id | null; merged_into_id: Id | null; archived_at: Date | null };

/**
 * A new card (CB-01): the duplicate check first (B14), then the card, its responsible and status with their periods, its contact points,
 * the required fields (B7) and the audit, in the caller's transaction. `andThen` adds what the rules judge together with the card (its people). Throws duplicate (field taxId, or candidates),
 * validation, required_fields. Returns its id and what is only warned of.
 */
export async function createCustomer(
  tx: Tx,
  crm: Crm,
  principal: Principal,
  actor: Actor,
  body: Body,
  how: MadeBy = {},
  andThen?: (id: Id, lacking: RequiredFault[]) => Promise<void>,
): Promise<{ id: Id; warnings: string[] }> {
  const now = new Date(crm.clock.now());
  const { country } = await crm.company(tx);
  if (body.responsibleId !== null) await mayAssign(tx, principal, "customer", body.responsibleId);
  await requireFreeTaxId(tx, body.taxId, null);
  const others = how.compared === true ? [] : await requireDifferent(tx, principal, typedOf(body), country, body.differentReason);
  const values = columnsOf(body, COLUMNS);
  const [row] = await tx<{ id: Id }[]>`INSERT INTO customer ${tx({ ...values, created_by: principal.employeeId, created_at: now } as never)} RETURNING id`;
  const { id } = row as { id: Id };
  if (body.responsibleId !== null) await setOwner(tx, id, body.responsibleId, "manual", principal.employeeId, now, body.ownerNote);
  if (body.statusId !== null) await setStatusPeriod(tx, id, body.statusId, principal.employeeId, now);
  const points = await insertPoints(tx, { customer_id: id }, body.contactPoints, country);
  const lacking = how.lacking ?? [];
  await andThen?.(id, lacking);
  const warnings = await checkRequired(tx, crm, principal, { object: "customer", moment: "create", row: { id }, waived: how.waived, lacking });
  if (how.lacking === undefined) refuseLacking(lacking);
  const changes = { ...differences({}, columnsOf(body, { ...COLUMNS, responsibleId: "responsible_id" })), ...overruled(others, body.differentReason) };
  await crm.audit(tx, actor, [{ objectKind: "customer", objectId: id, action: "create", changes }, ...pointsMade({ customer_id: id }, points)]);
  return { id, warnings };
}

/**
 * Changes to a card: every changed field is audited with old and new, a second writer of one version gets the card as it is. Throws
 * not_found, forbidden (readable, not editable), version_conflict, duplicate, required_fields (`into`: its faults go there instead).
 */
export async function editCustomer(tx: Tx, crm: Crm, principal: Principal, actor: Actor, id: Id, body: Patch, into?: RequiredFault[]): Promise<string[]> {
  await requireEdit(tx, principal, id);
  const before = await lockVersion<Row>(tx, "customer", id, body.version, () => readCustomer(tx, null, id));
  if (before.archived_at !== null) throw new AppError("not_found");
  const now = new Date(crm.clock.now());
  const after = columnsOf(body, COLUMNS);
  if (typeof after["tax_id"] === "string" && after["tax_id"] !== before["tax_id"]) await requireFreeTaxId(tx, after["tax_id"], id);
  const others = await requireStillDifferent(tx, crm, principal, id, body, before);
  const owner = body.responsibleId !== undefined && body.responsibleId !== before.responsible_id ? body.responsibleId : undefined;
  if (owner !== undefined) {
    await mayAssign(tx, principal, "customer", owner);
    await setOwner(tx, id, owner, body.ownerReason ?? "manual", principal.employeeId, now, body.ownerNote ?? null);
  }
  if (body.statusId !== undefined && body.statusId !== before.status_id) await setStatusPeriod(tx, id, body.statusId, principal.employeeId, now);
  const changes = differences(before, owner === undefined ? after : { ...after, responsible_id: owner });
  let warnings: string[] = [];
  if (Object.keys(changes).length > 0) {
    await tx`UPDATE customer SET ${tx({ ...after, version: before.version + 1 } as never)} WHERE id = ${id}`;
    warnings = await checkRequired(tx, crm, principal, { object: "customer", moment: "save", row: { id }, lacking: into });
    await crm.audit(tx, actor, {
      objectKind: "customer",
      objectId: id,
      action: "edit",
      changes: { ...changes, ...overruled(others, body.differentReason ?? null) },
    });
    await emitPartyChanged(crm, tx, { customerId: id });
    // Whoever waits in a queue now goes to the new responsible, or before others as a VIP (CB-07: routing uses it at once).
    if (owner !== undefined || "is_vip" in changes) await tellRouterOf(crm, tx, id);
  }
  return warnings;
}

/** Throws not_found, or forbidden where one may know the card and yet not change it. */
export async function requireEdit(tx: Tx, principal: Principal, id: Id): Promise<void> {
  const rows =
    await tx`SELECT 1 FROM customer c WHERE c.id = ${id} AND c.archived_at IS NULL AND ${allowed(tx, principal, "customer", "edit", "c.responsible_id")}`;
  if (rows.length === 0) throw new AppError((await readCustomer(tx, principal, id)) === null ? "not_found" : "forbidden");
}

/** A tax number stands on one living card (C1). Throws duplicate (field taxId). */
export async function requireFreeTaxId(tx: Tx, taxId: string | null, except: Id | null): Promise<void> {
  if (taxId === null) return;
  const rows =
    await tx`SELECT 1 FROM customer WHERE tax_id = ${taxId} AND merged_into_id IS NULL AND archived_at IS NULL AND id IS DISTINCT FROM ${except}::uuid`;
  if (rows.length > 0) throw new AppError("duplicate", { field: "taxId" });
}

/** Only a change of a signal field can make a twin; whoever corrects a comment is not asked about old ones. */
async function requireStillDifferent(tx: Tx, crm: Crm, principal: Principal, id: Id, body: Patch, before: Row): Promise<Id[]> {
  const changed = (["name", "legalName", "taxId", "regionId"] as const).some((key) => body[key] !== undefined && body[key] !== before[COLUMNS[key]]);
  if (!changed) return [];
  const card = (await readCustomer(tx, null, id)) as CustomerView;
  const points = card.contactPoints.map((p) => ({ kind: p.kind, value: p.value, isShared: p.isShared, label: null }));
  const merged = {
    kind: card.kind,
    name: body.name ?? card.name,
    taxId: body.taxId === undefined ? card.taxId : body.taxId,
    regionId: body.regionId === undefined ? card.regionId : body.regionId,
    contactPoints: points,
  };
  return requireDifferent(tx, principal, { ...typedOf(merged), id }, (await crm.company(tx)).country, body.differentReason ?? null);
}

function typedOf(body: Pick<Body, "kind" | "name" | "taxId" | "regionId" | "contactPoints">): z.infer<typeof DuplicateCheckBody> {
  const { kind, name, taxId, regionId, contactPoints } = body;
  return { card: "customer", id: null, kind, name, taxId, regionId, birthDate: null, contactPoints };
}

/** "This is a different one" in the audit: which cards were overruled, and why. */
export function overruled(others: readonly Id[], reason: string | null): Record<string, [unknown, unknown]> {
  return others.length === 0 ? {} : { different_from: [null, others], different_reason: [null, reason] };
}
