import type { Principal } from "@kommutator/contract/access";
import { scopeOf } from "@kommutator/contract/access";
import type { AuditRef } from "@kommutator/contract/api/admin";
import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { inquiryAllowed } from "../inquiry/sql.ts";
import { interactionAllowed } from "../interaction/sql.ts";
import { dialogAllowed } from "../party/link.ts";
import { allowed, handles } from "../rights.ts";
import { taskAllowed } from "../task/rights.ts";

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The ids that a row's changes name, wherever they stand. */
export function idsIn(value: unknown): Id[] {
  if (typeof value === "string") return ID.test(value) ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(idsIn) : [];
}

/** The key of a browser says nothing to a person; its last four letters tell two visitors apart, as on the other screens. */
const readable = (sql: Db, kind: ReturnType<Db>, value: ReturnType<Db>) =>
  sql`CASE WHEN ${kind} = 'site_visitor' THEN '…' || right(regexp_replace(${value}, '[^[:alnum:]]', '', 'g'), 4) ELSE ${value} END`;

/**
 * What the ids of an audit are called: cards as far as one may read them (each by the rule of its own kind, so that the audit tells no name that
 * its card would not), and the house's own things. What is missing here may not be seen, or is no more.
 */
export async function readRefs(sql: Db, principal: Principal, ids: readonly Id[]): Promise<Map<Id, AuditRef>> {
  if (ids.length === 0) return new Map();
  const asked = sql`ANY(${[...new Set(ids)]}::uuid[])`;
  const rows = await sql<(AuditRef & { id: Id })[]>`
    SELECT c.id, 'customer' AS kind, c.name FROM customer c
      WHERE c.id = ${asked} AND (${allowed(sql, principal, "customer", "read", "c.responsible_id")} OR ${handles(sql, principal, "customer_id", "c.id")})
    UNION ALL SELECT h.id, 'contact', concat_ws(' ', h.last_name, h.first_name, h.middle_name) FROM contact h WHERE h.id = ${asked} AND EXISTS (
      SELECT 1 FROM customer_contact cc JOIN customer c ON c.id = cc.customer_id
      WHERE cc.contact_id = h.id AND (${allowed(sql, principal, "customer", "read", "c.responsible_id")} OR ${handles(sql, principal, "customer_id", "c.id")}))
    UNION ALL SELECT l.id, 'lead', coalesce(nullif(concat_ws(', ', l.contact_name, l.company_name), ''),
        (SELECT ${readable(sql, sql`p.kind`, sql`p.value_raw`)} FROM contact_point p WHERE p.lead_id = l.id ORDER BY p.kind = 'site_visitor', p.created_at LIMIT 1), '') FROM lead l
      WHERE l.id = ${asked} AND (${allowed(sql, principal, "lead", "read", "l.responsible_id")} OR ${handles(sql, principal, "lead_id", "l.id")})
    UNION ALL SELECT i.id, 'interest', '#' || i.number || ' ' || i.title FROM interest i
      WHERE i.id = ${asked} AND (${allowed(sql, principal, "interest", "read", "i.responsible_id")} OR ${handles(sql, principal, "interest_id", "i.id")})
    UNION ALL SELECT i.id, 'interaction', i.subject FROM interaction i WHERE i.id = ${asked} AND ${interactionAllowed(sql, principal)}
    UNION ALL SELECT q.id, 'inquiry', '#' || q.number FROM inquiry q WHERE q.id = ${asked} AND ${inquiryAllowed(sql, principal, "read")}
    UNION ALL SELECT t.id, 'task', t.title FROM task t
      WHERE t.id = ${asked} AND ${scopeOf(principal, "task", "read") === null ? sql`false` : taskAllowed(sql, principal, "read")}
    UNION ALL SELECT d.id, 'dialog', coalesce(nullif(d.subject, ''), d.display_name, ${readable(sql, sql`d.identity_kind`, sql`d.identity_value`)}, '') FROM dialog d
      WHERE d.id = ${asked} AND ${dialogAllowed(sql, principal, "read")}
    UNION ALL SELECT id, 'employee', full_name FROM employee WHERE id = ${asked}
    UNION ALL SELECT id, 'department', name FROM department WHERE id = ${asked}
    UNION ALL SELECT id, 'role', name FROM role WHERE id = ${asked}
    UNION ALL SELECT id, 'calendar', name FROM working_calendar WHERE id = ${asked}
    UNION ALL SELECT id, 'queue', name FROM queue WHERE id = ${asked}
    UNION ALL SELECT id, 'channel', name FROM channel WHERE id = ${asked}
    UNION ALL SELECT id, 'line', number FROM line WHERE id = ${asked}`;
  return new Map(rows.map(({ id, kind, name }) => [id, { kind, name }]));
}
