-- Kinds of Interests as administrators arrange them; visits of stages in working time; holds; flags. Owner: crm-core.

ALTER TABLE interest_kind
  ADD COLUMN skip_reason text NOT NULL DEFAULT 'optional' CHECK (skip_reason IN ('optional','required')),
  ADD COLUMN won_from_stage_id uuid,               -- manual: won from this stage on; typical is won from its last stage
  ADD COLUMN touch_norm_days int NOT NULL DEFAULT 14 CHECK (touch_norm_days BETWEEN 1 AND 365),
  ADD COLUMN lead_touch_norm_days int NOT NULL DEFAULT 7 CHECK (lead_touch_norm_days BETWEEN 1 AND 365),
  ADD COLUMN head_after_days int NOT NULL DEFAULT 3 CHECK (head_after_days BETWEEN 0 AND 365),
  ADD COLUMN version int NOT NULL DEFAULT 0;
-- `required_fields` and compulsory actions are due before the stage is left forwards; `branches` are further stages that a typical one leads to.
ALTER TABLE stage
  ADD COLUMN required_fields text[] NOT NULL DEFAULT '{}'
    CHECK (required_fields <@ '{responsibleId,amount,expectedClose,contactId,customerId,purposeId,sourceId}'::text[]),
  ADD COLUMN branches uuid[] NOT NULL DEFAULT '{}', ADD COLUMN version int NOT NULL DEFAULT 0;
ALTER TABLE interest_kind ADD FOREIGN KEY (won_from_stage_id, id) REFERENCES stage(id, kind_id);

-- What is done in a stage: planned on entry with an offset in working days; a compulsory one must be done before the stage is left.
CREATE TABLE stage_action (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), stage_id uuid NOT NULL REFERENCES stage(id), pos int NOT NULL, type_id uuid NOT NULL REFERENCES interaction_type(id),
  subject text NOT NULL CHECK (btrim(subject) <> ''), offset_days int NOT NULL DEFAULT 0 CHECK (offset_days BETWEEN 0 AND 365),
  executor text NOT NULL DEFAULT 'responsible' CHECK (executor IN ('responsible','head')), compulsory boolean NOT NULL DEFAULT false, archived_at timestamptz
);
CREATE INDEX stage_action_of ON stage_action(stage_id, pos) WHERE archived_at IS NULL;
-- Things to be ticked: of a stage (its instruction), or of the whole kind: then all of them must hold before it is won.
CREATE TABLE check_item (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), kind_id uuid NOT NULL REFERENCES interest_kind(id), stage_id uuid, pos int NOT NULL,
  name text NOT NULL CHECK (btrim(name) <> ''), archived_at timestamptz, FOREIGN KEY (stage_id, kind_id) REFERENCES stage(id, kind_id)
);
CREATE INDEX check_item_of ON check_item(kind_id, pos) WHERE archived_at IS NULL;
CREATE TABLE interest_check (
  interest_id uuid NOT NULL REFERENCES interest(id), item_id uuid NOT NULL REFERENCES check_item(id), checked_by uuid REFERENCES employee(id), checked_at timestamptz NOT NULL,
  PRIMARY KEY (interest_id, item_id)
);
-- Planned by a stage's action: entering the stage again plans it only when no undone one is left; declining it needs the reason.
CREATE TABLE interest_action (
  interest_id uuid NOT NULL REFERENCES interest(id), action_id uuid NOT NULL REFERENCES stage_action(id), interaction_id uuid NOT NULL UNIQUE REFERENCES interaction(id), decline_reason text
);
CREATE INDEX interest_action_of ON interest_action(interest_id, action_id);

-- A visit taken back (an audited reversal) stays to be read; those that stand never overlap and only one is current.
ALTER TABLE interest_stage_history
  ADD COLUMN work_seconds bigint,                  -- working time of a finished visit without its holds, by the calendar of then
  ADD COLUMN left_by uuid REFERENCES employee(id), ADD COLUMN forced boolean NOT NULL DEFAULT false,
  ADD COLUMN reversed_at timestamptz, ADD COLUMN reversed_by uuid REFERENCES employee(id), ADD COLUMN reverse_reason text,
  ADD CONSTRAINT stage_visit_reversed CHECK ((reversed_at IS NULL) = (reverse_reason IS NULL)),
  DROP CONSTRAINT interest_stage_history_interest_id_during_excl,
  ADD CONSTRAINT stage_visits_apart EXCLUDE USING gist (interest_id WITH =, during WITH &&) WHERE (reversed_at IS NULL);
DROP INDEX interest_stage_current;
CREATE UNIQUE INDEX interest_stage_current ON interest_stage_history(interest_id) WHERE upper_inf(during) AND reversed_at IS NULL;
CREATE INDEX interest_stage_visits ON interest_stage_history(stage_id) WHERE reversed_at IS NULL;

-- Timers stand still meanwhile; the end is written at the beginning, so that a hold ends by itself.
CREATE TABLE interest_hold (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), interest_id uuid NOT NULL REFERENCES interest(id), during tstzrange NOT NULL, until date NOT NULL,
  reason text NOT NULL CHECK (btrim(reason) <> ''), set_by uuid REFERENCES employee(id), released_by uuid REFERENCES employee(id),
  EXCLUDE USING gist (interest_id WITH =, during WITH &&), CHECK (NOT upper_inf(during))
);
-- Raised and fallen flags; at most one of each stands. `clause` says why: of stuck, which half of the rule.
CREATE TABLE interest_flag (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), interest_id uuid NOT NULL REFERENCES interest(id), flag text NOT NULL CHECK (flag IN ('late','stuck')),
  clause text NOT NULL CHECK (clause IN ('plan','too_long','no_touch')), raised_at timestamptz NOT NULL,
  told_on date,                                    -- the day on which the responsible was last told
  head_told_at timestamptz, cleared_at timestamptz
);
CREATE UNIQUE INDEX interest_flag_standing ON interest_flag(interest_id, flag) WHERE cleared_at IS NULL;
-- The night whose pass over all open Interests is done.
CREATE TABLE interest_watch (singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), judged_on date);
INSERT INTO interest_watch DEFAULT VALUES;
-- When the flags of an open Interest may change next without anybody doing anything.
ALTER TABLE interest ADD COLUMN judge_at timestamptz;
UPDATE interest SET judge_at = now() WHERE status = 'open';
CREATE INDEX interest_judge ON interest(judge_at) WHERE status = 'open' AND judge_at IS NOT NULL;
CREATE INDEX interest_open_stage ON interest(kind_id, stage_id) WHERE status = 'open';
CREATE INDEX interest_lost ON interest(closed_at) WHERE status = 'lost';

-- "Other" and the like say nothing without words.
ALTER TABLE loss_reason ADD COLUMN needs_text boolean NOT NULL DEFAULT false;

INSERT INTO role_permission (role_id, object, action, scope)
  SELECT r.id, 'stage', a, CASE r.code WHEN 'admin' THEN 'all' ELSE 'subtree' END FROM role r, unnest('{edit,delete}'::text[]) AS a WHERE r.code IN ('admin', 'supervisor')
  ON CONFLICT DO NOTHING;
