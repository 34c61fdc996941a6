import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { requirementsOf, type SkillFacts, VIP_PRIORITY } from "@kommutator/contract/requirements";
import type { Crm } from "../context.ts";
import { findPeople } from "../identify/people.ts";

/** A dialog that waits, and what the named person asks of its router. */
interface Waiting extends SkillFacts {
  responsibleId: Id | null;
  vip: boolean;
  language: string | null;
  /** The person's own point of the identity that called or wrote. */
  pointId: Id | null;
  /** To which it came, whose skills it asks for. */
  queueId: Id;
}

/** Somebody still waits in a queue: the router learns whose caller it is, and what follows from that. */
export async function tellRouter(crm: Crm, tx: Tx, dialogId: Id, person: { customerId: Id | null; contactId: Id | null; leadId: Id | null }): Promise<void> {
  const [waiting] = await tx<Waiting[]>`
    SELECT coalesce(c.responsible_id, l.responsible_id) AS "responsibleId", coalesce(c.is_vip, false) AS vip, coalesce(k.language, nullif(ch.config->>'language', '')) AS language,
      point.id AS "pointId", first.queue_id AS "queueId",
      (SELECT coalesce(json_agg(json_build_object('queueId', q.queue_id, 'skillId', q.skill_id, 'level', q.level, 'relaxS', q.relax_s)), '[]')
       FROM queue_skill q JOIN skill s ON s.id = q.skill_id AND s.archived_at IS NULL WHERE q.queue_id = first.queue_id) AS "ofQueues",
      (SELECT coalesce(json_agg(json_build_object('id', s.id, 'name', s.name) ORDER BY s.name), '[]') FROM skill s WHERE s.language AND s.archived_at IS NULL) AS languages
    FROM entry e JOIN dialog d ON d.id = e.dialog_id JOIN channel ch ON ch.id = d.channel_id
    JOIN LATERAL (SELECT queue_id FROM entry WHERE dialog_id = e.dialog_id ORDER BY enqueued_at, id LIMIT 1) first ON true
    LEFT JOIN customer c ON c.id = ${person.customerId}::uuid LEFT JOIN contact k ON k.id = ${person.contactId}::uuid LEFT JOIN lead l ON l.id = ${person.leadId}::uuid
    LEFT JOIN LATERAL (
      SELECT id FROM contact_point p WHERE p.kind = d.identity_kind AND p.value_norm = d.identity_value AND p.archived_at IS NULL AND (p.contact_id = k.id OR p.customer_id = c.id OR p.lead_id = l.id)
      ORDER BY p.contact_id IS NULL, p.id LIMIT 1) point ON true
    WHERE e.dialog_id = ${dialogId} AND e.ended_at IS NULL`;
  if (waiting === undefined) return;
  const now = new Date(crm.clock.now());
  const { responsible, substituteId } = await findPeople(tx, { ...person, own: waiting.responsibleId }, now, dialogId);
  await crm.enqueue(tx, [
    {
      kind: "dialog.identified",
      dialogId,
      identity: person.customerId !== null ? "known" : person.leadId !== null ? "lead" : "new",
      responsible,
      substituteId,
      priority: waiting.vip ? VIP_PRIORITY : 0,
      person: waiting.pointId ?? undefined,
      requires: requirementsOf(waiting, waiting.queueId, waiting.language),
      at: now.getTime(),
    },
  ]);
}

/** The same for everybody of this customer (or lead) who waits: its responsible, or the card itself, has become another. */
export async function tellRouterOf(crm: Crm, tx: Tx, id: Id, column: "customer_id" | "lead_id" = "customer_id"): Promise<void> {
  const rows = await tx<{ dialogId: Id; customerId: Id; contactId: Id | null; leadId: Id | null }[]>`
    SELECT p.dialog_id AS "dialogId", p.customer_id AS "customerId", p.contact_id AS "contactId", p.lead_id AS "leadId" FROM dialog_party p
    JOIN entry e ON e.dialog_id = p.dialog_id AND e.ended_at IS NULL WHERE p.${tx(column)} = ${id} ORDER BY p.dialog_id`;
  for (const { dialogId, ...person } of rows) await tellRouter(crm, tx, dialogId, person);
}
