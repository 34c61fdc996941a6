import type { Principal } from "@kommutator/contract/access";
import type { ContactPoint, NewContactPoint } from "@kommutator/contract/api/contact-point";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { AuditEntry } from "@kommutator/contract/ports";
import type { z } from "zod";
import type { Query } from "../context.ts";
import { allowed } from "../rights.ts";
import { normalisePoints } from "./rules.ts";

export type Owner = { customer_id: Id } | { contact_id: Id } | { lead_id: Id };

export interface MadePoint {
  id: Id;
  kind: string;
  value: string;
}

/** Inserts typed points (unverified); those that the card already has stay as they are. Returns the new ones, for `pointsMade`. */
export async function insertPoints(tx: Tx, owner: Owner, points: readonly z.infer<typeof NewContactPoint>[], country: string): Promise<MadePoint[]> {
  const rows = normalisePoints(points, country).map((p) => ({ ...owner, ...p }));
  if (rows.length === 0) return [];
  return tx<MadePoint[]>`INSERT INTO contact_point ${tx(rows)} ON CONFLICT DO NOTHING RETURNING id, kind, value_norm AS value`;
}

/** What the audit says of new points: they are written with the row of whatever made them, in one statement (AD-09). */
export function pointsMade(owner: Owner, points: readonly MadePoint[]): AuditEntry[] {
  return points.map(({ id, kind, value }) => ({
    objectKind: "contact_point",
    objectId: id,
    action: "create",
    changes: { ...owner, kind, value: [null, value] },
  }));
}

/** What the audit says of points taken from their card. */
export function pointsGone(points: readonly { id: Id; value: string }[]): AuditEntry[] {
  return points.map(({ id, value }) => ({ objectKind: "contact_point", objectId: id, action: "archive", changes: { value: [value, null] } }));
}

/** SQL expression: the active contact points of a card as JSON; `where` is a condition on `cp`. */
export function pointsJson(tx: Query, where: string) {
  return tx.unsafe(`coalesce((SELECT jsonb_agg(jsonb_build_object('id', cp.id, 'kind', cp.kind, 'label', cp.label, 'raw', cp.value_raw, 'value', cp.value_norm, 'isShared', cp.is_shared,
    'channelName', CASE WHEN cp.scope <> '' THEN (SELECT own.name FROM channel own WHERE own.id::text = cp.scope) END, 'since', cp.created_at, 'verifiedAt', cp.verified_at, 'bouncedAt', cp.bounced_at, 'version', cp.version, 'unreachable', coalesce((SELECT jsonb_agg(jsonb_build_object('channelId', ir.channel_id, 'channelName', ich.name, 'reason', ir.reason, 'at', ir.at) ORDER BY ir.at DESC)
      FROM identity_reachability ir JOIN channel ich ON ich.id = ir.channel_id AND ich.archived_at IS NULL
      WHERE NOT ir.reachable AND ir.kind = cp.kind AND ir.value_norm = cp.value_norm AND (cp.scope = '' OR cp.scope = ir.channel_id::text)), '[]')) ORDER BY cp.kind DESC, cp.created_at, cp.id) FROM contact_point cp WHERE ${where} AND cp.archived_at IS NULL), '[]')`);
}

export interface PointRow {
  id: Id;
  customer_id: Id | null;
  contact_id: Id | null;
  lead_id: Id | null;
  kind: string;
  scope: string;
  value_norm: string;
  label: string | null;
  is_shared: boolean;
  verified_at: Date | null;
  version: number;
}

/** The card that has the point. */
export function ownerOf(point: Pick<PointRow, "customer_id" | "contact_id" | "lead_id">): { object: "customer" | "contact" | "lead"; id: Id } {
  if (point.customer_id !== null) return { object: "customer", id: point.customer_id };
  return point.contact_id !== null ? { object: "contact", id: point.contact_id } : { object: "lead", id: point.lead_id as Id };
}

/** Locks a point of a card that the principal may edit; null otherwise. */
export async function lockPoint(tx: Tx, principal: Principal, id: Id): Promise<PointRow | null> {
  const [row] = await tx<PointRow[]>`SELECT * FROM contact_point WHERE id = ${id} AND archived_at IS NULL FOR UPDATE`;
  return row !== undefined && (await mayEditOwner(tx, principal, row)) ? row : null;
}

/** May the principal edit the card that owns (or will own) a point? */
export async function mayEditOwner(
  tx: Tx,
  principal: Principal,
  owner: { customer_id: Id | null; contact_id: Id | null; lead_id: Id | null },
): Promise<boolean> {
  const customer = allowed(tx, principal, "customer", "edit", "c.responsible_id");
  const rows = await tx`
    SELECT 1 FROM customer c WHERE c.archived_at IS NULL AND ${customer}
      AND (c.id = ${owner.customer_id}::uuid OR EXISTS (SELECT 1 FROM customer_contact cc WHERE cc.customer_id = c.id AND cc.contact_id = ${owner.contact_id}::uuid))
    UNION ALL SELECT 1 FROM lead l WHERE l.id = ${owner.lead_id}::uuid AND l.status NOT IN ('converted', 'merged') AND ${allowed(tx, principal, "lead", "edit", "l.responsible_id")} LIMIT 1`;
  return rows.length > 0;
}

export async function readPoint(tx: Tx, id: Id): Promise<ContactPoint> {
  const [row] = await tx<{ p: ContactPoint[] }[]>`SELECT ${pointsJson(tx, `cp.id = '${id}'`)} AS p`;
  return row?.p[0] as ContactPoint;
}

/** Another card's active point with the same identity, verified and not shared. */
export async function verifiedElsewhere(tx: Tx, point: PointRow): Promise<boolean> {
  const rows = await tx`
    SELECT 1 FROM contact_point WHERE kind = ${point.kind} AND scope = ${point.scope} AND value_norm = ${point.value_norm} AND id <> ${point.id}
      AND verified_at IS NOT NULL AND NOT is_shared AND archived_at IS NULL`;
  return rows.length > 0;
}

/** A lead without any contact point may exist only when it is marked so (RG-09). */
export async function requireAnotherPoint(tx: Tx, point: PointRow): Promise<void> {
  if (point.lead_id === null) return;
  const rows = await tx`
    SELECT 1 FROM lead l WHERE l.id = ${point.lead_id} AND (l.no_contact OR EXISTS (
      SELECT 1 FROM contact_point WHERE lead_id = l.id AND id <> ${point.id} AND archived_at IS NULL))`;
  if (rows.length === 0) throw new AppError("contact_point_required");
}
