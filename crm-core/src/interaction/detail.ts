import { type Principal, scopeOf } from "@kommutator/contract/access";
import type { InteractionDetail } from "@kommutator/contract/api/interaction";
import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";
import { leadMinutes } from "../notification/notify.ts";
import { allowed, handles } from "../rights.ts";
import { tasksOf } from "../task/events.ts";
import { taskAllowed } from "../task/rights.ts";
import { points as loadPoints } from "./recorder.ts";
import { CORRECTION_MS } from "./rules.ts";
import { interactionAllowed, select, type View } from "./sql.ts";

type Row = View &
  Omit<InteractionDetail, keyof View | "actions" | "client"> & { mine: boolean; mayEdit: boolean; endedAt: string | null; client: InteractionDetail["client"] };

/** The event card (IA-21): what it is, who did it with whom, what came of it, what hangs on it, and what may be done. Null when it may not be seen. */
export async function readDetail(tx: Query, p: Principal, id: Id, now: number): Promise<InteractionDetail | null> {
  const seesCustomer = tx`(${allowed(tx, p, "customer", "read", "dc.responsible_id")} OR ${handles(tx, p, "customer_id", "dc.id")})`;
  const seesLead = tx`(${allowed(tx, p, "lead", "read", "dl.responsible_id")} OR ${handles(tx, p, "lead_id", "dl.id")})`;
  const points = (of: string) =>
    tx`coalesce((SELECT jsonb_agg(jsonb_build_object('kind', cp.kind, 'value', cp.value_norm, 'label', cp.label) ORDER BY cp.kind DESC, cp.created_at, cp.id) FROM contact_point cp WHERE cp.archived_at IS NULL AND cp.kind <> 'site_visitor' AND ${tx.unsafe(of)}), '[]')`;
  const more = tx`,
    t.prompt, coalesce((SELECT jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name, 'state', o.state) ORDER BY o.pos, o.code) FROM interaction_status o WHERE o.type_id = t.id AND o.archived_at IS NULL), '[]') AS statuses,
    (SELECT concat_ws(' · ', nullif(e.position, ''), ed.name) FROM department ed WHERE ed.id = e.department_id) AS "executorPosition",
    (SELECT jsonb_build_object('id', a.id, 'name', a.full_name) FROM employee a WHERE a.id = i.author_id) AS author,
    coalesce((SELECT jsonb_agg(jsonb_build_object('id', coalesce(pe.id, pk.id), 'name', coalesce(pe.full_name, concat_ws(' ', pk.last_name, pk.first_name)), 'kind', CASE WHEN pe.id IS NULL THEN 'contact' ELSE 'employee' END))
      FROM interaction_participant ip LEFT JOIN employee pe ON pe.id = ip.employee_id LEFT JOIN contact pk ON pk.id = ip.contact_id WHERE ip.interaction_id = i.id), '[]') AS participants,
    coalesce((SELECT jsonb_build_object('customer', jsonb_build_object('id', dc.id, 'name', dc.name), 'contact', (SELECT jsonb_build_object('id', dk.id, 'name', concat_ws(' ', dk.last_name, dk.first_name, dk.middle_name)) FROM contact dk WHERE dk.id = i.contact_id), 'lead', NULL,
        'points', ${points("(cp.contact_id = i.contact_id OR (cp.customer_id = dc.id) OR (i.contact_id IS NULL AND cp.contact_id IN (SELECT cc.contact_id FROM customer_contact cc WHERE cc.customer_id = dc.id AND cc.is_primary AND cc.left_at IS NULL)))")}) FROM customer dc WHERE dc.id = i.customer_id AND ${seesCustomer}),
      (SELECT jsonb_build_object('customer', NULL, 'contact', jsonb_build_object('id', dk.id, 'name', concat_ws(' ', dk.last_name, dk.first_name, dk.middle_name)), 'lead', NULL, 'points', ${points("cp.contact_id = dk.id")})
        FROM contact dk JOIN customer_contact dcc ON dcc.contact_id = dk.id JOIN customer dc ON dc.id = dcc.customer_id WHERE i.customer_id IS NULL AND dk.id = i.contact_id AND ${seesCustomer} LIMIT 1),
      (SELECT jsonb_build_object('customer', NULL, 'contact', NULL, 'lead', jsonb_build_object('id', dl.id, 'name', concat_ws(', ', dl.contact_name, dl.company_name)), 'points', ${points("cp.lead_id = dl.id")})
        FROM lead dl WHERE i.customer_id IS NULL AND dl.id = i.lead_id AND ${seesLead}),
      '{"customer":null,"contact":null,"lead":null,"points":[]}') AS client,
    (SELECT jsonb_build_object('id', n.id, 'name', '#' || n.number || ' ' || n.title) FROM interest n WHERE n.id = i.interest_id) AS interest,
    (SELECT jsonb_build_object('id', pi.id, 'subject', pi.subject) FROM interaction pi WHERE pi.id = i.parent_id AND ${reads(tx, p, "pi")}) AS parent,
    (SELECT jsonb_build_object('kind', k.kind, 'id', k.id, 'name', '', 'links', k.links) FROM (SELECT coalesce(sl.to_kind, 'interaction') AS kind, coalesce(sl.to_id, i.id) AS id,
        (SELECT count(*) + 1 FROM subject_link x WHERE x.to_id = coalesce(sl.to_id, i.id) AND x.to_kind = coalesce(sl.to_kind, 'interaction')) AS links
      FROM (SELECT 1) one LEFT JOIN subject_link sl ON sl.from_kind = 'interaction' AND sl.from_id = i.id) k WHERE k.links > 1) AS chain,
    (SELECT count(*)::int FROM file_link fl JOIN file f ON f.id = fl.file_id AND f.archived_at IS NULL WHERE fl.interaction_id = i.id) AS files,
    (SELECT count(*)::int FROM task t WHERE t.id IN ${tasksOf(tx, tx`i.id`)} AND ${taskAllowed(tx, p, "read")}) AS tasks,
    i.reschedule_count AS reschedules, coalesce(i.points, ${loadPoints(tx, "i")}) AS "loadPoints", to_jsonb(greatest(upper(i.occurred), i.closed_at)) AS "endedAt",
    CASE WHEN i.state = 'planned' AND i.executor_id IS NOT NULL THEN to_jsonb(coalesce((SELECT max(sn.snoozed_until) FROM notification sn WHERE sn.object_id = i.id AND sn.employee_id = i.executor_id AND sn.snoozed_until IS NOT NULL),
      lower(i.planned) - ${leadMinutes(tx, "interaction.soon", "i.executor_id")} * interval '1 minute')) END AS "remindAt",
    coalesce(i.author_id = ${p.employeeId} OR i.executor_id = ${p.employeeId}, false) AS mine, ${allowed(tx, p, "interaction", "edit", "i.executor_id")} AS "mayEdit"`;
  const [row] = await tx<Row[]>`${select(tx, p, now, more)} WHERE i.id = ${id} AND ${interactionAllowed(tx, p)}`;
  if (row === undefined) return null;
  const { mine, mayEdit, endedAt, ...detail } = row;
  return {
    ...detail,
    chain: detail.chain === null ? null : { ...detail.chain, name: await nameOf(tx, p, detail.chain) },
    actions: actions(p, row, mine, mayEdit, endedAt, now),
  };
}

