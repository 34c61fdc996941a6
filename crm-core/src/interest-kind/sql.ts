import type { Principal } from "@kommutator/contract/access";
import type { InterestKindView } from "@kommutator/contract/api/interest-kind";
import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";
import { allowed } from "../rights.ts";

/** Kinds with all their stages, archived ones too; `only` one of them. For a principal only the open Interests are counted (and tell that a stage was used) that they may see. */
export async function readKinds(tx: Query, principal: Principal | null, only: Id | null = null): Promise<InterestKindView[]> {
  const checks = (stage: string) => tx`coalesce((SELECT jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name) ORDER BY c.pos, c.id) FROM check_item c
    WHERE c.kind_id = k.id AND c.stage_id IS NOT DISTINCT FROM ${tx.unsafe(stage)} AND c.archived_at IS NULL), '[]')`;
  const seen = principal === null ? tx`true` : allowed(tx, principal, "interest", "read", "i.responsible_id");
  return tx<InterestKindView[]>`
    SELECT k.id, k.code, k.name, k.process_mode AS "processMode", k.skip_reason AS "skipReason", k.won_from_stage_id AS "wonFromStageId", k.touch_norm_days AS "touchNormDays",
      k.lead_touch_norm_days AS "leadTouchNormDays", k.head_after_days AS "headAfterDays", k.archived_at IS NOT NULL AS archived, k.version, ${checks("NULL")} AS conditions,
      (SELECT count(*)::int FROM interest i WHERE i.kind_id = k.id AND i.status = 'open' AND ${seen}) AS open,
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', s.id, 'pos', s.pos, 'name', s.name, 'translations', s.translations, 'plannedSeconds', s.planned_seconds, 'instruction', s.instruction, 'requiredFields', s.required_fields,
          'requiresNextStep', s.requires_next_step, 'allowBack', s.allow_back, 'isOptional', s.is_optional, 'branches', s.branches, 'checks', ${checks("s.id")},
          'actions', coalesce((SELECT jsonb_agg(jsonb_build_object('id', a.id, 'typeId', a.type_id, 'type', jsonb_build_object('id', t.id, 'name', t.name), 'subject', a.subject, 'offsetDays', a.offset_days,
            'executor', a.executor, 'compulsory', a.compulsory) ORDER BY a.pos, a.id) FROM stage_action a JOIN interaction_type t ON t.id = a.type_id WHERE a.stage_id = s.id AND a.archived_at IS NULL), '[]'),
          'open', (SELECT count(*) FROM interest i WHERE i.stage_id = s.id AND i.status = 'open' AND ${seen}), 'used', EXISTS (SELECT 1 FROM interest_stage_history h JOIN interest i ON i.id = h.interest_id WHERE h.stage_id = s.id AND ${seen}),
          'archived', s.archived_at IS NOT NULL, 'version', s.version) ORDER BY s.archived_at IS NOT NULL, s.pos, s.id)
        FROM stage s WHERE s.kind_id = k.id), '[]') AS stages
    FROM interest_kind k WHERE true ${only === null ? tx`` : tx`AND k.id = ${only}`} ORDER BY k.archived_at IS NOT NULL, k.name, k.id`;
}
