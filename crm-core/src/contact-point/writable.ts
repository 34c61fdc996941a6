import type { Principal } from "@kommutator/contract/access";
import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";
import { allowed, handles } from "../rights.ts";

/** A contact point as whoever wants to start a dialog must know it. */
export interface WritablePoint {
  contactPointId: Id;
  kind: string;
  /** Channel id where the identity is valid only there; "" = everywhere. */
  scope: string;
  /** Normalised, as dialogs keep it in identity_value. */
  value: string;
  raw: string;
  /** Whose it is: the contact, the company or the lead. */
  name: string;
  isShared: boolean;
  /** Letters to it came back for ever. */
  bouncedAt: Date | null;
  /** The card says not to contact: no dialog may be started. */
  doNotContact: boolean;
  /** Channels on which it cannot be written to now. */
  unreachable: { channelId: Id; reason: string }[];
}

/** Either a card (a customer's contacts come along, those who left do not) or one point. */
export type WhomToWrite = { customerId: Id } | { contactId: Id } | { leadId: Id } | { contactPointId: Id };

/**
 * The contact points by which a card can be written to, of cards that the principal may read (or has in hand in a dialog). Empty when there
 * is none, or none for this principal: what one may not see answers like what does not exist.
 */
export async function pointsToWriteTo(tx: Query, principal: Principal, whom: WhomToWrite): Promise<WritablePoint[]> {
  const id = (key: "customerId" | "contactId" | "leadId" | "contactPointId"): Id | null => (key in whom ? (whom as Record<typeof key, Id>)[key] : null);
  const seen = (alias: string) =>
    tx`(${allowed(tx, principal, "customer", "read", `${alias}.responsible_id`)} OR ${handles(tx, principal, "customer_id", `${alias}.id`)})`;
  return tx<WritablePoint[]>`
    SELECT p.id AS "contactPointId", p.kind, p.scope, p.value_norm AS value, p.value_raw AS raw, o.name, p.is_shared AS "isShared", p.bounced_at AS "bouncedAt", o.silent AS "doNotContact",
           coalesce((SELECT jsonb_agg(jsonb_build_object('channelId', r.channel_id, 'reason', r.reason)) FROM identity_reachability r
             WHERE NOT r.reachable AND r.kind = p.kind AND r.value_norm = p.value_norm AND (p.scope = '' OR p.scope = r.channel_id::text)), '[]') AS unreachable
    FROM contact_point p CROSS JOIN LATERAL (
      SELECT c.name, c.do_not_contact AS silent FROM customer c
      WHERE c.id = p.customer_id AND c.archived_at IS NULL AND ${seen("c")}
        AND (c.id = ${id("customerId")}::uuid OR p.id = ${id("contactPointId")}::uuid)
      UNION ALL
      (SELECT concat_ws(' ', h.last_name, h.first_name, h.middle_name), bool_or(c.do_not_contact) FROM contact h
       JOIN customer_contact cc ON cc.contact_id = h.id AND cc.left_at IS NULL JOIN customer c ON c.id = cc.customer_id AND c.archived_at IS NULL
       WHERE h.id = p.contact_id AND h.archived_at IS NULL AND ${seen("c")}
         AND (c.id = ${id("customerId")}::uuid OR h.id = ${id("contactId")}::uuid OR p.id = ${id("contactPointId")}::uuid)
       GROUP BY h.id)
      UNION ALL
      SELECT concat_ws(', ', l.contact_name, l.company_name), false FROM lead l
      WHERE l.id = p.lead_id AND l.status <> 'converted' AND (l.id = ${id("leadId")}::uuid OR p.id = ${id("contactPointId")}::uuid)
        AND (${allowed(tx, principal, "lead", "read", "l.responsible_id")} OR ${handles(tx, principal, "lead_id", "l.id")})
    ) o WHERE p.archived_at IS NULL AND (
      p.id = ${id("contactPointId")}::uuid OR p.customer_id = ${id("customerId")}::uuid OR p.contact_id = ${id("contactId")}::uuid OR p.lead_id = ${id("leadId")}::uuid
      OR p.contact_id IN (SELECT contact_id FROM customer_contact WHERE customer_id = ${id("customerId")}::uuid AND left_at IS NULL))
    ORDER BY p.contact_id IS NOT NULL, p.kind, p.created_at, p.id`;
}

/**
 * What the cards of the house say against writing to a number or address, whoever asks: consent holds for typed ones, too. It tells that
 * writing is forbidden, never whose the number is. One card that forbids is enough; a person who left a company is not bound by its word.
 */
export async function objectionsTo(tx: Query, kind: string, value: string): Promise<Pick<WritablePoint, "doNotContact" | "bouncedAt">> {
  const [found] = await tx<Pick<WritablePoint, "doNotContact" | "bouncedAt">[]>`
    SELECT coalesce(bool_or(
             EXISTS (SELECT 1 FROM customer c WHERE c.id = p.customer_id AND c.do_not_contact AND c.archived_at IS NULL)
             OR EXISTS (SELECT 1 FROM customer_contact cc JOIN customer c ON c.id = cc.customer_id
                        WHERE cc.contact_id = p.contact_id AND cc.left_at IS NULL AND c.do_not_contact AND c.archived_at IS NULL)), false) AS "doNotContact",
           max(p.bounced_at) AS "bouncedAt"
    FROM contact_point p WHERE p.kind = ${kind} AND p.value_norm = ${value} AND p.scope = '' AND p.archived_at IS NULL`;
  return found ?? { doNotContact: false, bouncedAt: null };
}