/** interactionAllowed() for another alias. */
function reads(tx: Query, p: Principal, alias: "pi") {
  return tx`(${allowed(tx, p, "interaction", "read", `${alias}.executor_id`)} AND (${tx.unsafe(alias)}.interest_id IS NULL OR EXISTS (SELECT 1 FROM interest pn WHERE pn.id = ${tx.unsafe(alias)}.interest_id AND ${allowed(tx, p, "interest", "read", "pn.responsible_id")})))`;
}

async function nameOf(tx: Query, p: Principal, chain: { kind: string; id: Id }): Promise<string> {
  const name = {
    interaction: tx`SELECT pi.subject AS name FROM interaction pi WHERE pi.id = ${chain.id} AND ${reads(tx, p, "pi")}`,
    task: tx`SELECT t.title AS name FROM task t WHERE t.id = ${chain.id} AND ${taskAllowed(tx, p, "read")}`,
    interest: tx`SELECT '#' || n.number || ' ' || n.title AS name FROM interest n WHERE n.id = ${chain.id} AND ${allowed(tx, p, "interest", "read", "n.responsible_id")}`,
  }[chain.kind];
  const [row] = name === undefined ? [] : await name;
  return (row?.["name"] as string | undefined) ?? "";
}

function actions(p: Principal, i: Row, mine: boolean, mayEdit: boolean, endedAt: string | null, now: number): InteractionDetail["actions"] {
  const planned = i.state === "planned" && mayEdit;
  const fresh = i.state === "done" && mine && mayEdit && endedAt !== null && now - Date.parse(endedAt) <= CORRECTION_MS;
  const has = (...kinds: string[]) => i.client.points.some((point) => kinds.includes(point.kind));
  const list: [InteractionDetail["actions"][number], boolean][] = [
    ["edit", planned],
    ["complete", planned],
    ["reschedule", planned],
    ["cancel", planned],
    ["correct", fresh],
    ["call", has("phone") && scopeOf(p, "call", "create") !== null],
    ["write", has("email", "telegram", "viber", "vk", "whatsapp") && scopeOf(p, "dialog", "create") !== null],
  ];
  return list.filter(([, may]) => may).map(([action]) => action);
}
