import type { CatalogueEntry, Catalogues } from "@kommutator/contract/api/catalogue";
import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";
import { CATALOGUES, type Catalogue } from "./registry.ts";

/** Entries of one catalogue for its editor, in order, archived ones last. */
export async function readEntries(tx: Query, catalogue: Catalogue, id: Id | null = null): Promise<CatalogueEntry[]> {
  const fields = Object.entries(catalogue.columns).map(([key, column]) => tx`t.${tx(column)} AS ${tx(key)},`);
  return tx<CatalogueEntry[]>`
    SELECT t.id, ${fields} t.pos, t.translations, t.archived_at IS NOT NULL AS archived, t.version
    FROM ${tx(catalogue.table)} t ${id === null ? tx`` : tx`WHERE t.id = ${id}`}
    ORDER BY t.archived_at IS NOT NULL, ${catalogue.within === undefined ? tx`` : tx`t.${tx(catalogue.within)},`} t.pos, t.name`;
}

/** SQL of `id` and `name` of every entry of a catalogue, and of every stage, that is translated into the language. */
function translated(tx: Query, locale: string) {
  const tables = ["stage", ...Object.values(CATALOGUES).map((each) => each.table)];
  const each = tables.map((table, n) => tx`${n === 0 ? tx`` : tx`UNION ALL`} SELECT id, translations->>${locale} AS name FROM ${tx(table)}`);
  return tx`(SELECT coalesce(jsonb_object_agg(n.id, n.name), '{}') FROM (${each}) n WHERE n.name IS NOT NULL)`;
}

/** Names of catalogues' entries in a language, by their ids; an entry without a translation is not among them and keeps its own name. */
export async function readNames(tx: Query, locale: string): Promise<Catalogues["names"]> {
  const [row] = await tx<Pick<Catalogues, "names">[]>`SELECT ${translated(tx, locale)} AS names`;
  return row?.names ?? {};
}

/**
 * Everything that forms choose from, in one answer, each name in the language asked for where it is translated. Archived purposes, kinds and
 * reasons come along: old rows still name them.
 */
export async function readCatalogues(tx: Query, locale: string): Promise<Catalogues> {
  const named = (alias: string) => tx`'id', ${tx(alias)}.id, 'name', coalesce(${tx(alias)}.translations->>${locale}, ${tx(alias)}.name)`;
  const order = (alias: string) => tx`ORDER BY ${tx(alias)}.pos, ${tx(alias)}.name`;
  const [row] = await tx<Catalogues[]>`
    SELECT coalesce((SELECT currency::text FROM company LIMIT 1), 'KZT') AS currency,
      coalesce((SELECT jsonb_agg(jsonb_build_object(${named("u")}, 'code', u.code, 'outcome', u.outcome, 'interestKindId', u.interest_kind_id, 'queueId', u.queue_id, 'dispatch', u.dispatch,
        'fixedEmployeeId', u.fixed_employee_id, 'slaS', u.sla_s, 'requiredFields', u.required_fields, 'archived', u.archived_at IS NOT NULL) ${order("u")}) FROM inquiry_purpose u), '[]') AS purposes,
      coalesce((SELECT jsonb_agg(jsonb_build_object(${named("k")}, 'code', k.code, 'processMode', k.process_mode, 'archived', k.archived_at IS NOT NULL, 'stages',
        coalesce((SELECT jsonb_agg(jsonb_build_object(${named("s")}, 'pos', s.pos, 'plannedSeconds', s.planned_seconds, 'instruction', s.instruction, 'requiresNextStep', s.requires_next_step) ORDER BY s.pos)
          FROM stage s WHERE s.kind_id = k.id AND s.archived_at IS NULL), '[]')) ${order("k")}) FROM interest_kind k), '[]') AS "interestKinds",
      coalesce((SELECT jsonb_agg(jsonb_build_object(${named("r")}, 'kind', r.kind, 'needsText', r.needs_text, 'archived', r.archived_at IS NOT NULL) ${order("r")}) FROM loss_reason r), '[]') AS "lossReasons",
      coalesce((SELECT jsonb_agg(jsonb_build_object(${named("t")}, 'code', t.code, 'icon', t.icon, 'color', t.color, 'prompt', t.prompt, 'direction', t.direction, 'defaultStatusId', t.default_status_id,
        'defaultMinutes', t.default_minutes, 'statuses',
        coalesce((SELECT jsonb_agg(jsonb_build_object(${named("s")}, 'code', s.code, 'state', s.state) ${order("s")}) FROM interaction_status s WHERE s.type_id = t.id AND s.archived_at IS NULL), '[]')) ${order("t")})
        FROM interaction_type t WHERE t.archived_at IS NULL), '[]') AS "interactionTypes",
      coalesce((SELECT jsonb_agg(jsonb_build_object(${named("s")}, 'code', s.code) ${order("s")}) FROM lead_source s WHERE s.archived_at IS NULL), '[]') AS sources,
      coalesce((SELECT jsonb_agg(jsonb_build_object(${named("s")}, 'color', s.color) ${order("s")}) FROM customer_status s WHERE s.archived_at IS NULL), '[]') AS "customerStatuses",
      coalesce((SELECT jsonb_agg(jsonb_build_object(${named("r")}, 'parentId', r.parent_id) ${order("r")}) FROM region r WHERE r.archived_at IS NULL), '[]') AS regions,
      coalesce((SELECT jsonb_agg(jsonb_build_object(${named("i")}) ${order("i")}) FROM industry i WHERE i.archived_at IS NULL), '[]') AS industries,
      coalesce((SELECT jsonb_agg(jsonb_build_object(${named("p")}) ${order("p")}) FROM job_position p WHERE p.archived_at IS NULL), '[]') AS positions,
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', id, 'name', full_name, 'departmentId', department_id, 'extension', extension, 'state', state) ORDER BY full_name) FROM employee WHERE state <> 'dismissed'), '[]') AS employees,
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY name) FROM department WHERE archived_at IS NULL), '[]') AS departments,
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY name) FROM queue WHERE archived_at IS NULL), '[]') AS queues,
      ${translated(tx, locale)} AS names`;
  return row as Catalogues;
}
