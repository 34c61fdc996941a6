import type { Principal } from "@kommutator/contract/access";
import type { ChainItem } from "@kommutator/contract/api/interaction";
import type { z } from "zod";
import type { Query } from "../context.ts";
import { claimAllowed, inquiryAllowed } from "../inquiry/sql.ts";
import { dialogAllowed } from "../party/link.ts";
import { allowed } from "../rights.ts";
import { taskAllowed } from "../task/rights.ts";
import type { Link } from "./chain.ts";
import { AT, interactionAllowed } from "./sql.ts";

/** A chain longer than this shows its newest links. */
const MAX_LINKS = 500;

/**
 * The whole chain of one subject in order of time, from whichever of its links it is opened (IA-05): the subject itself and everything
 * that points to it. Links that the principal may not see are absent.
 */
export async function readChain(tx: Query, p: Principal, from: Link): Promise<z.infer<typeof ChainItem>[]> {
  const person = (column: string) => tx`(SELECT jsonb_build_object('id', pe.id, 'name', pe.full_name) FROM employee pe WHERE pe.id = ${tx.unsafe(column)})`;
  const rows = await tx<z.infer<typeof ChainItem>[]>`
    WITH subject AS (SELECT coalesce(sl.to_kind, ${from.kind}) AS kind, coalesce(sl.to_id, ${from.id}::uuid) AS id FROM (SELECT 1) one LEFT JOIN subject_link sl ON sl.from_kind = ${from.kind} AND sl.from_id = ${from.id}),
    links AS (SELECT kind, id, true AS is_subject FROM subject UNION ALL SELECT sl.from_kind, sl.from_id, false FROM subject_link sl JOIN subject s ON sl.to_kind = s.kind AND sl.to_id = s.id)
    SELECT * FROM (
      SELECT k.kind, k.id, to_jsonb(${tx.unsafe(AT)}) AS at, i.subject AS title, i.state, ${person("i.executor_id")} AS employee, k.is_subject AS "isSubject", NULL::uuid AS "inquiryId", ${tx.unsafe(AT)} AS sort
        FROM links k JOIN interaction i ON k.kind = 'interaction' AND i.id = k.id WHERE ${interactionAllowed(tx, p)}
      UNION ALL SELECT k.kind, k.id, to_jsonb(t.created_at), t.title, t.state, ${person("t.executor_id")}, k.is_subject, NULL, t.created_at
        FROM links k JOIN task t ON k.kind = 'task' AND t.id = k.id WHERE ${taskAllowed(tx, p, "read")}
      UNION ALL SELECT k.kind, k.id, to_jsonb(n.created_at), '#' || n.number || ' ' || n.title, n.status, ${person("n.responsible_id")}, k.is_subject, NULL, n.created_at
        FROM links k JOIN interest n ON k.kind = 'interest' AND n.id = k.id WHERE ${allowed(tx, p, "interest", "read", "n.responsible_id")}
      UNION ALL SELECT k.kind, k.id, to_jsonb(d.opened_at), coalesce(nullif(d.subject, ''), dc.name), CASE WHEN d.closed_at IS NULL THEN 'open' ELSE 'closed' END, NULL, k.is_subject, NULL, d.opened_at
        FROM links k JOIN dialog d ON k.kind = 'dialog' AND d.id = k.id JOIN channel dc ON dc.id = d.channel_id WHERE ${dialogAllowed(tx, p, "read")}
      UNION ALL SELECT k.kind, k.id, to_jsonb(q.received_at), '#' || q.number, q.status, ${person("coalesce(q.dispatched_to, q.received_by)")}, k.is_subject, q.id, q.received_at
        FROM links k JOIN inquiry q ON k.kind = 'inquiry' AND q.id = k.id WHERE ${inquiryAllowed(tx, p, "read")}
      UNION ALL SELECT k.kind, k.id, to_jsonb(cl.registered_at), '#' || cl.number || ' ' || cl.title, cl.status, ${person("cl.responsible_id")}, k.is_subject, (SELECT ci.id FROM inquiry ci WHERE ci.claim_id = cl.id LIMIT 1), cl.registered_at
        FROM links k JOIN claim cl ON k.kind = 'claim' AND cl.id = k.id WHERE ${claimAllowed(tx, p)}
    ) c ORDER BY c.sort DESC, c.id DESC LIMIT ${MAX_LINKS}`;
  return [...rows].reverse();
}
