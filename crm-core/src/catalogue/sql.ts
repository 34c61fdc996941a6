import type { CatalogueName, Catalogues } from "@kommutator/contract/api/catalogue";
import type { Query } from "../context.ts";

/** Table, and the column of each field, of every editable catalogue. `archived` names the column that takes an entry out of use, if it has one. */
export const TABLES: Record<CatalogueName, { table: string; columns: Record<string, string>; archived: boolean }> = {
  purposes: {
    table: "inquiry_purpose",
    columns: {
      code: "code",
      name: "name",
      outcome: "outcome",
      interestKindId: "interest_kind_id",
      queueId: "queue_id",
      dispatch: "dispatch",
      fixedEmployeeId: "fixed_employee_id",
      slaS: "sla_s",
    },
    archived: true,
  },
  "interest-kinds": { table: "interest_kind", columns: { code: "code", name: "name", processMode: "process_mode" }, archived: true },
  stages: {
    table: "stage",
    columns: {
      kindId: "kind_id",
      name: "name",
      pos: "pos",
      plannedSeconds: "planned_seconds",
      instruction: "instruction",
      requiresNextStep: "requires_next_step",
      allowBack: "allow_back",
      isOptional: "is_optional",
    },
    archived: true,
  },
  "loss-reasons": { table: "loss_reason", columns: { name: "name", kind: "kind" }, archived: true },
  "interaction-types": {
    table: "interaction_type",
    columns: { code: "code", name: "name", icon: "icon", color: "color", countsAsTouch: "counts_as_touch", defaultMinutes: "default_minutes" },
    archived: true,
  },
  sources: { table: "lead_source", columns: { name: "name", code: "code" }, archived: true },
  "customer-statuses": { table: "customer_status", columns: { code: "code", name: "name", color: "color" }, archived: true },
  regions: { table: "region", columns: { code: "code", name: "name", parentId: "parent_id" }, archived: false },
  industries: { table: "industry", columns: { code: "code", name: "name" }, archived: false },
};

/** Everything that forms choose from, in one answer. Archived purposes, kinds and reasons come along: old rows still name them. */
export async function readCatalogues(tx: Query): Promise<Catalogues> {
  const [row] = await tx<Catalogues[]>`
    SELECT
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', u.id, 'code', u.code, 'name', u.name, 'outcome', u.outcome, 'interestKindId', u.interest_kind_id, 'queueId', u.queue_id, 'dispatch', u.dispatch,
        'fixedEmployeeId', u.fixed_employee_id, 'slaS', u.sla_s, 'archived', u.archived_at IS NOT NULL) ORDER BY u.name) FROM inquiry_purpose u), '[]') AS purposes,
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', k.id, 'code', k.code, 'name', k.name, 'processMode', k.process_mode, 'archived', k.archived_at IS NOT NULL, 'stages',
        coalesce((SELECT jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name, 'pos', s.pos, 'plannedSeconds', s.planned_seconds, 'instruction', s.instruction, 'requiresNextStep', s.requires_next_step) ORDER BY s.pos)
          FROM stage s WHERE s.kind_id = k.id AND s.archived_at IS NULL), '[]')) ORDER BY k.name) FROM interest_kind k), '[]') AS "interestKinds",
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name, 'kind', r.kind, 'archived', r.archived_at IS NOT NULL) ORDER BY r.name) FROM loss_reason r), '[]') AS "lossReasons",
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', t.id, 'code', t.code, 'name', t.name, 'icon', t.icon, 'color', t.color, 'statuses',
        coalesce((SELECT jsonb_agg(jsonb_build_object('id', s.id, 'code', s.code, 'name', s.name, 'state', s.state) ORDER BY s.code) FROM interaction_status s WHERE s.type_id = t.id), '[]')) ORDER BY t.name)
        FROM interaction_type t WHERE t.archived_at IS NULL), '[]') AS "interactionTypes",
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', id, 'name', name, 'code', code) ORDER BY name) FROM lead_source WHERE archived_at IS NULL), '[]') AS sources,
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', id, 'name', name, 'color', color) ORDER BY name) FROM customer_status WHERE archived_at IS NULL), '[]') AS "customerStatuses",
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY name) FROM region), '[]') AS regions,
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY name) FROM industry), '[]') AS industries,
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', id, 'name', full_name, 'departmentId', department_id, 'extension', extension, 'state', state) ORDER BY full_name) FROM employee WHERE state <> 'dismissed'), '[]') AS employees,
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY name) FROM department WHERE archived_at IS NULL), '[]') AS departments,
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY name) FROM queue WHERE archived_at IS NULL), '[]') AS queues`;
  return row as Catalogues;
}
